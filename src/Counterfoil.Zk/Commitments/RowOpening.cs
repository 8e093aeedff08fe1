using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// Verifies that a linear function of several committed matrices, the registered weights, hidden tensors, and last what the proof commits itself, has a claimed value: one wide
/// fold of all rows (Ligero's opening, Ames, Hazay, Ishai, Venkitasubramaniam 2017), unique decoding. Hiding, if the proof's own matrix has masks.
/// </summary>
/// <remarks>
/// <para>Every matrix has a tree of its own; all have one length of codeword and are opened at the same positions. Draw θ (one per bit of the row number, matrix after matrix), receive u = Σ eq(θ, r)·b_c·cell(r, c), draw ε, receive the row
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
    /// <param name="parameters">The code of the opened row, than which no matrix has longer rows, and whether it is sent or folded.</param>
    /// <param name="matrices">The matrices, the proof's own last.</param>
    /// <param name="claim">What is claimed.</param>
    /// <param name="pads">The rows of masks and pads that follow the proof's own; null if nothing is hidden.</param>
    public static void Verify(VerifierChannel channel, CommitmentParameters parameters, IReadOnlyList<CommittedRows> matrices, LinearClaim claim, PadLayout? pads)
    {
        var (code, folding) = (parameters.Code, parameters.Folding);
        int claimed = claim.RowCount, committed = claimed + (pads is null ? 0 : PadLayout.Rows);
        var random = Multilinear.Equality<Goldilocks2>(channel.Challenges(Variables(claimed, pads is not null)));
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
        if (!channel.HasLeft(8L * code.Queries * committed)) return;
        Goldilocks2[] combined = new Goldilocks2[positions.Length], combinedPads = new Goldilocks2[pads is null ? 0 : positions.Length];
        Goldilocks[] own = [];
        for (int m = 0, first = 0; m < matrices.Count; m++)
        {
            var weights = claim.Rows[m];
            int count = weights.Length + (m < matrices.Count - 1 || pads is null ? 0 : PadLayout.Rows);
            var coefficients = new Goldilocks2[weights.Length];
            for (int r = 0; r < coefficients.Length; r++) coefficients[r] = random[first + r] + epsilon * weights[r];
            own = TakeColumns(channel, code, positions, count, matrices[m].Salted, matrices[m].Root);
            for (int i = 0; i < positions.Length; i++) combined[i] += Combine(own.AsSpan(i * count, coefficients.Length), coefficients);
            first += coefficients.Length;
        }
        for (int i = 0; i < combinedPads.Length; i++)
        {
            var last = own.AsSpan((i + 1) * own.Length / positions.Length - PadLayout.Rows, PadLayout.Rows);
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

/// <summary>A committed matrix, as a verifier knows it.</summary>
/// <param name="Root">The root of the tree over its columns.</param>
/// <param name="Salted">Whether its leaves have salts.</param>
readonly record struct CommittedRows(Keccak256Digest Root, bool Salted);

/// <summary>Σ aᵣ·eq(cells, c)·cell(r, c) over the rows of all matrices is a claim.</summary>
/// <param name="Rows">a, matrix by matrix: the weights' first, the proof's own last.</param>
/// <param name="Cells">The point over the cells of a row.</param>
/// <param name="Value">The claim.</param>
sealed record LinearClaim(Goldilocks2[][] Rows, Goldilocks2[] Cells, Claim Value)
{
    /// <summary>a of the weights' rows.</summary>
    public Goldilocks2[] WeightRows => Rows[0];

    /// <summary>a of the proof's own.</summary>
    public Goldilocks2[] OwnRows => Rows[^1];

    /// <summary>Rows of all matrices.</summary>
    public int RowCount => Rows.Sum(r => r.Length);
}
