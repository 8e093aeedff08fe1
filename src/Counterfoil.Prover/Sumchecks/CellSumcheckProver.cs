using Counterfoil.Prover.Execution;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of the sum-check over cells, <see cref="ExecutionRelation"/>.</summary>
static class CellSumcheckProver
{
    /// <summary>Runs all rounds; returns the point.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, GraphLayout layout, ExecutionRelation relation, Adjoint adjoint, ExecutionWitness witness)
    {
        int size = layout.Size;
        Goldilocks2[] scaled = Copy(relation.Scaled), side = Extend(witness.Column(GraphLayout.Side));
        var groups = new Goldilocks2[GraphLayout.Groups][];
        for (int g = 0; g < groups.Length; g++) groups[g] = Group(layout, witness, g);
        var looked = new Goldilocks2[size];
        for (int c = 0; c < layout.Columns; c++)
        {
            var weight = relation.LookupWeights[c];
            var column = witness.Column(c);
            if (weight != Goldilocks2.Zero) for (int x = 0; x < size; x++) looked[x] += weight * column[x];
        }
        (Goldilocks2[] Weight, Goldilocks2[] Cells)[] pairs =
        [
            (Copy(relation.Weights[0]), groups[0]), (Copy(relation.Weights[1]), groups[1]), (Copy(relation.Weights[2]), groups[2]),
            (Copy(adjoint.Columns), Extend(witness.Column(GraphLayout.Value))), (Copy(relation.Sides), side), (Copy(relation.Lookups), looked),
        ];
        var point = new Goldilocks2[layout.Variables];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            int half = 1 << k;
            Goldilocks2 c0 = default, c2 = default, c3 = default;
            foreach (var (weight, cells) in pairs)
                for (int x = 0; x < half; x++)
                {
                    c0 += weight[x] * cells[x];
                    c2 += (weight[half + x] - weight[x]) * (cells[half + x] - cells[x]);
                }
            var group = groups[0];
            for (int x = 0; x < half; x++)
            {
                int z = half + x;
                Goldilocks2 ds = scaled[z] - scaled[x], dSide = side[z] - side[x], dg = group[z] - group[x], twice = dSide * dg;
                c0 += scaled[x] * (side[x] * group[x]);
                c2 += ds * (dSide * group[x] + side[x] * dg) + scaled[x] * twice;
                c3 += ds * twice;
            }
            channel.SendClaims(Labels.CellRound, [c0, c2, c3]);
            point[k] = channel.Transcript.Challenge();
            Folding.Bind(scaled.AsSpan(0, 2 * half), point[k]);
            foreach (var (weight, cells) in pairs)
            {
                Folding.Bind(weight.AsSpan(0, 2 * half), point[k]);
                Folding.Bind(cells.AsSpan(0, 2 * half), point[k]);
            }
        }
        return point;
    }

    static Goldilocks2[] Copy(Goldilocks2[] values) => (Goldilocks2[])values.Clone();

    static Goldilocks2[] Extend(ReadOnlySpan<Goldilocks> values)
    {
        var extended = new Goldilocks2[values.Length];
        for (int i = 0; i < extended.Length; i++) extended[i] = values[i];
        return extended;
    }

    static Goldilocks2[] Group(GraphLayout layout, ExecutionWitness witness, int group)
    {
        var numbers = new Goldilocks2[layout.Size];
        int first = GraphLayout.FirstLimb + layout.GroupStart(group);
        var radix = Goldilocks.FromUInt64(1UL << layout.LimbBits);
        for (int k = layout.GroupLimbs[group]; --k >= 0;)
        {
            var limb = witness.Column(first + k);
            for (int x = 0; x < numbers.Length; x++) numbers[x] = new Goldilocks2(numbers[x].C0 * radix + limb[x], default);
        }
        return numbers;
    }
}
