using System.Runtime.CompilerServices;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>An integer modulo n, the order of secp256k1's group (SEC 2 §2.4.1), always below n.</summary>
/// <remarks>No branch and no index depends on a value, except in the members that say so: signing multiplies secrets here.</remarks>
readonly struct Scalar
{
    readonly ulong u0, u1, u2, u3;

    // 2^256 − n = 2^128 + C1·2^64 + C0: 129 bits, so that three folds bring a product below 2^256.
    const ulong C0 = 0x402DA1732FC9BEBF, C1 = 0x4551231950B75FC4;
    const ulong N0 = 0xBFD25E8CD0364141, N1 = 0xBAAEDCE6AF48A03B, N2 = 0xFFFFFFFFFFFFFFFE, N3 = 0xFFFFFFFFFFFFFFFF;

    /// <summary>n, as an integer.</summary>
    public static UInt256 Order => new(N0, N1, N2, N3);

    Scalar(ulong u0, ulong u1, ulong u2, ulong u3) => (this.u0, this.u1, this.u2, this.u3) = (u0, u1, u2, u3);

    /// <summary>The integer modulo n.</summary>
    public static Scalar Reduce(UInt256 value) => Subtracted(value.U0, value.U1, value.U2, value.U3, 0);

    public UInt256 Value => new(u0, u1, u2, u3);

    public bool IsZero => (u0 | u1 | u2 | u3) == 0;

    /// <summary>All ones where the value is above n / 2, else 0.</summary>
    public ulong IsHighMask
    {
        get
        {
            ulong c = 0; // (n − 1) / 2 − value borrows where the value is greater
            Limbs.Subtract(0xDFE92F46681B20A0, u0, ref c);
            Limbs.Subtract(0x5D576E7357A4501D, u1, ref c);
            Limbs.Subtract(0xFFFFFFFFFFFFFFFF, u2, ref c);
            Limbs.Subtract(0x7FFFFFFFFFFFFFFF, u3, ref c);
            return 0 - c;
        }
    }

    public static Scalar operator +(in Scalar a, in Scalar b)
    {
        ulong c = 0;
        ulong r0 = Limbs.Add(a.u0, b.u0, ref c), r1 = Limbs.Add(a.u1, b.u1, ref c), r2 = Limbs.Add(a.u2, b.u2, ref c), r3 = Limbs.Add(a.u3, b.u3, ref c);
        return Subtracted(r0, r1, r2, r3, c);
    }

    public static Scalar operator -(in Scalar a)
    {
        ulong c = 0;
        ulong r0 = Limbs.Subtract(N0, a.u0, ref c), r1 = Limbs.Subtract(N1, a.u1, ref c), r2 = Limbs.Subtract(N2, a.u2, ref c), r3 = Limbs.Subtract(N3, a.u3, ref c);
        return Subtracted(r0, r1, r2, r3, 0);
    }

    public static Scalar operator -(in Scalar a, in Scalar b) => a + -b;

    public static Scalar operator *(in Scalar a, in Scalar b)
    {
        Limbs.Multiply(a.u0, a.u1, a.u2, a.u3, b.u0, b.u1, b.u2, b.u3,
            out ulong r0, out ulong r1, out ulong r2, out ulong r3, out ulong r4, out ulong r5, out ulong r6, out ulong r7);
        return Fold(r0, r1, r2, r3, r4, r5, r6, r7);
    }

    public Scalar Squared
    {
        get
        {
            Limbs.Square(u0, u1, u2, u3,
                out ulong r0, out ulong r1, out ulong r2, out ulong r3, out ulong r4, out ulong r5, out ulong r6, out ulong r7);
            return Fold(r0, r1, r2, r3, r4, r5, r6, r7);
        }
    }

    static readonly ModularInverse Inverses = new(Order);

    /// <summary>The inverse of a public value. Variable time. 0 gives 0.</summary>
    public Scalar PublicInverse() => Reduce(Inverses.Of(Value));

    /// <summary>The inverse, by Fermat: the power n − 2, in windows of four bits of that public exponent. 0 gives 0.</summary>
    public Scalar Inverse()
    {
        Span<Scalar> powers = stackalloc Scalar[16];
        powers[0] = new(1, 0, 0, 0);
        for (int i = 1; i < 16; i++) powers[i] = powers[i - 1] * this;
        var exponent = Order - 2;
        var result = powers[15]; // the top digit of n − 2
        for (int i = 248; i >= 0; i -= 4)
        {
            result = result.Squared.Squared.Squared.Squared;
            result *= powers[(int)(exponent >> i).U0 & 15];
        }
        powers.Clear();
        return result;
    }

    /// <summary><paramref name="a"/> where <paramref name="mask"/> is 0, <paramref name="b"/> where it is all ones.</summary>
    public static Scalar Select(ulong mask, in Scalar a, in Scalar b) => new(
        (a.u0 & ~mask) | (b.u0 & mask), (a.u1 & ~mask) | (b.u1 & mask), (a.u2 & ~mask) | (b.u2 & mask), (a.u3 & ~mask) | (b.u3 & mask));

    // value + carry·2^256 is below 2n: n is taken off where it fits.
    static Scalar Subtracted(ulong r0, ulong r1, ulong r2, ulong r3, ulong carry)
    {
        ulong c = 0;
        ulong s0 = Limbs.Add(r0, C0, ref c), s1 = Limbs.Add(r1, C1, ref c), s2 = Limbs.Add(r2, 1, ref c), s3 = Limbs.Add(r3, 0, ref c);
        return Select(0 - (c | carry), new(r0, r1, r2, r3), new(s0, s1, s2, s3));
    }

    static Scalar Fold(ulong r0, ulong r1, ulong r2, ulong r3, ulong h0, ulong h1, ulong h2, ulong h3)
    {
        // r + h · (2^256 − n) < 2^386, in m0..m6
        ulong c = 0;
        ulong m0 = Limbs.MultiplyAdd(r0, h0, C0, ref c), m1 = Limbs.MultiplyAdd(r1, h1, C0, ref c);
        ulong m2 = Limbs.MultiplyAdd(r2, h2, C0, ref c), m3 = Limbs.MultiplyAdd(r3, h3, C0, ref c), m4 = c;
        c = 0;
        m1 = Limbs.MultiplyAdd(m1, h0, C1, ref c);
        m2 = Limbs.MultiplyAdd(m2, h1, C1, ref c);
        m3 = Limbs.MultiplyAdd(m3, h2, C1, ref c);
        m4 = Limbs.MultiplyAdd(m4, h3, C1, ref c);
        ulong m5 = c;
        c = 0;
        m2 = Limbs.Add(m2, h0, ref c);
        m3 = Limbs.Add(m3, h1, ref c);
        m4 = Limbs.Add(m4, h2, ref c);
        m5 = Limbs.Add(m5, h3, ref c);
        ulong m6 = c;

        // m0..m3 + (m4, m5, m6) · (2^256 − n) < 2^260, in p0..p4
        c = 0;
        ulong p0 = Limbs.MultiplyAdd(m0, m4, C0, ref c), p1 = Limbs.MultiplyAdd(m1, m5, C0, ref c), p2 = Limbs.MultiplyAdd(m2, m6, C0, ref c);
        ulong p3 = Limbs.Add(m3, 0, ref c), p4 = c;
        c = 0;
        p1 = Limbs.MultiplyAdd(p1, m4, C1, ref c);
        p2 = Limbs.MultiplyAdd(p2, m5, C1, ref c);
        p3 = Limbs.MultiplyAdd(p3, m6, C1, ref c);
        p4 += c;
        c = 0;
        p2 = Limbs.Add(p2, m4, ref c);
        p3 = Limbs.Add(p3, m5, ref c);
        p4 += m6 + c;

        // p0..p3 + p4 · (2^256 − n) < 2^256 + 2^134
        c = 0;
        ulong q0 = Limbs.MultiplyAdd(p0, p4, C0, ref c), q1 = Limbs.MultiplyAdd(p1, p4, C1, ref c);
        ulong q2 = Limbs.Add(p2, p4, ref c), q3 = Limbs.Add(p3, 0, ref c);
        return Subtracted(q0, q1, q2, q3, c);
    }
}
