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
        Goldilocks2[][] forms = [.. Enumerable.Range(0, layout.Columns).Select(c => c == GraphLayout.Value ? adjoint.Columns[..layout.Count] : relation.Weights(c))];
        // σ and the limbs that it multiplies are kept at one length.
        int[] sides = [GraphLayout.Side, .. Enumerable.Range(GraphLayout.FirstLimb, layout.SideLimbs)];
        int length = sides.Max(c => forms[c].Length);
        int Kept(int c) => sides.Contains(c) ? length : forms[c].Length;
        BoundVector[] cells = [.. forms.Select((_, c) => new BoundVector(witness.Column(c), variables, Kept(c)))];
        BoundVector[] weights = [.. forms.Select((form, c) => new BoundVector(form, variables, Kept(c)))];
        BoundVector[] scaled = [.. sides[1..].Select((_, j) => new BoundVector(relation.Scaled(j), variables, length))];
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
        return point;
    }
}
