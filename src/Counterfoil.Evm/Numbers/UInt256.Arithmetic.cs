using System.Runtime.CompilerServices;

namespace Counterfoil.Evm;

public readonly partial struct UInt256
{
    /// <summary>The sum modulo 2^256, and whether it wrapped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AddOverflows(in UInt256 a, in UInt256 b, out UInt256 sum)
    {
        ulong s0 = a.u0 + b.u0, c = s0 < b.u0 ? 1UL : 0;
        ulong s1 = Limbs.Add(a.u1, b.u1, ref c);
        ulong s2 = Limbs.Add(a.u2, b.u2, ref c);
        ulong s3 = Limbs.Add(a.u3, b.u3, ref c);
        sum = new(s0, s1, s2, s3);
        return c != 0;
    }

    /// <summary>The difference modulo 2^256, and whether it borrowed (<paramref name="a"/> &lt; <paramref name="b"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool SubtractUnderflows(in UInt256 a, in UInt256 b, out UInt256 difference)
    {
        ulong c = 0;
        ulong d0 = Limbs.Subtract(a.u0, b.u0, ref c);
        ulong d1 = Limbs.Subtract(a.u1, b.u1, ref c);
        ulong d2 = Limbs.Subtract(a.u2, b.u2, ref c);
        ulong d3 = Limbs.Subtract(a.u3, b.u3, ref c);
        difference = new(d0, d1, d2, d3);
        return c != 0;
    }

    /// <summary>The product's low 256 bits, and whether any higher bit was set.</summary>
    public static bool MultiplyOverflows(in UInt256 a, in UInt256 b, out UInt256 product)
    {
        Span<ulong> wide = stackalloc ulong[8];
        Multiply(a, b, wide);
        product = new(wide[0], wide[1], wide[2], wide[3]);
        return (wide[4] | wide[5] | wide[6] | wide[7]) != 0;
    }

    /// <summary>Wraps modulo 2^256 (ADD).</summary>
    public static UInt256 operator +(UInt256 left, UInt256 right)
    {
        AddOverflows(left, right, out var sum);
        return sum;
    }

    /// <summary>Throws where the sum exceeds 2^256 − 1.</summary>
    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public static UInt256 operator checked +(UInt256 left, UInt256 right) =>
        AddOverflows(left, right, out var sum) ? throw new OverflowException($"{left} + {right} exceeds 256 bits") : sum;

    /// <summary>Wraps modulo 2^256 (SUB).</summary>
    public static UInt256 operator -(UInt256 left, UInt256 right)
    {
        SubtractUnderflows(left, right, out var difference);
        return difference;
    }

    /// <summary>Throws where the difference is negative.</summary>
    /// <exception cref="OverflowException">The difference is negative.</exception>
    public static UInt256 operator checked -(UInt256 left, UInt256 right) =>
        SubtractUnderflows(left, right, out var difference) ? throw new OverflowException($"{left} - {right} is negative") : difference;

    /// <summary>The two's complement.</summary>
    public static UInt256 operator -(UInt256 value) => Zero - value;

    /// <summary>Wraps modulo 2^256 (MUL).</summary>
    public static UInt256 operator *(UInt256 left, UInt256 right)
    {
        ulong h = Limbs.Multiply(left.u0, right.u0, out ulong r0);
        ulong c1 = Limbs.Multiply(left.u0, right.u1, out ulong l1);
        ulong c2 = Limbs.Multiply(left.u0, right.u2, out ulong l2);
        ulong carry = 0;
        ulong r1 = Limbs.Add(l1, h, ref carry);
        ulong r2 = Limbs.Add(l2, c1, ref carry);
        ulong r3 = left.u0 * right.u3 + c2 + carry;

        ulong d0 = Limbs.Multiply(left.u1, right.u0, out ulong m0);
        ulong d1 = Limbs.Multiply(left.u1, right.u1, out ulong m1);
        carry = 0;
        r1 = Limbs.Add(r1, m0, ref carry);
        r2 = Limbs.Add(r2, m1, ref carry);
        r3 += left.u1 * right.u2 + d1 + carry;
        carry = 0;
        r2 = Limbs.Add(r2, d0, ref carry);
        r3 += carry;

        ulong e0 = Limbs.Multiply(left.u2, right.u0, out ulong n0);
        carry = 0;
        r2 = Limbs.Add(r2, n0, ref carry);
        r3 += left.u2 * right.u1 + e0 + carry + left.u3 * right.u0;
        return new(r0, r1, r2, r3);
    }

    /// <summary>Throws where the product exceeds 2^256 − 1.</summary>
    /// <exception cref="OverflowException">The product does not fit.</exception>
    public static UInt256 operator checked *(UInt256 left, UInt256 right) =>
        MultiplyOverflows(left, right, out var product) ? throw new OverflowException($"{left} * {right} exceeds 256 bits") : product;

    /// <summary><c>(a + b) mod m</c> without wrapping in between; 0 where <paramref name="m"/> is 0 (ADDMOD).</summary>
    public static UInt256 AddMod(UInt256 a, UInt256 b, UInt256 m)
    {
        ulong carry = AddOverflows(a, b, out var sum) ? 1UL : 0;
        if (a < m && b < m) return carry != 0 || sum >= m ? sum - m : sum; // the common case needs no division
        return Reduce([sum.u0, sum.u1, sum.u2, sum.u3, carry], m);
    }

    /// <summary><c>a · b mod m</c> on the full 512-bit product; 0 where <paramref name="m"/> is 0 (MULMOD).</summary>
    public static UInt256 MulMod(UInt256 a, UInt256 b, UInt256 m)
    {
        Span<ulong> wide = stackalloc ulong[8];
        Multiply(a, b, wide);
        return Reduce(wide, m);
    }

    /// <summary><c>value^exponent mod 2^256</c>; 0^0 is 1 (EXP).</summary>
    public static UInt256 Pow(UInt256 value, UInt256 exponent)
    {
        var result = One;
        for (int i = exponent.BitLength; --i >= 0;)
        {
            result *= result;
            if (exponent.Bit(i)) result *= value;
        }
        return result;
    }

    static void Multiply(in UInt256 a, in UInt256 b, Span<ulong> wide)
    {
        Limbs.Multiply(a.u0, a.u1, a.u2, a.u3, b.u0, b.u1, b.u2, b.u3,
            out ulong r0, out ulong r1, out ulong r2, out ulong r3, out ulong r4, out ulong r5, out ulong r6, out ulong r7);
        (wide[7], wide[6], wide[5], wide[4], wide[3], wide[2], wide[1], wide[0]) = (r7, r6, r5, r4, r3, r2, r1, r0);
    }
}
