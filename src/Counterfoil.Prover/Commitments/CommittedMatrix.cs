using Counterfoil.Core.Digests;
using Counterfoil.Prover.Hiding;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Commitments;

/// <summary>A matrix that proofs open again and again, of weights or of a hidden tensor: its masks if it has any, its encoded rows and the tree over their columns.</summary>
sealed class CommittedMatrix
{
    /// <summary>The most symbols that are kept, two gigabytes of them. Of a larger matrix the queried columns are computed again for every proof.</summary>
    public const long MostKept = 1L << 28;

    readonly IMatrix matrix;
    readonly Goldilocks[] masks;

    /// <summary>Commits a matrix.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="code">The code of its rows.</param>
    /// <param name="secrets">Where masks and salts come from, in this order; null where nothing is hidden.</param>
    /// <param name="mostKept">How many symbols are kept at most.</param>
    public CommittedMatrix(IMatrix matrix, RowCode code, SecretStream? secrets = null, long mostKept = MostKept)
    {
        this.matrix = matrix;
        Code = code;
        masks = new Goldilocks[(long)matrix.Rows * code.Masks];
        var salts = new byte[secrets is null ? 0 : code.Length * MerkleRoot.SaltSize];
        secrets?.Fill(masks);
        secrets?.Fill(salts);
        Codewords = new Codewords(matrix.Rows, code.Cells, code.LogLength, (row, buffer) =>
        {
            matrix.CopyRow(row, buffer[..code.RowLength]);
            masks.AsSpan(row * code.Masks, code.Masks).CopyTo(buffer[code.RowLength..]);
            return buffer;
        }, salts, mostKept: mostKept);
    }

    public RowCode Code { get; }

    Codewords Codewords { get; }

    public Keccak256Digest Root => Codewords.Root;

    public int Rows => matrix.Rows;

    /// <summary>Writes the columns at ascending <paramref name="positions"/> and the siblings of their paths.</summary>
    public void WriteColumns(ProverChannel channel, ReadOnlySpan<int> positions) =>
        Codewords.Write(channel, positions, Codewords.AreKept ? default : ColumnSymbols.Of(matrix, masks, Code, positions.ToArray()));

    /// <summary>Writes Σ over rows of weight·row, without masks.</summary>
    public void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum) => matrix.Combine(weights, sum);

    /// <summary>Adds Σ over rows of weight·masks of the row to a row given as two coefficients, of as many masks or more.</summary>
    public void AddMasks(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks> sum0, Span<Goldilocks> sum1)
    {
        for (int r = 0; r < matrix.Rows; r++) FieldVector.AddScaled(masks.AsSpan(r * Code.Masks, Code.Masks), weights[r], sum0[..Code.Masks], sum1[..Code.Masks]);
    }
}

/// <summary>The cells of a matrix, in whatever form makes combining its rows fast.</summary>
interface IMatrix
{
    /// <summary>Rows.</summary>
    int Rows { get; }

    /// <summary>Writes cells of a row as field elements, from <paramref name="first"/> on. Called from several threads.</summary>
    void CopyRow(int row, Span<Goldilocks> cells, int first = 0);

    /// <summary>Writes Σ over rows of weight·row.</summary>
    void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum);

    /// <summary>Cells of a row from one on, each 128 too large, where they are held as bytes; nothing otherwise.</summary>
    ReadOnlySpan<byte> Bytes(int row, int first, int count) => default;
}

/// <summary>A matrix of field elements, row-major; cells missing at the end are zero.</summary>
sealed class FieldMatrix(Goldilocks[] cells, int rowLength) : IMatrix
{
    public int Rows => (cells.Length + rowLength - 1) / rowLength;

    public void CopyRow(int row, Span<Goldilocks> destination, int first = 0)
    {
        var rest = Row(row)[Math.Min(first, Row(row).Length)..];
        rest = rest[..Math.Min(rest.Length, destination.Length)];
        rest.CopyTo(destination);
        destination[rest.Length..].Clear();
    }

    public void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum)
    {
        Goldilocks[] sum0 = new Goldilocks[rowLength], sum1 = new Goldilocks[rowLength];
        for (int r = 0; r < Rows; r++) FieldVector.AddScaled(Row(r), weights[r], sum0, sum1);
        for (int c = 0; c < rowLength; c++) sum[c] = new(sum0[c], sum1[c]);
    }

    ReadOnlySpan<Goldilocks> Row(int row) => cells.AsSpan(row * rowLength, Math.Min(rowLength, cells.Length - row * rowLength));
}
