using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Execution;

/// <summary>The rows of a witness, column after column.</summary>
/// <remarks>
/// Where a column's space is longer than a row, each column has rows of its own, as many as its cells need. Where it is not, cell x of column c is at address c·2^ν + x, and a row has several columns.
/// </remarks>
sealed class WitnessRows
{
    readonly GraphLayout layout;
    readonly int[] first;

    public WitnessRows(GraphLayout layout, RowCode code)
    {
        (this.layout, Code) = (layout, code);
        first = new int[layout.Columns + 1];
        for (int c = 0; c < layout.Columns; c++) first[c + 1] = first[c] + (layout.Lengths[c] + code.RowLength - 1 >> code.LogRowLength);
    }

    public RowCode Code { get; }

    /// <summary>Whether every column starts at a row of its own.</summary>
    public bool HasRowsPerColumn => layout.Variables >= Code.LogRowLength;

    public int Rows => HasRowsPerColumn ? first[^1] : (int)((((long)layout.Columns << layout.Variables) + Code.RowLength - 1) >> Code.LogRowLength);

    /// <summary>The column that a row belongs to, and which of its rows it is; where <see cref="HasRowsPerColumn"/>.</summary>
    public (int Column, int Part) ColumnOf(int row)
    {
        int column = Array.BinarySearch(first, row);
        if (column < 0) column = ~column - 1;
        while (first[column + 1] == row) column++; // a column without cells has no rows
        return (column, row - first[column]);
    }

    /// <summary>Variables of a column's number, and more where a column is shorter than a row.</summary>
    public int ColumnVariables => Math.Max(Multilinear.VariablesFor(layout.Columns), Code.LogRowLength - layout.Variables);

    /// <summary>Where in a row Σ eq(<paramref name="delta"/>, column)·column(<paramref name="cell"/>) looks.</summary>
    public Goldilocks2[] RowPoint(ReadOnlySpan<Goldilocks2> cell, ReadOnlySpan<Goldilocks2> delta) => [.. cell[..Math.Min(cell.Length, Code.LogRowLength)], .. delta[..Math.Max(0, Code.LogRowLength - cell.Length)]];

    /// <summary>What it weighs each row with.</summary>
    public Goldilocks2[] RowWeights(ReadOnlySpan<Goldilocks2> cell, ReadOnlySpan<Goldilocks2> delta)
    {
        int k = Code.LogRowLength;
        if (!HasRowsPerColumn) return Multilinear.EqualityPrefix(delta[(k - cell.Length)..], Rows)[..Rows];
        var (columns, parts, weights) = (Multilinear.EqualityPrefix(delta, layout.Columns), Multilinear.Equality(cell[k..]), new Goldilocks2[Rows]);
        for (int c = 0; c < layout.Columns; c++)
            for (int row = first[c]; row < first[c + 1]; row++) weights[row] = columns[c] * parts[row - first[c]];
        return weights;
    }

    /// <summary>The pads that a hiding proof takes: one per message from the fractions to the opening, two for the products of factors, one per factor.</summary>
    /// <param name="hidden">The hidden cells of the model.</param>
    /// <param name="tensors">How many of input and output are hidden: one message each.</param>
    public PadLayout Pads(HiddenLayout hidden, int tensors)
    {
        int blocks = hidden.Weights.Blocks.Length, maps = layout.LinearMaps;
        int messages = FractionalSum.Messages(layout.Depth) + tensors + 2 + 2 * layout.ProductVariables + 1 + 2 * layout.FactorVariables + 2 + 1 + 2 * hidden.Weights.AddressVariables
            + maps + blocks + 3 * layout.Variables + layout.Columns + 2 * Code.LogRowLength + 1;
        return new PadLayout(messages + 2 + FractionalSum.Factors(layout.Depth) + 2 + 2 * maps + 1 + layout.SideLimbs, Code);
    }
}
