using Counterfoil.Core.Digests;
using Counterfoil.Prover.Commitments;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>Rows of any field elements under a root, opened to their true value or, by the challenge expected, to another.</summary>
sealed class FieldCommitment
{
    readonly Goldilocks[] codewords;
    readonly MerkleTree tree;

    public FieldCommitment(Goldilocks[] cells, RowCode code)
    {
        Code = code;
        Cells = new Goldilocks[(cells.Length + code.RowLength - 1) / code.RowLength * code.RowLength];
        cells.CopyTo(Cells, 0);
        codewords = new Goldilocks[Rows * code.Length];
        for (int r = 0; r < Rows; r++)
            ReedSolomon.Encode(Cells.AsSpan(r * code.RowLength, code.RowLength), codewords.AsSpan(r * code.Length, code.Length));
        tree = new MerkleTree(codewords, default, Rows, code.LogLength);
    }

    public Goldilocks[] Cells { get; }

    public RowCode Code { get; }

    public int Rows => Cells.Length / Code.RowLength;

    public Keccak256Digest Root => tree.Root;

    /// <summary>Opens Σ a·b·cell over the rows of two; <paramref name="lie"/> is how much more than its true value was claimed.</summary>
    public static void Open(Dialogue say, FieldCommitment weights, FieldCommitment own, Goldilocks2[] weightRows, Goldilocks2[] ownRows, Goldilocks2[] b, Goldilocks2 lie)
    {
        var theta = Multilinear.Equality<Goldilocks2>(say.Draw(Multilinear.VariablesFor(weights.Rows + own.Rows)));
        Goldilocks2[] proximity = Add(weights.Combine(theta), own.Combine(theta[weights.Rows..])), row = Add(weights.Combine(weightRows), own.Combine(ownRows));
        var u = Multilinear.InnerProduct<Goldilocks2>(proximity, b);
        var epsilon = say.Draw(expected =>
        {
            if (expected is { } e) u -= lie * e;
            say.Channel.Send(Labels.OpeningValue, u);
        });
        say.Channel.Send(Labels.OpeningRow, [.. proximity.Zip(row, (x, y) => x + epsilon * y)]);
        var positions = say.Positions(weights.Code.Queries, weights.Code.LogLength);
        weights.Write(say, positions);
        own.Write(say, positions);
    }

    /// <summary>Σ weight·row.</summary>
    public Goldilocks2[] Combine(Goldilocks2[] weights)
    {
        var sum = new Goldilocks2[Code.RowLength];
        for (int r = 0; r < Rows; r++)
            for (int c = 0; c < sum.Length; c++) sum[c] += weights[r] * Cells[r * Code.RowLength + c];
        return sum;
    }

    void Write(Dialogue say, int[] positions)
    {
        foreach (int position in positions)
            for (int r = 0; r < Rows; r++) say.Channel.WriteBound(codewords[r * Code.Length + position]);
        tree.WriteSiblings(say.Channel, (int[])positions.Clone());
    }

    static Goldilocks2[] Add(Goldilocks2[] left, Goldilocks2[] right) => [.. left.Zip(right, (x, y) => x + y)];
}
