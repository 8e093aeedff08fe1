namespace Counterfoil.Evm.Secp256k1;

/// <summary>a · G + b · P for public a, b and P, as verifying and recovering need. Variable time.</summary>
/// <remarks>
/// Four scalars of at most 129 bits run through one chain of 129 doublings (Straus): a = a₀ + 2^128 · a₁ on fixed tables of G and 2^128 · G; b split by the
/// curve's endomorphism (Gallant, Lambert, Vanstone, CRYPTO 2001): λ · (x, y) = (β · x, y). Digits are in non-adjacent form with windows.
/// </remarks>
static class DoubleMultiplication
{
    const int FixedWindow = 10, Window = 5, Length = 132;

    // β³ = 1 (mod p), λ³ = 1 (mod n), neither 1, paired so that λ · (x, y) = (β · x, y).
    static readonly FieldElement Beta = new(UInt256.Parse("0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501ee"));
    static readonly Scalar Lambda = Scalar.Reduce(UInt256.Parse("0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72"));
    // A short basis (a₁, b₁), (a₂, b₂) of { (x, y) : x + λ · y ≡ 0 (mod n) }, and ⌊2^384 · |bᵢ| / n⌉ to divide by multiplying.
    static readonly Scalar MinusB1 = Scalar.Reduce(UInt256.Parse("0xe4437ed6010e88286f547fa90abfe4c3"));
    static readonly Scalar MinusB2 = Scalar.Reduce(UInt256.Parse("0xfffffffffffffffffffffffffffffffe8a280ac50774346dd765cda83db1562c"));
    static readonly UInt256 G1 = UInt256.Parse("0x3086d221a7d46bcde86c90e49284eb153daa8a1471e8ca7fe893209a45dbb031");
    static readonly UInt256 G2 = UInt256.Parse("0xe4437ed6010e88286f547fa90abfe4c4221208ac9df506c61571b4ae8ac47f71");

    static readonly AffinePoint[] LowTable = BuildFixed(AffinePoint.Generator, 0), HighTable = BuildFixed(AffinePoint.Generator, 128);

    public static JacobianPoint Multiply(in Scalar a, in Scalar b, in AffinePoint point)
    {
        Span<short> low = stackalloc short[Length], high = stackalloc short[Length], first = stackalloc short[Length], second = stackalloc short[Length];
        var integer = a.Value;
        Digits(new UInt256(integer.U0, integer.U1, 0, 0), FixedWindow, negative: false, low);
        Digits(integer >> 128, FixedWindow, negative: false, high);
        Split(b, out var b1, out bool b1Negative, out var b2, out bool b2Negative);
        Digits(b1, Window, b1Negative, first);
        Digits(b2, Window, b2Negative, second);

        Span<AffinePoint> table = stackalloc AffinePoint[1 << (Window - 2)], turned = stackalloc AffinePoint[1 << (Window - 2)];
        OddMultiples(point, table);
        for (int i = 0; i < table.Length; i++) turned[i] = new(table[i].X * Beta, table[i].Y);

        var sum = JacobianPoint.Infinity;
        for (int i = Length; --i >= 0;)
        {
            if (!sum.IsInfinity) sum = sum.Doubled;
            AddDigit(ref sum, low[i], LowTable);
            AddDigit(ref sum, high[i], HighTable);
            AddDigit(ref sum, first[i], table);
            AddDigit(ref sum, second[i], turned);
        }
        return sum;
    }

    static void AddDigit(ref JacobianPoint sum, int digit, ReadOnlySpan<AffinePoint> odd)
    {
        if (digit > 0) sum += odd[digit >> 1];
        else if (digit < 0) sum += odd[-digit >> 1].Negated;
    }

    /// <summary>k ≡ k₁ + λ · k₂ (mod n) with |k₁|, |k₂| &lt; 2^129.</summary>
    internal static void Split(in Scalar k, out UInt256 k1, out bool k1Negative, out UInt256 k2, out bool k2Negative)
    {
        var second = Scalar.Reduce(RoundedProduct(k.Value, G1)) * MinusB1 + Scalar.Reduce(RoundedProduct(k.Value, G2)) * MinusB2;
        var first = k - second * Lambda;
        k1Negative = first.IsHighMask != 0;
        k2Negative = second.IsHighMask != 0;
        k1 = (k1Negative ? -first : first).Value;
        k2 = (k2Negative ? -second : second).Value;
    }

    // ⌊a · b / 2^384⌉
    static UInt256 RoundedProduct(UInt256 a, UInt256 b)
    {
        Limbs.Multiply(a.U0, a.U1, a.U2, a.U3, b.U0, b.U1, b.U2, b.U3, out _, out _, out _, out _, out _, out ulong r5, out ulong r6, out ulong r7);
        return new UInt256(r6, r7, 0, 0) + (r5 >> 63);
    }

    // Odd digits in (−2^(w−1), 2^(w−1)), at least w − 1 zeros after each.
    static void Digits(UInt256 value, int window, bool negative, Span<short> digits)
    {
        digits.Clear();
        ulong v0 = value.U0, v1 = value.U1, v2 = value.U2;
        for (int i = 0; (v0 | v1 | v2) != 0;)
        {
            int shift = v0 == 0 ? 63 : System.Numerics.BitOperations.TrailingZeroCount(v0);
            if (shift > 0)
            {
                (v0, v1, v2) = (v0 >> shift | v1 << (64 - shift), v1 >> shift | v2 << (64 - shift), v2 >> shift);
                i += shift;
                continue;
            }
            int digit = (int)(v0 & ((1UL << window) - 1));
            if (digit >= 1 << (window - 1)) digit -= 1 << window;
            ulong low = v0 - (ulong)digit; // a negative digit adds
            if (digit < 0 && low < v0 && ++v1 == 0) v2++;
            v0 = low;
            digits[i] = (short)(negative ? -digit : digit);
        }
    }

    // P, 3P, 5P, … by adding 2P, which is affine on the isomorphic curve that takes (x, y) to (x · Z², y · Z³) for the Z of 2P: its inverse is not needed.
    static void OddMultiples(in AffinePoint point, Span<AffinePoint> table)
    {
        Span<JacobianPoint> points = table.Length <= 8 ? stackalloc JacobianPoint[8] : new JacobianPoint[table.Length];
        points = points[..table.Length];
        var twice = new JacobianPoint(point).Doubled;
        var square = twice.Z.Squared;
        var step = new AffinePoint(twice.X, twice.Y);
        points[0] = new(new AffinePoint(point.X * square, point.Y * square * twice.Z));
        for (int i = 1; i < points.Length; i++) points[i] = points[i - 1] + step;
        for (int i = 0; i < points.Length; i++) points[i] = new(points[i].X, points[i].Y, points[i].Z * twice.Z); // back on secp256k1
        JacobianPoint.ToAffine(points, table);
    }

    static AffinePoint[] BuildFixed(in AffinePoint point, int doublings)
    {
        var start = new JacobianPoint(point);
        for (int i = 0; i < doublings; i++) start = start.Doubled;
        var table = new AffinePoint[1 << (FixedWindow - 2)];
        OddMultiples(start.ToAffine(), table);
        return table;
    }
}
