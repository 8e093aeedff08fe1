using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Inference;

/// <summary>
/// The matrix products of all nodes as one sum (Thaler 2013, all layers in one sum-check): Σ over nodes of Σ A(i)·W(i, j)·x(j), and Σ
/// A(i)·b(i) for the biases, with A(i) = eq(τ, neuron i)·Mᵢ public.
/// </summary>
static class MatrixClaim
{
    /// <summary>A of every neuron.</summary>
    public static Goldilocks2[] RowWeights(NeuronSpace space, ReadOnlySpan<Goldilocks2> equality)
    {
        var weights = new Goldilocks2[space.Count];
        foreach (var node in space.Nodes)
            for (int i = 0; i < node.Node.OutputLength; i++)
                weights[node.Offset + i] = equality[node.Offset + i] * Goldilocks.FromUInt64(node.Node.Requantisation.Multipliers[i]);
        return weights;
    }

    /// <summary>A of every block at ρ, where the sum-check ended.</summary>
    /// <param name="layout">Where the weights lie.</param>
    /// <param name="rowWeights">A of every neuron.</param>
    /// <param name="point">ρ.</param>
    public static Goldilocks2[] BlockWeights(WeightLayout layout, ReadOnlySpan<Goldilocks2> rowWeights, ReadOnlySpan<Goldilocks2> point)
    {
        var weights = new Goldilocks2[layout.Blocks.Length];
        int offset = 0;
        for (int l = 0; l < weights.Length; l++)
        {
            var block = layout.Blocks[l];
            var a = rowWeights.Slice(block == layout.Biases ? 0 : offset, block.Height);
            weights[l] = Multilinear.InnerProduct(a, Multilinear.EqualityPrefix(point[block.ColumnVariables..], block.Height));
            offset += block.Height;
        }
        return weights;
    }

    /// <summary>Σ over blocks of psi·W(ρ), as row weights of the weights' matrix beside eq(ρ, ·) over the cells of a row.</summary>
    public static Goldilocks2[] MatrixRows(WeightLayout layout, ReadOnlySpan<Goldilocks2> psi, ReadOnlySpan<Goldilocks2> point)
    {
        var rows = new Goldilocks2[layout.Rows];
        for (int l = 0; l < layout.Blocks.Length; l++)
        {
            var block = layout.Blocks[l];
            var high = Multilinear.EqualityPrefix(point[layout.Code.LogRowLength..], block.Rows);
            for (int r = 0; r < block.Rows; r++) rows[block.FirstRow + r] = psi[l] * high[r];
        }
        return rows;
    }
}
