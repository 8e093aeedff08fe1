using System.Buffers;
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
        int variables = layout.Variables;
        int[] lengths = [.. Enumerable.Range(0, layout.Columns).Select(c => c == GraphLayout.Value ? layout.Count : relation.Weighted(c))];
        // σ and the limbs that it multiplies are kept at one length.
        int[] sides = [GraphLayout.Side, .. Enumerable.Range(GraphLayout.FirstLimb, layout.SideLimbs)];
        int length = sides.Max(c => lengths[c]);
        foreach (int c in sides) lengths[c] = length;
        BoundVector[] cells = new BoundVector[layout.Columns], weights = new BoundVector[layout.Columns], scaled = new BoundVector[layout.SideLimbs];
        var buffer = ArrayPool<Goldilocks2>.Shared.Rent(Math.Max(1, lengths.Max()));
        for (int c = 0; c < cells.Length; c++)
        {
            var form = c == GraphLayout.Value ? adjoint.Columns : buffer.AsSpan(0, relation.Weighted(c));
            if (c != GraphLayout.Value) relation.WriteWeights(c, form);
            (cells[c], weights[c]) = (new(witness.Column(c), variables, lengths[c]), new(form, variables, lengths[c]));
        }
        for (int j = 0; j < scaled.Length; j++)
        {
            var form = buffer.AsSpan(0, layout.Lengths[GraphLayout.Side]);
            relation.WriteScaled(j, form);
            scaled[j] = new(form, variables, length);
        }
        ArrayPool<Goldilocks2>.Shared.Return(buffer);
        var point = new Goldilocks2[variables];
        for (int k = point.Length - 1; k >= 0; k--)
        {
            RoundSums sums = default;
            for (int j = 0; j < scaled.Length; j++) sums += BoundVector.Round(scaled[j], cells[GraphLayout.Side], cells[GraphLayout.FirstLimb + j]);
            for (int c = 0; c < cells.Length; c++) sums += BoundVector.Round(weights[c], cells[c]);
            channel.SendClaims(Labels.CellRound, [sums.Constant, sums.Second, sums.Third]);
            point[k] = channel.Transcript.Challenge();
            foreach (var vector in (IEnumerable<BoundVector>)[.. scaled, .. cells, .. weights]) vector.Bind(point[k]);
        }
        foreach (var vector in (IEnumerable<BoundVector>)[.. scaled, .. cells, .. weights]) vector.Dispose();
        return point;
    }
}
