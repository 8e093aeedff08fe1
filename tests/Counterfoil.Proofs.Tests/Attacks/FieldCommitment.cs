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
        (Cells, Code) = (cells, code);
        codewords = new Goldilocks[Rows * code.Length];
        for (int r = 0; r < Rows; r++)
            ReedSolomon.Encode(cells.AsSpan(r * code.RowLength, code.RowLength), codewords.AsSpan(r * code.Length, code.Length), code);
        tree = new MerkleTree(codewords, Rows, code.LogLength);
    }

    public Goldilocks[] Cells { get; }

    public RowCode Code { get; }

    public int Rows => Cells.Length / Code.RowLength;

    public Keccak256Digest Root => tree.Root;

    /// <summary>Opens Σ a·b·cell; <paramref name="lie"/> is how much more than its true value was claimed.</summary>
    public void Open(Dialogue say, Goldilocks2[] a, Goldilocks2[] b, Goldilocks2 lie)
    {
        var theta = Multilinear.Equality<Goldilocks2>(say.Draw(Multilinear.VariablesFor(Rows)));
        var proximity = Combine(theta);
        var u = Multilinear.InnerProduct<Goldilocks2>(proximity, b);
        var epsilon = say.Draw(expected =>
        {
            if (expected is { } e && lie != Goldilocks2.Zero) u -= lie * Goldilocks2.Inverse(e);
            say.Channel.Send(Labels.OpeningValue, u);
        });
        say.Channel.Send(Labels.OpeningRow, [.. Combine(a).Zip(proximity, (x, y) => x + epsilon * y)]);
        var positions = say.Positions(Code.Queries, Code.LogLength);
        foreach (int position in positions)
            for (int r = 0; r < Rows; r++) say.Channel.WriteBound(codewords[r * Code.Length + position]);
        tree.WriteSiblings(say.Channel, positions);
    }

    Goldilocks2[] Combine(Goldilocks2[] weights)
    {
        var sum = new Goldilocks2[Code.RowLength];
        for (int r = 0; r < Rows; r++)
            for (int c = 0; c < sum.Length; c++) sum[c] += weights[r] * Cells[r * Code.RowLength + c];
        return sum;
    }
}
