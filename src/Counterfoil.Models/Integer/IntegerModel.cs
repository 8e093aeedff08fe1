using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>A model in integers: the public graph, and what stays with its owner.</summary>
/// <param name="Graph">What is public.</param>
/// <param name="Hidden">Weights and biases, one entry per node.</param>
/// <param name="InputScale">Input cell q stands for the real number q·InputScale. Informative: no proof depends on it.</param>
/// <param name="OutputScale">Output cell q stands for q·OutputScale. Informative too.</param>
public sealed record IntegerModel(IntegerGraph Graph, ImmutableArray<HiddenCells> Hidden, double InputScale, double OutputScale)
{
    /// <summary>Numbers that are hidden.</summary>
    public long Parameters => Hidden.Sum(h => (long)h.Weights.Length + h.Biases.Length);

    /// <summary>Multiplications of one execution.</summary>
    public long Macs => Graph.Nodes.Sum(n => n.Macs);

    /// <summary>Whether the graph's ranges hold and the hidden cells fit it.</summary>
    /// <param name="ranges">The range of each value, or empty unless accepted.</param>
    public Verdict Validate(out ImmutableArray<CellRange> ranges)
    {
        var verdict = IntegerRanges.Derive(Graph, out ranges);
        if (!verdict.IsAccepted) return verdict;
        if (Hidden.IsDefault || Hidden.Length != Graph.Nodes.Length) return Verdict.Reject(IntegerGraphChecks.Hidden, $"{Graph.Nodes.Length} sets of hidden cells", Hidden.IsDefault ? "none" : $"{Hidden.Length}");
        for (int i = 0; i < Hidden.Length; i++)
        {
            var (weights, biases, bits) = Graph.Nodes[i] switch { LinearMap m => ((long)m.Outputs * m.Columns, m.Outputs, m.BiasBits), Parameter p => (p.Cells, 0, 1), _ => (0L, 0, 1) };
            var hidden = Hidden[i];
            if (hidden is null || hidden.Weights.IsDefault || hidden.Biases.IsDefault || hidden.Weights.Length != weights || hidden.Biases.Length != biases)
                return Verdict.Reject(IntegerGraphChecks.Hidden, $"node {i}: {weights} weights and {biases} biases", "other counts");
            if (hidden.Weights.AsSpan().Contains(sbyte.MinValue)) return Verdict.Reject(IntegerGraphChecks.Hidden, $"node {i}: cells in [-127, 127]", "-128");
            long bound = 1L << (bits - 1);
            foreach (int bias in hidden.Biases)
                if (bias < -bound || bias >= bound) return Verdict.Reject(IntegerGraphChecks.Hidden, $"node {i}: biases of {bits} bits", $"{bias}");
        }
        return Verdict.Accept;
    }
}
