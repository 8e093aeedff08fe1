using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Openings;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Openings;

/// <summary>The prover's side of <see cref="TensorOpeningProof"/>.</summary>
static class TensorOpeningProver
{
    /// <summary>Proves under a transcript; tests freeze its challenges, or leave the pads out.</summary>
    /// <param name="opening">What is said of the cells.</param>
    /// <param name="plan">The sizes.</param>
    /// <param name="matrix">The tensor, committed.</param>
    /// <param name="secrets">Where pads and masks come from; null if the plan has none. Used up.</param>
    /// <param name="transcript">The transcript.</param>
    public static byte[] Prove(TensorOpening opening, TensorOpeningPlan plan, CommittedMatrix matrix, SecretStream? secrets, Transcript transcript)
    {
        var code = plan.Tensor.Code;
        var channel = new ProverChannel(transcript);
        var tape = channel.Transcript;
        opening.AbsorbInto(tape.Absorb);
        using var own = new ProofMatrix(new FieldMatrix([], code.RowLength), code, plan.Pads, secrets);
        if (plan.Pads is not null) channel.Hide(own.Pads);
        channel.Send(Labels.Witness, own.Root.ToArray());

        // Of every row with opened cells: which they are, times their coefficients, and the row.
        var xi = tape.Challenges(opening.Cells.Length);
        var chosen = new SortedDictionary<int, Goldilocks2[]>();
        for (int j = 0; j < xi.Length; j++)
        {
            int row = opening.Cells[j].Index >> code.LogRowLength;
            if (!chosen.TryGetValue(row, out var selection)) chosen.Add(row, selection = new Goldilocks2[code.RowLength]);
            selection[opening.Cells[j].Index & code.RowLength - 1] = xi[j];
        }
        var point = ProductSumcheckProver.Prove(channel, Labels.MergeRound, [.. chosen.Select(c => (c.Value, Row(matrix, c.Key)))]);

        var combination = new Goldilocks2[code.RowLength];
        matrix.Combine(TensorOpeningProof.RowWeights(opening, xi, point), combination);
        var constraints = new Constraints();
        var claim = TensorOpeningProof.Reduce(opening, plan, new VerifierChannel(channel.Written(), tape.Replay(), plan.Pads is null ? null : constraints), out _);
        OpeningProver.Prove(channel, code, null, [matrix], own, claim, combination, plan.Pads, constraints);
        return channel.ToArray();
    }

    static Goldilocks2[] Row(CommittedMatrix matrix, int row)
    {
        Goldilocks2[] only = new Goldilocks2[matrix.Rows], cells = new Goldilocks2[matrix.Code.RowLength];
        only[row] = Goldilocks2.One;
        matrix.Combine(only, cells);
        return cells;
    }
}
