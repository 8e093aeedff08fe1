using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Benchmarks;

/// <summary>Goldilocks and its extension: products one by one and in every width of lanes, the sum-check's fold, transforms and the encoding of a row.</summary>
public class FieldBenchmarks
{
    const int Count = 1 << 12, LogRow = 12;
    readonly Goldilocks[] left = Elements(1, Count), right = Elements(2, Count), row = Elements(3, 1 << LogRow);
    readonly Goldilocks2[] values = [.. Elements(4, Count).Zip(Elements(5, Count), (a, b) => new Goldilocks2(a, b))];
    readonly ulong[] product = new ulong[Count], low = new ulong[Count], high = new ulong[Count];
    readonly Goldilocks[] transformed = new Goldilocks[1 << LogRow];
    readonly RowCode code = new(LogRow, 2, 1);
    Goldilocks[] codeword = [];

    [GlobalSetup] public void Setup() => codeword = new Goldilocks[code.Length];

    [Benchmark(OperationsPerInvoke = Count, Baseline = true)] public Goldilocks Multiply()
    {
        var sum = Goldilocks.Zero;
        for (int i = 0; i < Count; i++) sum += left[i] * right[i];
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Count)] public void MultiplyIn8Lanes() => Products<Vector512<ulong>, WordLanes8>();
    [Benchmark(OperationsPerInvoke = Count)] public void MultiplyIn4Lanes() => Products<Vector256<ulong>, WordLanes4>();
    [Benchmark(OperationsPerInvoke = Count)] public void MultiplyIn1Lane() => Products<ulong, WordLanes1>();

    void Products<V, L>() where V : struct where L : struct, IWordLanes<V>
    {
        // BenchmarkDotNet prints NA for what this processor does not have.
        if (L.Count == WordLanes8.Count && !WordLanes8.IsSupported || L.Count == WordLanes4.Count && !WordLanes4.IsSupported) throw new PlatformNotSupportedException($"{L.Count} lanes");
        ref ulong a = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<Goldilocks, ulong>(left)), b = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<Goldilocks, ulong>(right));
        for (nuint i = 0; i < Count; i += (nuint)L.Count) L.Store(GoldilocksLanes<V, L>.Multiply(L.Load(ref a, i), L.Load(ref b, i)), ref product[0], i);
    }

    /// <summary>A half of the elements bound to the other: as many products of the extension.</summary>
    [Benchmark(OperationsPerInvoke = Count / 2)] public void Fold()
    {
        MemoryMarshal.Cast<Goldilocks, ulong>(left).CopyTo(low);
        MemoryMarshal.Cast<Goldilocks, ulong>(right).CopyTo(high);
        ExtensionVector lower = new(low.AsSpan(0, Count / 2), high.AsSpan(0, Count / 2)), upper = new(low.AsSpan(Count / 2), high.AsSpan(Count / 2));
        if (WordLanes8.IsSupported) SumcheckKernel<Vector512<ulong>, WordLanes8>.Bind(lower, upper, values[1]);
        else SumcheckKernel<ulong, WordLanes1>.Bind(lower, upper, values[1]);
    }

    [Benchmark(OperationsPerInvoke = 1 << LogRow)] public void Transform()
    {
        row.CopyTo(transformed.AsSpan());
        NumberTheoreticTransform.OfSize(LogRow).Transform(transformed);
    }

    /// <summary>A row of 4,096 cells at rate 1/4; the figure is for a cell.</summary>
    [Benchmark(OperationsPerInvoke = 1 << LogRow)] public void Encode() => ReedSolomon.Encode(row, codeword);

    static Goldilocks[] Elements(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Goldilocks.FromUInt64((ulong)random.NextInt64()))];
    }
}
