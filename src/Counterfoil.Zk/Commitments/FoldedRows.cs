using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// The vector that the short schedule folds, and what is claimed of it: the opened row v and, where anything is hidden, after it the opened row of pads, each of 2^b cells, b the variables of
/// <see cref="RowCode.Cells"/>; both are continued with zeros.
/// </summary>
/// <remarks>
/// That the cells past the end are zero is not checked, nor need it be: a row that had others there would be one of a code of 2^b cells, which is the code that the ledger counts queries for, and they are in no
/// form. The same holds for own rows, which have fewer cells than v: what is past a row's own cells is a mask.
/// </remarks>
sealed class FoldedRows
{
    readonly Goldilocks2[] coefficients;

    /// <summary>Draws a coefficient for each claim but the first: of the pads' form, of each symbol of v, of each symbol of the pads' row.</summary>
    /// <param name="code">The code of the rows.</param>
    /// <param name="positions">The queried columns.</param>
    /// <param name="cells">The point s over a row's own cells: the first claim is Σ eq(s, c)·v_c.</param>
    /// <param name="padForm">The form of the pads; null if nothing is hidden.</param>
    /// <param name="draw">Draws challenges.</param>
    public FoldedRows(RowCode code, ReadOnlySpan<int> positions, ReadOnlySpan<Goldilocks2> cells, Goldilocks2[]? padForm, Func<int, Goldilocks2[]> draw)
    {
        bool pads = padForm is not null;
        Variables = VariablesOf(code, pads);
        coefficients = draw(pads ? 1 + 2 * positions.Length : positions.Length);
        var point = new Goldilocks2[Variables];
        cells.CopyTo(point);
        Forms = [new EqualityForm(point, Goldilocks2.One)];
        if (pads) Forms.Add(new WrittenForm(padForm!, coefficients[0]));
        int next = pads ? 1 : 0;
        for (int half = pads ? 0 : -1; half < (pads ? 2 : 0); half++)
            foreach (int position in positions) Forms.Add(new PowerForm(0, half, code.PointAt(position), coefficients[next++]));
    }

    /// <summary>m.</summary>
    public int Variables { get; }

    /// <summary>The forms with their coefficients.</summary>
    public List<FoldedForm> Forms { get; }

    /// <summary>Variables of the folded vector.</summary>
    public static int VariablesOf(RowCode code, bool pads) => Multilinear.VariablesFor(code.Cells) + (pads ? 1 : 0);

    /// <summary>2^b, the cells of each opened row with the zeros.</summary>
    public static int CellsOf(RowCode code) => 1 << VariablesOf(code, false);

    /// <summary>The opened rows as parts of the vector.</summary>
    public static Goldilocks2[][] Parts(RowCode code, Goldilocks2[] row, Goldilocks2[]? pads)
    {
        int cells = CellsOf(code);
        Array.Resize(ref row, cells);
        if (pads is null) return [row];
        Array.Resize(ref pads, cells);
        return [row, pads];
    }

    /// <summary>Σ of the claimed values, times the coefficients.</summary>
    public Goldilocks2 Claim(Goldilocks2 value, ReadOnlySpan<Goldilocks2> symbols, Goldilocks2 padValue, ReadOnlySpan<Goldilocks2> padSymbols)
    {
        int next = padSymbols.IsEmpty ? 0 : 1;
        if (next > 0) value += coefficients[0] * padValue;
        foreach (var symbol in symbols) value += coefficients[next++] * symbol;
        foreach (var symbol in padSymbols) value += coefficients[next++] * symbol;
        return value;
    }
}
