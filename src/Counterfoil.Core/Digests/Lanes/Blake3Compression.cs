using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>BLAKE3's compression function (BLAKE3 paper §2.2) for one block or for several, a lane each.</summary>
static class Blake3Compression
{
    // Table 2 applied over and over: which message word each of a round's sixteen inputs is.
    static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8,
        3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1,
        10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6,
        12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4,
        9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7,
        11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13,
    ];

    /// <summary>The key of the plain mode, and the constants of every compression: SHA-256's initial hash.</summary>
    public static ReadOnlySpan<uint> Iv => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>
    /// Compresses one block. <paramref name="output"/> receives 8 words, or 16 if <paramref name="wide"/>, and may be <paramref
    /// name="chain"/>.
    /// </summary>
    [SkipLocalsInit]
    public static void Compress<V, L>(ref V chain, ref V block, V counterLow, V counterHigh, uint length, uint flags, ref V output, bool wide)
        where V : unmanaged where L : struct, IWordLanes<V>
    {
        V v0 = chain, v1 = Unsafe.Add(ref chain, 1), v2 = Unsafe.Add(ref chain, 2), v3 = Unsafe.Add(ref chain, 3);
        V v4 = Unsafe.Add(ref chain, 4), v5 = Unsafe.Add(ref chain, 5), v6 = Unsafe.Add(ref chain, 6), v7 = Unsafe.Add(ref chain, 7);
        V v8 = L.Broadcast(Iv[0]), v9 = L.Broadcast(Iv[1]), v10 = L.Broadcast(Iv[2]), v11 = L.Broadcast(Iv[3]);
        V v12 = counterLow, v13 = counterHigh, v14 = L.Broadcast(length), v15 = L.Broadcast(flags);
        ref byte s = ref MemoryMarshal.GetReference(Schedule);
        for (int round = 0; round < 7; round++)
        {
            G<V, L>(ref v0, ref v4, ref v8, ref v12, Unsafe.Add(ref block, s), Unsafe.Add(ref block, Unsafe.Add(ref s, 1)));
            G<V, L>(ref v1, ref v5, ref v9, ref v13, Unsafe.Add(ref block, Unsafe.Add(ref s, 2)), Unsafe.Add(ref block, Unsafe.Add(ref s, 3)));
            G<V, L>(ref v2, ref v6, ref v10, ref v14, Unsafe.Add(ref block, Unsafe.Add(ref s, 4)), Unsafe.Add(ref block, Unsafe.Add(ref s, 5)));
            G<V, L>(ref v3, ref v7, ref v11, ref v15, Unsafe.Add(ref block, Unsafe.Add(ref s, 6)), Unsafe.Add(ref block, Unsafe.Add(ref s, 7)));
            G<V, L>(ref v0, ref v5, ref v10, ref v15, Unsafe.Add(ref block, Unsafe.Add(ref s, 8)), Unsafe.Add(ref block, Unsafe.Add(ref s, 9)));
            G<V, L>(ref v1, ref v6, ref v11, ref v12, Unsafe.Add(ref block, Unsafe.Add(ref s, 10)), Unsafe.Add(ref block, Unsafe.Add(ref s, 11)));
            G<V, L>(ref v2, ref v7, ref v8, ref v13, Unsafe.Add(ref block, Unsafe.Add(ref s, 12)), Unsafe.Add(ref block, Unsafe.Add(ref s, 13)));
            G<V, L>(ref v3, ref v4, ref v9, ref v14, Unsafe.Add(ref block, Unsafe.Add(ref s, 14)), Unsafe.Add(ref block, Unsafe.Add(ref s, 15)));
            s = ref Unsafe.Add(ref s, 16);
        }
        if (wide)
        {
            Unsafe.Add(ref output, 8) = L.Xor(v8, chain);
            Unsafe.Add(ref output, 9) = L.Xor(v9, Unsafe.Add(ref chain, 1));
            Unsafe.Add(ref output, 10) = L.Xor(v10, Unsafe.Add(ref chain, 2));
            Unsafe.Add(ref output, 11) = L.Xor(v11, Unsafe.Add(ref chain, 3));
            Unsafe.Add(ref output, 12) = L.Xor(v12, Unsafe.Add(ref chain, 4));
            Unsafe.Add(ref output, 13) = L.Xor(v13, Unsafe.Add(ref chain, 5));
            Unsafe.Add(ref output, 14) = L.Xor(v14, Unsafe.Add(ref chain, 6));
            Unsafe.Add(ref output, 15) = L.Xor(v15, Unsafe.Add(ref chain, 7));
        }
        output = L.Xor(v0, v8);
        Unsafe.Add(ref output, 1) = L.Xor(v1, v9);
        Unsafe.Add(ref output, 2) = L.Xor(v2, v10);
        Unsafe.Add(ref output, 3) = L.Xor(v3, v11);
        Unsafe.Add(ref output, 4) = L.Xor(v4, v12);
        Unsafe.Add(ref output, 5) = L.Xor(v5, v13);
        Unsafe.Add(ref output, 6) = L.Xor(v6, v14);
        Unsafe.Add(ref output, 7) = L.Xor(v7, v15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void G<V, L>(ref V a, ref V b, ref V c, ref V d, V x, V y) where V : unmanaged where L : struct, IWordLanes<V>
    {
        a = L.Add(L.Add(a, b), x);
        d = L.RotateRight(L.Xor(d, a), 16);
        c = L.Add(c, d);
        b = L.RotateRight(L.Xor(b, c), 12);
        a = L.Add(L.Add(a, b), y);
        d = L.RotateRight(L.Xor(d, a), 8);
        c = L.Add(c, d);
        b = L.RotateRight(L.Xor(b, c), 7);
    }
}
