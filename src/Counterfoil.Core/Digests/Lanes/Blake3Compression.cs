using System.Runtime.CompilerServices;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>BLAKE3's compression function (BLAKE3 paper §2.2) for one block or for several, a lane each.</summary>
static class Blake3Compression
{
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
        // Seven rounds of four columns and four diagonals, whose message words are table 2 applied over and over. Written out, four G side by side: the
        // four do not wait for one another, no index is computed, and the compiler would not inline as many calls of a G.
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 0)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 2)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 4)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 6));
        v12 = L.XorRotateRight(v12, v0, 16); v13 = L.XorRotateRight(v13, v1, 16); v14 = L.XorRotateRight(v14, v2, 16); v15 = L.XorRotateRight(v15, v3, 16);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 12); v5 = L.XorRotateRight(v5, v9, 12); v6 = L.XorRotateRight(v6, v10, 12); v7 = L.XorRotateRight(v7, v11, 12);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 1)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 3)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 5)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 7));
        v12 = L.XorRotateRight(v12, v0, 8); v13 = L.XorRotateRight(v13, v1, 8); v14 = L.XorRotateRight(v14, v2, 8); v15 = L.XorRotateRight(v15, v3, 8);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 7); v5 = L.XorRotateRight(v5, v9, 7); v6 = L.XorRotateRight(v6, v10, 7); v7 = L.XorRotateRight(v7, v11, 7);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 8)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 10)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 12)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 14));
        v15 = L.XorRotateRight(v15, v0, 16); v12 = L.XorRotateRight(v12, v1, 16); v13 = L.XorRotateRight(v13, v2, 16); v14 = L.XorRotateRight(v14, v3, 16);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 12); v6 = L.XorRotateRight(v6, v11, 12); v7 = L.XorRotateRight(v7, v8, 12); v4 = L.XorRotateRight(v4, v9, 12);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 9)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 11)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 13)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 15));
        v15 = L.XorRotateRight(v15, v0, 8); v12 = L.XorRotateRight(v12, v1, 8); v13 = L.XorRotateRight(v13, v2, 8); v14 = L.XorRotateRight(v14, v3, 8);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 7); v6 = L.XorRotateRight(v6, v11, 7); v7 = L.XorRotateRight(v7, v8, 7); v4 = L.XorRotateRight(v4, v9, 7);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 2)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 3)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 7)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 4));
        v12 = L.XorRotateRight(v12, v0, 16); v13 = L.XorRotateRight(v13, v1, 16); v14 = L.XorRotateRight(v14, v2, 16); v15 = L.XorRotateRight(v15, v3, 16);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 12); v5 = L.XorRotateRight(v5, v9, 12); v6 = L.XorRotateRight(v6, v10, 12); v7 = L.XorRotateRight(v7, v11, 12);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 6)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 10)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 0)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 13));
        v12 = L.XorRotateRight(v12, v0, 8); v13 = L.XorRotateRight(v13, v1, 8); v14 = L.XorRotateRight(v14, v2, 8); v15 = L.XorRotateRight(v15, v3, 8);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 7); v5 = L.XorRotateRight(v5, v9, 7); v6 = L.XorRotateRight(v6, v10, 7); v7 = L.XorRotateRight(v7, v11, 7);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 1)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 12)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 9)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 15));
        v15 = L.XorRotateRight(v15, v0, 16); v12 = L.XorRotateRight(v12, v1, 16); v13 = L.XorRotateRight(v13, v2, 16); v14 = L.XorRotateRight(v14, v3, 16);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 12); v6 = L.XorRotateRight(v6, v11, 12); v7 = L.XorRotateRight(v7, v8, 12); v4 = L.XorRotateRight(v4, v9, 12);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 11)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 5)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 14)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 8));
        v15 = L.XorRotateRight(v15, v0, 8); v12 = L.XorRotateRight(v12, v1, 8); v13 = L.XorRotateRight(v13, v2, 8); v14 = L.XorRotateRight(v14, v3, 8);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 7); v6 = L.XorRotateRight(v6, v11, 7); v7 = L.XorRotateRight(v7, v8, 7); v4 = L.XorRotateRight(v4, v9, 7);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 3)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 10)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 13)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 7));
        v12 = L.XorRotateRight(v12, v0, 16); v13 = L.XorRotateRight(v13, v1, 16); v14 = L.XorRotateRight(v14, v2, 16); v15 = L.XorRotateRight(v15, v3, 16);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 12); v5 = L.XorRotateRight(v5, v9, 12); v6 = L.XorRotateRight(v6, v10, 12); v7 = L.XorRotateRight(v7, v11, 12);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 4)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 12)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 2)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 14));
        v12 = L.XorRotateRight(v12, v0, 8); v13 = L.XorRotateRight(v13, v1, 8); v14 = L.XorRotateRight(v14, v2, 8); v15 = L.XorRotateRight(v15, v3, 8);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 7); v5 = L.XorRotateRight(v5, v9, 7); v6 = L.XorRotateRight(v6, v10, 7); v7 = L.XorRotateRight(v7, v11, 7);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 6)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 9)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 11)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 8));
        v15 = L.XorRotateRight(v15, v0, 16); v12 = L.XorRotateRight(v12, v1, 16); v13 = L.XorRotateRight(v13, v2, 16); v14 = L.XorRotateRight(v14, v3, 16);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 12); v6 = L.XorRotateRight(v6, v11, 12); v7 = L.XorRotateRight(v7, v8, 12); v4 = L.XorRotateRight(v4, v9, 12);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 5)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 0)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 15)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 1));
        v15 = L.XorRotateRight(v15, v0, 8); v12 = L.XorRotateRight(v12, v1, 8); v13 = L.XorRotateRight(v13, v2, 8); v14 = L.XorRotateRight(v14, v3, 8);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 7); v6 = L.XorRotateRight(v6, v11, 7); v7 = L.XorRotateRight(v7, v8, 7); v4 = L.XorRotateRight(v4, v9, 7);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 10)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 12)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 14)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 13));
        v12 = L.XorRotateRight(v12, v0, 16); v13 = L.XorRotateRight(v13, v1, 16); v14 = L.XorRotateRight(v14, v2, 16); v15 = L.XorRotateRight(v15, v3, 16);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 12); v5 = L.XorRotateRight(v5, v9, 12); v6 = L.XorRotateRight(v6, v10, 12); v7 = L.XorRotateRight(v7, v11, 12);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 7)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 9)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 3)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 15));
        v12 = L.XorRotateRight(v12, v0, 8); v13 = L.XorRotateRight(v13, v1, 8); v14 = L.XorRotateRight(v14, v2, 8); v15 = L.XorRotateRight(v15, v3, 8);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 7); v5 = L.XorRotateRight(v5, v9, 7); v6 = L.XorRotateRight(v6, v10, 7); v7 = L.XorRotateRight(v7, v11, 7);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 4)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 11)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 5)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 1));
        v15 = L.XorRotateRight(v15, v0, 16); v12 = L.XorRotateRight(v12, v1, 16); v13 = L.XorRotateRight(v13, v2, 16); v14 = L.XorRotateRight(v14, v3, 16);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 12); v6 = L.XorRotateRight(v6, v11, 12); v7 = L.XorRotateRight(v7, v8, 12); v4 = L.XorRotateRight(v4, v9, 12);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 0)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 2)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 8)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 6));
        v15 = L.XorRotateRight(v15, v0, 8); v12 = L.XorRotateRight(v12, v1, 8); v13 = L.XorRotateRight(v13, v2, 8); v14 = L.XorRotateRight(v14, v3, 8);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 7); v6 = L.XorRotateRight(v6, v11, 7); v7 = L.XorRotateRight(v7, v8, 7); v4 = L.XorRotateRight(v4, v9, 7);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 12)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 9)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 15)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 14));
        v12 = L.XorRotateRight(v12, v0, 16); v13 = L.XorRotateRight(v13, v1, 16); v14 = L.XorRotateRight(v14, v2, 16); v15 = L.XorRotateRight(v15, v3, 16);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 12); v5 = L.XorRotateRight(v5, v9, 12); v6 = L.XorRotateRight(v6, v10, 12); v7 = L.XorRotateRight(v7, v11, 12);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 13)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 11)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 10)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 8));
        v12 = L.XorRotateRight(v12, v0, 8); v13 = L.XorRotateRight(v13, v1, 8); v14 = L.XorRotateRight(v14, v2, 8); v15 = L.XorRotateRight(v15, v3, 8);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 7); v5 = L.XorRotateRight(v5, v9, 7); v6 = L.XorRotateRight(v6, v10, 7); v7 = L.XorRotateRight(v7, v11, 7);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 7)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 5)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 0)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 6));
        v15 = L.XorRotateRight(v15, v0, 16); v12 = L.XorRotateRight(v12, v1, 16); v13 = L.XorRotateRight(v13, v2, 16); v14 = L.XorRotateRight(v14, v3, 16);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 12); v6 = L.XorRotateRight(v6, v11, 12); v7 = L.XorRotateRight(v7, v8, 12); v4 = L.XorRotateRight(v4, v9, 12);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 2)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 3)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 1)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 4));
        v15 = L.XorRotateRight(v15, v0, 8); v12 = L.XorRotateRight(v12, v1, 8); v13 = L.XorRotateRight(v13, v2, 8); v14 = L.XorRotateRight(v14, v3, 8);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 7); v6 = L.XorRotateRight(v6, v11, 7); v7 = L.XorRotateRight(v7, v8, 7); v4 = L.XorRotateRight(v4, v9, 7);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 9)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 11)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 8)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 15));
        v12 = L.XorRotateRight(v12, v0, 16); v13 = L.XorRotateRight(v13, v1, 16); v14 = L.XorRotateRight(v14, v2, 16); v15 = L.XorRotateRight(v15, v3, 16);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 12); v5 = L.XorRotateRight(v5, v9, 12); v6 = L.XorRotateRight(v6, v10, 12); v7 = L.XorRotateRight(v7, v11, 12);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 14)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 5)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 12)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 1));
        v12 = L.XorRotateRight(v12, v0, 8); v13 = L.XorRotateRight(v13, v1, 8); v14 = L.XorRotateRight(v14, v2, 8); v15 = L.XorRotateRight(v15, v3, 8);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 7); v5 = L.XorRotateRight(v5, v9, 7); v6 = L.XorRotateRight(v6, v10, 7); v7 = L.XorRotateRight(v7, v11, 7);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 13)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 0)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 2)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 4));
        v15 = L.XorRotateRight(v15, v0, 16); v12 = L.XorRotateRight(v12, v1, 16); v13 = L.XorRotateRight(v13, v2, 16); v14 = L.XorRotateRight(v14, v3, 16);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 12); v6 = L.XorRotateRight(v6, v11, 12); v7 = L.XorRotateRight(v7, v8, 12); v4 = L.XorRotateRight(v4, v9, 12);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 3)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 10)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 6)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 7));
        v15 = L.XorRotateRight(v15, v0, 8); v12 = L.XorRotateRight(v12, v1, 8); v13 = L.XorRotateRight(v13, v2, 8); v14 = L.XorRotateRight(v14, v3, 8);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 7); v6 = L.XorRotateRight(v6, v11, 7); v7 = L.XorRotateRight(v7, v8, 7); v4 = L.XorRotateRight(v4, v9, 7);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 11)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 5)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 1)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 8));
        v12 = L.XorRotateRight(v12, v0, 16); v13 = L.XorRotateRight(v13, v1, 16); v14 = L.XorRotateRight(v14, v2, 16); v15 = L.XorRotateRight(v15, v3, 16);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 12); v5 = L.XorRotateRight(v5, v9, 12); v6 = L.XorRotateRight(v6, v10, 12); v7 = L.XorRotateRight(v7, v11, 12);
        v0 = L.Add3(v0, v4, Unsafe.Add(ref block, 15)); v1 = L.Add3(v1, v5, Unsafe.Add(ref block, 0)); v2 = L.Add3(v2, v6, Unsafe.Add(ref block, 9)); v3 = L.Add3(v3, v7, Unsafe.Add(ref block, 6));
        v12 = L.XorRotateRight(v12, v0, 8); v13 = L.XorRotateRight(v13, v1, 8); v14 = L.XorRotateRight(v14, v2, 8); v15 = L.XorRotateRight(v15, v3, 8);
        v8 = L.Add(v8, v12); v9 = L.Add(v9, v13); v10 = L.Add(v10, v14); v11 = L.Add(v11, v15);
        v4 = L.XorRotateRight(v4, v8, 7); v5 = L.XorRotateRight(v5, v9, 7); v6 = L.XorRotateRight(v6, v10, 7); v7 = L.XorRotateRight(v7, v11, 7);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 14)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 2)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 3)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 7));
        v15 = L.XorRotateRight(v15, v0, 16); v12 = L.XorRotateRight(v12, v1, 16); v13 = L.XorRotateRight(v13, v2, 16); v14 = L.XorRotateRight(v14, v3, 16);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 12); v6 = L.XorRotateRight(v6, v11, 12); v7 = L.XorRotateRight(v7, v8, 12); v4 = L.XorRotateRight(v4, v9, 12);
        v0 = L.Add3(v0, v5, Unsafe.Add(ref block, 10)); v1 = L.Add3(v1, v6, Unsafe.Add(ref block, 12)); v2 = L.Add3(v2, v7, Unsafe.Add(ref block, 4)); v3 = L.Add3(v3, v4, Unsafe.Add(ref block, 13));
        v15 = L.XorRotateRight(v15, v0, 8); v12 = L.XorRotateRight(v12, v1, 8); v13 = L.XorRotateRight(v13, v2, 8); v14 = L.XorRotateRight(v14, v3, 8);
        v10 = L.Add(v10, v15); v11 = L.Add(v11, v12); v8 = L.Add(v8, v13); v9 = L.Add(v9, v14);
        v5 = L.XorRotateRight(v5, v10, 7); v6 = L.XorRotateRight(v6, v11, 7); v7 = L.XorRotateRight(v7, v8, 7); v4 = L.XorRotateRight(v4, v9, 7);
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
}
