using Counterfoil.Evidence.Predicates;
using Counterfoil.Zk;

namespace Counterfoil.Evidence.Verification;

/// <summary>The zero-knowledge part: registration and inference proofs, the dearest checks, made only for links that passed the rest.</summary>
sealed partial class Story
{
    public void CheckProofs()
    {
        foreach (var link in Of(LinkType.ModelCommitment).Where(l => !l.IsRejected))
        {
            var model = (ModelCommitment)link.Predicate!;
            if (CommittedModel(link, model) is { } committed && Blob(link, model.Registration) is { } registration)
                link.Record(RegistrationProof.Verify(committed, registration));
        }
        foreach (var link in Of(LinkType.InferenceProof).Where(l => !l.IsRejected))
        {
            var inference = (InferenceRecord)link.Predicate!;
            if (Named(inference.Model, LinkType.ModelCommitment) is not { Predicate: ModelCommitment model } commitment
                || CommittedModel(commitment, model) is not { } committed)
            {
                link.Record(Core.Verdicts.Verdict.CannotTell(EvidenceChecks.LinkPredecessor, "the model commitment that the proof is about"));
                continue;
            }
            if (Blob(link, inference.Input.Bytes) is not { } body || Blob(link, inference.Output.Tensor) is not { } output
                || Blob(link, inference.Proof) is not { } proof || Tensor(link, inference, body) is not { } input || !link.Record(TensorBytes.ReadOutput(output.Span, out var cells))) continue;
            link.Record(ExecutionProof.Verify(new ExecutionStatement(committed, input, cells, inference.Context.Value), proof));
        }
    }
}
