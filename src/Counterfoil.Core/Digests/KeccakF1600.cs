using System.Runtime.CompilerServices;
using Counterfoil.Core.Digests.Lanes;

namespace Counterfoil.Core.Digests;

/// <summary>The permutation Keccak-f[1600] (FIPS 202 §3.3): 24 rounds over 25 words, word x + 5y being A[x, y] of §3.1.2.</summary>
public static class KeccakF1600
{
    /// <summary>The number of 64-bit words.</summary>
    public const int Words = 25;

    static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Permutes the 25 words in place.</summary>
    /// <exception cref="ArgumentException">There are not 25 words.</exception>
    public static void Permute(Span<ulong> state)
    {
        if (state.Length != Words) throw new ArgumentException($"expected {Words} words, got {state.Length}", nameof(state));
        Permute<ulong, LongLanes1>(ref state[0]);
    }

    /// <summary>
    /// Permutes several states at once, word i of all of them in the i-th vector. Written once; <typeparamref name="L"/> says how wide.
    /// </summary>
    [SkipLocalsInit]
    internal static void Permute<V, L>(ref V state) where V : unmanaged where L : struct, ILongLanes<V>
    {
        V a0 = Unsafe.Add(ref state, 0), a1 = Unsafe.Add(ref state, 1), a2 = Unsafe.Add(ref state, 2), a3 = Unsafe.Add(ref state, 3), a4 = Unsafe.Add(ref state, 4);
        V a5 = Unsafe.Add(ref state, 5), a6 = Unsafe.Add(ref state, 6), a7 = Unsafe.Add(ref state, 7), a8 = Unsafe.Add(ref state, 8), a9 = Unsafe.Add(ref state, 9);
        V a10 = Unsafe.Add(ref state, 10), a11 = Unsafe.Add(ref state, 11), a12 = Unsafe.Add(ref state, 12), a13 = Unsafe.Add(ref state, 13), a14 = Unsafe.Add(ref state, 14);
        V a15 = Unsafe.Add(ref state, 15), a16 = Unsafe.Add(ref state, 16), a17 = Unsafe.Add(ref state, 17), a18 = Unsafe.Add(ref state, 18), a19 = Unsafe.Add(ref state, 19);
        V a20 = Unsafe.Add(ref state, 20), a21 = Unsafe.Add(ref state, 21), a22 = Unsafe.Add(ref state, 22), a23 = Unsafe.Add(ref state, 23), a24 = Unsafe.Add(ref state, 24);
        foreach (ulong constant in RoundConstants)
        {
            // θ (§3.2.1)
            V c0 = L.Xor5(a0, a5, a10, a15, a20), c1 = L.Xor5(a1, a6, a11, a16, a21), c2 = L.Xor5(a2, a7, a12, a17, a22),
              c3 = L.Xor5(a3, a8, a13, a18, a23), c4 = L.Xor5(a4, a9, a14, a19, a24);
            V d0 = L.XorRotated(c4, c1), d1 = L.XorRotated(c0, c2), d2 = L.XorRotated(c1, c3), d3 = L.XorRotated(c2, c4), d4 = L.XorRotated(c3, c0);
            // ρ and π (§3.2.2, §3.2.3)
            V b0 = L.Xor(a0, d0), b1 = L.RotateLeft(L.Xor(a6, d1), 44), b2 = L.RotateLeft(L.Xor(a12, d2), 43),
              b3 = L.RotateLeft(L.Xor(a18, d3), 21), b4 = L.RotateLeft(L.Xor(a24, d4), 14);
            V b5 = L.RotateLeft(L.Xor(a3, d3), 28), b6 = L.RotateLeft(L.Xor(a9, d4), 20), b7 = L.RotateLeft(L.Xor(a10, d0), 3),
              b8 = L.RotateLeft(L.Xor(a16, d1), 45), b9 = L.RotateLeft(L.Xor(a22, d2), 61);
            V b10 = L.RotateLeft(L.Xor(a1, d1), 1), b11 = L.RotateLeft(L.Xor(a7, d2), 6), b12 = L.RotateLeft(L.Xor(a13, d3), 25),
              b13 = L.RotateLeft(L.Xor(a19, d4), 8), b14 = L.RotateLeft(L.Xor(a20, d0), 18);
            V b15 = L.RotateLeft(L.Xor(a4, d4), 27), b16 = L.RotateLeft(L.Xor(a5, d0), 36), b17 = L.RotateLeft(L.Xor(a11, d1), 10),
              b18 = L.RotateLeft(L.Xor(a17, d2), 15), b19 = L.RotateLeft(L.Xor(a23, d3), 56);
            V b20 = L.RotateLeft(L.Xor(a2, d2), 62), b21 = L.RotateLeft(L.Xor(a8, d3), 55), b22 = L.RotateLeft(L.Xor(a14, d4), 39),
              b23 = L.RotateLeft(L.Xor(a15, d0), 41), b24 = L.RotateLeft(L.Xor(a21, d1), 2);
            // χ and ι (§3.2.4, §3.2.5)
            a0 = L.Xor(L.Chi(b0, b1, b2), L.Broadcast(constant)); a1 = L.Chi(b1, b2, b3); a2 = L.Chi(b2, b3, b4); a3 = L.Chi(b3, b4, b0); a4 = L.Chi(b4, b0, b1);
            a5 = L.Chi(b5, b6, b7); a6 = L.Chi(b6, b7, b8); a7 = L.Chi(b7, b8, b9); a8 = L.Chi(b8, b9, b5); a9 = L.Chi(b9, b5, b6);
            a10 = L.Chi(b10, b11, b12); a11 = L.Chi(b11, b12, b13); a12 = L.Chi(b12, b13, b14); a13 = L.Chi(b13, b14, b10); a14 = L.Chi(b14, b10, b11);
            a15 = L.Chi(b15, b16, b17); a16 = L.Chi(b16, b17, b18); a17 = L.Chi(b17, b18, b19); a18 = L.Chi(b18, b19, b15); a19 = L.Chi(b19, b15, b16);
            a20 = L.Chi(b20, b21, b22); a21 = L.Chi(b21, b22, b23); a22 = L.Chi(b22, b23, b24); a23 = L.Chi(b23, b24, b20); a24 = L.Chi(b24, b20, b21);
        }
        Unsafe.Add(ref state, 0) = a0; Unsafe.Add(ref state, 1) = a1; Unsafe.Add(ref state, 2) = a2; Unsafe.Add(ref state, 3) = a3; Unsafe.Add(ref state, 4) = a4;
        Unsafe.Add(ref state, 5) = a5; Unsafe.Add(ref state, 6) = a6; Unsafe.Add(ref state, 7) = a7; Unsafe.Add(ref state, 8) = a8; Unsafe.Add(ref state, 9) = a9;
        Unsafe.Add(ref state, 10) = a10; Unsafe.Add(ref state, 11) = a11; Unsafe.Add(ref state, 12) = a12; Unsafe.Add(ref state, 13) = a13; Unsafe.Add(ref state, 14) = a14;
        Unsafe.Add(ref state, 15) = a15; Unsafe.Add(ref state, 16) = a16; Unsafe.Add(ref state, 17) = a17; Unsafe.Add(ref state, 18) = a18; Unsafe.Add(ref state, 19) = a19;
        Unsafe.Add(ref state, 20) = a20; Unsafe.Add(ref state, 21) = a21; Unsafe.Add(ref state, 22) = a22; Unsafe.Add(ref state, 23) = a23; Unsafe.Add(ref state, 24) = a24;
    }
}
