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

    public void CopyRow(int row, Span<Goldilocks> cells)
    {
        cells.Clear();
        if (rows.HasRowsPerColumn)
        {
            Part(row).CopyTo(cells);
            return;
        }
        for (int at = 0, column = row * cells.Length >> layout.Variables; at < cells.Length && column < layout.Columns; at += layout.Size, column++) witness.Column(column).CopyTo(cells[at..]);
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
