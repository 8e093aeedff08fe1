using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Openings;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>The verifier of openings of single cells of a hidden tensor. <c>docs/executions.md</c> §5 describes the protocol message by message.</summary>
/// <remarks>
/// <para>The claims on the cells become one with random coefficients ξ; a sum-check over the cells of a row makes of it a claim at one point over them, with a weight of its own for every row; that is what
/// <see cref="RowOpening"/> opens. Sound with <see cref="TensorOpening.Ledger"/> in the random-oracle model, under the very reading of the root that executions have: the code is the commitment's, and queries are counted
/// within its unique-decoding radius.</para>
/// <para>Hiding: as an execution's. All messages that depend on other cells are sent under pads, the opened row is uniform by its mask, and the columns by the tensor's masks as long as its budget lasts.</para>
/// </remarks>
public static class TensorOpeningProof
{
    /// <summary>Whether <paramref name="proof"/> shows that <paramref name="opening"/> holds.</summary>
    public static Verdict Verify(TensorOpening opening, ReadOnlyMemory<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(opening);
        var verdict = opening.Check(out var plan);
        return verdict.IsAccepted ? Verify(opening, plan!, proof, new KeccakTranscript()) : verdict;
    }

    internal static Verdict Verify(TensorOpening opening, TensorOpeningPlan plan, ReadOnlyMemory<byte> proof, Transcript transcript)
    {
        var channel = new VerifierChannel(proof, transcript, plan.Pads is null ? null : new Constraints());
        var claim = Reduce(opening, plan, channel, out var own);
        RowOpening.Verify(channel, plan.Parameters, [new(opening.Tensor.Root, true), new(own, plan.Pads is not null)], claim, plan.Pads);
        return channel.Finish();
    }

    /// <summary>Reads all messages up to the opening and reduces what is said of the cells to one linear claim.</summary>
    internal static LinearClaim Reduce(TensorOpening opening, TensorOpeningPlan plan, VerifierChannel channel, out Keccak256Digest own)
    {
        opening.AbsorbInto(channel.Absorb);
        own = channel.ReceiveDigest(Labels.Witness);
        var xi = channel.Challenges(opening.Cells.Length);
        var sum = Goldilocks2.Zero;
        for (int j = 0; j < xi.Length; j++) sum += xi[j] * Goldilocks.FromInteger(opening.Cells[j].Value);
        Claim claim = sum;
        var point = Sumcheck.Verify(channel, Labels.MergeRound, plan.Tensor.Code.LogRowLength, 2, ref claim);
        return new LinearClaim([RowWeights(opening, xi, point), []], point, claim);
    }

    /// <summary>What each row counts for at the point: Σ over its opened cells of their coefficient and eq(point, the cell's place in its row).</summary>
    internal static Goldilocks2[] RowWeights(TensorOpening opening, ReadOnlySpan<Goldilocks2> xi, ReadOnlySpan<Goldilocks2> point)
    {
        var (code, equality) = (opening.Tensor.Code, Multilinear.Equality(point));
        var weights = new Goldilocks2[opening.Tensor.Rows];
        for (int j = 0; j < xi.Length; j++) weights[opening.Cells[j].Index >> code.LogRowLength] += xi[j] * equality[opening.Cells[j].Index & code.RowLength - 1];
        return weights;
    }
}
