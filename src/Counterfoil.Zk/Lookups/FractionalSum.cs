using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Lookups;

/// <summary>
/// The verifier of Σ pᵢ/qᵢ = 0 over 2^d fractions (LogUp-GKR: Papini and Haböck, eprint 2023/1284): a binary tree of fraction additions, proven
/// layer by layer from the root, until one value of p and one of q at a random leaf point are left to check.
/// </summary>
/// <remarks>
/// A node adds the fractions at x and at x + half of the layer below: p = p₀q₁ + p₁q₀, q = q₀q₁, so the highest bit of a leaf's index is
/// consumed first. The root must be 0 over a denominator that is not 0.
/// </remarks>
static class FractionalSum
{
    /// <summary>What is left to check: the leaves' numerators and denominators, as multilinear polynomials, at <see cref="Point"/>.</summary>
    public readonly record struct Claim(Goldilocks2[] Point, Goldilocks2 Numerator, Goldilocks2 Denominator);

    /// <summary>Verifies a tree of 2^<paramref name="depth"/> leaves, depth at least 1.</summary>
    public static Claim Verify(VerifierChannel channel, int depth)
    {
        Span<Goldilocks2> ends = stackalloc Goldilocks2[4];
        channel.Receive(Labels.FractionRoot, ends);
        channel.Require(ends[0] * ends[3] + ends[1] * ends[2] == Goldilocks2.Zero, ZkChecks.Lookup, "fractions that sum to zero", "another sum");
        channel.Require(ends[2] * ends[3] != Goldilocks2.Zero, ZkChecks.LookupDenominator, "a denominator other than zero", "zero");

        Goldilocks2[] point = [];
        Goldilocks2 p = default, q = default;
        Descend(channel, ends, ref point, ref p, ref q);
        for (int layer = 1; layer < depth; layer++)
        {
            var lambda = channel.Challenge();
            var claim = p + lambda * q;
            var next = Sumcheck.Verify(channel, Labels.FractionRound, layer, 3, ref claim);
            channel.Receive(Labels.FractionLayer, ends);
            var sum = ends[0] * ends[3] + ends[1] * ends[2] + lambda * ends[2] * ends[3];
            bool follows = Multilinear.Equality<Goldilocks2>(point, next) * sum == claim;
            channel.Require(follows, ZkChecks.LookupLayer, $"layer {layer} to follow from layer {layer + 1}", "another value");
            point = next;
            Descend(channel, ends, ref point, ref p, ref q);
        }
        return new Claim(point, p, q);
    }

    // ends = p₀, p₁, q₀, q₁: the values at bit 0 and at bit 1; a random point of the line through them replaces both.
    static void Descend(VerifierChannel channel, ReadOnlySpan<Goldilocks2> ends, ref Goldilocks2[] point, ref Goldilocks2 p, ref Goldilocks2 q)
    {
        var mu = channel.Challenge();
        p = ends[0] + mu * (ends[1] - ends[0]);
        q = ends[2] + mu * (ends[3] - ends[2]);
        point = [.. point, mu];
    }
}
