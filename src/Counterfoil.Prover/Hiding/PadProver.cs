using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Hiding;

/// <summary>The prover's side of <see cref="PadOpening"/>.</summary>
static class PadProver
{
    /// <summary>Shows that the products are what they must be; the linear constraints it leaves are added to the others.</summary>
    public static void ProveProducts(ProverChannel channel, Constraints constraints, ReadOnlySpan<Goldilocks2> pads)
    {
        var (tape, word, start) = (channel.Transcript, channel.Transcript.Count, channel.Written().Length);
        var eta = tape.Challenges(constraints.Quadratics.Count);
        var masks = pads.Slice(constraints.Pads + 2, constraints.Factors.Count);
        var factors = new Goldilocks2[masks.Length];
        for (int f = 0; f < factors.Length; f++) factors[f] = constraints.Factors[f].Evaluate(pads);
        Goldilocks2 a0 = default, a1 = default;
        for (int j = 0; j < eta.Length; j++)
            foreach (var (left, right, coefficient) in constraints.Quadratics[j].Products)
            {
                var weight = eta[j] * coefficient;
                a0 += weight * masks[left.Index] * masks[right.Index];
                a1 += weight * (masks[left.Index] * factors[right.Index] + factors[left.Index] * masks[right.Index]);
            }
        channel.SendClaims(Labels.ProductValues, [a0, a1]);
        var e = tape.Challenge();
        var opened = new Goldilocks2[factors.Length];
        for (int f = 0; f < opened.Length; f++) opened[f] = masks[f] + e * factors[f];
        channel.Send(Labels.ProductFactors, opened);
        PadOpening.VerifyProducts(new VerifierChannel(channel.Written(start), tape.Replay(word), constraints), constraints);
    }

    /// <summary>Opens the linear constraints; returns their form and the opened row, which is sent only in the clear.</summary>
    /// <param name="channel">The proof.</param>
    /// <param name="layout">The pads' layout.</param>
    /// <param name="constraints">What the pads satisfy.</param>
    /// <param name="padRow">The row of pads.</param>
    /// <param name="mask0">The first row of its mask.</param>
    /// <param name="mask1">The other.</param>
    /// <param name="inClear">Whether the schedule is wide.</param>
    public static (Goldilocks2[] Form, Goldilocks2[] Row) ProveLinear(
        ProverChannel channel, PadLayout layout, Constraints constraints, ReadOnlySpan<Goldilocks> padRow, ReadOnlySpan<Goldilocks> mask0, ReadOnlySpan<Goldilocks> mask1, bool inClear)
    {
        var (form, _) = PadOpening.Combine(layout, constraints, channel.Transcript.Challenges(constraints.Linear.Count));
        var row = new Goldilocks2[layout.Cells];
        for (int i = 0; i < row.Length; i++) row[i] = new(mask0[i], mask1[i]);
        channel.Send(Labels.PadValue, Multilinear.InnerProduct<Goldilocks2>(row, form));
        var epsilon = channel.Transcript.Challenge();
        for (int i = 0; i < row.Length; i++) row[i] += epsilon * padRow[i];
        if (inClear) channel.Send(Labels.PadRow, row);
        return (form, row);
    }
}
