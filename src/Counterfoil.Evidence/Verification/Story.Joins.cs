using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evm.Contracts;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Evidence.Verification;

/// <summary>The table of joins in <c>docs/evidence.md</c>, row by row.</summary>
sealed partial class Story
{
    public void CheckJoins()
    {
        foreach (var link in links)
            switch (link.Predicate)
            {
                case GuardReport guard: JoinGuard(link, guard); break;
                case ComputeLease lease: JoinLease(link, lease); break;
                case TrainingRun run: JoinTraining(link, run.BuildDefinition, run.RunDetails.Metadata); break;
                case ModelCommitment model: JoinModel(link, model); break;
                case InferenceRecord inference: JoinInference(link, inference); break;
                case Settlement settlement: JoinSettlement(link, settlement); break;
            }
    }

    void JoinGuard(Link link, GuardReport guard)
    {
        if (Named(guard.Dataset, LinkType.DatasetCommitment) is not { Predicate: DatasetCommitment dataset } committed) return;
        link.Equal(EvidenceChecks.JoinGuardRoot, dataset.OrderedRoot, guard.OrderedRoot);
        link.Equal(EvidenceChecks.JoinGuardCount, dataset.Records, guard.Checked);
        if (AnchoringBlock(committed) is { } block) link.Equal(EvidenceChecks.JoinGuardSeed, block.Hash, guard.Split.Seed);
        else link.Record(Verdict.CannotTell(EvidenceChecks.JoinGuardSeed, "the anchor that covered the dataset commitment first, and the one before it"));
    }

    void JoinLease(Link link, ComputeLease lease)
    {
        if (WorkloadManifest(link, lease) is not { } manifest) return;
        link.Equal(EvidenceChecks.JoinLeaseManifest, lease.Dataset, manifest.Dataset);
    }

    void JoinTraining(Link link, TrainingDefinition run, TrainingMetadata metadata)
    {
        var bindings = run.InternalParameters;
        if (Named(bindings.GuardReport, LinkType.GuardReport)?.Predicate is GuardReport guard)
        {
            link.Equal(EvidenceChecks.JoinTrainingBatches, guard.Stream, new DeliveredStream(run.ExternalParameters.Epochs, run.ExternalParameters.BatchSize, bindings.Steps, bindings.BatchesRoot));
            link.Equal(EvidenceChecks.JoinTrainingDataset, (Sha256Digest?)guard.Dataset, bindings.Dataset);
        }
        if (Named(bindings.Lease, LinkType.ComputeLease) is { Predicate: ComputeLease lease } leased)
        {
            link.Equal(EvidenceChecks.JoinTrainingDataset, lease.Dataset, bindings.Dataset);
            if (WorkloadManifest(leased, lease) is { } manifest)
                link.Equal(EvidenceChecks.JoinTrainingRecipe, manifest.Recipe, run.ExternalParameters.Recipe);
            if (Events<LeaseEscrowContract.LeaseClosedEvent>().FirstOrDefault(e => e.Block.Chain == lease.Chain && e.Contract == lease.Escrow && e.Event.LeaseId == lease.LeaseId) is { Block: var closed }
                && metadata.FinishedOn > closed.Time)
                link.Record(Verdict.Reject(EvidenceChecks.JoinTrainingTime, $"an end not after the lease's, {closed.Time:u}", $"{metadata.FinishedOn:u}"));
            if (metadata.StartedOn < lease.OpenedAt)
                link.Record(Verdict.Reject(EvidenceChecks.JoinTrainingTime, $"a start not before the lease's, {lease.OpenedAt:u}", $"{metadata.StartedOn:u}"));
        }
        if (Blob(link, run.ExternalParameters.Recipe) is { } recipe && Workloads.RecipeText.Contradicts(recipe.Span, run.ExternalParameters) is { } other)
            link.Record(Verdict.Reject(EvidenceChecks.JoinTrainingRecipe, other.Expected, other.Found));
        if (metadata.FinishedOn < metadata.StartedOn)
            link.Record(Verdict.Reject(EvidenceChecks.JoinTrainingTime, "an end not before the start", $"{metadata.FinishedOn:u}"));
        if (Named(bindings.Dataset, LinkType.DatasetCommitment) is { } committed && AnchoringBlock(committed) is { } block && metadata.StartedOn < block.Time)
            link.Record(Verdict.Reject(EvidenceChecks.JoinTrainingTime, $"a start not before the commitment was anchored, {block.Time:u}", $"{metadata.StartedOn:u}"));
    }

    void JoinModel(Link link, ModelCommitment model)
    {
        if (Named(model.TrainingRun, LinkType.TrainingRun) is { Subject: { } weights })
            link.Equal(EvidenceChecks.JoinModelWeights, weights.Digest.Sha256, model.Onnx);
        if (CommittedModel(link, model) is not { } committed) return;
        link.Equal(EvidenceChecks.JoinModelId, committed.Id, model.ModelId);
        link.Equal(EvidenceChecks.JoinModelId, committed.WeightRoot, model.WeightRoot);
        link.Equal(EvidenceChecks.JoinModelId, committed.GraphDigest, model.GraphDigest);
        link.Equal(EvidenceChecks.JoinModelId, committed.Parameters.WeightsHidden, model.WeightsHidden);
    }

    void JoinInference(Link link, InferenceRecord inference)
    {
        if (Named(inference.Model, LinkType.ModelCommitment)?.Predicate is ModelCommitment model)
        {
            link.Equal(EvidenceChecks.JoinInferenceModel, model.ModelId, inference.ModelId);
            link.Equal(EvidenceChecks.JoinInferenceInput, model.Preprocessing, inference.Input.Preprocessing);
        }
        if (Blob(link, inference.Input.Bytes) is { } body)
        {
            var digest = PaymentContext.DigestRequest(inference.Request.Method, inference.Request.Target, body.Span);
            link.Equal(EvidenceChecks.JoinInferenceRequest, digest, inference.Request.Digest);
            if (Tensor(link, inference, body) is { } tensor)
                link.Equal(EvidenceChecks.JoinInferenceInput, Sha256.Hash(TensorBytes.OfInput(tensor)), inference.Input.Tensor);
        }
        if (Blob(link, inference.Output.Tensor) is { } output)
            link.Equal(EvidenceChecks.JoinInferenceOutput, Label(output.Span), inference.Output.Label);
    }

    void JoinSettlement(Link link, Settlement settlement)
    {
        if (Named(settlement.InferenceProof, LinkType.InferenceProof)?.Predicate is InferenceRecord inference)
        {
            link.Equal(EvidenceChecks.JoinSettlementRequest, inference.Request.Digest, settlement.Request);
            link.Equal(EvidenceChecks.JoinSettlementProof, inference.Proof, settlement.Proof);
            link.Equal(EvidenceChecks.JoinSettlementNonce, inference.Context, settlement.Payment.Nonce);
            if (settlement.Lease is not null && Named(inference.Model, LinkType.ModelCommitment)?.Predicate is ModelCommitment model
                && Named(model.TrainingRun, LinkType.TrainingRun)?.Predicate is TrainingRun run)
                link.Equal(EvidenceChecks.JoinSettlementLease, run.BuildDefinition.InternalParameters.Lease, settlement.Lease);
            if (Blob(link, inference.Output.Tensor) is { } output && Blob(link, inference.Proof) is { } proof)
                link.Equal(EvidenceChecks.JoinSettlementResponse, InferenceResponse.Digest(inference.ModelId, output, proof), settlement.Response);
        }
        link.Equal(EvidenceChecks.JoinSettlementNonce,
            new Keccak256Digest(new PaymentContext(settlement.Request, settlement.Payment.Quote, settlement.Payment.Salt).Digest), settlement.Payment.Nonce);
        if (settlement.Escrow is { } escrow && Named(settlement.Lease, LinkType.ComputeLease)?.Predicate is ComputeLease lease)
            link.Equal(EvidenceChecks.JoinSettlementLease, lease.LeaseId, escrow.LeaseId);
    }

    /// <summary>The class that an output tensor names; −1 for one without cells, which no proof is about.</summary>
    static int Label(ReadOnlySpan<byte> tensor) => TensorBytes.ReadOutput(tensor, out var cells).IsAccepted && cells!.Length > 0 ? ArgMax.Of(cells) : -1;
}
