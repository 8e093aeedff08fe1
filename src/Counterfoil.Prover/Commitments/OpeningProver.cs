using Counterfoil.Prover.Hiding;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Commitments;

/// <summary>The prover's side of <see cref="RowOpening"/>.</summary>
static class OpeningProver
{
    /// <summary>Opens a linear claim on the weights' matrix and the proof's own.</summary>
    /// <param name="channel">The proof.</param>
    /// <param name="folding">The rounds of the short schedule; null: the wide one.</param>
    /// <param name="weights">The weights' matrix.</param>
    /// <param name="own">The proof's own.</param>
    /// <param name="claim">The claim, as the verifier will derive it.</param>
    /// <param name="combination">Σ a·row over the rows of both, without masks.</param>
    /// <param name="layout">The pads; null if nothing is hidden.</param>
    /// <param name="constraints">What the pads satisfy so far.</param>
    public static void Prove(
        ProverChannel channel, FoldingSchedule? folding, CommittedMatrix weights, ProofMatrix own, LinearClaim claim, ReadOnlySpan<Goldilocks2> combination, PadLayout? layout, Constraints constraints)
    {
        var (code, tape) = (weights.Code, channel.Transcript);
        var random = Multilinear.Equality<Goldilocks2>(tape.Challenges(RowOpening.Variables(weights.Rows + own.Rows, layout is not null)));
        Goldilocks2[] row = new Goldilocks2[code.Cells], part = new Goldilocks2[code.RowLength];
        weights.Combine(random.AsSpan(0, weights.Rows), row.AsSpan(0, code.RowLength));
        own.Combine(random.AsSpan(weights.Rows, own.Rows), part);
        for (int c = 0; c < part.Length; c++) row[c] += part[c];
        if (layout is not null)
            for (int c = 0; c < part.Length; c++) row[c] += new Goldilocks2(own.Hidden(PadLayout.RowMask)[c], own.Hidden(PadLayout.RowMask + 1)[c]);
        var cells = Multilinear.Equality<Goldilocks2>(claim.Cells);
        var value = Multilinear.InnerProduct<Goldilocks2>(row, cells);
        channel.SendClaims(Labels.OpeningValue, [value]);
        var epsilon = tape.Challenge();
        for (int c = 0; c < part.Length; c++) row[c] += epsilon * combination[c];

        var coefficients = random.AsSpan(0, weights.Rows + own.Rows);
        for (int r = 0; r < coefficients.Length; r++) coefficients[r] += epsilon * (r < weights.Rows ? claim.WeightRows[r] : claim.OwnRows[r - weights.Rows]);
        Goldilocks[] mask0 = new Goldilocks[code.Masks], mask1 = new Goldilocks[code.Masks];
        weights.AddMasks(coefficients, mask0, mask1);
        own.AddMasks(coefficients[weights.Rows..], mask0, mask1);
        for (int c = 0; c < mask0.Length; c++) row[code.RowLength + c] = new(mask0[c], mask1[c]);
        var sum = Multilinear.InnerProduct<Goldilocks2>(row, cells);
        if (folding is null) channel.Send(Labels.OpeningRow, row);
        else channel.Send(Labels.OpeningSum, sum);

        Goldilocks2[]? form = null, padRow = null;
        if (layout is not null)
        {
            int pad = constraints.TakePad();
            constraints.Add(Claim.Padded(value + own.Pads[pad], pad) + claim.Value * epsilon - sum);
            PadProver.ProveProducts(channel, constraints, own.Pads);
            (form, padRow) = PadProver.ProveLinear(
                channel, layout, constraints, own.Hidden(PadLayout.PadRow), own.Hidden(PadLayout.PadMask), own.Hidden(PadLayout.PadMask + 1), inClear: folding is null);
        }
        Goldilocks2[][] parts = folding is null ? [] : FoldedRows.Parts(code, row, padRow);
        var word = folding is null ? null : FoldingProver.Commit(channel, folding.Rounds[0], parts);
        var positions = tape.Positions(code.Queries, code.LogLength);
        weights.Codewords.Write(channel, positions);
        own.Codewords.Write(channel, positions);
        if (word is not null) FoldingProver.Prove(channel, folding!, word, parts, new FoldedRows(code, positions, claim.Cells, form, tape.Challenges).Forms);
    }
}
