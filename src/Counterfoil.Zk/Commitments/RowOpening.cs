using Counterfoil.Core.Digests;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// Verifies that Σ aᵣ·b_c·cell(r, c) over a committed matrix is a claimed value: one wide fold of all rows (Ligero's opening, Ames, Hazay,
/// Ishai, Venkitasubramaniam 2017), unique decoding.
/// </summary>
/// <remarks>
/// <para>The row weights a need not be random, so a random combination is folded in: draw θ (one per bit of the row number), receive
/// u = Σ eq(θ, r)·b_c·cell(r, c), draw ε, receive the row v = Σ (aᵣ + ε·eq(θ, r))·row r. Then ⟨v, b⟩ must be claim + ε·u, and v's codeword must
/// agree with the columns at the queried positions.</para>
/// <para>Soundness: if the rows are not jointly close to the code, eq(θ, ·) of them is not, but for n·⌈log₂ rows⌉/|F| (tensor-structured
/// coefficients: Diamond and Gruen, eprint 2024/1351), nor then is a further point ε of the line through it, but for n/|F| (Ben-Sasson, Carmon,
/// Ishai, Kopparty, Saraf 2020, theorem 4.1, whose range is the unique-decoding radius). If they are close, v is determined by θ, ε and the
/// decoded rows, and claim + ε·u is its product with b for a wrong claim at one ε at most. See <see cref="RowCode.MostAgreements"/> for the
/// queries.</para>
/// </remarks>
static class RowOpening
{
    /// <summary>Verifies one opening of a matrix with as many rows as <paramref name="a"/> has weights.</summary>
    public static void Verify(
        VerifierChannel channel, RowCode code, Keccak256Digest root, ReadOnlySpan<Goldilocks2> a, ReadOnlySpan<Goldilocks2> b, Goldilocks2 claim)
    {
        var random = Multilinear.Equality<Goldilocks2>(channel.Challenges(Multilinear.VariablesFor(a.Length)));
        var u = channel.ReceiveOne(Labels.OpeningValue);
        var epsilon = channel.Challenge();
        var v = channel.Receive(Labels.OpeningRow, code.RowLength);
        var positions = channel.Positions(code.Queries, code.LogLength);
        // What is read and hashed from here on grows with queries times rows: not before the bytes are there.
        if (!channel.HasLeft(8L * code.Queries * a.Length)) return;

        bool claimed = Multilinear.InnerProduct<Goldilocks2>(v, b) == claim + epsilon * u;
        channel.Require(claimed, ZkChecks.OpeningValue, "the claimed value of the opened row", "another");
        var weights = new Goldilocks2[a.Length];
        for (int r = 0; r < weights.Length; r++) weights[r] = a[r] + epsilon * random[r];

        var codeword = ReedSolomon.Encode(v, code);
        var column = new Goldilocks[a.Length];
        var leaves = new Keccak256Digest[positions.Length];
        int size = MerkleRoot.LeafSize(a.Length);
        var messages = new byte[positions.Length * size];
        bool agrees = true;
        for (int i = 0; i < positions.Length; i++)
        {
            channel.TakeBound(column);
            MerkleRoot.WriteLeaf(column, messages.AsSpan(i * size, size));
            var combined = Goldilocks2.Zero;
            for (int r = 0; r < column.Length; r++) combined += weights[r] * column[r];
            agrees &= combined == codeword[positions[i]];
        }
        Keccak256.HashMany(messages, size, leaves);
        var found = MerkleRoot.Climb(channel, code.LogLength, positions, leaves);
        channel.Require(found == root, ZkChecks.Path, $"{root}", $"{found}");
        channel.Require(agrees, ZkChecks.Opening, "the opened row to agree with every queried column", "a difference");
    }
}
