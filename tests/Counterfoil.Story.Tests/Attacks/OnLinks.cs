using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evidence.Workloads;
using Counterfoil.Evm;
using static Counterfoil.Story.Tests.Attacks.Attack;

namespace Counterfoil.Story.Tests.Attacks;

/// <summary>Lies of insiders in what links say of one another: the joins, row by row.</summary>
static class OnLinks
{
    static readonly Sha256Digest Other = Sha256.Hash("another"u8);

    static readonly LinkType D = LinkType.DatasetCommitment, G = LinkType.GuardReport, L = LinkType.ComputeLease, T = LinkType.TrainingRun, M = LinkType.ModelCommitment, I = LinkType.InferenceProof, S = LinkType.Settlement;

    public static IEnumerable<Attack> Guard =>
    [
        Lie("a guard's report about a lease instead of a dataset", EvidenceChecks.JoinGuardDataset, G, s => s.Forger.Rewrite<GuardReport>(g => g with { Dataset = s.Digest(L) }), touchesOthers: true),
        Lie<GuardReport>("records checked against another root", EvidenceChecks.JoinGuardRoot, G, g => g with { OrderedRoot = Other }),
        Lie<GuardReport>("a split by a seed of the operator's choice", EvidenceChecks.JoinGuardSeed, G, g => g with { Split = g.Split with { Seed = Keccak256.Hash("chosen"u8) } }),
        Lie<GuardReport>("one record more looked at than were committed", EvidenceChecks.JoinGuardCount, G, g => g with { Checked = g.Checked + 1, Passed = g.Passed + 1 }),
        Lie<GuardReport>("twenty-four quarantined and no word of the twenty-fifth", EvidenceChecks.LinkPredicate, G, g => g with { Quarantined = g.Quarantined[..^1] }),
        Lie<GuardReport>("one record quarantined twice, so that another counts as seen", EvidenceChecks.LinkPredicate, G, g => g with { Quarantined = [.. g.Quarantined[..^1], g.Quarantined[0]] }),
        Lie<GuardReport>("a quarantine for no known reason", EvidenceChecks.LinkPredicate, G, g => g with { Quarantined = g.Quarantined.SetItem(0, g.Quarantined[0] with { Reason = "disliked" }) }),
        Lie<GuardReport>("a missing record that was found", EvidenceChecks.LinkPredicate, G, g => g with { Quarantined = g.Quarantined.SetItem(0, g.Quarantined[0] with { Reason = "missing" }) }),
        Lie<GuardReport>("more held back than there is", EvidenceChecks.LinkPredicate, G, g => g with { Split = g.Split with { Count = 10_001 } }),
    ];

    public static IEnumerable<Attack> Lease =>
    [
        Lie("a lease for a guard's report instead of a dataset", EvidenceChecks.JoinLeaseDataset, L, s => s.Forger.Rewrite<ComputeLease>(l => l with { Dataset = s.Digest(G) }), touchesOthers: true),
        Lie("a manifest for other data", EvidenceChecks.JoinLeaseManifest, L, s => s.WithManifest(m => m with { Dataset = Other })),
        Lie("a machine of twice the size in the manifest", EvidenceChecks.ChainOrder, L, s => s.WithManifest(m => m with { MemoryBytes = 2 * m.MemoryBytes })),
        Lie("a manifest in a format of the future", EvidenceChecks.ManifestVersion, L, s =>
        {
            byte[] later = s.Blob(s.Predicate<ComputeLease>().ManifestDigest).ToArray();
            later[later.AsSpan().IndexOf("version"u8) + 7] = 2;
            return s.Forger.Rewrite(p => p is ComputeLease l ? l with { ManifestDigest = Sha256.Hash(later) } : p, later);
        }),
        Lie<ComputeLease>("the lease of another provider", EvidenceChecks.ChainLease, L, l => l with { Provider = l.Tenant }),
        Lie<ComputeLease>("half the rate", EvidenceChecks.ChainLease, L, l => l with { Rate = l.Rate / 2 }),
        Lie<ComputeLease>("another bid", EvidenceChecks.ChainLease, L, l => l with { BidDigest = Keccak256.Hash("another bid"u8) }),
        Lie<ComputeLease>("a lease that opened a second sooner", EvidenceChecks.ChainLease, L, l => l with { OpenedAt = l.OpenedAt.AddSeconds(-1) }),
        Lie<ComputeLease>("a lease in a contract of nobody's trust", EvidenceChecks.PolicyChain, L, l => l with { Escrow = l.Tenant }, touchesOthers: true),
        Lie<ComputeLease>("a lease on a chain of nobody's trust", EvidenceChecks.PolicyChain, L, l => l with { Chain = "eip155:1" }, touchesOthers: true),
    ];

    public static IEnumerable<Attack> Training =>
    [
        Lie("a run over no data", EvidenceChecks.JoinTrainingDataset, T, s => s.Bound(b => b with { Dataset = null })),
        Lie("a run whose guard's report is the dataset", EvidenceChecks.JoinTrainingGuard, T, s => s.Bound(b => b with { GuardReport = s.Digest(D) })),
        Lie("a run whose lease is the dataset", EvidenceChecks.JoinTrainingLease, T, s => s.Bound(b => b with { Lease = s.Digest(D) }), touchesOthers: true),
        Lie("batches that the guard did not deliver", EvidenceChecks.JoinTrainingBatches, T, s => s.Bound(b => b with { BatchesRoot = Other })),
        Lie("a step more than there were batches", EvidenceChecks.JoinTrainingBatches, T, s => s.Bound(b => b with { Steps = b.Steps + 1 })),
        Lie<TrainingRun>("an epoch fewer than delivered", EvidenceChecks.JoinTrainingBatches, T, t => Asked(t, p => p with { Epochs = p.Epochs - 1 })),
        Lie<TrainingRun>("another recipe than ordered", EvidenceChecks.JoinTrainingRecipe, T, t => Asked(t, p => p with { Recipe = Other })),
        Lie<TrainingRun>("another seed than the recipe's", EvidenceChecks.JoinTrainingRecipe, T, t => Asked(t, p => p with { Seed = p.Seed + 1 })),
        Lie<TrainingRun>("another network than the recipe's", EvidenceChecks.JoinTrainingRecipe, T, t => Asked(t, p => p with { Layers = [784, 64, 10] })),
        Lie<TrainingRun>("another learning rate than the recipe's", EvidenceChecks.JoinTrainingRecipe, T, t => Asked(t, p => p with { LearningRate = "1e-3" })),
        Lie<TrainingRun>("trained before the data was anchored", EvidenceChecks.JoinTrainingTime, T, t => At(t, m => m with { StartedOn = m.StartedOn.AddHours(-1) })),
        Lie<TrainingRun>("done before it was begun", EvidenceChecks.JoinTrainingTime, T, t => At(t, m => m with { FinishedOn = m.StartedOn.AddSeconds(-1) })),
        Lie<TrainingRun>("done after the lease was closed", EvidenceChecks.JoinTrainingTime, T, t => At(t, m => m with { FinishedOn = m.FinishedOn.AddHours(1) })),
        Lie<TrainingRun>("built, and not trained", EvidenceChecks.LinkPredicate, T, t => t with { BuildDefinition = t.BuildDefinition with { BuildType = "urn:example:build" } }),
        Lie<TrainingRun>("a dependency kept from those who read SLSA alone", EvidenceChecks.LinkPredicate, T, t => Depending(t, t.BuildDefinition.ResolvedDependencies[1..].ToArray())),
        Lie<TrainingRun>("two dependencies told as one whose URI holds the other", EvidenceChecks.LinkPredicate, T, t =>
        {
            var d = t.BuildDefinition.ResolvedDependencies;
            return Depending(t, d[0], new ResourceDescriptor($"{d[1].Uri}={d[1].Digest} {d[2].Uri}", d[2].Digest));
        }),
    ];

    public static IEnumerable<Attack> Model =>
    [
        Lie("a model from a guard's report", EvidenceChecks.JoinModelTraining, M, s => s.Forger.Rewrite<ModelCommitment>(m => m with { TrainingRun = s.Digest(G) })),
        Lie<ModelCommitment>("a model from a run that is not in the bundle", EvidenceChecks.JoinModelTraining, M, m => m with { TrainingRun = Other }),
        Lie<ModelCommitment>("other weights than the run produced", EvidenceChecks.JoinModelWeights, M, m => m with { Onnx = Other }),
        Lie<ModelCommitment>("another weight root under the same name", EvidenceChecks.JoinModelId, M, m => m with { WeightRoot = Keccak256.Hash("other"u8) }),
        Lie<ModelCommitment>("another graph under the same name", EvidenceChecks.JoinModelId, M, m => m with { GraphDigest = Keccak256.Hash("other"u8) }),
        Lie<ModelCommitment>("weights said to be open that are hidden", EvidenceChecks.JoinModelId, M, m => m with { WeightsHidden = false }),
        Lie<ModelCommitment>("more labelled right than looked at", EvidenceChecks.LinkPredicate, M, m => m with { Evaluation = m.Evaluation! with { Correct = m.Evaluation.Records + 1 } }),
    ];

    public static IEnumerable<Attack> Inference =>
    [
        Lie("an answer of a training run", EvidenceChecks.JoinInferenceModel, I, s => s.Forger.Rewrite<InferenceRecord>(i => i with { Model = s.Digest(T) }), touchesOthers: true),
        Lie<InferenceRecord>("an answer in another model's name", EvidenceChecks.JoinInferenceModel, I, i => i with { ModelId = new(Keccak256.Hash("other"u8)) }, touchesOthers: true),
        Lie<InferenceRecord>("another question's tensor", EvidenceChecks.JoinInferenceInput, I, i => i with { Input = i.Input with { Tensor = Other } }),
        Lie<InferenceRecord>("the request's bytes read in another way", EvidenceChecks.JoinInferenceInput, I, i => i with { Input = i.Input with { Preprocessing = "int8/v1" } }),
        Lie<InferenceRecord>("the next label", EvidenceChecks.JoinInferenceOutput, I, i => i with { Output = i.Output with { Label = (i.Output.Label + 1) % 10 } }),
        Lie<InferenceRecord>("another path than was asked", EvidenceChecks.JoinInferenceRequest, I, i => i with { Request = i.Request with { Target = "/v2/models/cheaper/infer" } }),
        Lie<InferenceRecord>("a label below none", EvidenceChecks.LinkPredicate, I, i => i with { Output = i.Output with { Label = -1 } }),
    ];

    public static IEnumerable<Attack> Settlement =>
    [
        Lie("paid for a model instead of an answer", EvidenceChecks.JoinSettlementInference, S, s => s.Forger.Rewrite<Settlement>(p => p with { InferenceProof = s.Digest(M) })),
        Lie<Settlement>("the escrow of another lease", EvidenceChecks.JoinSettlementLease, S, p => p with { Escrow = p.Escrow! with { LeaseId = p.Escrow.LeaseId + (UInt256)1 } }),
        Lie("a run in no lease, and a lease's escrow settled for it", EvidenceChecks.JoinSettlementLease, S, s => s.Bound(b => b with { Lease = null })),
        Lie("a second lease, settled in the place of the one that was trained in", EvidenceChecks.JoinSettlementLease, S, s =>
        {
            var second = s.Sign(s.Predicate<ComputeLease>() with { Location = "elsewhere" }, L);
            var settlement = s.Sign(s.Predicate<Settlement>() with { Lease = second.PayloadDigest }, S);
            return s.Relog([.. s.Envelopes[..^1], second, settlement]);
        }),
        Lie<Settlement>("an escrow of no lease", EvidenceChecks.LinkPredicate, S, p => p with { Lease = null }),
        Lie<Settlement>("another request", EvidenceChecks.JoinSettlementRequest, S, p => p with { Request = Other }),
        Lie<Settlement>("another response", EvidenceChecks.JoinSettlementResponse, S, p => p with { Response = Other }),
        Lie<Settlement>("another proof", EvidenceChecks.JoinSettlementProof, S, p => p with { Proof = Other }),
        Lie<Settlement>("other terms than the nonce binds", EvidenceChecks.JoinSettlementNonce, S, p => p with { Payment = p.Payment with { Quote = Other } }),
        Lie<Settlement>("another nonce", EvidenceChecks.JoinSettlementNonce, S, p => p with { Payment = p.Payment with { Nonce = Keccak256.Hash("other"u8) } }),
        Lie<Settlement>("paid by a scheme that nobody knows", EvidenceChecks.LinkPredicate, S, p => p with { Payment = p.Payment with { Scheme = "upto" } }),
        Lie<Settlement>("ten times the amount that moved", EvidenceChecks.ChainPayment, S, p => p with { Payment = p.Payment with { Amount = p.Payment.Amount * 10 } }),
        Lie<Settlement>("another payee", EvidenceChecks.ChainPayment, S, p => p with { Payment = p.Payment with { Payee = p.Payment.Payer } }),
        Lie<Settlement>("another payer", EvidenceChecks.ChainPayment, S, p => p with { Payment = p.Payment with { Payer = p.Payment.Payee } }),
        Lie<Settlement>("another transaction", EvidenceChecks.ChainPayment, S, p => p with { Payment = p.Payment with { Transaction = p.Escrow!.Transaction } }),
        Lie<Settlement>("paid in a token of nobody's trust", EvidenceChecks.PolicyChain, S, p => p with { Payment = p.Payment with { Asset = p.Payment.Payer } }),
        Lie<Settlement>("paid on a chain of nobody's trust", EvidenceChecks.PolicyChain, S, p => p with { Payment = p.Payment with { Chain = "eip155:1" } }),
        Lie<Settlement>("a unit more earned than the contract says", EvidenceChecks.ChainEscrow, S, p => p with { Escrow = p.Escrow! with { Owed = new(p.Escrow.Owed.Units + (UInt256)1) } }),
        Lie<Settlement>("an escrow closed in another transaction", EvidenceChecks.ChainEscrow, S, p => p with { Escrow = p.Escrow! with { Transaction = p.Payment.Transaction } }),
    ];

    static TrainingRun Asked(TrainingRun run, Func<TrainingParameters, TrainingParameters> change) =>
        run with { BuildDefinition = run.BuildDefinition with { ExternalParameters = change(run.BuildDefinition.ExternalParameters) } };

    static TrainingRun At(TrainingRun run, Func<TrainingMetadata, TrainingMetadata> change) => run with { RunDetails = run.RunDetails with { Metadata = change(run.RunDetails.Metadata) } };

    static TrainingRun Depending(TrainingRun run, params ResourceDescriptor[] on) => run with { BuildDefinition = run.BuildDefinition with { ResolvedDependencies = [.. on] } };

    /// <summary>Other bindings, and the list of dependencies that agrees with them.</summary>
    static Evidence.Bundles.Bundle Bound(this Scene s, Func<TrainingBindings, TrainingBindings> change) => s.Forger.Rewrite<TrainingRun>(t =>
    {
        var b = change(t.BuildDefinition.InternalParameters);
        (LinkType Type, Sha256Digest? Digest)[] named = [(D, b.Dataset), (G, b.GuardReport), (L, b.Lease)];
        var bound = t with { BuildDefinition = t.BuildDefinition with { InternalParameters = b } };
        return Depending(bound, [.. named.Where(n => n.Digest is not null).Select(n => new ResourceDescriptor(n.Type.PredicateType, new DigestSet(n.Digest!.Value)))]);
    });

    static Evidence.Bundles.Bundle WithManifest(this Scene s, Func<WorkloadManifest, WorkloadManifest> change)
    {
        WorkloadManifest.Decode(s.Blob(s.Predicate<ComputeLease>().ManifestDigest), out var manifest);
        byte[] other = change(manifest!).Encode();
        return s.Forger.Rewrite(p => p is ComputeLease l ? l with { ManifestDigest = Sha256.Hash(other) } : p, other);
    }
}
