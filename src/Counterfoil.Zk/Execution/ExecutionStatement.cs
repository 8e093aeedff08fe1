using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>What an execution proof proves: this model gives this output on this input, said in this context.</summary>
/// <param name="Model">The model.</param>
/// <param name="Input">The quantised input, each cell in the range that the graph gives it.</param>
/// <param name="Output">The output's integers.</param>
/// <param name="Context">What the proof was made for: a proof holds in no other.</param>
public sealed record ExecutionStatement(CommittedGraph Model, ReadOnlyMemory<int> Input, ReadOnlyMemory<long> Output, Bytes32 Context)
{
    internal Verdict Check()
    {
        var (graph, ranges) = (Model.Graph, Model.Layout.Ranges);
        if (Input.Length != graph.Input.Length) return Verdict.Reject(ZkChecks.Statement, $"an input of {graph.Input.Length} cells", $"{Input.Length}");
        int outputs = graph.Length(graph.Output);
        if (Output.Length != outputs) return Verdict.Reject(ZkChecks.Statement, $"an output of {outputs} cells", $"{Output.Length}");
        foreach (int cell in Input.Span)
            if (cell < graph.Input.Least || cell > graph.Input.Most) return Verdict.Reject(ZkChecks.Statement, $"input cells in [{graph.Input.Least}, {graph.Input.Most}]", $"{cell}");
        var range = ranges[graph.Output];
        foreach (long cell in Output.Span)
            if (cell < range.Least || cell > range.Most) return Verdict.Reject(ZkChecks.Statement, $"output cells in [{range.Least}, {range.Most}]", $"{cell}");
        return Verdict.Accept;
    }

    internal delegate void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message);

    // Everything that fixes what is proven comes before the first challenge; the model id covers all that the shapes say, and they are cheap.
    internal void AbsorbInto(Absorb absorb)
    {
        Span<byte> shapes = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(shapes, Input.Length);
        BinaryPrimitives.WriteInt32BigEndian(shapes[4..], Output.Length);
        BinaryPrimitives.WriteInt32BigEndian(shapes[8..], Model.Layout.Columns);
        BinaryPrimitives.WriteInt32BigEndian(shapes[12..], Model.Layout.Depth);
        byte[] input = new byte[sizeof(int) * Input.Length], output = new byte[sizeof(long) * Output.Length];
        for (int i = 0; i < Input.Length; i++) BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(sizeof(int) * i), Input.Span[i]);
        for (int i = 0; i < Output.Length; i++) BinaryPrimitives.WriteInt64BigEndian(output.AsSpan(sizeof(long) * i), Output.Span[i]);
        absorb(Labels.Protocol, "counterfoil/execution/v2"u8);
        absorb(Labels.Model, Model.Id.Value.ToArray());
        absorb(Labels.Root, Model.WeightRoot.ToArray());
        absorb(Labels.Shapes, shapes);
        absorb(Labels.Input, input);
        absorb(Labels.Output, output);
        absorb(Labels.Context, Context.ToArray());
    }

    /// <summary>The cells of every value that follows from the input and that rows are chosen by; and the input.</summary>
    internal long[]?[] PublicCells()
    {
        var graph = Model.Graph;
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
            if (needed[v]) cells[v] = Execution.PublicArithmetic.Run(graph.Nodes[v - 1], cells);
        return cells;
    }
}
