using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Counterfoil.Zk.Fields.Lanes;

/// <summary>Arithmetic on rows of the extension as they lie in memory, both coefficients of an element side by side; as wide as the machine allows.</summary>
static class ExtensionRow
{
    /// <summary>sum[i] += row[i].</summary>
    public static void Add(ReadOnlySpan<Goldilocks2> row, Span<Goldilocks2> sum)
    {
        int done = WordLanes8.IsSupported ? Add<Vector512<ulong>, WordLanes8>(Words(row), Words(sum)) : WordLanes4.IsSupported ? Add<Vector256<ulong>, WordLanes4>(Words(row), Words(sum)) : 0;
        for (int i = done; i < row.Length; i++) sum[i] += row[i];
    }

    /// <summary>sum[i] += row[i]·factor.</summary>
    public static void AddScaled(ReadOnlySpan<Goldilocks2> row, Goldilocks2 factor, Span<Goldilocks2> sum)
    {
        int done = WordLanes8.IsSupported ? AddScaled<Vector512<ulong>, WordLanes8>(Words(row), factor, Words(sum))
            : WordLanes4.IsSupported ? AddScaled<Vector256<ulong>, WordLanes4>(Words(row), factor, Words(sum)) : 0;
        for (int i = done; i < row.Length; i++) sum[i] += row[i] * factor;
    }

    /// <summary>sum[i] += row[i]·factor.</summary>
    public static void AddScaled(ReadOnlySpan<Goldilocks2> row, Goldilocks factor, Span<Goldilocks2> sum)
    {
        ReadOnlySpan<Goldilocks> words = MemoryMarshal.Cast<Goldilocks2, Goldilocks>(row);
        FieldVector.AddScaled(words, factor, MemoryMarshal.Cast<Goldilocks2, Goldilocks>(sum[..row.Length]));
    }

    /// <summary>product[i] = row[i]·factor.</summary>
    public static void Scale(ReadOnlySpan<Goldilocks2> row, Goldilocks2 factor, Span<Goldilocks2> product)
    {
        int done = WordLanes8.IsSupported ? Scale<Vector512<ulong>, WordLanes8>(Words(row), factor, Words(product))
            : WordLanes4.IsSupported ? Scale<Vector256<ulong>, WordLanes4>(Words(row), factor, Words(product)) : 0;
        for (int i = done; i < row.Length; i++) product[i] = row[i] * factor;
    }

    /// <summary>high[i] = low[i]·factor, and low[i] less that: a variable more in a table of eq.</summary>
    public static void Split(Span<Goldilocks2> low, Goldilocks2 factor, Span<Goldilocks2> high)
    {
        int done = WordLanes8.IsSupported ? Split<Vector512<ulong>, WordLanes8>(Words(low), factor, Words(high))
            : WordLanes4.IsSupported ? Split<Vector256<ulong>, WordLanes4>(Words(low), factor, Words(high)) : 0;
        for (int i = done; i < low.Length; i++)
        {
            high[i] = low[i] * factor;
            low[i] -= high[i];
        }
    }

    /// <summary>Σ left[i]·right[i].</summary>
    public static Goldilocks2 InnerProduct(ReadOnlySpan<Goldilocks2> left, ReadOnlySpan<Goldilocks2> right)
    {
        var sum = Goldilocks2.Zero;
        int done = WordLanes8.IsSupported ? InnerProduct<Vector512<ulong>, WordLanes8>(Words(left), Words(right), ref sum)
            : WordLanes4.IsSupported ? InnerProduct<Vector256<ulong>, WordLanes4>(Words(left), Words(right), ref sum) : 0;
        for (int i = done; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }

    internal static int Add<V, L>(ReadOnlySpan<ulong> row, Span<ulong> sum) where V : struct where L : struct, IPairLanes<V>
    {
        ref ulong a = ref MemoryMarshal.GetReference(row), s = ref MemoryMarshal.GetReference(sum);
        int i = 0;
        for (; i + L.Count <= row.Length; i += L.Count) L.Store(GoldilocksLanes<V, L>.Add(L.Load(ref s, (nuint)i), L.Load(ref a, (nuint)i)), ref s, (nuint)i);
        return i / 2;
    }

    internal static int AddScaled<V, L>(ReadOnlySpan<ulong> row, Goldilocks2 factor, Span<ulong> sum) where V : struct where L : struct, IPairLanes<V>
    {
        ref ulong a = ref MemoryMarshal.GetReference(row), s = ref MemoryMarshal.GetReference(sum);
        var (straight, crossed) = Factors<V, L>(factor);
        int i = 0;
        for (; i + L.Count <= row.Length; i += L.Count)
            L.Store(GoldilocksLanes<V, L>.Add(L.Load(ref s, (nuint)i), Times<V, L>(L.Load(ref a, (nuint)i), straight, crossed)), ref s, (nuint)i);
        return i / 2;
    }

    internal static int Scale<V, L>(ReadOnlySpan<ulong> row, Goldilocks2 factor, Span<ulong> product) where V : struct where L : struct, IPairLanes<V>
    {
        ref ulong a = ref MemoryMarshal.GetReference(row), p = ref MemoryMarshal.GetReference(product);
        var (straight, crossed) = Factors<V, L>(factor);
        int i = 0;
        for (; i + L.Count <= row.Length; i += L.Count) L.Store(Times<V, L>(L.Load(ref a, (nuint)i), straight, crossed), ref p, (nuint)i);
        return i / 2;
    }

    internal static int Split<V, L>(Span<ulong> low, Goldilocks2 factor, Span<ulong> high) where V : struct where L : struct, IPairLanes<V>
    {
        ref ulong a = ref MemoryMarshal.GetReference(low), h = ref MemoryMarshal.GetReference(high);
        var (straight, crossed) = Factors<V, L>(factor);
        int i = 0;
        for (; i + L.Count <= low.Length; i += L.Count)
        {
            var value = L.Load(ref a, (nuint)i);
            var product = Times<V, L>(value, straight, crossed);
            L.Store(product, ref h, (nuint)i);
            L.Store(GoldilocksLanes<V, L>.Subtract(value, product), ref a, (nuint)i);
        }
        return i / 2;
    }

    // Σ (a₀·(b₀, b₁)) and Σ (a₁·(b₁, b₀)), the latter's first word times 7 at the end, since X² = 7.
    internal static int InnerProduct<V, L>(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, ref Goldilocks2 sum) where V : struct where L : struct, IPairLanes<V>
    {
        ref ulong a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        V straight = default, crossed = default;
        int i = 0;
        for (; i + L.Count <= left.Length; i += L.Count)
        {
            V x = L.Load(ref a, (nuint)i), y = L.Load(ref b, (nuint)i);
            straight = GoldilocksLanes<V, L>.Add(straight, GoldilocksLanes<V, L>.Multiply(L.Evens(x), y));
            crossed = GoldilocksLanes<V, L>.Add(crossed, GoldilocksLanes<V, L>.Multiply(L.Odds(x), L.Swap(y)));
        }
        Span<Goldilocks2> ends = stackalloc Goldilocks2[L.Count];
        var words = Words(ends);
        L.Store(straight, ref words[0], 0);
        L.Store(crossed, ref words[L.Count], 0);
        for (int k = 0; k < L.Count / 2; k++)
        {
            var cross = ends[L.Count / 2 + k];
            sum += ends[k] + new Goldilocks2(cross.C0 * Goldilocks.FromUInt64(7), cross.C1);
        }
        return i / 2;
    }

    // (a₀f₀ + 7a₁f₁, a₁f₀ + a₀f₁): the words as they are times f₀, exchanged times (7f₁, f₁).
    static (V Straight, V Crossed) Factors<V, L>(Goldilocks2 factor) where V : struct where L : struct, IPairLanes<V> =>
        (L.Broadcast(factor.C0.Value), L.Broadcast((factor.C1 * Goldilocks.FromUInt64(7)).Value, factor.C1.Value));

    static V Times<V, L>(V a, V straight, V crossed) where V : struct where L : struct, IPairLanes<V> =>
        GoldilocksLanes<V, L>.Add(GoldilocksLanes<V, L>.Multiply(a, straight), GoldilocksLanes<V, L>.Multiply(L.Swap(a), crossed));

    static ReadOnlySpan<ulong> Words(ReadOnlySpan<Goldilocks2> elements) => MemoryMarshal.Cast<Goldilocks2, ulong>(elements);

    static Span<ulong> Words(Span<Goldilocks2> elements) => MemoryMarshal.Cast<Goldilocks2, ulong>(elements);
}
