using System.Collections.Immutable;
using Counterfoil.Prover.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Prover.Execution;

/// <summary>A graph's hidden cells, as the matrix of <see cref="HiddenLayout"/>.</summary>
sealed class HiddenMatrix : IMatrix
{
    readonly WeightLayout layout;

    // One byte a weight, w + 128: an unsigned byte times an unsigned word is what the fast kernel multiplies.
    readonly byte[] cells;
    readonly int[] biases;

    public HiddenMatrix(IntegerGraph graph, HiddenLayout hidden, ImmutableArray<HiddenCells> nodes)
    {
        layout = hidden.Weights;
        cells = new byte[(long)layout.Biases.FirstRow << layout.Code.LogRowLength];
        Array.Fill(cells, (byte)128);
        biases = new int[layout.Biases.Height];
        for (int l = 0; l < hidden.Values.Length; l++)
        {
            int value = hidden.Values[l];
            var weights = nodes[value - 1].Weights.AsSpan();
            var target = Block(l);
            if (graph.Nodes[value - 1] is not LinearMap map)
            {
                for (int i = 0; i < weights.Length; i++) target[i] = (byte)(weights[i] + 128);
                continue;
            }
            int height = map.Outputs / map.Groups, stride = 1 << layout.Blocks[l].ColumnVariables;
            for (int g = 0; g < map.Groups; g++)
                for (int o = 0; o < height; o++)
                {
                    var from = weights.Slice((g * height + o) * map.Columns, map.Columns);
                    var to = target.Slice(o * stride + g * map.Columns, map.Columns);
                    for (int k = 0; k < from.Length; k++) to[k] = (byte)(from[k] + 128);
                }
            nodes[value - 1].Biases.CopyTo(biases, hidden.BiasOf[value]);
        }
    }

    public int Rows => layout.Rows;

    /// <summary>All biases.</summary>
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

    public ReadOnlySpan<byte> Bytes(int row, int first, int count) => row < layout.Biases.FirstRow ? cells.AsSpan((row << layout.Code.LogRowLength) + first, count) : default;

    public void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum)
    {
        int length = layout.Code.RowLength;
        ByteFolding.Fold(cells, weights[..layout.Biases.FirstRow], sum);
        for (int i = 0; i < biases.Length; i++)
            sum[i % length] += weights[layout.Biases.FirstRow + i / length] * Goldilocks.FromInteger(biases[i]);
    }

    /// <summary>Writes Σ over the rows of a block of weight·row, for each column (padding included).</summary>
    public void FoldBlock(int block, ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum) => ByteFolding.Fold(Block(block), weights, sum);

    /// <summary>The cells of a block to the end of its last row, each 128 too large.</summary>
    public ReadOnlyMemory<byte> Padded(int block) => cells.AsMemory(layout.Blocks[block].FirstRow << layout.Code.LogRowLength, layout.Blocks[block].Rows << layout.Code.LogRowLength);

    /// <summary>The cells of a block, each 128 too large.</summary>
    public Span<byte> Block(int block) =>
        cells.AsSpan(layout.Blocks[block].FirstRow << layout.Code.LogRowLength, layout.Blocks[block].Height << layout.Blocks[block].ColumnVariables);
}
