using System.Numerics;
using System.Runtime.CompilerServices;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>Inverses of public values modulo an odd 256-bit prime. Variable time: never for a key or a nonce, whose inverses are powers.</summary>
/// <remarks>
/// Bernstein and Yang, "Fast constant-time gcd computation and modular inversion" (eprint 2019/266), in the form with δ = 1 and batches of 62 steps:
/// a batch depends on the low 64 bits of f and g alone and gives a matrix, by which f, g (exactly) and d, e (modulo the prime) are then multiplied.
/// Invariants: f is odd, d · x ≡ f and e · x ≡ g (mod p), up to the powers of two divided out.
/// </remarks>
sealed class ModularInverse
{
    const ulong Mask = ulong.MaxValue >> 2;

    readonly Limbs62 modulus;
    readonly ulong inverse62; // of the modulus, modulo 2^62

    public ModularInverse(UInt256 prime)
    {
        modulus = Split(prime);
        ulong x = prime.U0; // right modulo 8; each step doubles the bits (Newton)
        for (int i = 0; i < 5; i++) x *= 2 - prime.U0 * x;
        inverse62 = x & Mask;
    }

    /// <summary>The inverse, below the prime; of 0, 0. The value must be below the prime.</summary>
    public UInt256 Of(UInt256 value)
    {
        Limbs62 d = default, e = default, f = modulus, g = Split(value);
        e[0] = 1;
        long eta = -1; // −δ
        while (!IsZero(g))
        {
            eta = Steps(eta, (ulong)f[0], (ulong)g[0], out var t);
            UpdateModular(ref d, ref e, t);
            UpdateExact(ref f, ref g, t);
        }
        return Normalized(d, f[4] >> 63); // f is 1 or −1 now
    }

    readonly record struct Matrix(long U, long V, long Q, long R);

    // 62 division steps at once; each loop takes as many as have a zero bit of g in common.
    static long Steps(long eta, ulong f, ulong g, out Matrix matrix)
    {
        ulong u = 1, v = 0, q = 0, r = 1;
        int left = 62;
        while (true)
        {
            int zeros = BitOperations.TrailingZeroCount(g | (ulong.MaxValue << left));
            g >>= zeros;
            u <<= zeros;
            v <<= zeros;
            eta -= zeros;
            left -= zeros;
            if (left == 0) break;
            ulong w;
            if (eta < 0)
            {
                eta = -eta;
                (f, g) = (g, 0 - f);
                (u, q) = (q, 0 - u);
                (v, r) = (r, 0 - v);
                w = f * g * (f * f - 2) & LowBits(eta, left) & 63; // −g/f modulo 2^6: as many bits of g as may be cleared before the next swap
            }
            else
            {
                w = f + ((f + 1 & 4) << 1); // 1/f modulo 2^4
                w = (0 - w) * g & LowBits(eta, left) & 15;
            }
            g += f * w;
            q += u * w;
            r += v * w;
        }
        matrix = new((long)u, (long)v, (long)q, (long)r);
        return eta;
    }

    static ulong LowBits(long eta, int left) => ulong.MaxValue >> (64 - (eta + 1 > left ? left : (int)eta + 1));

    // (d, e) = (U·d + V·e, Q·d + R·e) / 2^62 modulo the prime: a multiple of it makes the low 62 bits zero.
    void UpdateModular(ref Limbs62 d, ref Limbs62 e, in Matrix t)
    {
        long signD = d[4] >> 63, signE = e[4] >> 63;
        long md = (t.U & signD) + (t.V & signE), me = (t.Q & signD) + (t.R & signE);
        Sum sumD = default, sumE = default;
        sumD.Add(t.U, d[0]);
        sumD.Add(t.V, e[0]);
        sumE.Add(t.Q, d[0]);
        sumE.Add(t.R, e[0]);
        md -= (long)(inverse62 * sumD.Low + (ulong)md & Mask);
        me -= (long)(inverse62 * sumE.Low + (ulong)me & Mask);
        sumD.Add(modulus[0], md);
        sumE.Add(modulus[0], me);
        sumD.Shift();
        sumE.Shift();
        for (int i = 1; i < 5; i++)
        {
            sumD.Add(t.U, d[i]);
            sumD.Add(t.V, e[i]);
            sumD.Add(modulus[i], md);
            sumE.Add(t.Q, d[i]);
            sumE.Add(t.R, e[i]);
            sumE.Add(modulus[i], me);
            d[i - 1] = (long)(sumD.Low & Mask);
            e[i - 1] = (long)(sumE.Low & Mask);
            sumD.Shift();
            sumE.Shift();
        }
        d[4] = (long)sumD.Low;
        e[4] = (long)sumE.Low;
    }

    // (f, g) = (U·f + V·g, Q·f + R·g) / 2^62, which is exact.
    static void UpdateExact(ref Limbs62 f, ref Limbs62 g, in Matrix t)
    {
        Sum sumF = default, sumG = default;
        for (int i = 0; i < 5; i++)
        {
            sumF.Add(t.U, f[i]);
            sumF.Add(t.V, g[i]);
            sumG.Add(t.Q, f[i]);
            sumG.Add(t.R, g[i]);
            if (i > 0)
            {
                f[i - 1] = (long)(sumF.Low & Mask);
                g[i - 1] = (long)(sumG.Low & Mask);
            }
            sumF.Shift();
            sumG.Shift();
        }
        f[4] = (long)sumF.Low;
        g[4] = (long)sumG.Low;
    }

    // From (−2p, p) into [0, p), negated where f ended as −1.
    UInt256 Normalized(Limbs62 d, long negate)
    {
        long add = d[4] >> 63;
        for (int i = 0; i < 5; i++) d[i] = (d[i] + (modulus[i] & add) ^ negate) - negate;
        Carry(ref d);
        add = d[4] >> 63;
        for (int i = 0; i < 5; i++) d[i] += modulus[i] & add;
        Carry(ref d);
        return new((ulong)d[0] | (ulong)d[1] << 62, (ulong)d[1] >> 2 | (ulong)d[2] << 60, (ulong)d[2] >> 4 | (ulong)d[3] << 58, (ulong)d[3] >> 6 | (ulong)d[4] << 56);
    }

    static void Carry(ref Limbs62 d)
    {
        for (int i = 0; i < 4; i++)
        {
            d[i + 1] += d[i] >> 62;
            d[i] &= (long)Mask;
        }
    }

    static Limbs62 Split(UInt256 x)
    {
        Limbs62 limbs = default;
        limbs[0] = (long)(x.U0 & Mask);
        limbs[1] = (long)((x.U0 >> 62 | x.U1 << 2) & Mask);
        limbs[2] = (long)((x.U1 >> 60 | x.U2 << 4) & Mask);
        limbs[3] = (long)((x.U2 >> 58 | x.U3 << 6) & Mask);
        limbs[4] = (long)(x.U3 >> 56);
        return limbs;
    }

    static bool IsZero(in Limbs62 x) => (x[0] | x[1] | x[2] | x[3] | x[4]) == 0;

    // Five limbs of 62 bits, the least significant first; the last has the sign.
    [InlineArray(5)]
    struct Limbs62
    {
        long limb;
    }

    // A signed sum of 128 bits: two products of 62 by 63 bits, one by the modulus and a carry fit.
    struct Sum
    {
        public ulong Low;
        long high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(long a, long b)
        {
            long top = (long)Limbs.Multiply((ulong)a, (ulong)b, out ulong low) - (a >> 63 & b) - (b >> 63 & a);
            Low += low;
            high += top + (Low < low ? 1 : 0);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Shift()
        {
            Low = Low >> 62 | (ulong)high << 2;
            high >>= 62;
        }
    }
}
