using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>A fractional sum layer by layer; if it is not zero and he is to bend, the root's two numerators are, and the layer below is bent to fit.</summary>
sealed class FractionTree(Dialogue say, Goldilocks2[] numerators, Goldilocks2[] denominators, bool bend)
{
    public Goldilocks2[] Prove()
    {
        List<(Goldilocks2[] P, Goldilocks2[] Q)> layers = [(numerators, denominators)];
        while (layers[^1].P.Length > 2) layers.Add(Above(layers[^1].P, layers[^1].Q));
        layers.Reverse();
        var (p, q) = layers[0];
        Goldilocks2[] ends = [p[0], p[1], q[0], q[1]];
        if (bend) ends[0] = -ends[1] * ends[2] * Goldilocks2.Inverse(ends[3]);
        say.Channel.Send(Labels.FractionRoot, ends);

        Goldilocks2[] point = [];
        for (int layer = 0; ; layer++)
        {
            var mu = say.Draw();
            point = [.. point, mu];
            var claimP = ends[0] + mu * (ends[1] - ends[0]);
            var claimQ = ends[2] + mu * (ends[3] - ends[2]);
            if (layer + 1 == layers.Count) return point;

            (p, q) = layers[layer + 1];
            var lambda = say.Draw();
            int half = p.Length / 2;
            Goldilocks2[] p0 = p[..half], p1 = p[half..], q0 = q[..half], q1 = q[half..], equality = Multilinear.Equality<Goldilocks2>(point);
            Goldilocks2[] mixed = [.. p1.Zip(q1, (a, b) => a + lambda * b)];
            point = say.Sumcheck(Labels.FractionRound, 3, [[equality, p0, q1], [equality, mixed, q0]], claimP + lambda * claimQ, bend);
            var there = Multilinear.Equality<Goldilocks2>(point);
            ends = [.. new[] { p0, p1, q0, q1 }.Select(half => Multilinear.InnerProduct<Goldilocks2>(half, there))];
            say.Channel.Send(Labels.FractionLayer, ends);
        }
    }

    static (Goldilocks2[], Goldilocks2[]) Above(Goldilocks2[] p, Goldilocks2[] q)
    {
        int half = p.Length / 2;
        Goldilocks2[] sumP = new Goldilocks2[half], sumQ = new Goldilocks2[half];
        for (int x = 0; x < half; x++) (sumP[x], sumQ[x]) = (p[x] * q[half + x] + p[half + x] * q[x], q[x] * q[half + x]);
        return (sumP, sumQ);
    }
}
