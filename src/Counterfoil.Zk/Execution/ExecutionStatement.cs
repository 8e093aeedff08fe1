using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Security;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>What an execution proof proves: this model gives this output on this input, said in this context. Input and output are each given in the clear or as a commitment.</summary>
/// <param name="Model">The model.</param>
/// <param name="Input">The quantised input, each cell in the range that the graph gives it; empty if it is hidden.</param>
/// <param name="Output">The output's integers; empty if it is hidden.</param>
/// <param name="Context">What the proof was made for: a proof holds in no other.</param>
public sealed record ExecutionStatement(CommittedGraph Model, ReadOnlyMemory<int> Input, ReadOnlyMemory<long> Output, Bytes32 Context)
{
    /// <summary>What the hidden input is committed to by; null if it is public.</summary>
    public TensorCommitment? HiddenInput { get; init; }

    /// <summary>What the hidden output is committed to by; null if it is public.</summary>
    public TensorCommitment? HiddenOutput { get; init; }

    /// <summary>The soundness error of every round of its proof and of the model's registration; null if there is no such statement of the model.</summary>
    public SecurityLedger? Ledger => Check(out var plan).IsAccepted ? plan!.Ledger : null;

    internal Verdict Check(out ExecutionPlan? plan)
    {
        plan = null;
        var (graph, ranges) = (Model.Graph, Model.Layout.Ranges);
        int inputs = HiddenInput is null ? graph.Input.Length : 0, outputs = HiddenOutput is null ? graph.Length(graph.Output) : 0;
        if (Input.Length != inputs) return Verdict.Reject(ZkChecks.Statement, $"an input of {inputs} cells in the clear", $"{Input.Length}");
        if (Output.Length != outputs) return Verdict.Reject(ZkChecks.Statement, $"an output of {outputs} cells in the clear", $"{Output.Length}");
        foreach (int cell in Input.Span)
            if (cell < graph.Input.Least || cell > graph.Input.Most) return Verdict.Reject(ZkChecks.Statement, $"input cells in [{graph.Input.Least}, {graph.Input.Most}]", $"{cell}");
        var range = ranges[graph.Output];
        foreach (long cell in Output.Span)
            if (cell < range.Least || cell > range.Most) return Verdict.Reject(ZkChecks.Statement, $"output cells in [{range.Least}, {range.Most}]", $"{cell}");
        return ExecutionPlan.Of(Model, HiddenInput, HiddenOutput, out plan);
    }

    internal delegate void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message);

    // Everything that fixes what is proven comes before the first challenge; the model id covers all that the shapes say, and they are cheap.
    internal void AbsorbInto(ExecutionPlan plan, Absorb absorb)
    {
        var graph = Model.Graph;
        Span<byte> shapes = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(shapes, graph.Input.Length);
        BinaryPrimitives.WriteInt32BigEndian(shapes[4..], graph.Length(graph.Output));
        BinaryPrimitives.WriteInt32BigEndian(shapes[8..], plan.Layout.Columns);
        BinaryPrimitives.WriteInt32BigEndian(shapes[12..], plan.Layout.Depth);
        byte[] input = new byte[sizeof(int) * Input.Length], output = new byte[sizeof(long) * Output.Length];
        for (int i = 0; i < Input.Length; i++) BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(sizeof(int) * i), Input.Span[i]);
        for (int i = 0; i < Output.Length; i++) BinaryPrimitives.WriteInt64BigEndian(output.AsSpan(sizeof(long) * i), Output.Span[i]);
        absorb(Labels.Protocol, "counterfoil/execution/v2"u8);
        absorb(Labels.Model, Model.Id.Value.ToArray());
        absorb(Labels.Root, Model.WeightRoot.ToArray());
        absorb(Labels.Shapes, shapes);
        if (plan.Input is null) absorb(Labels.Input, input);
        else absorb(Labels.HiddenInput, plan.Input.Encode());
        if (plan.Output is null) absorb(Labels.Output, output);
        else absorb(Labels.HiddenOutput, plan.Output.Encode());
        absorb(Labels.Context, Context.ToArray());
    }

    /// <summary>The public output, as a polynomial, at a point.</summary>
    internal Goldilocks2 OutputAt(ReadOnlySpan<Goldilocks2> point)
    {
        var equality = Multilinear.EqualityPrefix(point, Output.Length);
        var sum = Goldilocks2.Zero;
        for (int i = 0; i < Output.Length; i++) sum += equality[i] * Goldilocks.FromInteger(Output.Span[i]);
        return sum;
    }

    /// <summary>The cells of every value that follows from the input and that rows are chosen by; and the input. None, if it is hidden.</summary>
    internal long[]?[] PublicCells()
    {
        var graph = Model.Graph;
        if (HiddenInput is not null) return new long[]?[graph.Values];
        var needed = new bool[graph.Values];
        needed[0] = true;
        for (int v = graph.Values - 1; v > 0; v--)
        {
            if (graph.Nodes[v - 1] is Graphs.RowGather gather) needed[gather.Indices] = true;
            if (needed[v]) foreach (int read in graph.Nodes[v - 1].Reads) needed[read] = true;
        }
        var cells = new long[]?[graph.Values];
        cells[0] = new long[Input.Length];
        for (int i = 0; i < Input.Length; i++) cells[0]![i] = Input.Span[i];
        for (int v = 1; v < graph.Values; v++)
            if (needed[v]) cells[v] = PublicArithmetic.Run(graph.Nodes[v - 1], cells);
        return cells;
    }
}
