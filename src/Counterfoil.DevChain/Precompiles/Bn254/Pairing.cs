using System.Numerics;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Precompiles.Bn254;

/// <summary>The optimal ate pairing on bn254 (Vercauteren, "Optimal pairings", IEEE Trans. Inf. Theory 2010), as EIP-197 asks for it.</summary>
/// <remarks>
/// Written to be short and right, not fast: about a tenth of a second for the final exponentiation, which is one power and nothing clever. G2 is
/// the twist y² = x³ + 3/ξ over Fp2; (x, y) on it stands for (x·w², y·w³) on the curve over Fp12. Not constant-time: every input is public.
/// </remarks>
static class Pairing
{
    // 6·x + 2.
    static readonly UInt256 Loop = UInt256.Parse("29793968203157093288");
    static readonly BigInteger FinalExponent = (BigInteger.Pow((BigInteger)Fp.Modulus, 12) - 1) / (BigInteger)Fp.Order;

    // Frobenius on the twist: w^(p − 1) = ξ^((p − 1) / 6), so x is multiplied by ξ^((p − 1) / 3) and y by ξ^((p − 1) / 2).
    static readonly Fp2 FrobeniusX = Fp2.Xi.Power((Fp.Modulus - 1) / 3);
    static readonly Fp2 FrobeniusY = Fp2.Xi.Power((Fp.Modulus - 1) / 2);

    /// <summary>Whether the product of the pairings of all pairs is one. No point is infinity, all are in their groups.</summary>
    public static bool IsProductOne(IReadOnlyList<((Fp X, Fp Y) P, (Fp2 X, Fp2 Y) Q)> pairs)
    {
        var product = Fp12.One;
        foreach (var (p, q) in pairs) product = product * Miller(p, q);
        return product.Power(FinalExponent).IsOne;
    }

    static Fp12 Miller((Fp X, Fp Y) p, (Fp2 X, Fp2 Y) q)
    {
        var (f, t) = (Fp12.One, q);
        for (int i = Loop.BitLength - 1; --i >= 0;)
        {
            f = f * f * Tangent(ref t, p);
            if (Loop.Bit(i)) f = f * Chord(ref t, q, p);
        }
        var once = Frobenius(q);
        var twice = Frobenius(once);
        f = f * Chord(ref t, once, p);
        return f * Chord(ref t, (twice.X, -twice.Y), p);
    }

    static (Fp2 X, Fp2 Y) Frobenius((Fp2 X, Fp2 Y) q) => (q.X.Conjugate * FrobeniusX, q.Y.Conjugate * FrobeniusY);

    static Fp12 Tangent(ref (Fp2 X, Fp2 Y) t, (Fp X, Fp Y) p)
    {
        var square = t.X * t.X;
        return Line(ref t, t.X, (square + square + square) * (t.Y + t.Y).Inverse, p);
    }

    static Fp12 Chord(ref (Fp2 X, Fp2 Y) t, (Fp2 X, Fp2 Y) q, (Fp X, Fp Y) p) => Line(ref t, q.X, (q.Y - t.Y) * (q.X - t.X).Inverse, p);

    // The line of slope λ·w through t, at p: y − λ·x·w + (λ·x_t − y_t)·w³; and t moves to the third point's mirror image.
    static Fp12 Line(ref (Fp2 X, Fp2 Y) t, Fp2 otherX, Fp2 slope, (Fp X, Fp Y) p)
    {
        var line = Fp12.Sparse(new Fp2(p.Y, default), -(slope * p.X), slope * t.X - t.Y);
        var x = slope * slope - t.X - otherX;
        t = (x, slope * (t.X - x) - t.Y);
        return line;
    }
}
