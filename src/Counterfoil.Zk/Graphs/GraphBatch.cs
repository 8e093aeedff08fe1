using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Graphs;

/// <summary>
/// A graph that answers several inputs at once: every tensor holds those of all inputs, one after the other. What does not depend on the input, the parameters and what is made of them alone, is there once.
/// </summary>
/// <remarks>The integers of each answer are those of the graph asked alone, and the hidden cells are the same, in the same order: so one registration serves batches of any size.</remarks>
/// <param name="Graph">The graph of the batch.</param>
/// <param name="Origins">Of every node of the batch, the node that it stands for; −1 where it only lays a parameter out for each input.</param>
public sealed record GraphBatch(IntegerGraph Graph, ImmutableArray<int> Origins)
{
    /// <summary>The most inputs of a batch.</summary>
    public const int MostInputs = 1024;

    const int MostCells = 1 << 24;

    /// <summary>The graph for <paramref name="count"/> inputs, or why there is none.</summary>
    /// <param name="graph">A graph that <see cref="IntegerRanges.Derive"/> accepts.</param>
    /// <param name="count">Inputs, 1 to <see cref="MostInputs"/>.</param>
    /// <param name="batch">The batch, if the verdict accepts.</param>
    public static Verdict Of(IntegerGraph graph, int count, out GraphBatch? batch)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostInputs);
        batch = null;
        var draft = new Draft(graph, count);
        for (int v = 0; v < graph.Values; v++)
        {
            if ((long)graph.Length(v) * count > MostCells) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {MostCells} cells a value in a batch of {count}", $"{(long)graph.Length(v) * count} of value {v}");
            if (v > 0 && graph.Nodes[v - 1] is RowGather gather && !draft.IsShared(gather.Table))
                return Verdict.Reject(ZkChecks.ModelGraph, $"node {v - 1}: a table of the model's own, in a batch", "one that is computed");
            if (v > 0) draft.Append(v);
        }
        batch = draft.Finish();
        return Verdict.Accept;
    }

    sealed class Draft(IntegerGraph graph, int count)
    {
        readonly List<Primitive> nodes = [];
        readonly List<int> origins = [];
        readonly bool[] isShared = new bool[graph.Values];
        readonly int[] places = new int[graph.Values], copies = new int[graph.Values];

        public bool IsShared(int v) => isShared[v];

        public GraphBatch Finish()
        {
            int output = Read(graph.Output);
            return new(new IntegerGraph(graph.Input with { Length = graph.Input.Length * count }, graph.Tables, [.. nodes], output), [.. origins]);
        }

        public void Append(int v)
        {
            var node = graph.Nodes[v - 1];
            isShared[v] = node.Reads.All(r => isShared[r]);
            var made = isShared[v] ? Moved(node, r => places[r]) : node is RowGather g ? g with { Table = places[g.Table], Indices = Read(g.Indices), Count = g.Count * count } : Repeated(Moved(node, Read), node);
            nodes.Add(made);
            origins.Add(v - 1);
            places[v] = nodes.Count;
        }

        // A value as one that depends on the input reads it.
        int Read(int v)
        {
            if (!isShared[v]) return places[v];
            if (copies[v] > 0) return copies[v];
            int length = graph.Length(v);
            nodes.Add(new Movement([places[v]], [.. Enumerable.Range(0, length * count).Select(i => i % length)], []));
            origins.Add(-1);
            return copies[v] = nodes.Count;
        }

        static Primitive Moved(Primitive node, Func<int, int> read) => node switch
        {
            LinearMap m => m with { Input = read(m.Input) },
            Parameter p => p,
            MatrixProduct p => p with { A = read(p.A), B = read(p.B) },
            CellProduct p => p with { A = read(p.A), B = read(p.B) },
            Combination c => c with { Terms = [.. c.Terms.Select(t => (read(t.Value), t.Factor))] },
            Requantise r => r with { Input = read(r.Input) },
            Lookup l => l with { Input = read(l.Input) },
            Movement m => m with { Inputs = [.. m.Inputs.Select(read)] },
            RowGather g => g with { Table = read(g.Table), Indices = read(g.Indices) },
            WindowSum s => s with { Input = read(s.Input) },
            WindowMaximum m => m with { Input = read(m.Input) },
            Quotient q => q with { A = read(q.A), B = read(q.B) },
            SquareRoot r => r with { Input = read(r.Input) },
            _ => throw new InvalidOperationException($"no such primitive: {node.GetType().Name}"),
        };

        Primitive Repeated(Primitive moved, Primitive node) => moved switch
        {
            LinearMap m => m with { Window = m.Window with { N = m.Window.N * count } },
            MatrixProduct p => p with { Batch = p.Batch * count },
            CellProduct p => p with { Cells = p.Cells * count },
            Combination c => c with { Cells = c.Cells * count },
            Requantise r => r with { Cells = r.Cells * count },
            Lookup l => l with { Cells = l.Cells * count },
            Movement m => m with { Map = Map(((Movement)node).Inputs, m.Map) },
            WindowSum s => s with { Window = s.Window with { N = s.Window.N * count } },
            WindowMaximum m => m with { Window = m.Window with { N = m.Window.N * count } },
            Quotient q => q with { Cells = q.Cells * count },
            SquareRoot r => r with { Cells = r.Cells * count },
            _ => throw new InvalidOperationException($"no such primitive: {node.GetType().Name}"),
        };

        // Input s has its cells of each value in a stretch of their own.
        ImmutableArray<int> Map(ImmutableArray<int> inputs, ImmutableArray<int> map)
        {
            var ends = new int[inputs.Length];
            for (int t = 0, end = 0; t < ends.Length; t++) ends[t] = end += graph.Length(inputs[t]);
            var batched = ImmutableArray.CreateBuilder<int>(map.Length * count);
            for (int s = 0; s < count; s++)
                foreach (int entry in map)
                {
                    if (entry < 0)
                    {
                        batched.Add(entry);
                        continue;
                    }
                    int t = Array.BinarySearch(ends, entry + 1);
                    if (t < 0) t = ~t;
                    int start = t == 0 ? 0 : ends[t - 1], length = ends[t] - start;
                    batched.Add(start * count + s * length + entry - start);
                }
            return batched.MoveToImmutable();
        }
    }
}
