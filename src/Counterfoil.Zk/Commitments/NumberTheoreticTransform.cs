using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

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

    /// <summary>Transforms in place, as far as the values at some places need it.</summary>
    /// <param name="values">The coefficients; afterwards the values at <paramref name="places"/>, and nothing of use elsewhere.</param>
    /// <param name="places">Ascending.</param>
    /// <param name="before">What the places are counted from, before the block.</param>
    public static void TransformAt(Span<Goldilocks> values, ReadOnlySpan<int> places, int before)
    {
        const int Least = 64;
        if (places.IsEmpty) return;
        var transform = OfSize(BitOperations.Log2((uint)values.Length));
        if (values.Length <= Least)
        {
            transform.Transform(values);
            return;
        }
        Butterflies(values, transform.twiddles[^1]);
        int half = values.Length / 2, low = 0;
        while (low < places.Length && places[low] - before < half) low++;
        TransformAt(values[..half], places[..low], before);
        TransformAt(values[half..], places[low..], before + half);
    }

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
        int last = log >= 3 ? 3 : 0;
        for (int k = log - 1; k >= last; k--)
            for (int start = 0; start < values.Length; start += 2 << k)
                Butterflies(values.Slice(start, 2 << k), twiddles[k]);
        if (last == 3) Eighths(values);
    }

    // The last three stages, eight values at a time in registers: a call for each two, four and eight cost more than all stages before.
    void Eighths(Span<Goldilocks> values)
    {
        Goldilocks w = twiddles[2][1], i = twiddles[2][2], wi = twiddles[2][3];
        for (; values.Length >= 8; values = values[8..])
        {
            Goldilocks a0 = values[0] + values[4], a1 = values[1] + values[5], a2 = values[2] + values[6], a3 = values[3] + values[7];
            Goldilocks b0 = values[0] - values[4], b1 = (values[1] - values[5]) * w, b2 = (values[2] - values[6]) * i, b3 = (values[3] - values[7]) * wi;
            Goldilocks c0 = a0 + a2, c1 = a1 + a3, c2 = a0 - a2, c3 = (a1 - a3) * i;
            Goldilocks d0 = b0 + b2, d1 = b1 + b3, d2 = b0 - b2, d3 = (b1 - b3) * i;
            (values[0], values[1], values[2], values[3]) = (c0 + c1, c0 - c1, c2 + c3, c2 - c3);
            (values[4], values[5], values[6], values[7]) = (d0 + d1, d0 - d1, d2 + d3, d2 - d3);
        }
    }

    static void Butterflies(Span<Goldilocks> block, Goldilocks[] twiddles)
    {
        int half = twiddles.Length, done = 0;
        var words = MemoryMarshal.Cast<Goldilocks, ulong>(block);
        var roots = MemoryMarshal.Cast<Goldilocks, ulong>(twiddles.AsSpan());
        if (WordLanes8.IsSupported && half >= 8) done = Butterflies<Vector512<ulong>, WordLanes8>(words[..half], words[half..], roots);
        else if (WordLanes4.IsSupported && half >= 4) done = Butterflies<Vector256<ulong>, WordLanes4>(words[..half], words[half..], roots);
        for (int i = done; i < half; i++)
        {
            Goldilocks u = block[i], v = block[half + i];
            block[i] = u + v;
            block[half + i] = (u - v) * twiddles[i];
        }
    }

    /// <summary>(u, v) ← (u + v, (u − v)·root) in whole vectors; returns how many were done.</summary>
    internal static int Butterflies<V, L>(Span<ulong> low, Span<ulong> high, ReadOnlySpan<ulong> roots)
        where V : struct where L : struct, IWordLanes<V>
    {
        ref ulong l = ref MemoryMarshal.GetReference(low), h = ref MemoryMarshal.GetReference(high), w = ref MemoryMarshal.GetReference(roots);
        int i = 0;
        for (; i + L.Count <= low.Length; i += L.Count)
        {
            V u = L.Load(ref l, (nuint)i), v = L.Load(ref h, (nuint)i);
            L.Store(GoldilocksLanes<V, L>.Add(u, v), ref l, (nuint)i);
            L.Store(GoldilocksLanes<V, L>.Multiply(GoldilocksLanes<V, L>.Subtract(u, v), L.Load(ref w, (nuint)i)), ref h, (nuint)i);
        }
        return i;
    }
}
