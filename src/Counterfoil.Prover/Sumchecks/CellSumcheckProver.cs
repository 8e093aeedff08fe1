using Counterfoil.Prover.Execution;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The prover's side of the sum-check over cells, <see cref="ExecutionRelation"/>.</summary>
static class CellSumcheckProver
{
    /// <summary>Runs all rounds; returns the point.</summary>
    public static Goldilocks2[] Prove(ProverChannel channel, GraphLayout layout, ExecutionRelation relation, Adjoint adjoint, ExecutionWitness witness)
    {
        var groups = new BoundVector[GraphLayout.Groups];
        for (int g = 0; g < groups.Length; g++) groups[g] = Group(layout, witness, g);
        BoundVector scaled = new(relation.Scaled), side = new(witness.Column(GraphLayout.Side));
        (BoundVector Weight, BoundVector Cells)[] pairs =
        [
            (new(relation.Weights[0]), groups[0]), (new(relation.Weights[1]), groups[1]), (new(relation.Weights[2]), groups[2]),
            (new(adjoint.Columns), new(witness.Column(GraphLayout.Value))), (new(relation.Sides), side), (new(relation.Lookups), Looked(layout, relation, witness)),
        ];
        var point = new Goldilocks2[layout.Variables];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            var sums = BoundVector.Round(scaled, side, groups[0]);
            foreach (var (weight, cells) in pairs) sums += BoundVector.Round(weight, cells);
            channel.SendClaims(Labels.CellRound, [sums.Constant, sums.Second, sums.Third]);
            point[k] = channel.Transcript.Challenge();
            scaled.Bind(point[k]);
            foreach (var (weight, cells) in pairs)
            {
                weight.Bind(point[k]);
                cells.Bind(point[k]);
            }
        }
        return point;
    }

    // What the lookups weigh, all columns as one.
    static BoundVector Looked(GraphLayout layout, ExecutionRelation relation, ExecutionWitness witness)
    {
        Goldilocks[] sum0 = new Goldilocks[layout.Size], sum1 = new Goldilocks[layout.Size];
        for (int c = 0; c < layout.Columns; c++)
            if (relation.LookupWeights[c] != Goldilocks2.Zero) FieldVector.AddScaled(witness.Column(c), relation.LookupWeights[c], sum0, sum1);
        var sum = new Goldilocks2[layout.Size];
        for (int x = 0; x < sum.Length; x++) sum[x] = new(sum0[x], sum1[x]);
        return new(sum);
    }

    static BoundVector Group(GraphLayout layout, ExecutionWitness witness, int group)
    {
        var numbers = new Goldilocks[layout.Size];
        int first = GraphLayout.FirstLimb + layout.GroupStart(group);
        var radix = Goldilocks.FromUInt64(1UL << layout.LimbBits);
        for (int k = layout.GroupLimbs[group]; --k >= 0;)
        {
            var limb = witness.Column(first + k);
            for (int x = 0; x < numbers.Length; x++) numbers[x] = numbers[x] * radix + limb[x];
        }
        return new(numbers);
    }
}
