using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>One small model, a perceptron of 30, 20 and 6 cells, and an honest answer of it: the material of most forgeries.</summary>
static class Forging
{
    public static Bytes32 Context { get; } = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    public static IntegerModel Source { get; } = RandomModels.Mlp(7, 30, 20, 6);

    public static RegisteredGraph Registered { get; } = RegisteredGraph.Register(Source);

    public static GraphLayout Layout => Registered.Model.Layout;

    public static int[] Input { get; } = RandomModels.Input(7, 30);

    /// <summary>The input; the first layer's sums and results; the second's.</summary>
    public static ImmutableArray<long[]> Values { get; } = PrimitiveExecutor.Execute(Source, Input);

    public static long[] Output => Values[^1];

    public static ExecutionStatement Statement { get; } = new(Registered.Model, Input, Output, Context);

    /// <summary>The output, with one cell moved by one.</summary>
    public static long[] OffByOne(int cell = 2) => [.. Output.Select((y, i) => i == cell ? y + (y > 0 ? -1 : 1) : y)];

    /// <summary>The real transcript, or one whose challenges a forger knows.</summary>
    public static Transcript Transcript(bool frozen) => frozen ? new FrozenTranscript(11) : new KeccakTranscript();

    /// <summary>A proof, and what was said in it.</summary>
    public static (byte[] Proof, MessageTranscript Said) Prove(bool frozen, IReadOnlyList<long[]>? values = null, ExecutionStatement? statement = null, ExecutionWitness? witness = null)
    {
        var said = new MessageTranscript(Transcript(frozen));
        return (Registered.Prover(values ?? Values, statement ?? Statement).Prove(said, witness ?? new ExecutionWitness(Layout, values ?? Values)), said);
    }

    public static Verdict Verify(bool frozen, ExecutionStatement statement, byte[] proof) => ExecutionProof.Verify(statement, proof, Transcript(frozen));

    public static Check CheckOf(Verdict verdict) => Assert.IsType<Verdict.Rejected>(verdict).Reason.Check;
}
