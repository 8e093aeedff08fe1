using System.Runtime.CompilerServices;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>SHA-256's compression function (FIPS 180-4 §6.2.2) for one message or for several, a lane each.</summary>
static class Sha256Compression
{
    // §4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    static ReadOnlySpan<uint> K =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    // §5.3.3: of the square roots of the first 8 primes.
    static ReadOnlySpan<uint> InitialHash =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    public static void Start<V, L>(Span<V> hash) where V : unmanaged where L : struct, IWordLanes<V>
    {
        for (int i = 0; i < 8; i++) hash[i] = L.Broadcast(InitialHash[i]);
    }

    /// <summary>One block: <paramref name="words"/> are its 16 words and are used up as the message schedule.</summary>
    [SkipLocalsInit]
    public static void Compress<V, L>(ref V hash, ref V words) where V : unmanaged where L : struct, IWordLanes<V>
    {
        V a = hash, b = Unsafe.Add(ref hash, 1), c = Unsafe.Add(ref hash, 2), d = Unsafe.Add(ref hash, 3);
        V e = Unsafe.Add(ref hash, 4), f = Unsafe.Add(ref hash, 5), g = Unsafe.Add(ref hash, 6), h = Unsafe.Add(ref hash, 7);
        ref uint k = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(K);
        // Eight rounds return every variable to its own name; the schedule's window of 16 words is renewed half at a time, just before its use.
        for (int t = 0; t < 64; t += 8)
        {
            ref V w = ref Unsafe.Add(ref words, t & 8);
            if (t >= 16) Schedule<V, L>(ref words, t & 8);
            Round<V, L>(a, b, c, ref d, e, f, g, ref h, L.Broadcast(Unsafe.Add(ref k, t)), w);
            Round<V, L>(h, a, b, ref c, d, e, f, ref g, L.Broadcast(Unsafe.Add(ref k, t + 1)), Unsafe.Add(ref w, 1));
            Round<V, L>(g, h, a, ref b, c, d, e, ref f, L.Broadcast(Unsafe.Add(ref k, t + 2)), Unsafe.Add(ref w, 2));
            Round<V, L>(f, g, h, ref a, b, c, d, ref e, L.Broadcast(Unsafe.Add(ref k, t + 3)), Unsafe.Add(ref w, 3));
            Round<V, L>(e, f, g, ref h, a, b, c, ref d, L.Broadcast(Unsafe.Add(ref k, t + 4)), Unsafe.Add(ref w, 4));
            Round<V, L>(d, e, f, ref g, h, a, b, ref c, L.Broadcast(Unsafe.Add(ref k, t + 5)), Unsafe.Add(ref w, 5));
            Round<V, L>(c, d, e, ref f, g, h, a, ref b, L.Broadcast(Unsafe.Add(ref k, t + 6)), Unsafe.Add(ref w, 6));
            Round<V, L>(b, c, d, ref e, f, g, h, ref a, L.Broadcast(Unsafe.Add(ref k, t + 7)), Unsafe.Add(ref w, 7));
        }
        hash = L.Add(hash, a);
        Unsafe.Add(ref hash, 1) = L.Add(Unsafe.Add(ref hash, 1), b);
        Unsafe.Add(ref hash, 2) = L.Add(Unsafe.Add(ref hash, 2), c);
        Unsafe.Add(ref hash, 3) = L.Add(Unsafe.Add(ref hash, 3), d);
        Unsafe.Add(ref hash, 4) = L.Add(Unsafe.Add(ref hash, 4), e);
        Unsafe.Add(ref hash, 5) = L.Add(Unsafe.Add(ref hash, 5), f);
        Unsafe.Add(ref hash, 6) = L.Add(Unsafe.Add(ref hash, 6), g);
        Unsafe.Add(ref hash, 7) = L.Add(Unsafe.Add(ref hash, 7), h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Round<V, L>(V a, V b, V c, ref V d, V e, V f, V g, ref V h, V k, V w) where V : unmanaged where L : struct, IWordLanes<V>
    {
        var t1 = L.Add(L.Add(L.Add(h, k), L.Add(w, L.Choose(e, f, g))), L.Xor3(L.RotateRight(e, 6), L.RotateRight(e, 11), L.RotateRight(e, 25)));
        var t2 = L.Add(L.Majority(a, b, c), L.Xor3(L.RotateRight(a, 2), L.RotateRight(a, 13), L.RotateRight(a, 22)));
        d = L.Add(d, t1);
        h = L.Add(t1, t2);
    }

    // Eight more words of the schedule, in place of those sixteen words back. A loop: a call per eight rounds is cheaper than one enormous method.
    static void Schedule<V, L>(ref V words, int start) where V : unmanaged where L : struct, IWordLanes<V>
    {
        for (int t = start; t < start + 8; t++)
        {
            V w15 = Unsafe.Add(ref words, (t + 1) & 15), w2 = Unsafe.Add(ref words, (t + 14) & 15);
            var s0 = L.Xor3(L.RotateRight(w15, 7), L.RotateRight(w15, 18), L.ShiftRight(w15, 3));
            var s1 = L.Xor3(L.RotateRight(w2, 17), L.RotateRight(w2, 19), L.ShiftRight(w2, 10));
            Unsafe.Add(ref words, t) = L.Add(L.Add(Unsafe.Add(ref words, t), s0), L.Add(Unsafe.Add(ref words, (t + 9) & 15), s1));
        }
    }
}
