using System.Buffers;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover.Commitments;

/// <summary>Encoded rows and the tree over their columns.</summary>
/// <remarks>Where they are too many to be kept, rows are encoded stretch by stretch, each hashed and forgotten: whoever opens columns then computes them again.</remarks>
sealed class Codewords : IDisposable
{
    // Symbols encoded at a time where they are not kept: a gigabyte.
    const int MostAtATime = 1 << 27;

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
    /// <param name="mostKept">How many symbols are kept at most.</param>
    public Codewords(int rows, int cells, int logLength, RowReader read, ReadOnlyMemory<byte> salts, bool borrowed = false, long mostKept = int.MaxValue)
    {
        (this.rows, this.salts, this.borrowed, length) = (rows, salts, borrowed, 1 << logLength);
        AreKept = (long)rows << logLength <= mostKept;
        int log = logLength;
        while (!AreKept && log > 0 && (long)rows << log > Math.Min(MostAtATime, mostKept)) log--;
        int stretch = 1 << log, size = checked(rows * stretch);
        symbols = borrowed ? ArrayPool<Goldilocks>.Shared.Rent(size) : GC.AllocateUninitializedArray<Goldilocks>(size);
        tree = new MerkleTree(logLength, borrowed);
        for (int s = 0; s < 1 << (logLength - log); s++)
        {
            Parallel.For(0, rows, new ParallelOptions { MaxDegreeOfParallelism = size < 1 << 14 ? 1 : 2 }, () => new Goldilocks[cells], (row, _, buffer) =>
            {
                ReedSolomon.EncodeStretch(read(row, buffer), logLength, s, symbols.AsSpan(row * stretch, stretch));
                return buffer;
            }, static _ => { });
            tree.AddLeaves(s * stretch, stretch, symbols, salts, rows);
        }
        tree.AddNodes();
        if (AreKept) return;
        Array.Clear(symbols);
        symbols = [];
    }

    public Keccak256Digest Root => tree.Root;

    /// <summary>Whether the symbols are at hand.</summary>
    public bool AreKept { get; }

    /// <summary>Zeroes all symbols, those of pads and masks are as secret as their cells, and gives borrowed memory back.</summary>
    public void Dispose()
    {
        Array.Clear(symbols, 0, rows * length);
        if (!borrowed) return;
        ArrayPool<Goldilocks>.Shared.Return(symbols);
        tree.Return();
    }

    /// <summary>Writes the columns at ascending <paramref name="positions"/>, each after its salt, and the siblings of their paths.</summary>
    /// <param name="channel">The proof.</param>
    /// <param name="positions">Which columns.</param>
    /// <param name="computed">Their symbols where they are not kept, row after row.</param>
    public void Write(ProverChannel channel, ReadOnlySpan<int> positions, ReadOnlySpan<Goldilocks> computed = default)
    {
        for (int i = 0; i < positions.Length; i++)
        {
            if (!salts.IsEmpty) channel.WriteBound(salts.Span.Slice(positions[i] * MerkleRoot.SaltSize, MerkleRoot.SaltSize));
            for (int r = 0; r < rows; r++) channel.WriteBound(AreKept ? symbols[(long)r * length + positions[i]] : computed[r * positions.Length + i]);
        }
        tree.WriteSiblings(channel, positions.ToArray());
    }
}
