using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of a sum-check over a sum of products of two multilinear polynomials.</summary>
static class ProductSumcheckProver
{
    /// <summary>Runs all rounds; returns the point. Overwrites the factors, which all have one power of two of values.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, ReadOnlySpan<byte> label, (Goldilocks2[] Left, Goldilocks2[] Right)[] products)
    {
        var point = new Goldilocks2[Multilinear.VariablesFor(products[0].Left.Length)];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            int half = 1 << k;
            Goldilocks2 constant = default, lead = default;
            foreach (var (left, right) in products)
                for (int x = 0; x < half; x++)
                {
                    constant += left[x] * right[x];
                    lead += (left[half + x] - left[x]) * (right[half + x] - right[x]);
                }
            channel.SendClaims(label, [constant, lead]);
            point[k] = channel.Transcript.Challenge();
            foreach (var (left, right) in products)
            {
                Folding.Bind(left.AsSpan(0, 2 * half), point[k]);
                Folding.Bind(right.AsSpan(0, 2 * half), point[k]);
            }
        }
        return point;
    }
}
