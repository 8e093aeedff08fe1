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

    /// <summary>
    /// Once the sum-check is at point ρ, what is left is a sum over blocks of A(ρ)·x(ρ)·W(ρ): a linear function of the weights' matrix,
    /// with these row weights and eq(ρ, ·) over the cells of a row.
    /// </summary>
    /// <param name="layout">Where the weights lie.</param>
    /// <param name="rowWeights">A of every neuron.</param>
    /// <param name="read">x at ρ for every node.</param>
    /// <param name="point">ρ.</param>
    public static Goldilocks2[] MatrixRows(
        WeightLayout layout, ReadOnlySpan<Goldilocks2> rowWeights, ReadOnlySpan<Goldilocks2> read, ReadOnlySpan<Goldilocks2> point)
    {
        var rows = new Goldilocks2[layout.Rows];
        int offset = 0;
        for (int l = 0; l < layout.Blocks.Length; l++)
        {
            var block = layout.Blocks[l];
            bool biases = block == layout.Biases;
            var a = rowWeights.Slice(biases ? 0 : offset, block.Height);
            var factor = Multilinear.InnerProduct(a, Multilinear.EqualityPrefix(point[block.ColumnVariables..], block.Height));
            if (!biases) factor *= read[l];
            var high = Multilinear.EqualityPrefix(point[layout.Code.LogRowLength..], block.Rows);
            for (int r = 0; r < block.Rows; r++) rows[block.FirstRow + r] = factor * high[r];
            offset += block.Height;
        }
        return rows;
    }
}
