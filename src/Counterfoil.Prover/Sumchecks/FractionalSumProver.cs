using System.Buffers;
using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of <see cref="FractionalSum"/>.</summary>
sealed class FractionalSumProver : IDisposable
{
    // Shorter parts are done sooner than a second thread is woken.
    const int LeastShared = 1 << 12;

    // Layer k of the tree lies at 2^k … 2^(k+1), as in a heap; the coefficients of p and q apart.
    readonly ulong[] p0, p1, q0, q1, e0, e1;

    FractionalSumProver(ReadOnlySpan<Goldilocks2> numerators, ReadOnlySpan<Goldilocks2> denominators)
    {
        int leaves = numerators.Length;
        ulong[] Rent(int length) => ArrayPool<ulong>.Shared.Rent(length);
        (p0, p1, q0, q1, e0, e1) = (Rent(2 * leaves), Rent(2 * leaves), Rent(2 * leaves), Rent(2 * leaves), Rent(leaves), Rent(leaves));
        for (int i = 0; i < leaves; i++)
        {
            (p0[leaves + i], p1[leaves + i]) = (numerators[i].C0.Value, numerators[i].C1.Value);
            (q0[leaves + i], q1[leaves + i]) = (denominators[i].C0.Value, denominators[i].C1.Value);
        }
        for (int size = leaves / 2; size >= 2; size /= 2)
            Share(size, (from, count) =>
            {
                int low = 2 * size + from, high = low + size;
                ExtensionVector a = P(low, count), b = Q(low, count), c = P(high, count), d = Q(high, count), sumP = P(size + from, count), sumQ = Q(size + from, count);
                if (WordLanes8.IsSupported && count >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.Add(a, b, c, d, sumP, sumQ);
                else if (WordLanes4.IsSupported && count >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.Add(a, b, c, d, sumP, sumQ);
                else FractionKernel<ulong, WordLanes1>.Add(a, b, c, d, sumP, sumQ);
                return default;
            });
    }

    /// <summary>Proves that the fractions sum to zero; returns the leaf point at which the verifier is left.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, ReadOnlySpan<Goldilocks2> numerators, ReadOnlySpan<Goldilocks2> denominators)
    {
        using var tree = new FractionalSumProver(numerators, denominators);
        return tree.Prove(channel, numerators.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lent in (ulong[][])[p0, p1, q0, q1, e0, e1]) ArrayPool<ulong>.Shared.Return(lent);
    }

    Goldilocks2[] Prove(ProverChannel channel, int leaves)
    {
        Goldilocks2[] ends = [P(2, 2)[0], P(2, 2)[1], Q(2, 2)[0], Q(2, 2)[1]];
        channel.SendClaims(Labels.FractionRoot, ends);
        if (channel.IsHiding) channel.SendClaims(Labels.FractionInverse, [InverseOrZero(ends[2]), InverseOrZero(ends[3])]);
        Goldilocks2[] point = [channel.Transcript.Challenge()];
        for (int size = 4; size <= leaves; size *= 2)
        {
            var lambda = channel.Transcript.Challenge();
            var next = ProveLayer(channel, size, point, lambda, ends);
            channel.SendClaims(Labels.FractionLayer, ends);
            point = [.. next, channel.Transcript.Challenge()];
        }
        return point;
    }

    // Σ eq(point, x)·(p₀q₁ + (p₁ + λq₁)q₀): the eq factor of the bound variable is linear and known, so only the quadratic rest is summed
    // (Gruen, eprint 2024/108). Overwrites the layer.
    Goldilocks2[] ProveLayer(ProverChannel channel, int size, Goldilocks2[] point, Goldilocks2 lambda, Goldilocks2[] ends)
    {
        int half = size / 2, upper = size + half;
        Share(half, (from, count) =>
        {
            ExtensionVector p = P(upper + from, count), q = Q(upper + from, count);
            if (WordLanes8.IsSupported && count >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.AddScaled(p, q, lambda);
            else if (WordLanes4.IsSupported && count >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.AddScaled(p, q, lambda);
            else FractionKernel<ulong, WordLanes1>.AddScaled(p, q, lambda);
            return default;
        });
        var equality = ArrayPool<Goldilocks2>.Shared.Rent(half / 2);
        Multilinear.WriteEquality<Goldilocks2>(point.AsSpan(0, point.Length - 1), equality);
        for (int i = 0; i < half / 2; i++) (e0[i], e1[i]) = (equality[i].C0.Value, equality[i].C1.Value);
        ArrayPool<Goldilocks2>.Shared.Return(equality);
        var scale = Goldilocks2.One;
        var bound = new Goldilocks2[point.Length];
        for (int k = point.Length - 1, left = half / 2; k >= 0; k--, left /= 2)
        {
            var sums = k == point.Length - 1 ? Round(size, upper, left) : BindAndRound(size, upper, left, bound[k + 1]);
            var linear = sums.At1 - sums.At0 - sums.Lead;
            var (l0, l1) = (scale * (Goldilocks2.One - point[k]), scale * (point[k] + point[k] - Goldilocks2.One));
            channel.SendClaims(Labels.FractionRound, [l0 * sums.At0, l0 * sums.Lead + l1 * linear, l1 * sums.Lead]);
            bound[k] = channel.Transcript.Challenge();
            scale = l0 + l1 * bound[k];
        }
        Bind(size, upper, 1, bound[0]);
        (ends[0], ends[1], ends[2], ends[3]) = (P(size, 1)[0], P(upper, 1)[0] - lambda * Q(upper, 1)[0], Q(size, 1)[0], Q(upper, 1)[0]);
        return bound;
    }

    FractionSums Round(int lower, int upper, int half) => Share(half, (from, count) =>
    {
        int a = lower + from, b = upper + from;
        return WordLanes8.IsSupported && count >= 8 ? FractionKernel<Vector512<ulong>, WordLanes8>.Round(E(from, count), P(a, count), Q(a, count), P(b, count), Q(b, count), P(a + half, count), Q(a + half, count), P(b + half, count), Q(b + half, count))
            : WordLanes4.IsSupported && count >= 4 ? FractionKernel<Vector256<ulong>, WordLanes4>.Round(E(from, count), P(a, count), Q(a, count), P(b, count), Q(b, count), P(a + half, count), Q(a + half, count), P(b + half, count), Q(b + half, count))
            : FractionKernel<ulong, WordLanes1>.Round(E(from, count), P(a, count), Q(a, count), P(b, count), Q(b, count), P(a + half, count), Q(a + half, count), P(b + half, count), Q(b + half, count));
    });

    // Binds the variable of the round before and sums the next while the values are at hand: half is what is left of it, of four parts of each vector.
    FractionSums BindAndRound(int lower, int upper, int half, Goldilocks2 r) => Share(half, (from, count) =>
    {
        foreach (int start in (ReadOnlySpan<int>)[lower, lower + half, upper, upper + half])
        {
            Bind(P(start + from, count), P(start + 2 * half + from, count), r);
            Bind(Q(start + from, count), Q(start + 2 * half + from, count), r);
        }
        // eq over one variable fewer: the bound variable's two values sum to one.
        ExtensionVector low = E(from, count), high = E(half + from, count);
        if (WordLanes8.IsSupported && count >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.Add(low, high);
        else if (WordLanes4.IsSupported && count >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.Add(low, high);
        else FractionKernel<ulong, WordLanes1>.Add(low, high);
        int a = lower + from, b = upper + from;
        return WordLanes8.IsSupported && count >= 8 ? FractionKernel<Vector512<ulong>, WordLanes8>.Round(low, P(a, count), Q(a, count), P(b, count), Q(b, count), P(a + half, count), Q(a + half, count), P(b + half, count), Q(b + half, count))
            : WordLanes4.IsSupported && count >= 4 ? FractionKernel<Vector256<ulong>, WordLanes4>.Round(low, P(a, count), Q(a, count), P(b, count), Q(b, count), P(a + half, count), Q(a + half, count), P(b + half, count), Q(b + half, count))
            : FractionKernel<ulong, WordLanes1>.Round(low, P(a, count), Q(a, count), P(b, count), Q(b, count), P(a + half, count), Q(a + half, count), P(b + half, count), Q(b + half, count));
    });

    void Bind(int lower, int upper, int half, Goldilocks2 r)
    {
        foreach (int start in (ReadOnlySpan<int>)[lower, upper])
        {
            Bind(P(start, half), P(start + half, half), r);
            Bind(Q(start, half), Q(start + half, half), r);
        }
    }

    static void Bind(ExtensionVector low, ExtensionVector high, Goldilocks2 r)
    {
        if (WordLanes8.IsSupported && low.Length >= 8) SumcheckKernel<Vector512<ulong>, WordLanes8>.Bind(low, high, r);
        else if (WordLanes4.IsSupported && low.Length >= 4) SumcheckKernel<Vector256<ulong>, WordLanes4>.Bind(low, high, r);
        else SumcheckKernel<ulong, WordLanes1>.Bind(low, high, r);
    }

    // Zero has no inverse, and a proof with such a denominator none that is accepted.
    static Goldilocks2 InverseOrZero(Goldilocks2 value) => value == Goldilocks2.Zero ? value : Goldilocks2.Inverse(value);

    ExtensionVector P(int start, int count) => new(p0.AsSpan(start, count), p1.AsSpan(start, count));

    ExtensionVector Q(int start, int count) => new(q0.AsSpan(start, count), q1.AsSpan(start, count));

    ExtensionVector E(int start, int count) => new(e0.AsSpan(start, count), e1.AsSpan(start, count));

    // Long parts on two threads, each in pieces that a cache holds from one step to the next.
    static FractionSums Share(int count, Func<int, int, FractionSums> part)
    {
        if (count < LeastShared) return part(0, count);
        FractionSums Pieces(int from, int end)
        {
            FractionSums sums = default;
            for (; from < end; from += LeastShared / 2) sums += part(from, LeastShared / 2);
            return sums;
        }
        FractionSums low = default, high = default;
        Parallel.Invoke(() => low = Pieces(0, count / 2), () => high = Pieces(count / 2, count));
        return low + high;
    }
}
