using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// A linear form in the cells of a vector of 2^m cells, some of whose variables, from the lowest on, were bound since. Both sides know it; the verifier never writes it
/// out, but asks for its product with the short vector that is left.
/// </summary>
abstract class FoldedForm
{
    /// <summary>Σ over the cells left of form·cell, once the lowest variables are bound to <paramref name="bound"/>.</summary>
    public abstract Goldilocks2 Apply(ReadOnlySpan<Goldilocks2> bound, ReadOnlySpan<Goldilocks2> cells);
}

/// <summary>coefficient·eq(point, ·).</summary>
sealed class EqualityForm(Goldilocks2[] point, Goldilocks2 coefficient) : FoldedForm
{
    public Goldilocks2[] Point => point;

    public Goldilocks2 Coefficient => coefficient;

    public override Goldilocks2 Apply(ReadOnlySpan<Goldilocks2> bound, ReadOnlySpan<Goldilocks2> cells) =>
        coefficient * Multilinear.Equality<Goldilocks2>(bound, point.AsSpan(0, bound.Length))
            * Multilinear.InnerProduct<Goldilocks2>(cells, Multilinear.Equality<Goldilocks2>(point.AsSpan(bound.Length)));
}

/// <summary>A form that is written out, on one half of the vector: zero from its last entry on.</summary>
/// <param name="entries">The form.</param>
/// <param name="coefficient">What it counts for.</param>
sealed class WrittenForm(Goldilocks2[] entries, Goldilocks2 coefficient) : FoldedForm
{
    public Goldilocks2[] Entries => entries;

    public Goldilocks2 Coefficient => coefficient;

    /// <inheritdoc/>
    /// <remarks>On the upper half: the lower is the opened row's.</remarks>
    public override Goldilocks2 Apply(ReadOnlySpan<Goldilocks2> bound, ReadOnlySpan<Goldilocks2> cells)
    {
        var form = (Goldilocks2[])entries.Clone();
        int length = form.Length;
        foreach (var r in bound)
        {
            for (int i = 0; i < length; i += 2)
            {
                var odd = i + 1 < length ? form[i + 1] : Goldilocks2.Zero;
                form[i / 2] = form[i] + r * (odd - form[i]);
            }
            length = (length + 1) / 2;
        }
        return coefficient * Multilinear.InnerProduct<Goldilocks2>(cells[(cells.Length / 2)..], form.AsSpan(0, length));
    }
}

/// <summary>
/// coefficient·Σ xⁱ·cell i, counted from when <paramref name="first"/> variables were bound: the value of the vector, read as coefficients, at a point of the base field.
/// </summary>
/// <param name="first">Variables bound before.</param>
/// <param name="half">The half of the vector that is meant, 0 or 1; −1: all of it.</param>
/// <param name="x">The point.</param>
/// <param name="coefficient">What it counts for.</param>
sealed class PowerForm(int first, int half, Goldilocks x, Goldilocks2 coefficient) : FoldedForm
{
    public int Half => half;

    public Goldilocks X => x;

    public Goldilocks2 Coefficient => coefficient;

    public override Goldilocks2 Apply(ReadOnlySpan<Goldilocks2> bound, ReadOnlySpan<Goldilocks2> cells)
    {
        var (factor, power) = (coefficient, x);
        foreach (var r in bound[first..])
        {
            factor *= Goldilocks2.One - r + r * power;
            power *= power;
        }
        if (half >= 0) cells = cells.Slice(half * cells.Length / 2, cells.Length / 2);
        return factor * At(cells, power);
    }

    /// <summary>The polynomial with these coefficients at a point.</summary>
    public static Goldilocks2 At(ReadOnlySpan<Goldilocks2> coefficients, Goldilocks x)
    {
        var y = Goldilocks2.Zero;
        for (int i = coefficients.Length; --i >= 0;) y = y * x + coefficients[i]; // Horner
        return y;
    }
}
