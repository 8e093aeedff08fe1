using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Prover.Hiding;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Commitments;

/// <summary>What one proof commits itself: its own rows and, if it hides anything, masks and pads (<see cref="PadLayout"/>).</summary>
sealed class ProofMatrix : IDisposable
{
    readonly IMatrix matrix;
    readonly RowCode code;
    readonly Goldilocks[] tails;
    readonly Goldilocks[][] hidden = [];
    readonly byte[] salts;

    public ProofMatrix(IMatrix matrix, RowCode code, PadLayout? layout, SecretStream? secrets)
    {
        if (layout is null != secrets is null) throw new ArgumentException("pads need secrets, and secrets pads", nameof(secrets));
        (this.matrix, this.code) = (matrix, code);
        int tail = layout is null ? 0 : code.Queries;
        tails = new Goldilocks[matrix.Rows * tail];
        int saltSize = layout is null ? 0 : code.Length * MerkleRoot.SaltSize;
        salts = saltSize == 0 ? [] : ArrayPool<byte>.Shared.Rent(saltSize);
        if (layout is not null)
        {
            hidden = new Goldilocks[PadLayout.Rows][];
            for (int i = 0; i < hidden.Length; i++)
            {
                hidden[i] = new Goldilocks[i < PadLayout.PadRow ? code.Cells : layout.Cells];
                secrets!.Fill(hidden[i]);
            }
            secrets!.Fill(tails);
            secrets.Fill(salts.AsSpan(0, saltSize));
            Pads = MemoryMarshal.Cast<Goldilocks, Goldilocks2>(hidden[PadLayout.PadRow].AsSpan(0, 2 * layout.Pads)).ToArray();
        }
        Codewords = new Codewords(matrix.Rows + hidden.Length, code.Cells, code.LogLength, (row, buffer) =>
        {
            if (row >= matrix.Rows) return hidden[row - matrix.Rows];
            matrix.CopyRow(row, buffer[..code.RowLength]);
            tails.AsSpan(row * tail, tail).CopyTo(buffer[code.RowLength..]);
            return buffer[..(code.RowLength + tail)];
        }, salts.AsMemory(0, saltSize), borrowed: true);
    }

    public Codewords Codewords { get; }

    public Keccak256Digest Root => Codewords.Root;

    /// <summary>Own rows.</summary>
    public int Rows => matrix.Rows;

    /// <summary>The one-time pads.</summary>
    public Goldilocks2[] Pads { get; } = [];

    /// <summary>A hidden row, numbered as <see cref="PadLayout"/> does.</summary>
    public ReadOnlySpan<Goldilocks> Hidden(int row) => hidden[row];

    /// <summary>Writes Σ over own rows of weight·row, without what hides them.</summary>
    public void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum) => matrix.Combine(weights, sum);

    /// <summary>Adds the mask of the opened row, and Σ over own rows of weight·what hides the row, all from the 2^k-th cell on.</summary>
    public void AddMasks(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks> sum0, Span<Goldilocks> sum1)
    {
        if (hidden.Length == 0) return;
        for (int i = 0; i < sum0.Length; i++)
        {
            sum0[i] += hidden[PadLayout.RowMask][code.RowLength + i];
            sum1[i] += hidden[PadLayout.RowMask + 1][code.RowLength + i];
        }
        int tail = code.Queries;
        for (int r = 0; r < matrix.Rows; r++) FieldVector.AddScaled(tails.AsSpan(r * tail, tail), weights[r], sum0[..tail], sum1[..tail]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Codewords.Dispose();
        if (salts.Length > 0) ArrayPool<byte>.Shared.Return(salts, clearArray: true);
        foreach (var row in hidden) CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(row.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(tails.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Pads.AsSpan()));
    }
}
