using System.Collections.Immutable;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Prover.Commitments;

/// <summary>A model's weights and biases as the matrix of <see cref="WeightLayout"/>.</summary>
sealed class WeightMatrix : IMatrix
{
    readonly WeightLayout layout;

    // One byte a weight, w + 128: an unsigned byte times an unsigned word is what the fast kernel multiplies.
    readonly byte[] cells;
    readonly int[] biases;

    public WeightMatrix(NeuronSpace space, WeightLayout layout, ImmutableArray<GemmParameters> parameters)
    {
        this.layout = layout;
        cells = new byte[(long)layout.Biases.FirstRow << layout.Code.LogRowLength];
        Array.Fill(cells, (byte)128);
        biases = new int[space.Count];
        foreach (var node in space.Nodes)
        {
            var block = layout.Blocks[node.Index];
            var weights = parameters[node.Index].Weights.AsSpan();
            for (int i = 0; i < block.Height; i++)
            {
                var row = cells.AsSpan(Start(block) + (i << block.ColumnVariables), block.Width);
                for (int j = 0; j < row.Length; j++) row[j] = (byte)(weights[i * block.Width + j] + 128);
            }
            parameters[node.Index].Biases.CopyTo(biases, node.Offset);
        }
    }

    public int Rows => layout.Rows;

    /// <summary>All biases, neuron after neuron.</summary>
    public ReadOnlyMemory<int> Biases => biases;

    public void CopyRow(int row, Span<Goldilocks> destination, int first = 0)
    {
        int length = layout.Code.RowLength;
        if (row < layout.Biases.FirstRow)
        {
            var from = cells.AsSpan(row * length + first, destination.Length);
            for (int c = 0; c < from.Length; c++) destination[c] = Goldilocks.FromInteger(from[c] - 128);
            return;
        }
        destination.Clear();
        first += (row - layout.Biases.FirstRow) * length;
        for (int c = 0; c < destination.Length && first + c < biases.Length; c++) destination[c] = Goldilocks.FromInteger(biases[first + c]);
    }

    public void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum)
    {
        int length = layout.Code.RowLength;
        ByteFolding.Fold(cells, weights[..layout.Biases.FirstRow], sum);
        for (int i = 0; i < biases.Length; i++)
            sum[i % length] += weights[layout.Biases.FirstRow + i / length] * Goldilocks.FromInteger(biases[i]);
    }

    /// <summary>Writes Σ over the rows i of W of one node of weight i·W(i, j), for each column j (padding included).</summary>
    public void FoldNode(int node, ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum)
    {
        var block = layout.Blocks[node];
        ByteFolding.Fold(cells.AsSpan(Start(block), block.Height << block.ColumnVariables), weights, sum);
    }

    int Start(WeightLayout.Block block) => block.FirstRow << layout.Code.LogRowLength;
}
