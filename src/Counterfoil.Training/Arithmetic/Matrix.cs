namespace Counterfoil.Training.Arithmetic;

/// <summary>A row-major float32 matrix whose rows are padded with zeros to a multiple of 16 cells, so that no kernel has a remainder.</summary>
sealed class Matrix(int rows, int columns)
{
    /// <summary>Cells a row is padded to a multiple of: the widest vector.</summary>
    public const int Alignment = 16;

    public int Rows { get; } = rows;
    public int Columns { get; } = columns;

    /// <summary>Cells from one row to the next.</summary>
    public int Stride { get; } = (columns + Alignment - 1) / Alignment * Alignment;

    public float[] Cells { get; } = new float[rows * ((columns + Alignment - 1) / Alignment * Alignment)];

    public Span<float> Row(int row) => Cells.AsSpan(row * Stride, Columns);

    public ref float this[int row, int column] => ref Cells[(row * Stride) + column];

    /// <summary>Writes the transpose of this matrix to <paramref name="target"/>.</summary>
    public void TransposeTo(Matrix target)
    {
        for (int row = 0; row < Rows; row++)
            for (int column = 0; column < Columns; column++) target.Cells[(column * target.Stride) + row] = Cells[(row * Stride) + column];
    }
}
