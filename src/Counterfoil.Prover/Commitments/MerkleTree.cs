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

    readonly Keccak256Digest[][] levels;

    /// <summary>
    /// Hashes the columns of <paramref name="codewords"/>, row-major, 2^<paramref name="depth"/> symbols a row, with a salt each unless <paramref name="salts"/> is empty.
    /// </summary>
    public MerkleTree(Goldilocks[] codewords, ReadOnlyMemory<byte> salts, int rows, int depth)
    {
        levels = new Keccak256Digest[depth + 1][];
        levels[0] = Leaves(codewords, salts, rows, 1 << depth);
        for (int level = 0; level < depth; level++) levels[level + 1] = Parents(levels[level]);
    }

    public Keccak256Digest Root => levels[^1][0];

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
                else channel.WriteBound(levels[level][position ^ 1]);
                positions[parents++] = position >> 1;
            }
            count = parents;
        }
    }

    static Keccak256Digest[] Leaves(Goldilocks[] codewords, ReadOnlyMemory<byte> salts, int rows, int length)
    {
        var leaves = new Keccak256Digest[length];
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
                Keccak256.HashMany(messages, size, leaves.AsSpan(first, batch));
            }
        });
        return leaves;
    }

    static Keccak256Digest[] Parents(Keccak256Digest[] level)
    {
        var parents = new Keccak256Digest[level.Length / 2];
        int batch = Math.Min(Batch, parents.Length);
        ForStretches(parents.Length, batch, (start, end) =>
        {
            var messages = new byte[batch * MerkleRoot.NodeSize];
            for (; start < end; start += batch)
            {
                for (int i = 0; i < batch; i++)
                {
                    var message = messages.AsSpan(i * MerkleRoot.NodeSize, MerkleRoot.NodeSize);
                    MerkleRoot.WriteNode(level[2 * (start + i)], level[2 * (start + i) + 1], message);
                }
                Keccak256.HashMany(messages, MerkleRoot.NodeSize, parents.AsSpan(start, batch));
            }
        });
        return parents;
    }

    // Halves, on two threads, of what is long enough.
    static void ForStretches(int length, int batch, Action<int, int> work)
    {
        if (length < Alone || length % (2 * batch) != 0) work(0, length);
        else Parallel.For(0, 2, half => work(half * length / 2, (half + 1) * length / 2));
    }
}
