using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>The small model of <see cref="Forging"/>, its weights hidden.</summary>
static class Hidden
{
    public static RegisteredGraph Registered { get; } = RegisteredGraph.Register(Forging.Source, RandomModels.Hidden);

    public static CommittedGraph Model => Registered.Model;

    public static ExecutionStatement Statement { get; } = Forging.Statement with { Model = Registered.Model };

    /// <summary>A proof outside the budget: its challenges may be known.</summary>
    public static byte[] Prove(bool frozen, ExecutionStatement? statement = null, ExecutionWitness? witness = null, IReadOnlyList<long[]>? values = null)
    {
        using var secrets = Registered.Secrets(true);
        values ??= Forging.Values;
        return Registered.Prover(values, statement ?? Statement, secrets).Prove(Forging.Transcript(frozen), witness ?? new ExecutionWitness(Model.Layout, values));
    }

    public static Verdict Verify(bool frozen, ExecutionStatement statement, byte[] proof) => ExecutionProof.Verify(statement, proof, Forging.Transcript(frozen));
}
