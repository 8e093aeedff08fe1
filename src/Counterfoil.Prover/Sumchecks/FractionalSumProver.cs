using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of <see cref="FractionalSum"/>.</summary>
static class FractionalSumProver
{
    /// <summary>Proves that the fractions sum to zero; returns the leaf point at which the verifier is left. Overwrites nothing.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, Goldilocks2[] numerators, Goldilocks2[] denominators)
    {
        var layers = new List<(Goldilocks2[] P, Goldilocks2[] Q)> { (numerators, denominators) };
        while (layers[^1].P.Length > 2) layers.Add(Add(layers[^1].P, layers[^1].Q));

        var (p, q) = layers[^1];
        Goldilocks2[] ends = [p[0], p[1], q[0], q[1]];
        channel.Send(Labels.FractionRoot, ends);
        Goldilocks2[] point = [channel.Transcript.Challenge()];
        for (int layer = layers.Count - 2; layer >= 0; layer--)
        {
            var lambda = channel.Transcript.Challenge();
            var next = ProveLayer(channel, layers[layer].P, layers[layer].Q, point, lambda, ends);
            channel.Send(Labels.FractionLayer, ends);
            point = [.. next, channel.Transcript.Challenge()];
        }
        return point;
    }

    static (Goldilocks2[] P, Goldilocks2[] Q) Add(Goldilocks2[] p, Goldilocks2[] q)
    {
        int half = p.Length / 2;
        Goldilocks2[] sumP = new Goldilocks2[half], sumQ = new Goldilocks2[half];
        for (int x = 0; x < half; x++)
        {
            sumP[x] = p[x] * q[half + x] + p[half + x] * q[x];
            sumQ[x] = q[x] * q[half + x];
        }
        return (sumP, sumQ);
    }

    // Σ eq(point, x)·(p₀q₁ + (p₁ + λq₁)q₀): the eq factor of the bound variable is linear and known, so only the quadratic rest is summed (Gruen, eprint 2024/108).
    static Goldilocks2[] ProveLayer(ProverChannel channel, Goldilocks2[] p, Goldilocks2[] q, Goldilocks2[] point, Goldilocks2 lambda, Goldilocks2[] ends)
    {
        int half = p.Length / 2;
        Goldilocks2[] p0 = p[..half], q0 = q[..half], p1 = p[half..], q1 = q[half..];
        for (int x = 0; x < half; x++) p1[x] += lambda * q1[x];

        var equality = Multilinear.Equality<Goldilocks2>(point.AsSpan(0, point.Length - 1));
        var scale = Goldilocks2.One;
        var bound = new Goldilocks2[point.Length];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            half = 1 << k;
            Goldilocks2 at0 = default, at1 = default, lead = default;
            for (int x = 0; x < half; x++)
            {
                int y = half + x;
                at0 += equality[x] * (p0[x] * q1[x] + p1[x] * q0[x]);
                at1 += equality[x] * (p0[y] * q1[y] + p1[y] * q0[y]);
                lead += equality[x] * ((p0[y] - p0[x]) * (q1[y] - q1[x]) + (p1[y] - p1[x]) * (q0[y] - q0[x]));
            }
            var linear = at1 - at0 - lead;
            var (l0, l1) = (scale * (Goldilocks2.One - point[k]), scale * (point[k] + point[k] - Goldilocks2.One));
            channel.Send(Labels.FractionRound, [l0 * at0, l0 * lead + l1 * linear, l1 * lead]);
            var r = bound[k] = channel.Transcript.Challenge();
            scale = l0 + l1 * r;
            foreach (var values in new[] { p0, q0, p1, q1 }) Folding.Bind(values.AsSpan(0, 2 * half), r);
            // eq over one variable fewer: the bound variable's two values sum to one.
            for (int x = 0; x < half / 2; x++) equality[x] += equality[half / 2 + x];
        }
        (ends[0], ends[1], ends[2], ends[3]) = (p0[0], p1[0] - lambda * q1[0], q0[0], q1[0]);
        return bound;
    }
}
