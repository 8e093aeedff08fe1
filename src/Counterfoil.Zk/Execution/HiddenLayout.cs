using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Execution;

/// <summary>Where the hidden cells of every node lie in the one committed matrix.</summary>
/// <remarks>
/// Of a linear map, row o of a block is output o of every group, side by side: the column of (group, k) is group·Columns + k. Of a parameter, every cell is a row. Biases come last, output after
/// output; a graph without any has one, which is zero in all that is proven.
/// </remarks>
sealed class HiddenLayout
{
    HiddenLayout(WeightLayout weights, ImmutableArray<int> values, int[] blockOf, int[] biasOf) => (Weights, Values, BlockOf, BiasOf) = (weights, values, blockOf, biasOf);

    /// <summary>The matrix.</summary>
    public WeightLayout Weights { get; }

    /// <summary>The value whose node each block belongs to; the biases' block has none.</summary>
    public ImmutableArray<int> Values { get; }

    /// <summary>The block of a value's node, or −1.</summary>
    public int[] BlockOf { get; }

    /// <summary>The number of a value's first bias, or −1.</summary>
    public int[] BiasOf { get; }

    /// <summary>Lays out a graph's hidden cells.</summary>
    public static Verdict Derive(IntegerGraph graph, RowCode code, out HiddenLayout? layout)
    {
        layout = null;
        var shapes = new List<(int, int)>();
        var groups = ImmutableArray.CreateBuilder<WeightLayout.BiasGroup>();
        var values = ImmutableArray.CreateBuilder<int>();
        int[] blockOf = new int[graph.Values], biasOf = new int[graph.Values];
        Array.Fill(blockOf, -1);
        Array.Fill(biasOf, -1);
        int biases = 0;
        long cells = 0;
        for (int v = 1; v < graph.Values; v++)
        {
            if (Shape(graph.Nodes[v - 1]) is not var (height, width)) continue;
            blockOf[v] = shapes.Count;
            shapes.Add((height, width));
            values.Add(v);
            cells += (long)height << Multilinear.VariablesFor(width);
            if (graph.Nodes[v - 1] is LinearMap map)
            {
                biasOf[v] = biases;
                groups.Add(new(biases, biases + map.Outputs, map.BiasBits));
                biases += map.Outputs;
            }
            if (cells > Limits.Weights || biases > Limits.Biases)
                return Verdict.Reject(ZkChecks.ModelGraph, $"{Limits.Weights} padded weights and {Limits.Biases} biases at most", $"{cells}, {biases}");
        }
        if (groups.Count == 0) groups.Add(new(0, 1, 1));
        layout = new HiddenLayout(new WeightLayout(shapes, groups.ToImmutable(), code), values.ToImmutable(), blockOf, biasOf);
        return Verdict.Accept;
    }

    /// <summary>Rows and columns of a node's block, or null if it hides nothing.</summary>
    public static (int Height, int Width)? Shape(Primitive node) => node switch
    {
        LinearMap m => (m.Outputs / m.Groups, m.Groups * m.Columns),
        Parameter p => (p.Cells, 1),
        _ => null,
    };
}

