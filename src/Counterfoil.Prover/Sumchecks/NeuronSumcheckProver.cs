using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of the neuron sum-check over <see cref="NeuronRelation"/>.</summary>
static class NeuronSumcheckProver
{
    /// <summary>Runs all rounds; returns the point. <paramref name="columns"/> are the witness columns, in the layout's order.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, InferenceLayout layout, NeuronRelation relation, Goldilocks[][] columns)
    {
        int size = layout.Space.Size;
        Goldilocks2[] s = Copy(relation.Scaled), p = Copy(relation.Plain), e = Copy(relation.Lookups.Equality), g = Copy(relation.Read);
        Goldilocks2[] y = new Goldilocks2[size], side = new Goldilocks2[size], w = new Goldilocks2[size];
        Goldilocks2[] r = new Goldilocks2[size], l = new Goldilocks2[size];
        for (int x = 0; x < size; x++)
        {
            y[x] = columns[InferenceLayout.Value][x];
            side[x] = columns[InferenceLayout.Side][x];
            w[x] = Limbs(columns.AsSpan(InferenceLayout.FirstLimb, layout.OverflowLimbs), x);
            r[x] = Limbs(columns.AsSpan(layout.FirstRemainder, layout.RemainderLimbs), x);
            for (int c = 0; c < columns.Length; c++) l[x] += relation.LookupWeights[c] * columns[c][x];
        }
        Goldilocks2[][] all = [s, p, e, g, y, side, w, r, l];
        var point = new Goldilocks2[layout.Space.Variables];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            int half = 1 << k;
            Goldilocks2 c0 = default, c2 = default, c3 = default;
            for (int x = 0; x < half; x++)
            {
                int z = half + x;
                Goldilocks2 ds = s[z] - s[x], dSide = side[z] - side[x], dw = w[z] - w[x], dy = y[z] - y[x];
                var sideOverflow = side[x] * w[x];
                c0 += s[x] * (y[x] + sideOverflow) + p[x] * r[x] + e[x] * l[x] + g[x] * y[x];
                var twice = dSide * dw;
                c2 += ds * (dy + dSide * w[x] + side[x] * dw) + s[x] * twice
                    + (p[z] - p[x]) * (r[z] - r[x]) + (e[z] - e[x]) * (l[z] - l[x]) + (g[z] - g[x]) * dy;
                c3 += ds * twice;
            }
            channel.SendClaims(Labels.NeuronRound, [c0, c2, c3]);
            point[k] = channel.Transcript.Challenge();
            foreach (var values in all) Folding.Bind(values.AsSpan(0, 2 * half), point[k]);
        }
        return point;
    }

    static Goldilocks2[] Copy(Goldilocks2[] values) => (Goldilocks2[])values.Clone();

    static Goldilocks Limbs(ReadOnlySpan<Goldilocks[]> limbs, int x)
    {
        var value = Goldilocks.Zero;
        for (int k = limbs.Length; --k >= 0;) value = value * Goldilocks.FromUInt64(256) + limbs[k][x];
        return value;
    }
}
