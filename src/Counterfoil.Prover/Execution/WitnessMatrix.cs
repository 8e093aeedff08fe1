using Counterfoil.Prover.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Layout;

namespace Counterfoil.Prover.Execution;

/// <summary>A witness as the rows of <see cref="WitnessRows"/>.</summary>
sealed class WitnessMatrix(ExecutionWitness witness, GraphLayout layout, WitnessRows rows) : IMatrix
{
    public int Rows => rows.Rows;

    public void CopyRow(int row, Span<Goldilocks> cells, int first = 0)
    {
        cells.Clear();
        if (rows.HasRowsPerColumn)
        {
            var part = Part(row);
            part = part[Math.Min(first, part.Length)..];
            part[..Math.Min(part.Length, cells.Length)].CopyTo(cells);
            return;
        }
        int address = (row << rows.Code.LogRowLength) + first;
        for (int at = 0; at < cells.Length && address + at >> layout.Variables < layout.Columns;)
        {
            int from = address + at & (layout.Size - 1), count = Math.Min(layout.Size - from, cells.Length - at);
            var column = witness.Column(address + at >> layout.Variables);
            column = column[Math.Min(from, column.Length)..];
            column[..Math.Min(column.Length, count)].CopyTo(cells[at..]);
            at += count;
        }
    }

    public void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum)
    {
        Goldilocks[] sum0 = new Goldilocks[sum.Length], sum1 = new Goldilocks[sum.Length], cells = new Goldilocks[rows.HasRowsPerColumn ? 0 : sum.Length];
        for (int r = 0; r < Rows; r++)
        {
            var row = rows.HasRowsPerColumn ? Part(r) : cells;
            if (!rows.HasRowsPerColumn) CopyRow(r, cells);
            FieldVector.AddScaled(row, weights[r], sum0, sum1);
        }
        for (int c = 0; c < sum.Length; c++) sum[c] = new(sum0[c], sum1[c]);
    }

    ReadOnlySpan<Goldilocks> Part(int row)
    {
        var (column, part) = rows.ColumnOf(row);
        var cells = witness.Column(column)[(part << rows.Code.LogRowLength)..];
        return cells[..Math.Min(cells.Length, rows.Code.RowLength)];
    }
}
