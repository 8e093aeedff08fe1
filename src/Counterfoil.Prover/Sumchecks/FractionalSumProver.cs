using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of <see cref="FractionalSum"/>.</summary>
static class FractionalSumProver
{
    /// <summary>Proves that the fractions sum to zero; returns the leaf point at which the verifier is left.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, ReadOnlySpan<Goldilocks2> numerators, ReadOnlySpan<Goldilocks2> denominators)
    {
        // Layer k of the tree lies at 2^k … 2^(k+1): one array holds them all, as a heap.
        int leaves = numerators.Length;
        ExtensionVector p = new(2 * leaves), q = new(2 * leaves);
        for (int i = 0; i < leaves; i++) (p[leaves + i], q[leaves + i]) = (numerators[i], denominators[i]);
        for (int size = leaves / 2; size >= 2; size /= 2)
            Add(p.Slice(2 * size, 2 * size), q.Slice(2 * size, 2 * size), p.Slice(size, size), q.Slice(size, size));

        Goldilocks2[] ends = [p[2], p[3], q[2], q[3]];
        channel.SendClaims(Labels.FractionRoot, ends);
        if (channel.IsHiding) channel.SendClaims(Labels.FractionInverse, [InverseOrZero(ends[2]), InverseOrZero(ends[3])]);
        Goldilocks2[] point = [channel.Transcript.Challenge()];
        for (int size = 4; size <= leaves; size *= 2)
        {
            var lambda = channel.Transcript.Challenge();
            var next = ProveLayer(channel, p.Slice(size, size), q.Slice(size, size), point, lambda, ends);
            channel.SendClaims(Labels.FractionLayer, ends);
            point = [.. next, channel.Transcript.Challenge()];
        }
        return point;
    }

    // Σ eq(point, x)·(p₀q₁ + (p₁ + λq₁)q₀): the eq factor of the bound variable is linear and known, so only the quadratic rest is summed
    // (Gruen, eprint 2024/108). Overwrites the layer.
    static Goldilocks2[] ProveLayer(
        ProverChannel channel, ExtensionVector p, ExtensionVector q, Goldilocks2[] point, Goldilocks2 lambda, Goldilocks2[] ends)
    {
        int half = p.Length / 2;
        ExtensionVector p0 = p.Slice(0, half), q0 = q.Slice(0, half), p1 = p.Slice(half, half), q1 = q.Slice(half, half);
        AddScaled(p1, q1, lambda);
        var equality = new ExtensionVector(Multilinear.Equality<Goldilocks2>(point.AsSpan(0, point.Length - 1)));
        var scale = Goldilocks2.One;
        var bound = new Goldilocks2[point.Length];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            var (at0, at1, lead) = Round(equality, p0, q0, p1, q1);
            var linear = at1 - at0 - lead;
            var (l0, l1) = (scale * (Goldilocks2.One - point[k]), scale * (point[k] + point[k] - Goldilocks2.One));
            channel.SendClaims(Labels.FractionRound, [l0 * at0, l0 * lead + l1 * linear, l1 * lead]);
            var r = bound[k] = channel.Transcript.Challenge();
            scale = l0 + l1 * r;
            p0 = p0.Bind(r);
            q0 = q0.Bind(r);
            p1 = p1.Bind(r);
            q1 = q1.Bind(r);
            equality = Halve(equality);
        }
        (ends[0], ends[1], ends[2], ends[3]) = (p0[0], p1[0] - lambda * q1[0], q0[0], q1[0]);
        return bound;
    }

    // Zero has no inverse, and a proof with such a denominator none that is accepted.
    static Goldilocks2 InverseOrZero(Goldilocks2 value) => value == Goldilocks2.Zero ? value : Goldilocks2.Inverse(value);

    static void Add(ExtensionVector p, ExtensionVector q, ExtensionVector sumP, ExtensionVector sumQ)
    {
        if (WordLanes8.IsSupported && sumP.Length >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.Add(p, q, sumP, sumQ);
        else if (WordLanes4.IsSupported && sumP.Length >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.Add(p, q, sumP, sumQ);
        else FractionKernel<ulong, WordLanes1>.Add(p, q, sumP, sumQ);
    }

    static void AddScaled(ExtensionVector target, ExtensionVector source, Goldilocks2 factor)
    {
        if (WordLanes8.IsSupported && target.Length >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.AddScaled(target, source, factor);
        else if (WordLanes4.IsSupported && target.Length >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.AddScaled(target, source, factor);
        else FractionKernel<ulong, WordLanes1>.AddScaled(target, source, factor);
    }

    static (Goldilocks2 At0, Goldilocks2 At1, Goldilocks2 Lead) Round(
        ExtensionVector equality, ExtensionVector p0, ExtensionVector q0, ExtensionVector p1, ExtensionVector q1) =>
        WordLanes8.IsSupported && p0.Length >= 16 ? FractionKernel<Vector512<ulong>, WordLanes8>.Round(equality, p0, q0, p1, q1)
        : WordLanes4.IsSupported && p0.Length >= 8 ? FractionKernel<Vector256<ulong>, WordLanes4>.Round(equality, p0, q0, p1, q1)
        : FractionKernel<ulong, WordLanes1>.Round(equality, p0, q0, p1, q1);

    static ExtensionVector Halve(ExtensionVector equality)
    {
        int half = equality.Length / 2;
        if (WordLanes8.IsSupported && half >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.Halve(equality);
        else if (WordLanes4.IsSupported && half >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.Halve(equality);
        else FractionKernel<ulong, WordLanes1>.Halve(equality);
        return equality.Slice(0, half);
    }
}
