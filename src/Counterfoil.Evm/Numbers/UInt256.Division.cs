namespace Counterfoil.Evm;

public readonly partial struct UInt256
{
    /// <summary>The quotient rounded down; 0 where <paramref name="right"/> is 0 (DIV).</summary>
    public static UInt256 operator /(UInt256 left, UInt256 right) => DivRem(left, right, out _);

    /// <summary>The remainder; 0 where <paramref name="right"/> is 0 (MOD).</summary>
    public static UInt256 operator %(UInt256 left, UInt256 right)
    {
        DivRem(left, right, out var remainder);
        return remainder;
    }

    /// <summary>Quotient and remainder; both 0 where <paramref name="divisor"/> is 0.</summary>
    public static UInt256 DivRem(UInt256 dividend, UInt256 divisor, out UInt256 remainder)
    {
        if (divisor.IsZero)
        {
            remainder = default;
            return default;
        }
        if (dividend < divisor)
        {
            remainder = dividend;
            return default;
        }
        if (dividend.IsUInt64)
        {
            remainder = dividend.u0 % divisor.u0;
            return dividend.u0 / divisor.u0;
        }
        Span<ulong> u = [dividend.u0, dividend.u1, dividend.u2, dividend.u3, 0], quotient = stackalloc ulong[4];
        quotient.Clear();
        remainder = Divide(u, divisor, quotient);
        return new(quotient[0], quotient[1], quotient[2], quotient[3]);
    }

    /// <summary>Two's complement quotient rounded towards 0; 0 where <paramref name="right"/> is 0; −2^255 / −1 wraps (SDIV).</summary>
    public static UInt256 DivideSigned(UInt256 left, UInt256 right)
    {
        var quotient = left.Magnitude / right.Magnitude;
        return left.IsNegative != right.IsNegative ? -quotient : quotient;
    }

    /// <summary>Two's complement remainder with the sign of <paramref name="left"/>; 0 where <paramref name="right"/> is 0 (SMOD).</summary>
    public static UInt256 RemainderSigned(UInt256 left, UInt256 right)
    {
        var remainder = left.Magnitude % right.Magnitude;
        return left.IsNegative ? -remainder : remainder;
    }

    UInt256 Magnitude => IsNegative ? -this : this;

    static UInt256 Reduce(ReadOnlySpan<ulong> wide, UInt256 modulus)
    {
        if (modulus.IsZero) return default;
        Span<ulong> u = stackalloc ulong[9], quotient = stackalloc ulong[8];
        u = u[..(wide.Length + 1)];
        wide.CopyTo(u);
        u[^1] = 0;
        return Divide(u, modulus, quotient);
    }

    // Knuth, TAOCP 2, §4.3.1, algorithm D, in base 2^64. u has one zero limb on top and is destroyed; quotient has room for u.Length − 1 limbs.
    static UInt256 Divide(Span<ulong> u, UInt256 divisor, Span<ulong> quotient)
    {
        int n = (divisor.BitLength + 63) >> 6, shift = 256 - divisor.BitLength & 63;
        var normal = divisor << shift;
        ReadOnlySpan<ulong> d = [normal.u0, normal.u1, normal.u2, normal.u3];
        if (shift != 0)
            for (int i = u.Length; --i >= 0;) u[i] = u[i] << shift | (i > 0 ? u[i - 1] >> (64 - shift) : 0);
        ulong top = d[n - 1], second = n > 1 ? d[n - 2] : 0, reciprocal = Reciprocal(top);

        for (int j = u.Length - n; --j >= 0;)
        {
            ulong q, r;
            bool exact = true;
            if (u[j + n] >= top)
            {
                q = ulong.MaxValue;
                r = u[j + n - 1] + top;
                exact = r >= top; // where it wrapped, the remainder exceeds a limb and needs no correction (D3)
            }
            else q = DivideTwoLimbs(u[j + n], u[j + n - 1], top, reciprocal, out r);
            if (n > 1)
                while (exact)
                {
                    ulong high = Limbs.Multiply(q, second, out ulong low);
                    if (high < r || (high == r && low <= u[j + n - 2])) break;
                    q--;
                    r += top;
                    exact = r >= top;
                }

            ulong borrow = 0, carry = 0; // D4: u −= q · d
            for (int i = 0; i < n; i++)
            {
                ulong high = Limbs.Multiply(q, d[i], out ulong low);
                low += carry;
                carry = high + (low < carry ? 1UL : 0);
                u[i + j] = Limbs.Subtract(u[i + j], low, ref borrow);
            }
            u[j + n] = Limbs.Subtract(u[j + n], carry, ref borrow);
            if (borrow != 0) // D6: q was one too large, with probability about 2/2^64
            {
                q--;
                carry = 0;
                for (int i = 0; i < n; i++) u[i + j] = Limbs.Add(u[i + j], d[i], ref carry);
                u[j + n] += carry;
            }
            if (j < quotient.Length) quotient[j] = q;
        }
        var remainder = new UInt256(u[0], n > 1 ? u[1] : 0, n > 2 ? u[2] : 0, n > 3 ? u[3] : 0);
        return remainder >> shift;
    }

    // Möller and Granlund, "Improved division by invariant integers" (IEEE Trans. Comput. 2011), algorithm 4: high < d, d normalised.
    static ulong DivideTwoLimbs(ulong high, ulong low, ulong d, ulong reciprocal, out ulong remainder)
    {
        ulong q1 = Limbs.Multiply(reciprocal, high, out ulong q0);
        q0 += low;
        q1 += high + (q0 < low ? 1UL : 0) + 1;
        ulong r = low - q1 * d;
        if (r > q0)
        {
            q1--;
            r += d;
        }
        if (r >= d)
        {
            q1++;
            r -= d;
        }
        remainder = r;
        return q1;
    }

    // ⌊(2^128 − 1) / d⌋ − 2^64 for a normalised d: the same paper's algorithm 3, from 11 bits by Newton steps to 64.
    static ulong Reciprocal(ulong d)
    {
        ulong d0 = d & 1, d40 = (d >> 24) + 1, d63 = (d >> 1) + d0;
        ulong v0 = FirstReciprocals[(int)(d >> 55) - 256];
        ulong v1 = (v0 << 11) - (v0 * v0 * d40 >> 40) - 1;
        ulong v2 = (v1 << 13) + (v1 * ((1UL << 60) - v1 * d40) >> 47);
        ulong e = (v2 >> 1 & (0 - d0)) - v2 * d63;
        ulong v3 = (Limbs.Multiply(v2, e, out _) >> 1) + (v2 << 31);
        ulong high = Limbs.Multiply(v3, d, out ulong low);
        return v3 - (high + (low + d < low ? 1UL : 0)) - d;
    }

    // ⌊(2^19 − 3 · 2^8) / i⌋ for i from 256 to 511: 11 bits of the reciprocal of a number that starts with the nine bits of i.
    static readonly ushort[] FirstReciprocals = [.. Enumerable.Range(256, 256).Select(i => (ushort)(((1 << 19) - 3 * 256) / i))];
}
