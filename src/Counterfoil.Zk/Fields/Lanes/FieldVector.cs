using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Counterfoil.Zk.Fields.Lanes;

/// <summary>Element-wise arithmetic on rows of the base field, as wide as the machine allows.</summary>
static class FieldVector
{
    /// <summary>product[i] = left[i]·right[i].</summary>
    public static void Multiply(ReadOnlySpan<Goldilocks> left, ReadOnlySpan<Goldilocks> right, Span<Goldilocks> product)
    {
        int done = WordLanes8.IsSupported ? Multiply<Vector512<ulong>, WordLanes8>(Words(left), Words(right), Words(product), left.Length)
            : WordLanes4.IsSupported ? Multiply<Vector256<ulong>, WordLanes4>(Words(left), Words(right), Words(product), left.Length) : 0;
        for (int i = done; i < left.Length; i++) product[i] = left[i] * right[i];
    }

    /// <summary>sum[i] += row[i]·factor, the sum given as its two coefficients.</summary>
    public static void AddScaled(ReadOnlySpan<Goldilocks> row, Goldilocks2 factor, Span<Goldilocks> sum0, Span<Goldilocks> sum1)
    {
        AddScaled(row, factor.C0, sum0);
        AddScaled(row, factor.C1, sum1);
    }

    /// <summary>sum[i] += row[i]·factor.</summary>
    public static void AddScaled(ReadOnlySpan<Goldilocks> row, Goldilocks factor, Span<Goldilocks> sum)
    {
        int done = WordLanes8.IsSupported ? AddScaled<Vector512<ulong>, WordLanes8>(Words(row), factor.Value, Words(sum), row.Length)
            : WordLanes4.IsSupported ? AddScaled<Vector256<ulong>, WordLanes4>(Words(row), factor.Value, Words(sum), row.Length) : 0;
        for (int i = done; i < row.Length; i++) sum[i] += row[i] * factor;
    }

    /// <summary>Σ left[i]·right[i].</summary>
    public static Goldilocks InnerProduct(ReadOnlySpan<Goldilocks> left, ReadOnlySpan<Goldilocks> right)
    {
        var sum = Goldilocks.Zero;
        int done = WordLanes8.IsSupported ? InnerProduct<Vector512<ulong>, WordLanes8>(Words(left), Words(right), ref sum)
            : WordLanes4.IsSupported ? InnerProduct<Vector256<ulong>, WordLanes4>(Words(left), Words(right), ref sum) : 0;
        for (int i = done; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }

    internal static int InnerProduct<V, L>(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, ref Goldilocks sum)
        where V : struct where L : struct, IWordLanes<V>
    {
        ref ulong a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        var lanes = L.Broadcast(0);
        int i = 0;
        for (; i + L.Count <= left.Length; i += L.Count)
            lanes = GoldilocksLanes<V, L>.Add(lanes, GoldilocksLanes<V, L>.Multiply(L.Load(ref a, (nuint)i), L.Load(ref b, (nuint)i)));
        sum += GoldilocksLanes<V, L>.Sum(lanes);
        return i;
    }

    internal static int Multiply<V, L>(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> product, int length)
        where V : struct where L : struct, IWordLanes<V>
    {
        ref ulong a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right), c = ref MemoryMarshal.GetReference(product);
        int i = 0;
        for (; i + L.Count <= length; i += L.Count)
            L.Store(GoldilocksLanes<V, L>.Multiply(L.Load(ref a, (nuint)i), L.Load(ref b, (nuint)i)), ref c, (nuint)i);
        return i;
    }

    internal static int AddScaled<V, L>(ReadOnlySpan<ulong> row, ulong factor, Span<ulong> sum, int length)
        where V : struct where L : struct, IWordLanes<V>
    {
        ref ulong a = ref MemoryMarshal.GetReference(row), s = ref MemoryMarshal.GetReference(sum);
        var scale = L.Broadcast(factor);
        int i = 0;
        for (; i + L.Count <= length; i += L.Count)
            L.Store(GoldilocksLanes<V, L>.Add(L.Load(ref s, (nuint)i), GoldilocksLanes<V, L>.Multiply(L.Load(ref a, (nuint)i), scale)), ref s, (nuint)i);
        return i;
    }

    static ReadOnlySpan<ulong> Words(ReadOnlySpan<Goldilocks> elements) => MemoryMarshal.Cast<Goldilocks, ulong>(elements);

    static Span<ulong> Words(Span<Goldilocks> elements) => MemoryMarshal.Cast<Goldilocks, ulong>(elements);
}
