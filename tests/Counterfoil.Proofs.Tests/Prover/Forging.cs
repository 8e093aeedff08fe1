using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Prover.Inference;
using Counterfoil.Zk;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>One small model and an honest answer of it: the material of all forgeries.</summary>
static class Forging
{
    public static Bytes32 Context { get; } = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    static readonly (Counterfoil.Zk.Graphs.Graph Graph, ImmutableArray<Counterfoil.Zk.Graphs.GemmParameters> Parameters) Source = RandomModels.Mlp(7, 30, 20, 6);

    public static RegisteredModel Registered { get; } = RegisteredModel.Register(Source.Graph, Source.Parameters);

    public static sbyte[] Input { get; } = RandomModels.Input(7, 30);

    public static ExecutionTrace Trace { get; } = IntegerExecutor.Execute(Source.Graph, Source.Parameters, Input);

    public static InferenceStatement Statement { get; } = new(Registered.Model, Input, Trace.Output.AsMemory(), Context);

    /// <summary>The real transcript, or one whose challenges a forger knows.</summary>
    public static Transcript Transcript(bool frozen) => frozen ? new FrozenTranscript(11) : new KeccakTranscript();

    /// <summary>A proof, and a map of it with the challenges it was made under.</summary>
    public static (byte[] Proof, ProofMap Map) Prove(bool frozen, ExecutionTrace? trace = null, InferenceStatement? statement = null, Witness? witness = null)
    {
        var recorder = new RecordingTranscript(Transcript(frozen));
        trace ??= Trace;
        var prover = Registered.Prover(trace, statement ?? Statement);
        var proof = prover.Prove(recorder, witness ?? new Witness(Registered.Model.Inference, trace));
        return (proof, new ProofMap(Registered.Model, recorder.Replay()));
    }

    public static Verdict Verify(bool frozen, InferenceStatement statement, byte[] proof) => InferenceProof.Verify(statement, proof, Transcript(frozen));

    public static Check CheckOf(Verdict verdict) => Assert.IsType<Verdict.Rejected>(verdict).Reason.Check;

    /// <summary>The trace with another last value.</summary>
    public static ExecutionTrace WithOutput(ExecutionTrace trace, ImmutableArray<sbyte> output) =>
        trace with { Nodes = trace.Nodes.SetItem(trace.Nodes.Length - 1, trace.Nodes[^1] with { Output = output }) };
}
