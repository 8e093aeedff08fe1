using System.Collections.Immutable;
using Counterfoil.Models;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>One small graph for each primitive, and some in which one reads another's result in the ways that matter.</summary>
static class SmallGraphs
{
    static readonly Window conv = new(1, 2, 5, 5, 3, 3, 2, 1, 1, 0, 1, 1, 3, 3);
    static readonly Window dilated = new(2, 4, 6, 5, 2, 2, 1, 1, 1, 1, 2, 1, 6, 6);
    static readonly Window pool = new(1, 3, 5, 5, 3, 3, 2, 2, 1, 1, 1, 1, 3, 3);

    public static SortedDictionary<string, IntegerModel> All { get; } = new(StringComparer.Ordinal)
    {
        ["linear rows"] = Model(6, new LinearMap(0, Window.Rows(2, 3), 1, 4, 9)),
        ["mlp"] = Model(5, new LinearMap(0, Window.Rows(1, 5), 1, 7, 12), Narrow(1, 7, 0), new LinearMap(2, Window.Rows(1, 7), 1, 3, 12), Narrow(3, 3)),
        ["convolution"] = Model(50, new LinearMap(0, conv, 1, 3, 10), Narrow(1, 27)),
        ["groups and dilation"] = Model(240, new LinearMap(0, dilated, 2, 6, 10), Narrow(1, 432)),
        ["depthwise"] = Model(75, new LinearMap(0, pool, 3, 3, 10), Narrow(1, 27)),
        ["parameter"] = Model(4, new Parameter(4), new Combination([(0, 3), (1, -5)], 17, 4)),
        ["parameter multiplied"] = Model(4, new Parameter(4), new CellProduct(0, 1, 4), Narrow(2, 4)),
        ["parameter read by weights"] = Model(4, new Parameter(4), new Combination([(0, 1), (1, 1)], 0, 4), new LinearMap(2, Window.Rows(1, 4), 1, 2, 8)),
        ["matrix product"] = Model(24, new Movement([0], [.. Enumerable.Range(0, 12)], []), new Movement([0], [.. Enumerable.Range(12, 12)], []), new MatrixProduct(1, 2, 2, 2, 3, 2), Narrow(3, 8)),
        ["matrix product of products"] = Model(4, new CellProduct(0, 0, 4), new MatrixProduct(1, 0, 1, 2, 2, 2), new CellProduct(2, 1, 4)),
        ["cell product"] = Model(5, new CellProduct(0, 0, 5), Narrow(1, 5)),
        ["combination"] = Model(5, new Combination([(0, 7), (0, -3)], -9, 5)),
        ["requantise channels"] = Model(12, new Requantise(0, 12, [70_000, 1 << 20, 900_000], 2, 20, -100, 90)),
        ["requantise wide"] = Model(12, new Combination([(0, 100_000)], 5, 12), new Requantise(1, 12, [3_000_000], 1, 30, -5_000, 5_000)),
        ["lookup"] = Model(9, new Lookup(0, 9, 0)),
        ["lookup of a product"] = Model(9, new Movement([0], [.. Enumerable.Repeat(0, 9)], []), new Requantise(1, 9, [400_000], 1, 22, -11, 11), new CellProduct(2, 2, 9), new Lookup(3, 9, 0)),
        ["movement"] = Model(6, new Movement([0, 0], [11, 3, -1, 0, 6, -2], [5, -7])),
        ["row gather"] = Gather(),
        ["window sum"] = Model(75, new WindowSum(0, pool), Narrow(1, 27)),
        ["window maximum"] = Model(75, new WindowMaximum(0, pool)),
        ["maximum of one"] = Model(6, new CellProduct(0, 0, 6), new WindowMaximum(1, Window.Whole(6, 1)), new WindowMaximum(0, Window.Whole(2, 3))),
        ["quotient"] = Model(6, new CellProduct(0, 0, 6), new Combination([(1, 1)], 3, 6), new WindowSum(2, Window.Whole(2, 3)), new Quotient(0, 3, 6, 3, 1000)),
        ["square root"] = Model(6, new CellProduct(0, 0, 6), new SquareRoot(1, 6)),
        ["softmax"] = Softmax(),
        ["nothing hidden"] = Model(3, new Movement([0], [2, 1, 0], [])),
    };

    public static int[] Input(IntegerGraph graph, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, graph.Input.Length).Select(_ => random.Next(graph.Input.Least, graph.Input.Most + 1))];
    }

    /// <summary>Hidden cells for a graph.</summary>
    public static ImmutableArray<HiddenCells> Hide(IntegerGraph graph, int seed)
    {
        var random = new Random(seed);
        ImmutableArray<sbyte> Cells(int count) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-127, 128))];
        return
        [
            .. graph.Nodes.Select(node => node switch
            {
                LinearMap m => new HiddenCells(Cells(m.Outputs * m.Columns), [.. Enumerable.Range(0, m.Outputs).Select(_ => (int)(random.NextInt64(1L << m.BiasBits) - (1L << (m.BiasBits - 1))))]),
                Parameter p => new HiddenCells(Cells(p.Cells), []),
                _ => HiddenCells.None,
            }),
        ];
    }

    static Requantise Narrow(int value, int cells, int least = -127, int most = 127) => new(value, cells, [20_000], 1, 22, least, most);

    static IntegerModel Model(int input, params ImmutableArray<Primitive> nodes)
    {
        CellTable square = new("square", -127, [.. Enumerable.Range(-127, 255).Select(x => (short)(x * x / 130))]);
        var graph = new IntegerGraph(new GraphInput(input, -127, 127), [square], nodes, nodes.Length);
        return new IntegerModel(graph, Hide(graph, input), 1, 1);
    }

    // A table of rows chosen by the input, by a movement of it, and summed.
    static IntegerModel Gather()
    {
        var graph = new IntegerGraph(
            new GraphInput(4, 0, 4), [],
            [
                new Parameter(15), new RowGather(1, 0, 5, 3, 4), new Movement([0], [3, 2, 1, 0], []), new RowGather(1, 3, 5, 3, 4), new Combination([(2, 2), (4, 1)], 0, 12),
                Narrow(5, 12), new LinearMap(6, Window.Rows(4, 3), 1, 2, 8), Narrow(7, 8),
            ], 8);
        return new IntegerModel(graph, Hide(graph, 3), 1, 1);
    }

    static IntegerModel Softmax()
    {
        const int rows = 3, cells = 4;
        CellTable power = new("exp(-x/16)", 0, [.. Enumerable.Range(0, 256).Select(x => (short)(Math.Exp(-x / 16.0) * 20_000))]);
        var graph = new IntegerGraph(
            new GraphInput(rows * cells, -127, 127), [power],
            [
                new WindowMaximum(0, Window.Whole(rows, cells)), new Movement([1], [.. Enumerable.Range(0, rows * cells).Select(i => i / cells)], []), new Combination([(2, 1), (0, -1)], 0, rows * cells),
                new Requantise(3, rows * cells, [1 << 15], 1, 15, 0, 255), new Lookup(4, rows * cells, 0), new WindowSum(5, Window.Whole(rows, cells)), new Combination([(6, 1)], 1, rows),
                new Quotient(5, 7, rows * cells, cells, 127), new Requantise(8, rows * cells, [1 << 15], 1, 15, 0, 127),
            ], 9);
        return new IntegerModel(graph, Hide(graph, 4), 1, 1);
    }
}
