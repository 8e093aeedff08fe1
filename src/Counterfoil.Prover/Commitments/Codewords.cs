using Counterfoil.Core.Digests;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover.Commitments;

/// <summary>Encoded rows and the tree over their columns.</summary>
sealed class Codewords
{
    readonly Goldilocks[] symbols;
    readonly ReadOnlyMemory<byte> salts;
    readonly MerkleTree tree;
    readonly int rows, length;

    /// <summary>Gives one row's cells, if need be in the buffer. Called from several threads.</summary>
    public delegate ReadOnlySpan<Goldilocks> RowReader(int row, Span<Goldilocks> buffer);

    /// <summary>Encodes rows of at most <paramref name="cells"/> cells to 2^<paramref name="logLength"/> symbols each.</summary>
    public Codewords(int rows, int cells, int logLength, RowReader read, ReadOnlyMemory<byte> salts)
    {
        (this.rows, this.salts, length) = (rows, salts, 1 << logLength);
        symbols = GC.AllocateUninitializedArray<Goldilocks>(checked(rows * length));
        Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = rows * (long)length < 1 << 14 ? 1 : 2 }, () => new Goldilocks[cells], (row, _, buffer) =>
        {
            ReedSolomon.Encode(read(row, buffer), symbols.AsSpan(row * length, length));
            return buffer;
        }, static _ => { });
        tree = new MerkleTree(symbols, salts, rows, logLength);
    }

    public Keccak256Digest Root => tree.Root;

    /// <summary>Zeroes all symbols: those of pads and masks are as secret as their cells.</summary>
    public void Clear() => Array.Clear(symbols);

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
