using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>
/// A multilinear polynomial by its first values, those beyond being zero, whose variables are bound one after the other from the highest; long ones on two threads. A polynomial that is zero over most of the cube
/// costs what its values cost.
/// </summary>
sealed class BoundVector : IDisposable
{
    // Shorter parts are done sooner than a second thread is woken.
    const int LeastShared = 1 << 12, Lanes = 8;

    readonly ulong[] c0, c1;

    /// <param name="values">The first values.</param>
    /// <param name="variables">Variables of the polynomial.</param>
    /// <param name="length">Values to keep, at least those given: vectors of one product keep as many.</param>
    public BoundVector(ReadOnlySpan<Goldilocks2> values, int variables, int length = 0) : this(Math.Max(values.Length, length), variables)
    {
        for (int i = 0; i < values.Length; i++) (c0[i], c1[i]) = (values[i].C0.Value, values[i].C1.Value);
        c0.AsSpan(values.Length, Length - values.Length).Clear();
        c1.AsSpan(values.Length, Length - values.Length).Clear();
    }

    /// <inheritdoc cref="BoundVector(ReadOnlySpan{Goldilocks2}, int, int)"/>
    public BoundVector(ReadOnlySpan<Goldilocks> values, int variables, int length = 0) : this(Math.Max(values.Length, length), variables)
    {
        MemoryMarshal.Cast<Goldilocks, ulong>(values).CopyTo(c0);
        c0.AsSpan(values.Length, Length - values.Length).Clear();
        c1.AsSpan(0, Length).Clear();
    }

    BoundVector(int length, int variables)
    {
        Variables = variables;
        Length = Math.Min(1 << variables, (length + Lanes - 1) / Lanes * Lanes);
        (c0, c1) = (ArrayPool<ulong>.Shared.Rent(Length), ArrayPool<ulong>.Shared.Rent(Length));
    }

    /// <summary>Variables left.</summary>
    public int Variables { get; private set; }

    /// <summary>Values kept; whole lanes, or all there are.</summary>
    public int Length { get; private set; }

    /// <summary>The value once every variable is bound.</summary>
    public Goldilocks2 Value => Length == 0 ? default : new(Goldilocks.FromUInt64(c0[0]), Goldilocks.FromUInt64(c1[0]));

    /// <summary>The values left.</summary>
    public Goldilocks2[] ToArray()
    {
        var values = new Goldilocks2[Length];
        for (int i = 0; i < values.Length; i++) values[i] = new(Goldilocks.FromUInt64(c0[i]), Goldilocks.FromUInt64(c1[i]));
        return values;
    }

    /// <summary>Adds to one value.</summary>
    public void Add(int index, Goldilocks2 value) => AddScaled(index, [Goldilocks.One], value);

    /// <summary>Adds factor·row to the values from <paramref name="start"/> on.</summary>
    public void AddScaled(int start, ReadOnlySpan<Goldilocks> row, Goldilocks2 factor) => FieldVector.AddScaled(
        row, factor, MemoryMarshal.Cast<ulong, Goldilocks>(c0.AsSpan(start, row.Length)), MemoryMarshal.Cast<ulong, Goldilocks>(c1.AsSpan(start, row.Length)));

    int Half => 1 << (Variables - 1);

    // Values whose partner in the upper half is kept too, and the others of the lower half.
    int Paired => Math.Max(0, Length - Half);

    int Lower => Math.Min(Length, Half);

    /// <summary>A round of Σ a·b, of vectors of one length.</summary>
    public static RoundSums Round(BoundVector a, BoundVector b) =>
        Share(0, a.Paired, (from, count) =>
        {
            int to = a.Half + from;
            ExtensionVector a0 = a.Part(from, count), a1 = a.Part(to, count), b0 = b.Part(from, count), b1 = b.Part(to, count);
            return WordLanes8.IsSupported && count >= 8 ? SumcheckKernel<Vector512<ulong>, WordLanes8>.Pair(a0, a1, b0, b1)
                : WordLanes4.IsSupported && count >= 4 ? SumcheckKernel<Vector256<ulong>, WordLanes4>.Pair(a0, a1, b0, b1) : SumcheckKernel<ulong, WordLanes1>.Pair(a0, a1, b0, b1);
        })
        // The upper half is zero: (1 − X)² times the product.
        + Share(a.Paired, a.Lower - a.Paired, (from, count) => Sum(a.Part(from, count), b.Part(from, count)) is var sum ? new RoundSums(sum, sum, default) : default);

    /// <summary>A round of Σ a·b·c, of vectors of one length.</summary>
    public static RoundSums Round(BoundVector a, BoundVector b, BoundVector c) =>
        Share(0, a.Paired, (from, count) =>
        {
            int to = a.Half + from;
            ExtensionVector a0 = a.Part(from, count), a1 = a.Part(to, count), b0 = b.Part(from, count), b1 = b.Part(to, count), c0 = c.Part(from, count), c1 = c.Part(to, count);
            return WordLanes8.IsSupported && count >= 8 ? SumcheckKernel<Vector512<ulong>, WordLanes8>.Triple(a0, a1, b0, b1, c0, c1)
                : WordLanes4.IsSupported && count >= 4 ? SumcheckKernel<Vector256<ulong>, WordLanes4>.Triple(a0, a1, b0, b1, c0, c1) : SumcheckKernel<ulong, WordLanes1>.Triple(a0, a1, b0, b1, c0, c1);
        })
        // (1 − X)³ times the product.
        + Share(a.Paired, a.Lower - a.Paired, (from, count) => Sum(a.Part(from, count), b.Part(from, count), c.Part(from, count)) is var sum ? new RoundSums(sum, sum + sum + sum, -sum) : default);

    /// <summary>Binds the highest variable.</summary>
    public void Bind(Goldilocks2 r)
    {
        int half = Half;
        Share(0, Paired, (from, count) =>
        {
            ExtensionVector low = Part(from, count), high = Part(half + from, count);
            if (WordLanes8.IsSupported && count >= 8) SumcheckKernel<Vector512<ulong>, WordLanes8>.Bind(low, high, r);
            else if (WordLanes4.IsSupported && count >= 4) SumcheckKernel<Vector256<ulong>, WordLanes4>.Bind(low, high, r);
            else SumcheckKernel<ulong, WordLanes1>.Bind(low, high, r);
            return default;
        });
        Share(Paired, Lower - Paired, (from, count) =>
        {
            var part = Part(from, count);
            var rest = Goldilocks2.One - r;
            if (WordLanes8.IsSupported && count >= 8) SumcheckKernel<Vector512<ulong>, WordLanes8>.Scale(part, rest);
            else if (WordLanes4.IsSupported && count >= 4) SumcheckKernel<Vector256<ulong>, WordLanes4>.Scale(part, rest);
            else SumcheckKernel<ulong, WordLanes1>.Scale(part, rest);
            return default;
        });
        Length = Lower;
        Variables--;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(c0);
        ArrayPool<ulong>.Shared.Return(c1);
    }

    static Goldilocks2 Sum(ExtensionVector a, ExtensionVector b) =>
        WordLanes8.IsSupported && a.Length >= 8 ? SumcheckKernel<Vector512<ulong>, WordLanes8>.Sum(a, b)
        : WordLanes4.IsSupported && a.Length >= 4 ? SumcheckKernel<Vector256<ulong>, WordLanes4>.Sum(a, b) : SumcheckKernel<ulong, WordLanes1>.Sum(a, b);

    static Goldilocks2 Sum(ExtensionVector a, ExtensionVector b, ExtensionVector c) =>
        WordLanes8.IsSupported && a.Length >= 8 ? SumcheckKernel<Vector512<ulong>, WordLanes8>.Sum(a, b, c)
        : WordLanes4.IsSupported && a.Length >= 4 ? SumcheckKernel<Vector256<ulong>, WordLanes4>.Sum(a, b, c) : SumcheckKernel<ulong, WordLanes1>.Sum(a, b, c);

    ExtensionVector Part(int start, int count) => new(c0.AsSpan(start, count), c1.AsSpan(start, count));

    static RoundSums Share(int start, int count, Func<int, int, RoundSums> part)
    {
        if (count == 0) return default;
        if (count < LeastShared) return part(start, count);
        int first = count / 2 / Lanes * Lanes;
        RoundSums low = default, high = default;
        Parallel.Invoke(() => low = part(start, first), () => high = part(start + first, count - first));
        return low + high;
    }
}
