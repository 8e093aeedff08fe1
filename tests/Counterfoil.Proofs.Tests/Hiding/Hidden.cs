using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Inference;
using Counterfoil.Zk;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>The small model of <see cref="Forging"/>, its weights hidden.</summary>
static class Hidden
{
    public static RegisteredModel Registered { get; } = RegisteredModel.Register(RandomModels.Mlp(7, 30, 20, 6).Graph, RandomModels.Mlp(7, 30, 20, 6).Parameters, RandomModels.Hidden);

    public static CommittedModel Model => Registered.Model;

    public static InferenceStatement Statement { get; } = Forging.Statement with { Model = Registered.Model };

    /// <summary>A proof outside the budget: its challenges may be known.</summary>
    public static byte[] Prove(bool frozen, InferenceStatement? statement = null, Witness? witness = null, ExecutionTrace? trace = null)
    {
        using var secrets = Registered.Secrets();
        trace ??= Forging.Trace;
        return Registered.Prover(trace, statement ?? Statement, secrets).Prove(Forging.Transcript(frozen), witness ?? new Witness(Model.Inference, trace));
    }

    public static Verdict Verify(bool frozen, InferenceStatement statement, byte[] proof) => InferenceProof.Verify(statement, proof, Forging.Transcript(frozen));
}
