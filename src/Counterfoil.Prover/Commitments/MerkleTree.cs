using System.Buffers;
using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover.Commitments;

/// <summary>The tree over a matrix's columns, all levels kept: level 0 is the leaves. See <see cref="MerkleRoot"/>.</summary>
sealed class MerkleTree
{
    // Messages hashed at a time: enough for every lane, few enough to stay in the cache.
    const int Batch = 64;

    // Fewer hashes than this are not worth a second thread.
    const int Alone = 1 << 12;

    readonly Keccak256Digest[] digests;
    readonly Memory<Keccak256Digest>[] levels;
    readonly bool borrowed;

    /// <summary>A tree over 2^<paramref name="depth"/> leaves that <see cref="AddLeaves"/> is still to hash.</summary>
    public MerkleTree(int depth, bool borrowed = false)
    {
        this.borrowed = borrowed;
        digests = borrowed ? ArrayPool<Keccak256Digest>.Shared.Rent(2 << depth) : new Keccak256Digest[2 << depth];
        levels = new Memory<Keccak256Digest>[depth + 1];
        for (int level = 0, start = 0; level <= depth; start += 1 << (depth - level++)) levels[level] = digests.AsMemory(start, 1 << (depth - level));
    }

    /// <summary>
    /// Hashes the columns of <paramref name="codewords"/>, row-major, 2^<paramref name="depth"/> symbols a row, with a salt each unless <paramref name="salts"/> is empty.
    /// </summary>
    public MerkleTree(Goldilocks[] codewords, ReadOnlyMemory<byte> salts, int rows, int depth, bool borrowed = false) : this(depth, borrowed)
    {
        AddLeaves(0, 1 << depth, codewords, salts, rows);
        AddNodes();
    }

    /// <summary>Hashes leaves from <paramref name="first"/> on: the columns of a stretch of all codewords, row-major, <paramref name="count"/> symbols a row. The salts are those of all leaves.</summary>
    public void AddLeaves(int first, int count, Goldilocks[] symbols, ReadOnlyMemory<byte> salts, int rows) =>
        HashLeaves(symbols, salts.IsEmpty ? salts : salts.Slice(first * MerkleRoot.SaltSize, count * MerkleRoot.SaltSize), rows, levels[0].Slice(first, count));

    /// <summary>Hashes everything above the leaves.</summary>
    public void AddNodes()
    {
        for (int level = 0; level < levels.Length - 1; level++) HashParents(levels[level], levels[level + 1]);
    }

    public Keccak256Digest Root => levels[^1].Span[0];

    /// <summary>Gives borrowed memory back; what is in it is public as far as it was sent, and salted otherwise.</summary>
    public void Return()
    {
        if (borrowed) ArrayPool<Keccak256Digest>.Shared.Return(digests);
    }

    /// <summary>
    /// Writes the siblings that cannot be computed from the leaves at ascending <paramref name="positions"/>, level by level. Overwrites
    /// the positions.
    /// </summary>
    public void WriteSiblings(ProverChannel channel, Span<int> positions)
    {
        int count = positions.Length;
        for (int level = 0; level < levels.Length - 1; level++)
        {
            int parents = 0;
            for (int i = 0; i < count; i++)
            {
                int position = positions[i];
                if ((position & 1) == 0 && i + 1 < count && positions[i + 1] == position + 1) i++;
                else channel.WriteBound(levels[level].Span[position ^ 1]);
                positions[parents++] = position >> 1;
            }
            count = parents;
        }
    }

    static void HashLeaves(Goldilocks[] codewords, ReadOnlyMemory<byte> salts, int rows, Memory<Keccak256Digest> leaves)
    {
        int length = leaves.Length;
        bool salted = !salts.IsEmpty;
        int size = MerkleRoot.LeafSize(rows, salted), batch = Math.Min(Batch, length), head = size - 8 * rows;
        ForStretches(length, batch, (first, last) =>
        {
            var messages = new byte[batch * size];
            for (; first < last; first += batch)
            {
                for (int i = 0; i < batch; i++)
                    MerkleRoot.WriteLeaf(salted ? salts.Span.Slice((first + i) * MerkleRoot.SaltSize, MerkleRoot.SaltSize) : default, default, messages.AsSpan(i * size));
                for (int r = 0; r < rows; r++)
                {
                    var symbols = codewords.AsSpan(r * length + first, batch);
                    for (int i = 0; i < batch; i++) BinaryPrimitives.WriteUInt64BigEndian(messages.AsSpan(i * size + head + 8 * r), symbols[i].Value);
                }
                Keccak256.HashMany(messages, size, leaves.Span.Slice(first, batch));
            }
        });
    }

    static void HashParents(Memory<Keccak256Digest> level, Memory<Keccak256Digest> parents)
    {
        int batch = Math.Min(Batch, parents.Length);
        ForStretches(parents.Length, batch, (start, end) =>
        {
            var messages = new byte[batch * MerkleRoot.NodeSize];
            var children = level.Span;
            for (; start < end; start += batch)
            {
                for (int i = 0; i < batch; i++)
                {
                    var message = messages.AsSpan(i * MerkleRoot.NodeSize, MerkleRoot.NodeSize);
                    MerkleRoot.WriteNode(children[2 * (start + i)], children[2 * (start + i) + 1], message);
                }
                Keccak256.HashMany(messages, MerkleRoot.NodeSize, parents.Span.Slice(start, batch));
            }
        });
    }

    // Halves, on two threads, of what is long enough.
    static void ForStretches(int length, int batch, Action<int, int> work)
    {
        if (length < Alone || length % (2 * batch) != 0) work(0, length);
        else Parallel.For(0, 2, half => work(half * length / 2, (half + 1) * length / 2));
    }
}
