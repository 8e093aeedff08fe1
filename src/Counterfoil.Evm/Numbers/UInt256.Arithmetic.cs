using System.Runtime.CompilerServices;

namespace Counterfoil.Evm;

public readonly partial struct UInt256
{
    /// <summary>The sum modulo 2^256, and whether it wrapped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AddOverflows(in UInt256 a, in UInt256 b, out UInt256 sum)
    {
        ulong s0 = a.u0 + b.u0, c = s0 < b.u0 ? 1UL : 0;
        ulong s1 = AddWithCarry(a.u1, b.u1, ref c);
        ulong s2 = AddWithCarry(a.u2, b.u2, ref c);
        ulong s3 = AddWithCarry(a.u3, b.u3, ref c);
        sum = new(s0, s1, s2, s3);
        return c != 0;
    }

    /// <summary>The difference modulo 2^256, and whether it borrowed (<paramref name="a"/> &lt; <paramref name="b"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool SubtractUnderflows(in UInt256 a, in UInt256 b, out UInt256 difference)
    {
        ulong c = 0;
        ulong d0 = SubtractWithBorrow(a.u0, b.u0, ref c);
        ulong d1 = SubtractWithBorrow(a.u1, b.u1, ref c);
        ulong d2 = SubtractWithBorrow(a.u2, b.u2, ref c);
        ulong d3 = SubtractWithBorrow(a.u3, b.u3, ref c);
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
        ulong h = Math.BigMul(left.u0, right.u0, out ulong r0);
        ulong c1 = Math.BigMul(left.u0, right.u1, out ulong l1);
        ulong c2 = Math.BigMul(left.u0, right.u2, out ulong l2);
        ulong carry = 0;
        ulong r1 = AddWithCarry(l1, h, ref carry);
        ulong r2 = AddWithCarry(l2, c1, ref carry);
        ulong r3 = left.u0 * right.u3 + c2 + carry;

        ulong d0 = Math.BigMul(left.u1, right.u0, out ulong m0);
        ulong d1 = Math.BigMul(left.u1, right.u1, out ulong m1);
        carry = 0;
        r1 = AddWithCarry(r1, m0, ref carry);
        r2 = AddWithCarry(r2, m1, ref carry);
        r3 += left.u1 * right.u2 + d1 + carry;
        carry = 0;
        r2 = AddWithCarry(r2, d0, ref carry);
        r3 += carry;

        ulong e0 = Math.BigMul(left.u2, right.u0, out ulong n0);
        carry = 0;
        r2 = AddWithCarry(r2, n0, ref carry);
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
        ReadOnlySpan<ulong> x = [a.u0, a.u1, a.u2, a.u3], y = [b.u0, b.u1, b.u2, b.u3];
        wide[..8].Clear();
        for (int i = 0; i < 4; i++)
        {
            ulong carry = 0;
            for (int j = 0; j < 4; j++)
            {
                ulong high = Math.BigMul(x[i], y[j], out ulong low);
                low += carry;
                high += low < carry ? 1UL : 0;
                ulong sum = wide[i + j] + low;
                carry = high + (sum < low ? 1UL : 0);
                wide[i + j] = sum;
            }
            wide[i + 4] = carry;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong AddWithCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b, out1 = sum < a ? 1UL : 0;
        ulong result = sum + carry;
        carry = out1 | (result < sum ? 1UL : 0);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong SubtractWithBorrow(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b, out1 = a < b ? 1UL : 0;
        ulong result = difference - borrow;
        borrow = out1 | (difference < borrow ? 1UL : 0);
        return result;
    }
}
