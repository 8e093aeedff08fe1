using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// Verifies that a linear function of two committed matrices, the registered weights and what the proof commits itself, has a claimed value: one wide fold of
/// all rows (Ligero's opening, Ames, Hazay, Ishai, Venkitasubramaniam 2017), unique decoding. Hiding, if the proof's own matrix has masks.
/// </summary>
/// <remarks>
/// <para>Draw θ (one per bit of the row number, the weights' rows first), receive u = Σ eq(θ, r)·b_c·cell(r, c), draw ε, receive the row
/// v = Σ (eq(θ, r) + ε·aᵣ)·row r. Then ⟨v, b⟩ must be u + ε·claim, and v's codeword must agree with the columns at the queried positions.</para>
/// <para>That is the wide schedule. In the short one neither v nor the opened row of pads is sent: ⟨v, b⟩ is, and both rows are committed as one vector, of which <see cref="FoldedOpening"/> shows that it
/// has this value and these symbols. v's length then is a power of two, and so is what the ledger takes a row's length to be: see <see cref="FoldedRows"/>.</para>
/// <para>Soundness: if the rows are not jointly close to the code, eq(θ, ·) of them is not, but for n·⌈log₂ rows⌉/|F| (tensor-structured
/// coefficients: Diamond and Gruen, eprint 2024/1351), nor then is a further point ε of the line through it, but for n/|F| (Ben-Sasson, Carmon,
/// Ishai, Kopparty, Saraf 2020, theorem 4.1, whose range is the unique-decoding radius). If they are close, v is determined by θ, ε and the
/// decoded rows, and u + ε·claim is its product with b for a wrong claim at one ε at most. See <see cref="RowCode.MostAgreements"/> for the
/// queries.</para>
/// <para>Hiding: a uniform row of the extension, committed in two rows of the base field before the first challenge, is added to v (and its product with b to u, which arrives
/// under a pad). v is then uniform, and a queried symbol of the mask is what the others leave of v's. With one more row number than rows, θ's padded matrix has a row
/// of zeros; so the theorem, applied to rows + mask, makes the mask itself a codeword, hence the rows.</para>
/// </remarks>
static class RowOpening
{
    /// <summary>Coordinates of θ.</summary>
    public static int Variables(int rows, bool hiding) => Multilinear.VariablesFor(hiding ? rows + 1 : rows);

    /// <summary>Verifies one opening.</summary>
    /// <param name="channel">The proof.</param>
    /// <param name="parameters">The code of both matrices, and whether the opened rows are sent or folded.</param>
    /// <param name="weightRoot">The root of the weights.</param>
    /// <param name="ownRoot">The root of the proof's own rows.</param>
    /// <param name="claim">What is claimed.</param>
    /// <param name="pads">The rows of masks and pads that follow the proof's own; null if nothing is hidden.</param>
    public static void Verify(VerifierChannel channel, CommitmentParameters parameters, Keccak256Digest weightRoot, Keccak256Digest ownRoot, LinearClaim claim, PadLayout? pads)
    {
        var (code, folding) = (parameters.Code, parameters.Folding);
        int weightRows = claim.WeightRows.Length, ownRows = claim.OwnRows.Length;
        var random = Multilinear.Equality<Goldilocks2>(channel.Challenges(Variables(weightRows + ownRows, pads is not null)));
        var u = channel.ReceiveClaims(Labels.OpeningValue, 1)[0];
        var epsilon = channel.Challenge();
        var v = folding is null ? channel.Receive(Labels.OpeningRow, code.Cells) : [];
        var value = folding is null ? Multilinear.InnerProduct<Goldilocks2>(v, Multilinear.Equality<Goldilocks2>(claim.Cells)) : channel.ReceiveOne(Labels.OpeningSum);
        channel.Demand(u + claim.Value * epsilon - value, ZkChecks.OpeningValue, "the claimed value of the opened row", "another");
        PadOpening.Opened padRow = default;
        if (pads is not null)
        {
            PadOpening.VerifyProducts(channel, channel.Constraints!);
            padRow = PadOpening.VerifyLinear(channel, pads, channel.Constraints!, inClear: folding is null);
        }

        var folded = folding is null ? default : channel.ReceiveDigest(Labels.FoldedRoot);
        var positions = channel.Positions(code.Queries, code.LogLength);
        // What is read and hashed from here on grows with queries times rows: not before the bytes are there.
        int committed = ownRows + (pads is null ? 0 : PadLayout.Rows);
        if (!channel.HasLeft(8L * code.Queries * (weightRows + committed))) return;
        var weights = TakeColumns(channel, code, positions, weightRows, pads is not null, weightRoot);
        var own = TakeColumns(channel, code, positions, committed, pads is not null, ownRoot);

        var coefficients = new Goldilocks2[weightRows + ownRows];
        for (int r = 0; r < coefficients.Length; r++) coefficients[r] = random[r] + epsilon * (r < weightRows ? claim.WeightRows[r] : claim.OwnRows[r - weightRows]);
        Goldilocks2[] combined = new Goldilocks2[positions.Length], combinedPads = new Goldilocks2[pads is null ? 0 : positions.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            Span<Goldilocks> column = own.AsSpan(i * committed, committed), last = column[ownRows..];
            combined[i] = Combine(weights.AsSpan(i * weightRows, weightRows), coefficients) + Combine(column[..ownRows], coefficients.AsSpan(weightRows));
            if (pads is null) continue;
            combined[i] += new Goldilocks2(last[PadLayout.RowMask], last[PadLayout.RowMask + 1]);
            combinedPads[i] = new Goldilocks2(last[PadLayout.PadMask], last[PadLayout.PadMask + 1]) + padRow.Epsilon * last[PadLayout.PadRow];
        }
        if (folding is not null)
        {
            var rows = new FoldedRows(code, positions, claim.Cells, pads is null ? null : padRow.Form, channel.Challenges);
            FoldedOpening.Verify(channel, folding, folded, rows.Variables, rows.Forms, rows.Claim(value, combined, padRow.Value, combinedPads));
            return;
        }
        bool agrees = combined.AsSpan().SequenceEqual(ReedSolomon.SymbolsAt(v, code.LogLength, positions));
        bool padsAgree = pads is null || combinedPads.AsSpan().SequenceEqual(ReedSolomon.SymbolsAt(padRow.Row, code.LogLength, positions));
        channel.Require(agrees, ZkChecks.Opening, "the opened row to agree with every queried column", "a difference");
        channel.Require(padsAgree, ZkChecks.PadOpening, "the opened row of pads to agree with every queried column", "a difference");
    }

    /// <summary>Reads the columns at ascending <paramref name="positions"/>, one after the other, and checks that they lie under a root.</summary>
    public static Goldilocks[] TakeColumns(VerifierChannel channel, RowCode code, ReadOnlySpan<int> positions, int rows, bool salted, Keccak256Digest root) =>
        TakeColumns(channel, code.LogLength, positions, rows, salted, root, ZkChecks.Path);

    /// <inheritdoc cref="TakeColumns(VerifierChannel, RowCode, ReadOnlySpan{int}, int, bool, Keccak256Digest)"/>
    public static Goldilocks[] TakeColumns(VerifierChannel channel, int depth, ReadOnlySpan<int> positions, int rows, bool salted, Keccak256Digest root, Check path)
    {
        var columns = new Goldilocks[positions.Length * rows];
        var leaves = new Keccak256Digest[positions.Length];
        int size = MerkleRoot.LeafSize(rows, salted);
        var messages = new byte[positions.Length * size];
        Span<byte> salt = stackalloc byte[salted ? MerkleRoot.SaltSize : 0];
        for (int i = 0; i < positions.Length; i++)
        {
            var column = columns.AsSpan(i * rows, rows);
            channel.TakeBound(salt);
            channel.TakeBound(column);
            MerkleRoot.WriteLeaf(salt, column, messages.AsSpan(i * size, size));
        }
        Keccak256.HashMany(messages, size, leaves);
        var found = MerkleRoot.Climb(channel, depth, positions.ToArray(), leaves);
        channel.Require(found == root, path, $"{root}", $"{found}");
        return columns;
    }

    static Goldilocks2 Combine(ReadOnlySpan<Goldilocks> column, ReadOnlySpan<Goldilocks2> coefficients)
    {
        var sum = Goldilocks2.Zero;
        for (int r = 0; r < column.Length; r++) sum += coefficients[r] * column[r];
        return sum;
    }
}

/// <summary>Σ aᵣ·eq(cells, c)·cell(r, c) over the rows of the weights' matrix and of the proof's own is a claim.</summary>
/// <param name="WeightRows">a of the weights' rows.</param>
/// <param name="OwnRows">a of the proof's own.</param>
/// <param name="Cells">The point over the cells of a row.</param>
/// <param name="Value">The claim.</param>
sealed record LinearClaim(Goldilocks2[] WeightRows, Goldilocks2[] OwnRows, Goldilocks2[] Cells, Claim Value);
