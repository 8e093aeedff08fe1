using System.Buffers;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of <see cref="FractionalSum"/>.</summary>
/// <remarks>
/// It holds no layer of more than 2^h fractions. Those of the layers below are sums of leaves, written again whenever they are needed, and a layer of 2^s > 2^h of them is proven like this: the s − h variables that are bound first are kept
/// as variables, and what is summed is a polynomial in them, of degree two in each, whose values at 0, at 1 and leading coefficients one pass over the leaves sums up (<see cref="Grid"/>). All messages of these rounds follow from it. A second
/// pass then binds them all at once, which leaves 2^h fractions. So memory is what h says and the messages are the same, whatever h is.
/// </remarks>
sealed partial class FractionalSumProver : IDisposable
{
    /// <summary>h: 2^24 fractions with the layers above take 1.2 GB.</summary>
    public const int MostHeld = 24;

    // Shorter parts are done sooner than a second thread is woken.
    const int LeastShared = 1 << 12;

    readonly IFractionLeaves leaves;
    readonly int depth, held;

    // Layer k of the tree lies at 2^k … 2^(k+1), as in a heap; the coefficients of p and q apart.
    readonly ulong[] p0, p1, q0, q1, e0, e1;

    FractionalSumProver(IFractionLeaves leaves, int depth, int mostHeld)
    {
        (this.leaves, this.depth, held) = (leaves, depth, Math.Min(depth, mostHeld));
        ulong[] Rent(int length) => ArrayPool<ulong>.Shared.Rent(length);
        int count = 1 << held;
        (p0, p1, q0, q1, e0, e1) = (Rent(2 * count), Rent(2 * count), Rent(2 * count), Rent(2 * count), Rent(count / 2), Rent(count / 2));
        Share(count, (from, length) =>
        {
            WriteNodes(held, from, P(count + from, length), Q(count + from, length));
            return default;
        });
        for (int size = count / 2; size >= 2; size /= 2)
            Share(size, (from, length) =>
            {
                int low = 2 * size + from, high = low + size;
                FractionVectors.Add(P(low, length), Q(low, length), P(high, length), Q(high, length), P(size + from, length), Q(size + from, length));
                return default;
            });
    }

    /// <summary>Proves that 2^<paramref name="depth"/> fractions sum to zero; returns the leaf point at which the verifier is left.</summary>
    /// <param name="channel">The proof.</param>
    /// <param name="leaves">The fractions.</param>
    /// <param name="depth">Levels of the tree, at least 1.</param>
    /// <param name="mostHeld">h, at least 2.</param>
    public static Goldilocks2[] Prove(ProverChannel channel, IFractionLeaves leaves, int depth, int mostHeld = MostHeld)
    {
        using var tree = new FractionalSumProver(leaves, depth, mostHeld);
        return tree.Prove(channel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lent in (ulong[][])[p0, p1, q0, q1, e0, e1]) ArrayPool<ulong>.Shared.Return(lent);
    }

    Goldilocks2[] Prove(ProverChannel channel)
    {
        Goldilocks2[] ends = [P(2, 2)[0], P(2, 2)[1], Q(2, 2)[0], Q(2, 2)[1]];
        channel.SendClaims(Labels.FractionRoot, ends);
        if (channel.IsHiding) channel.SendClaims(Labels.FractionInverse, [InverseOrZero(ends[2]), InverseOrZero(ends[3])]);
        Goldilocks2[] point = [channel.Transcript.Challenge()];
        for (int layer = 2; layer <= depth; layer++)
        {
            var lambda = channel.Transcript.Challenge();
            var next = ProveLayer(channel, layer, point, lambda, ends);
            channel.SendClaims(Labels.FractionLayer, ends);
            point = [.. next, channel.Transcript.Challenge()];
        }
        return point;
    }

    // Σ eq(point, x)·(p₀q₁ + (p₁ + λq₁)q₀): the eq factor of the bound variable is linear and known, so only the quadratic rest is summed
    // (Gruen, eprint 2024/108). Overwrites the layer.
    Goldilocks2[] ProveLayer(ProverChannel channel, int layer, Goldilocks2[] point, Goldilocks2 lambda, Goldilocks2[] ends)
    {
        int stored = Math.Min(layer, held), size = 1 << stored, half = size / 2, upper = size + half;
        var scale = Goldilocks2.One;
        var bound = new Goldilocks2[point.Length];
        if (layer > stored)
        {
            WriteEquality(point.AsSpan(0, stored - 1));
            var grid = new Grid(layer - stored, point.AsSpan(stored - 1).ToArray());
            Sum(layer, lambda, grid);
            for (int k = point.Length - 1; k >= stored - 1; k--) bound[k] = Send(channel, grid.Round(), point[k], ref scale, grid.Bind);
            Bind(layer, lambda, bound.AsSpan(stored - 1));
        }
        else
            Share(half, (from, count) =>
            {
                FractionVectors.AddScaled(P(upper + from, count), Q(upper + from, count), lambda);
                return default;
            });
        WriteEquality(point.AsSpan(0, stored - 2));
        for (int k = stored - 2, left = half / 2; k >= 0; k--, left /= 2)
            bound[k] = Send(channel, k == stored - 2 ? Round(size, upper, left) : BindAndRound(size, upper, left, bound[k + 1]), point[k], ref scale);
        Bind(size, upper, 1, bound[0]);
        (ends[0], ends[1], ends[2], ends[3]) = (P(size, 1)[0], P(upper, 1)[0] - lambda * Q(upper, 1)[0], Q(size, 1)[0], Q(upper, 1)[0]);
        return bound;
    }

    // A round's message, and the challenge that answers it.
    static Goldilocks2 Send(ProverChannel channel, FractionSums sums, Goldilocks2 point, ref Goldilocks2 scale, Action<Goldilocks2>? bind = null)
    {
        var linear = sums.At1 - sums.At0 - sums.Lead;
        var (l0, l1) = (scale * (Goldilocks2.One - point), scale * (point + point - Goldilocks2.One));
        channel.SendClaims(Labels.FractionRound, [l0 * sums.At0, l0 * sums.Lead + l1 * linear, l1 * sums.Lead]);
        var r = channel.Transcript.Challenge();
        scale = l0 + l1 * r;
        bind?.Invoke(r);
        return r;
    }

    void WriteEquality(ReadOnlySpan<Goldilocks2> point)
    {
        int count = 1 << point.Length;
        var equality = ArrayPool<Goldilocks2>.Shared.Rent(count);
        Multilinear.WriteEquality(point, equality.AsSpan());
        for (int i = 0; i < count; i++) (e0[i], e1[i]) = (equality[i].C0.Value, equality[i].C1.Value);
        ArrayPool<Goldilocks2>.Shared.Return(equality);
    }

    FractionSums Round(int lower, int upper, int half) => Share(half, (from, count) =>
    {
        int a = lower + from, b = upper + from;
        return FractionVectors.Round(E(from, count), P(a, count), Q(a, count), P(b, count), Q(b, count), P(a + half, count), Q(a + half, count), P(b + half, count), Q(b + half, count));
    });

    // Binds the variable of the round before and sums the next while the values are at hand: half is what is left of it, of four parts of each vector.
    FractionSums BindAndRound(int lower, int upper, int half, Goldilocks2 r) => Share(half, (from, count) =>
    {
        foreach (int start in (ReadOnlySpan<int>)[lower, lower + half, upper, upper + half])
        {
            FractionVectors.Bind(P(start + from, count), P(start + 2 * half + from, count), r);
            FractionVectors.Bind(Q(start + from, count), Q(start + 2 * half + from, count), r);
        }
        // eq over one variable fewer: the bound variable's two values sum to one.
        FractionVectors.Add(E(from, count), E(half + from, count));
        int a = lower + from, b = upper + from;
        return FractionVectors.Round(E(from, count), P(a, count), Q(a, count), P(b, count), Q(b, count), P(a + half, count), Q(a + half, count), P(b + half, count), Q(b + half, count));
    });

    void Bind(int lower, int upper, int half, Goldilocks2 r)
    {
        foreach (int start in (ReadOnlySpan<int>)[lower, upper])
        {
            FractionVectors.Bind(P(start, half), P(start + half, half), r);
            FractionVectors.Bind(Q(start, half), Q(start + half, half), r);
        }
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
