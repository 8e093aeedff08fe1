using Counterfoil.Core.Digests;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Commitments;

/// <summary>A matrix, its encoded rows and the tree over their columns: the prover's side of <see cref="RowOpening"/>.</summary>
sealed class CommittedMatrix
{
    readonly IMatrix matrix;
    readonly Goldilocks[] codewords;
    readonly MerkleTree tree;

    public CommittedMatrix(IMatrix matrix, RowCode code)
    {
        this.matrix = matrix;
        Code = code;
        codewords = new Goldilocks[(long)matrix.Rows * code.Length];
        var cells = new Goldilocks[code.RowLength];
        for (int r = 0; r < matrix.Rows; r++)
        {
            matrix.CopyRow(r, cells);
            ReedSolomon.Encode(cells, codewords.AsSpan(r * code.Length, code.Length), code);
        }
        tree = new MerkleTree(codewords, matrix.Rows, code.LogLength);
    }

    public RowCode Code { get; }

    public Keccak256Digest Root => tree.Root;

    /// <summary>Writes the opening of Σ aᵣ·b_c·cell(r, c).</summary>
    public void Open(ProverChannel channel, ReadOnlySpan<Goldilocks2> a, ReadOnlySpan<Goldilocks2> b)
    {
        var transcript = channel.Transcript;
        var random = Multilinear.Equality<Goldilocks2>(transcript.Challenges(Multilinear.VariablesFor(matrix.Rows))).AsSpan(0, matrix.Rows);
        var v = new Goldilocks2[Code.RowLength];
        var proximity = new Goldilocks2[Code.RowLength];
        matrix.Combine(a, v);
        matrix.Combine(random, proximity);
        channel.Send(Labels.OpeningValue, Multilinear.InnerProduct<Goldilocks2>(proximity, b));
        var epsilon = transcript.Challenge();
        for (int c = 0; c < v.Length; c++) v[c] += epsilon * proximity[c];
        channel.Send(Labels.OpeningRow, v);

        var positions = transcript.Positions(Code.Queries, Code.LogLength);
        foreach (int position in positions)
            for (int r = 0; r < matrix.Rows; r++) channel.WriteBound(codewords[(long)r * Code.Length + position]);
        tree.WriteSiblings(channel, positions);
    }
}

/// <summary>The cells of a matrix, in whatever form makes combining its rows fast.</summary>
interface IMatrix
{
    /// <summary>Rows.</summary>
    int Rows { get; }

    /// <summary>Writes a row as field elements.</summary>
    void CopyRow(int row, Span<Goldilocks> cells);

    /// <summary>Writes Σ over rows of weight·row.</summary>
    void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum);
}

/// <summary>A matrix of field elements, row-major.</summary>
sealed class FieldMatrix(Goldilocks[] cells, int rowLength) : IMatrix
{
    public int Rows => cells.Length / rowLength;

    public void CopyRow(int row, Span<Goldilocks> destination) => cells.AsSpan(row * rowLength, rowLength).CopyTo(destination);

    public void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum)
    {
        sum.Clear();
        for (int r = 0; r < Rows; r++)
        {
            var row = cells.AsSpan(r * rowLength, rowLength);
            for (int c = 0; c < row.Length; c++)
                if (row[c] != Goldilocks.Zero) sum[c] += weights[r] * row[c];
        }
    }
}
