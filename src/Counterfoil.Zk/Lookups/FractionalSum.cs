using Counterfoil.Zk.Claims;
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
/// consumed first. The root must be 0 over a denominator that is not 0: checked where it is seen, shown by an inverse where it is hidden.
/// </remarks>
static class FractionalSum
{
    /// <summary>What is left to check: the leaves' numerators and denominators, as multilinear polynomials, at <see cref="Point"/>.</summary>
    public readonly record struct Leaf(Goldilocks2[] Point, Claim Numerator, Claim Denominator);

    /// <summary>Hidden messages of a tree of 2^<paramref name="depth"/> leaves.</summary>
    public static int Messages(int depth) => 6 + (depth - 1) * depth / 2 * 3 + (depth - 1) * 4;

    /// <summary>Factors of products among them.</summary>
    public static int Factors(int depth) => 6 + (depth - 1) * 4;

    /// <summary>Verifies a tree of 2^<paramref name="depth"/> leaves, depth at least 1.</summary>
    public static Leaf Verify(VerifierChannel channel, int depth)
    {
        var ends = Receive(channel, Labels.FractionRoot);
        channel.Demand(
            [new(ends[0], ends[3], Goldilocks2.One), new(ends[1], ends[2], Goldilocks2.One)], default, ZkChecks.Lookup, "fractions that sum to zero", "another sum");
        if (channel.Constraints is null)
        {
            bool zero = ends[2].Claim.Constant == Goldilocks2.Zero || ends[3].Claim.Constant == Goldilocks2.Zero;
            channel.Require(!zero, ZkChecks.LookupDenominator, "a denominator other than zero", "zero");
        }
        else
        {
            // What is hidden is not zero if there is something that makes one of it.
            var inverses = channel.ReceiveClaims(Labels.FractionInverse, 2);
            for (int i = 0; i < 2; i++)
                channel.Demand([new(ends[2 + i], channel.Factor(inverses[i]), Goldilocks2.One)], -Goldilocks2.One, ZkChecks.LookupDenominator, "a denominator other than zero", "zero");
        }

        var leaf = Descend(channel, ends, []);
        for (int layer = 1; layer < depth; layer++)
        {
            var lambda = channel.Challenge();
            var claim = leaf.Numerator + leaf.Denominator * lambda;
            var next = Sumcheck.Verify(channel, Labels.FractionRound, layer, 3, ref claim);
            ends = Receive(channel, Labels.FractionLayer);
            var equality = Multilinear.Equality<Goldilocks2>(leaf.Point, next);
            Product[] sum = [new(ends[0], ends[3], equality), new(ends[1], ends[2], equality), new(ends[2], ends[3], equality * lambda)];
            channel.Demand(sum, claim * -Goldilocks2.One, ZkChecks.LookupLayer, $"layer {layer} to follow from layer {layer + 1}", "another value");
            leaf = Descend(channel, ends, next);
        }
        return leaf;
    }

    static Factor[] Receive(VerifierChannel channel, ReadOnlySpan<byte> label)
    {
        var ends = channel.ReceiveClaims(label, 4);
        return [channel.Factor(ends[0]), channel.Factor(ends[1]), channel.Factor(ends[2]), channel.Factor(ends[3])];
    }

    // ends = p₀, p₁, q₀, q₁: the values at bit 0 and at bit 1; a random point of the line through them replaces both.
    static Leaf Descend(VerifierChannel channel, Factor[] ends, Goldilocks2[] point)
    {
        var mu = channel.Challenge();
        return new Leaf([.. point, mu], Line(ends[0].Claim, ends[1].Claim, mu), Line(ends[2].Claim, ends[3].Claim, mu));
    }

    static Claim Line(Claim at0, Claim at1, Goldilocks2 mu) => at0 + (at1 - at0) * mu;
}
