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
    /// <summary>Opens a linear claim on committed matrices and, last, the proof's own.</summary>
    /// <param name="channel">The proof.</param>
    /// <param name="code">The code of the opened row.</param>
    /// <param name="folding">The rounds of the short schedule; null: the wide one.</param>
    /// <param name="matrices">The weights' matrix, then hidden tensors'.</param>
    /// <param name="own">The proof's own.</param>
    /// <param name="claim">The claim, as the verifier will derive it.</param>
    /// <param name="combination">Σ a·row over the rows of all, without masks.</param>
    /// <param name="layout">The pads; null if nothing is hidden.</param>
    /// <param name="constraints">What the pads satisfy so far.</param>
    public static void Prove(
        ProverChannel channel, RowCode code, FoldingSchedule? folding, IReadOnlyList<CommittedMatrix> matrices, ProofMatrix own, LinearClaim claim, ReadOnlySpan<Goldilocks2> combination, PadLayout? layout,
        Constraints constraints)
    {
        var tape = channel.Transcript;
        int rows = claim.RowCount, first = 0;
        var random = Multilinear.Equality<Goldilocks2>(tape.Challenges(RowOpening.Variables(rows, layout is not null)));
        Goldilocks2[] row = new Goldilocks2[code.Cells], part = new Goldilocks2[code.RowLength];
        foreach (var matrix in matrices)
        {
            matrix.Combine(random.AsSpan(first, matrix.Rows), part);
            Add(row, part);
            first += matrix.Rows;
        }
        own.Combine(random.AsSpan(first, own.Rows), part);
        Add(row, part);
        if (layout is not null)
            for (int c = 0; c < part.Length; c++) row[c] += new Goldilocks2(own.Hidden(PadLayout.RowMask)[c], own.Hidden(PadLayout.RowMask + 1)[c]);
        var cells = Multilinear.Equality<Goldilocks2>(claim.Cells);
        var value = Multilinear.InnerProduct<Goldilocks2>(row, cells);
        channel.SendClaims(Labels.OpeningValue, [value]);
        var epsilon = tape.Challenge();
        for (int c = 0; c < part.Length; c++) row[c] += epsilon * combination[c];

        Goldilocks[] mask0 = new Goldilocks[code.Masks], mask1 = new Goldilocks[code.Masks];
        first = 0;
        for (int m = 0; m <= matrices.Count; m++)
        {
            var coefficients = random.AsSpan(first, claim.Rows[m].Length);
            for (int r = 0; r < coefficients.Length; r++) coefficients[r] += epsilon * claim.Rows[m][r];
            if (m < matrices.Count) matrices[m].AddMasks(coefficients, mask0, mask1);
            else own.AddMasks(coefficients, mask0, mask1);
            first += coefficients.Length;
        }
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
        foreach (var matrix in matrices) matrix.WriteColumns(channel, positions);
        own.Codewords.Write(channel, positions);
        if (word is not null) FoldingProver.Prove(channel, folding!, word, parts, new FoldedRows(code, positions, claim.Cells, form, tape.Challenges).Forms);
    }

    static void Add(Span<Goldilocks2> row, ReadOnlySpan<Goldilocks2> part)
    {
        for (int c = 0; c < part.Length; c++) row[c] += part[c];
    }
}
