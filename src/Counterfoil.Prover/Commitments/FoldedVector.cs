using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Prover.Commitments;

/// <summary>What is left of the cells of one part of the folded vector, and of the forms that are claimed of them.</summary>
/// <remarks>Kept in reversed order of index bits, so that the lowest variable, which is bound first, is the highest: its two halves lie apart.</remarks>
sealed class FoldedVector : IDisposable
{
    // Powers are made of two tables, so many bits of the index in the one whose entries are scaled as a row.
    const int LogRow = 8;

    readonly BoundVector cells, form;

    public FoldedVector(ReadOnlySpan<Goldilocks2> natural)
    {
        int variables = Multilinear.VariablesFor(natural.Length);
        cells = new BoundVector(Reversed(natural), variables);
        form = new BoundVector(new Goldilocks2[natural.Length], variables);
    }

    /// <summary>Variables left.</summary>
    public int Variables => cells.Variables;

    /// <summary>The cells left, in their own order.</summary>
    public Goldilocks2[] Natural() => Reversed(cells.ToArray());

    public RoundSums Round() => BoundVector.Round(cells, form);

    public void Bind(Goldilocks2 r)
    {
        cells.Bind(r);
        form.Bind(r);
    }

    /// <summary>Adds coefficient·eq(point, ·).</summary>
    public void AddEquality(ReadOnlySpan<Goldilocks2> point, Goldilocks2 coefficient)
    {
        var reversed = point.ToArray();
        Array.Reverse(reversed);
        var equality = Multilinear.Equality<Goldilocks2>(reversed);
        for (int i = 0; i < equality.Length; i++) form.Add(i, coefficient * equality[i]);
    }

    /// <summary>Adds a form that is written out, as far as it goes.</summary>
    public void AddWritten(ReadOnlySpan<Goldilocks2> entries, Goldilocks2 coefficient)
    {
        int variables = Variables;
        for (int i = 0; i < entries.Length; i++) form.Add((int)FoldedOpening.Reverse(i, variables), coefficient * entries[i]);
    }

    /// <summary>Adds Σ coefficient·xⁱ over points.</summary>
    public void AddPowers(ReadOnlySpan<(Goldilocks X, Goldilocks2 Coefficient)> powers)
    {
        int variables = Variables, low = Math.Min(LogRow, variables), high = variables - low;
        var rows = new Goldilocks[powers.Length << low];
        var scales = new Goldilocks2[powers.Length << high];
        Span<Goldilocks> squares = stackalloc Goldilocks[variables];
        for (int j = 0; j < powers.Length; j++)
        {
            // Bit p of a reversed index is variable (variables − 1 − p), which counts for x^(2^that).
            var square = powers[j].X;
            for (int k = variables; --k >= 0; square *= square) squares[k] = square;
            var row = rows.AsSpan(j << low, 1 << low);
            row[0] = Goldilocks.One;
            for (int p = 0; p < low; p++)
                for (int i = 0; i < 1 << p; i++) row[(1 << p) + i] = row[i] * squares[p];
            var scale = scales.AsSpan(j << high, 1 << high);
            scale[0] = powers[j].Coefficient;
            for (int p = 0; p < high; p++)
                for (int i = 0; i < 1 << p; i++) scale[(1 << p) + i] = scale[i] * squares[low + p];
        }
        int count = powers.Length;
        Parallel.For(0, high == 0 ? 1 : 2, new ParallelOptions { MaxDegreeOfParallelism = high < 3 ? 1 : 2 }, half =>
        {
            int chunks = high == 0 ? 1 : 1 << (high - 1);
            for (int j = 0; j < count; j++)
                for (int h = half * chunks; h < (half + 1) * chunks; h++) form.AddScaled(h << low, rows.AsSpan(j << low, 1 << low), scales[(j << high) + h]);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        cells.Dispose();
        form.Dispose();
    }

    static Goldilocks2[] Reversed(ReadOnlySpan<Goldilocks2> values)
    {
        int bits = Multilinear.VariablesFor(values.Length);
        var reversed = new Goldilocks2[values.Length];
        for (int i = 0; i < reversed.Length; i++) reversed[FoldedOpening.Reverse(i, bits)] = values[i];
        return reversed;
    }
}
