using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>A multilinear polynomial by its values, whose variables are bound one after the other from the highest; long ones on two threads.</summary>
sealed class BoundVector
{
    // Shorter halves are done sooner than a second thread is woken.
    const int LeastShared = 1 << 12;

    readonly ulong[] c0, c1;

    public BoundVector(ReadOnlySpan<Goldilocks2> values)
    {
        Length = values.Length;
        (c0, c1) = (new ulong[values.Length], new ulong[values.Length]);
        for (int i = 0; i < values.Length; i++) (c0[i], c1[i]) = (values[i].C0.Value, values[i].C1.Value);
    }

    public BoundVector(ReadOnlySpan<Goldilocks> values)
    {
        Length = values.Length;
        (c0, c1) = (new ulong[values.Length], new ulong[values.Length]);
        for (int i = 0; i < values.Length; i++) c0[i] = values[i].Value;
    }

    /// <summary>Values left.</summary>
    public int Length { get; private set; }

    /// <summary>The value once every variable is bound.</summary>
    public Goldilocks2 Value => new(Goldilocks.FromUInt64(c0[0]), Goldilocks.FromUInt64(c1[0]));

    /// <summary>A round of Σ a·b.</summary>
    public static RoundSums Round(BoundVector a, BoundVector b) => Share(a.Length / 2, (from, count) =>
    {
        int to = a.Length / 2 + from;
        ExtensionVector a0 = a.Part(from, count), a1 = a.Part(to, count), b0 = b.Part(from, count), b1 = b.Part(to, count);
        return WordLanes8.IsSupported && count >= 8 ? SumcheckKernel<Vector512<ulong>, WordLanes8>.Pair(a0, a1, b0, b1)
            : WordLanes4.IsSupported && count >= 4 ? SumcheckKernel<Vector256<ulong>, WordLanes4>.Pair(a0, a1, b0, b1) : SumcheckKernel<ulong, WordLanes1>.Pair(a0, a1, b0, b1);
    });

    /// <summary>A round of Σ a·b·c.</summary>
    public static RoundSums Round(BoundVector a, BoundVector b, BoundVector c) => Share(a.Length / 2, (from, count) =>
    {
        int to = a.Length / 2 + from;
        ExtensionVector a0 = a.Part(from, count), a1 = a.Part(to, count), b0 = b.Part(from, count), b1 = b.Part(to, count), c0 = c.Part(from, count), c1 = c.Part(to, count);
        return WordLanes8.IsSupported && count >= 8 ? SumcheckKernel<Vector512<ulong>, WordLanes8>.Triple(a0, a1, b0, b1, c0, c1)
            : WordLanes4.IsSupported && count >= 4 ? SumcheckKernel<Vector256<ulong>, WordLanes4>.Triple(a0, a1, b0, b1, c0, c1) : SumcheckKernel<ulong, WordLanes1>.Triple(a0, a1, b0, b1, c0, c1);
    });

    /// <summary>Binds the highest variable.</summary>
    public void Bind(Goldilocks2 r)
    {
        int half = Length / 2;
        Share(half, (from, count) =>
        {
            ExtensionVector low = Part(from, count), high = Part(half + from, count);
            if (WordLanes8.IsSupported && count >= 8) SumcheckKernel<Vector512<ulong>, WordLanes8>.Bind(low, high, r);
            else if (WordLanes4.IsSupported && count >= 4) SumcheckKernel<Vector256<ulong>, WordLanes4>.Bind(low, high, r);
            else SumcheckKernel<ulong, WordLanes1>.Bind(low, high, r);
            return default;
        });
        Length = half;
    }

    ExtensionVector Part(int start, int count) => new(c0.AsSpan(start, count), c1.AsSpan(start, count));

    static RoundSums Share(int count, Func<int, int, RoundSums> part)
    {
        if (count < LeastShared) return part(0, count);
        RoundSums low = default, high = default;
        Parallel.Invoke(() => low = part(0, count / 2), () => high = part(count / 2, count / 2));
        return low + high;
    }
}
