using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Graphs;

/// <summary>
/// All neurons of a graph in one row, node after node: the domain of every witness column. One relation over this domain holds for all layers at
/// once, because a lookup commits every layer's values anyway; the depth of the graph adds no round.
/// </summary>
sealed class NeuronSpace
{
    // Fewer than 2^8 rows would save nothing: the byte table has 2^8 entries.
    const int LeastVariables = 8;

    NeuronSpace(Graph graph, ImmutableArray<NodeArithmetic> nodes)
    {
        Graph = graph;
        Nodes = nodes;
        Count = nodes[^1].Neurons.End;
        Variables = Math.Max(LeastVariables, Multilinear.VariablesFor(Count));
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>Its operators with their widths.</summary>
    public ImmutableArray<NodeArithmetic> Nodes { get; }

    /// <summary>Neurons of all nodes.</summary>
    public int Count { get; }

    /// <summary>Variables of a witness column.</summary>
    public int Variables { get; }

    /// <summary>Cells of a witness column; those from <see cref="Count"/> on are proven to be zero.</summary>
    public int Size => 1 << Variables;

    /// <summary>The node that writes the output.</summary>
    public NodeArithmetic Last => Nodes[^1];

    /// <summary>The neurons that hold value <paramref name="value"/>, from 1 on.</summary>
    public (int Start, int End) Value(int value) => Nodes[value - 1].Neurons;

    /// <summary>Checks shapes, limits and ranges.</summary>
    public static Verdict Derive(Graph graph, ImmutableArray<int> biasBits, out NeuronSpace? space)
    {
        space = null;
        if (graph.InputLength is < 1 or > Limits.Length)
            return Verdict.Reject(ZkChecks.ModelGraph, $"an input of 1 to {Limits.Length} cells", $"{graph.InputLength}");
        if (graph.Nodes.IsDefaultOrEmpty || graph.Nodes.Length > Limits.Nodes)
            return Verdict.Reject(ZkChecks.ModelGraph, $"1 to {Limits.Nodes} nodes", graph.Nodes.IsDefault ? "none" : $"{graph.Nodes.Length}");
        if (biasBits.IsDefault || biasBits.Length != graph.Nodes.Length)
            return Verdict.Reject(ZkChecks.ModelGraph, "a width of biases for each node", biasBits.IsDefault ? "none" : $"{biasBits.Length}");

        var nodes = ImmutableArray.CreateBuilder<NodeArithmetic>(graph.Nodes.Length);
        long neurons = 0, weights = 0;
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            if (graph.Nodes[i] is not Gemm node)
                return Verdict.Reject(ZkChecks.ModelGraph, "a Gemm, the operator that can be proven", $"node {i}: {graph.Nodes[i]?.GetType().Name ?? "none"}");
            var verdict = CheckShape(graph, node, i, biasBits[i]);
            if (!verdict.IsAccepted) return verdict;
            verdict = NodeArithmetic.Derive(node, i, (int)neurons, biasBits[i], out var arithmetic);
            if (!verdict.IsAccepted) return verdict;
            neurons += node.OutputLength;
            weights += (long)node.OutputLength << arithmetic!.ColumnVariables;
            if (neurons > Limits.Neurons || weights > Limits.Weights)
                return Verdict.Reject(ZkChecks.ModelGraph, $"{Limits.Neurons} neurons and {Limits.Weights} padded weights at most", $"{neurons}, {weights}");
            nodes.Add(arithmetic);
        }
        space = new NeuronSpace(graph, nodes.MoveToImmutable());
        return Verdict.Accept;
    }

    static Verdict CheckShape(Graph graph, Gemm node, int index, int biasBits)
    {
        if ((uint)node.Input > (uint)index)
            return Verdict.Reject(ZkChecks.ModelGraph, $"node {index} to read an earlier value", $"value {node.Input}");
        int length = node.Input == 0 ? graph.InputLength : ((Gemm)graph.Nodes[node.Input - 1]).OutputLength;
        if (node.InputLength != length)
            return Verdict.Reject(ZkChecks.ModelGraph, $"node {index} to read {length} cells", $"{node.InputLength}");
        if (node.OutputLength is < 1 or > Limits.Length)
            return Verdict.Reject(ZkChecks.ModelGraph, $"node {index} to write 1 to {Limits.Length} cells", $"{node.OutputLength}");
        if (biasBits is < 1 or > 31)
            return Verdict.Reject(ZkChecks.ModelRange, $"node {index}: biases of 1 to 31 bits", $"{biasBits}");
        var (multipliers, shift) = node.Requantisation;
        if (shift is < 15 or > 46)
            return Verdict.Reject(ZkChecks.ModelRange, $"node {index}: a shift from 15 to 46", $"{shift}");
        if (multipliers.IsDefault || multipliers.Length != node.OutputLength)
            return Verdict.Reject(ZkChecks.ModelGraph, $"node {index}: {node.OutputLength} multipliers", multipliers.IsDefault ? "none" : $"{multipliers.Length}");
        foreach (uint m in multipliers)
            if (m is 0 or >= 1u << 31) return Verdict.Reject(ZkChecks.ModelRange, $"node {index}: multipliers from 1 to 2^31 − 1", $"{m}");
        return Verdict.Accept;
    }
}

/// <summary>What a verifier is ready to handle. Every size is checked against these before anything of that size is allocated.</summary>
static class Limits
{
    public const int Nodes = 256;
    public const int Length = 1 << 17;
    public const int Neurons = 1 << 20;
    public const long Weights = 1L << 28;
    public const int Rows = 1 << 16;
}
