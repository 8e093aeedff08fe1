using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// Decimation in frequency (Gentleman and Sande 1966) over <see cref="Goldilocks"/>: coefficients in, values at the roots of unity out, in
/// bit-reversed order, in place.
/// </summary>
sealed class NumberTheoreticTransform
{
    static readonly ConcurrentDictionary<int, NumberTheoreticTransform> Plans = new();

    // Twiddles[k]: the powers of a root of order 2^(k+1), for butterflies over a distance of 2^k.
    readonly Goldilocks[][] twiddles;

    NumberTheoreticTransform(int logSize)
    {
        twiddles = new Goldilocks[logSize][];
        for (int k = 0; k < logSize; k++) twiddles[k] = Powers(Goldilocks.RootOfUnity(k + 1), 1 << k);
    }

    /// <summary>The transform of 2^<paramref name="logSize"/> values.</summary>
    public static NumberTheoreticTransform OfSize(int logSize) => Plans.GetOrAdd(logSize, static k => new(k));

    /// <summary>1, x, x², …</summary>
    public static Goldilocks[] Powers(Goldilocks x, int count)
    {
        var powers = new Goldilocks[count];
        var power = Goldilocks.One;
        for (int i = 0; i < count; i++, power *= x) powers[i] = power;
        return powers;
    }

    /// <summary>Transforms in place.</summary>
    public void Transform(Span<Goldilocks> values) => Transform(values, twiddles.Length);

    // Depth first once a block fits the first-level cache: all its stages while it is there.
    void Transform(Span<Goldilocks> values, int log)
    {
        const int LogBlock = 11;
        if (log > LogBlock)
        {
            Butterflies(values, twiddles[log - 1]);
            Transform(values[..(values.Length / 2)], log - 1);
            Transform(values[(values.Length / 2)..], log - 1);
            return;
        }
        for (int k = log - 1; k >= 0; k--)
            for (int start = 0; start < values.Length; start += 2 << k)
                Butterflies(values.Slice(start, 2 << k), twiddles[k]);
    }

    static void Butterflies(Span<Goldilocks> block, Goldilocks[] twiddles)
    {
        int half = twiddles.Length, done = 0;
        if (half >= 4)
        {
            var words = MemoryMarshal.Cast<Goldilocks, ulong>(block);
            var roots = MemoryMarshal.Cast<Goldilocks, ulong>(twiddles.AsSpan());
            if (GoldilocksVector512.IsSupported && half >= 8) done = Butterflies512(words[..half], words[half..], roots);
            else if (GoldilocksVector256.IsSupported) done = Butterflies256(words[..half], words[half..], roots);
        }
        for (int i = done; i < half; i++)
        {
            Goldilocks u = block[i], v = block[half + i];
            block[i] = u + v;
            block[half + i] = (u - v) * twiddles[i];
        }
    }

    internal static int Butterflies512(Span<ulong> low, Span<ulong> high, ReadOnlySpan<ulong> roots)
    {
        ref ulong l = ref MemoryMarshal.GetReference(low), h = ref MemoryMarshal.GetReference(high), w = ref MemoryMarshal.GetReference(roots);
        int i = 0;
        for (; i + 8 <= low.Length; i += 8)
        {
            var u = Vector512.LoadUnsafe(ref l, (nuint)i);
            var v = Vector512.LoadUnsafe(ref h, (nuint)i);
            GoldilocksVector512.Add(u, v).StoreUnsafe(ref l, (nuint)i);
            GoldilocksVector512.Multiply(GoldilocksVector512.Subtract(u, v), Vector512.LoadUnsafe(ref w, (nuint)i)).StoreUnsafe(ref h, (nuint)i);
        }
        return i;
    }

    internal static int Butterflies256(Span<ulong> low, Span<ulong> high, ReadOnlySpan<ulong> roots)
    {
        ref ulong l = ref MemoryMarshal.GetReference(low), h = ref MemoryMarshal.GetReference(high), w = ref MemoryMarshal.GetReference(roots);
        int i = 0;
        for (; i + 4 <= low.Length; i += 4)
        {
            var u = Vector256.LoadUnsafe(ref l, (nuint)i);
            var v = Vector256.LoadUnsafe(ref h, (nuint)i);
            GoldilocksVector256.Add(u, v).StoreUnsafe(ref l, (nuint)i);
            GoldilocksVector256.Multiply(GoldilocksVector256.Subtract(u, v), Vector256.LoadUnsafe(ref w, (nuint)i)).StoreUnsafe(ref h, (nuint)i);
        }
        return i;
    }
}
