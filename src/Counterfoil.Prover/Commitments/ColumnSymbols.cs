using System.Runtime.InteropServices;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Commitments;

/// <summary>Symbols of rows whose codewords nobody kept: each row's polynomial at the points of the columns.</summary>
static class ColumnSymbols
{
    // Powers of so many cells at a time: for 128 points half a megabyte.
    const int Tile = 512;

    /// <summary>The symbols at <paramref name="positions"/>, row after row.</summary>
    public static Goldilocks[] Of(IMatrix matrix, Goldilocks[] masks, RowCode code, int[] positions)
    {
        var symbols = new Goldilocks[matrix.Rows * positions.Length];
        Goldilocks[] points = Array.ConvertAll(positions, code.PointAt);
        int half = matrix.Rows / 2;
        Parallel.Invoke(() => Add(matrix, masks, code, points, 0, half, symbols), () => Add(matrix, masks, code, points, half, matrix.Rows, symbols));
        return symbols;
    }

    static void Add(IMatrix matrix, Goldilocks[] masks, RowCode code, Goldilocks[] points, int firstRow, int endRow, Goldilocks[] symbols)
    {
        Goldilocks[] powers = new Goldilocks[points.Length * Tile], next = new Goldilocks[points.Length], offsets = new Goldilocks[points.Length], buffer = new Goldilocks[Tile];
        Array.Fill(next, Goldilocks.One);
        for (int first = 0, count; first < code.Cells; first += count)
        {
            count = Math.Min(Tile, (first < code.RowLength ? code.RowLength : code.Cells) - first);
            for (int p = 0; p < points.Length; p++)
            {
                offsets[p] = Goldilocks.Zero;
                foreach (ref var power in powers.AsSpan(p * Tile, count))
                {
                    power = next[p];
                    offsets[p] += power;
                    next[p] *= points[p];
                }
                offsets[p] *= Goldilocks.FromUInt64(128);
            }
            for (int r = firstRow; r < endRow; r++)
            {
                var sums = symbols.AsSpan(r * points.Length, points.Length);
                var bytes = first < code.RowLength ? matrix.Bytes(r, first, count) : default;
                if (!bytes.IsEmpty)
                {
                    ByteProducts.Add(bytes, MemoryMarshal.Cast<Goldilocks, ulong>(powers.AsSpan()), Tile, sums);
                    for (int p = 0; p < sums.Length; p++) sums[p] -= offsets[p];
                    continue;
                }
                var cells = buffer.AsSpan(0, count);
                if (first < code.RowLength) matrix.CopyRow(r, cells, first);
                else masks.AsSpan(r * code.Masks + first - code.RowLength, count).CopyTo(cells);
                for (int p = 0; p < sums.Length; p++) sums[p] += FieldVector.InnerProduct(cells, powers.AsSpan(p * Tile, count));
            }
        }
    }
}
