using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of a sum-check over a sum of products of two multilinear polynomials.</summary>
static class ProductSumcheckProver
{
    /// <summary>Runs all rounds; returns the point. The first value of each factor, all of one power of two of values, becomes its value there.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, ReadOnlySpan<byte> label, (Goldilocks2[] Left, Goldilocks2[] Right)[] products)
    {
        var point = new Goldilocks2[Multilinear.VariablesFor(products[0].Left.Length)];
        var vectors = products.Select(p => (Left: new BoundVector(p.Left, point.Length), Right: new BoundVector(p.Right, point.Length))).ToArray();
        for (int k = point.Length - 1; k >= 0; k--)
        {
            RoundSums sums = default;
            foreach (var (left, right) in vectors) sums += BoundVector.Round(left, right);
            channel.SendClaims(label, [sums.Constant, sums.Second]);
            point[k] = channel.Transcript.Challenge();
            foreach (var (left, right) in vectors)
            {
                left.Bind(point[k]);
                right.Bind(point[k]);
            }
        }
        for (int i = 0; i < vectors.Length; i++) (products[i].Left[0], products[i].Right[0]) = (vectors[i].Left.Value, vectors[i].Right.Value);
        foreach (var (left, right) in vectors)
        {
            left.Dispose();
            right.Dispose();
        }
        return point;
    }
}
