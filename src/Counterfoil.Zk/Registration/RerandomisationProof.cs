using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>
/// The verifier of a change of root: the rows under a new weight root are those under the old, but for their masks. A model whose budget is spent goes on under
/// the new root and keeps its <see cref="ModelId"/>, which stands for the first.
/// </summary>
/// <remarks>
/// <para>The prover commits a mask for either root, two uniform rows z and z′ of the extension whose first 2^k cells are the same. θ is drawn; he sends
/// v = z + Σ eq(θ, r)·row r, and of v′ = z′ + Σ eq(θ, r)·row′ r the cells from 2^k on: its first 2^k are taken to be v's. Both codewords must agree with the columns
/// at the queried positions.</para>
/// <para>Soundness: as for <see cref="RowOpening"/>, both matrices and both masks are close to the code, and what decodes satisfies
/// d + Σ eq(θ, r)·(row r − row′ r) = 0 on the first 2^k cells, d the difference of the masks there. There is a row number without a row, so the left side, multilinear in
/// θ, is d at that corner and d + difference at the others: it vanishes at a random θ only if all are zero, but for ⌈log₂ rows⌉ / |F|.</para>
/// <para>Hiding: v and the rest of v′ are uniform; each root opens t columns more.</para>
/// </remarks>
public static class RerandomisationProof
{
    internal static ReadOnlySpan<byte> Protocol => "counterfoil/rerandomisation/v2"u8;

    /// <summary>Whether <paramref name="proof"/> shows that <paramref name="newRoot"/> has the weights of <paramref name="model"/>.</summary>
    /// <param name="model">The model under its present root, registered.</param>
    /// <param name="newRoot">The root that is to follow.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="successor">The model under the new root, if the verdict accepts: the same id, registered as the old one was.</param>
    public static Verdict Verify(CommittedGraph model, Keccak256Digest newRoot, ReadOnlyMemory<byte> proof, out CommittedGraph? successor)
    {
        ArgumentNullException.ThrowIfNull(model);
        successor = null;
        if (!model.IsRegistered) return Verdict.CannotTell(ZkChecks.Registration, "an accepted registration proof of the model");
        var verdict = Verify(model, newRoot, proof, new KeccakTranscript());
        if (verdict.IsAccepted) successor = model.WithRoot(newRoot);
        return verdict;
    }

    internal static Verdict Verify(CommittedGraph model, Keccak256Digest newRoot, ReadOnlyMemory<byte> proof, Transcript transcript)
    {
        if (!model.Parameters.WeightsHidden) return Verdict.Reject(ZkChecks.Successor, "a model whose weights are hidden", "public weights");
        if (newRoot == model.WeightRoot) return Verdict.Reject(ZkChecks.Successor, "another root", $"{newRoot}");
        var (code, rows) = (model.Parameters.Code, model.Registration.Weights.Rows);
        var channel = new VerifierChannel(proof, transcript);
        AbsorbStatement(model, newRoot, transcript);
        var own = channel.ReceiveDigest(Labels.Witness);
        var random = Multilinear.Equality<Goldilocks2>(channel.Challenges(RowOpening.Variables(rows, true)));
        var v = channel.Receive(Labels.OpeningRow, code.Cells);
        Goldilocks2[] next = [.. v[..code.RowLength], .. channel.Receive(Labels.OpeningMasks, code.Masks)];
        var positions = channel.Positions(code.Queries, code.LogLength);
        if (!channel.HasLeft(8L * code.Queries * (2 * rows + 4))) return channel.Finish();

        Goldilocks[] old = RowOpening.TakeColumns(channel, code, positions, rows, true, model.WeightRoot);
        Goldilocks[] fresh = RowOpening.TakeColumns(channel, code, positions, rows, true, newRoot);
        Goldilocks[] masks = RowOpening.TakeColumns(channel, code, positions, 4, true, own);
        Goldilocks2[] codeword = ReedSolomon.SymbolsAt(v, code.LogLength, positions), nextCodeword = ReedSolomon.SymbolsAt(next, code.LogLength, positions);
        bool agrees = true;
        for (int i = 0; i < positions.Length; i++)
        {
            Goldilocks2 sum = new(masks[4 * i], masks[4 * i + 1]), nextSum = new(masks[4 * i + 2], masks[4 * i + 3]);
            for (int r = 0; r < rows; r++)
            {
                sum += random[r] * old[i * rows + r];
                nextSum += random[r] * fresh[i * rows + r];
            }
            agrees &= sum == codeword[i] && nextSum == nextCodeword[i];
        }
        channel.Require(agrees, ZkChecks.Successor, "rows with the same weights under both roots", "a difference");
        return channel.Finish();
    }

    internal static void AbsorbStatement(CommittedGraph model, Keccak256Digest newRoot, Transcript transcript)
    {
        transcript.Absorb(Labels.Protocol, Protocol);
        transcript.Absorb(Labels.Model, model.Id.Value.ToArray());
        transcript.Absorb(Labels.Root, model.WeightRoot.ToArray());
        transcript.Absorb(Labels.Successor, newRoot.ToArray());
    }
}
