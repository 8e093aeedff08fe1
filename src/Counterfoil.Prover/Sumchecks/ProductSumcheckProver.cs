using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of the sum-check of Σ left·right, degree 2.</summary>
static class ProductSumcheckProver
{
    /// <summary>Runs all rounds; returns the point. Overwrites both vectors, of a power of two values: their first then are their values there.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, string label, Goldilocks2[] left, Goldilocks2[] right)
    {
        var name = System.Text.Encoding.ASCII.GetBytes(label);
        var point = new Goldilocks2[System.Numerics.BitOperations.Log2((uint)left.Length)];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            int half = 1 << k;
            Goldilocks2 at0 = default, slope = default;
            for (int x = 0; x < half; x++)
            {
                at0 += left[x] * right[x];
                slope += (left[half + x] - left[x]) * (right[half + x] - right[x]);
            }
            channel.Send(name, [at0, slope]);
            point[k] = channel.Transcript.Challenge();
            Folding.Bind(left.AsSpan(0, 2 * half), point[k]);
            Folding.Bind(right.AsSpan(0, 2 * half), point[k]);
        }
        return point;
    }
}
