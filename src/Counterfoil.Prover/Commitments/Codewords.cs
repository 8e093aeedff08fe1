using System.Buffers;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover.Commitments;

/// <summary>Encoded rows and the tree over their columns.</summary>
sealed class Codewords : IDisposable
{
    readonly Goldilocks[] symbols;
    readonly ReadOnlyMemory<byte> salts;
    readonly bool borrowed;
    readonly MerkleTree tree;
    readonly int rows, length;

    /// <summary>Gives one row's cells, if need be in the buffer. Called from several threads.</summary>
    public delegate ReadOnlySpan<Goldilocks> RowReader(int row, Span<Goldilocks> buffer);

    /// <summary>Encodes rows of at most <paramref name="cells"/> cells to 2^<paramref name="logLength"/> symbols each.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="cells">The most cells of a row.</param>
    /// <param name="logLength">log₂ of a codeword's symbols.</param>
    /// <param name="read">Gives the rows.</param>
    /// <param name="salts">A salt for each column; empty where nothing is hidden.</param>
    /// <param name="borrowed">Whether the memory is lent by a pool until <see cref="Dispose"/>: for what lives as long as one proof.</param>
    public Codewords(int rows, int cells, int logLength, RowReader read, ReadOnlyMemory<byte> salts, bool borrowed = false)
    {
        (this.rows, this.salts, this.borrowed, length) = (rows, salts, borrowed, 1 << logLength);
        int size = checked(rows * length);
        symbols = borrowed ? ArrayPool<Goldilocks>.Shared.Rent(size) : GC.AllocateUninitializedArray<Goldilocks>(size);
        Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = rows * (long)length < 1 << 14 ? 1 : 2 }, () => new Goldilocks[cells], (row, _, buffer) =>
        {
            ReedSolomon.Encode(read(row, buffer), symbols.AsSpan(row * length, length));
            return buffer;
        }, static _ => { });
        tree = new MerkleTree(symbols, salts, rows, logLength, borrowed);
    }

    public Keccak256Digest Root => tree.Root;

    /// <summary>Zeroes all symbols, those of pads and masks are as secret as their cells, and gives borrowed memory back.</summary>
    public void Dispose()
    {
        Array.Clear(symbols, 0, rows * length);
        if (!borrowed) return;
        ArrayPool<Goldilocks>.Shared.Return(symbols);
        tree.Return();
    }

    /// <summary>Writes the columns at ascending <paramref name="positions"/>, each after its salt, and the siblings of their paths.</summary>
    public void Write(ProverChannel channel, ReadOnlySpan<int> positions)
    {
        foreach (int position in positions)
        {
            if (!salts.IsEmpty) channel.WriteBound(salts.Span.Slice(position * MerkleRoot.SaltSize, MerkleRoot.SaltSize));
            for (int r = 0; r < rows; r++) channel.WriteBound(symbols[(long)r * length + position]);
        }
        tree.WriteSiblings(channel, positions.ToArray());
    }
}
