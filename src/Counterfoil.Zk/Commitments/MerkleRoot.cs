using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Commitments;

/// <summary>The Merkle tree over columns: what a leaf and a node are, and the root that a pruned set of paths leads to.</summary>
/// <remarks>
/// leaf = Keccak-256(tag ‖ symbols, big-endian), node = Keccak-256(tag′ ‖ left ‖ right). The depth is public, so no node can pass for a leaf.
/// Paths are sent pruned: per level from the leaves up and from left to right, only siblings that cannot be computed from the queried columns.
/// </remarks>
static class MerkleRoot
{
    /// <summary>The hash of one column.</summary>
    public static Keccak256Digest Leaf(ReadOnlySpan<Goldilocks> column, Span<byte> scratch)
    {
        var bytes = scratch[..(8 + 8 * column.Length)];
        Domains.ProofColumn.CopyTo(bytes);
        for (int i = 0; i < column.Length; i++) BinaryPrimitives.WriteUInt64BigEndian(bytes[(8 + 8 * i)..], column[i].Value);
        return Keccak256.Hash(bytes);
    }

    /// <summary>The hash of two neighbours.</summary>
    public static Keccak256Digest Node(Keccak256Digest left, Keccak256Digest right)
    {
        Span<byte> bytes = stackalloc byte[8 + 2 * Bytes32.Size];
        Domains.ProofNode.CopyTo(bytes);
        left.CopyTo(bytes[8..]);
        right.CopyTo(bytes[40..]);
        return Keccak256.Hash(bytes);
    }

    /// <summary>The root above <paramref name="leaves"/> at ascending distinct <paramref name="positions"/>, with siblings from the channel. Overwrites both.</summary>
    public static Keccak256Digest Climb(VerifierChannel channel, int depth, Span<int> positions, Span<Keccak256Digest> leaves)
    {
        int count = positions.Length;
        for (int level = 0; level < depth; level++)
        {
            int parents = 0;
            for (int i = 0; i < count; i++)
            {
                int position = positions[i];
                var digest = leaves[i];
                if ((position & 1) != 0) digest = Node(channel.TakeDigest(), digest);
                else if (i + 1 < count && positions[i + 1] == position + 1) digest = Node(digest, leaves[++i]);
                else digest = Node(digest, channel.TakeDigest());
                positions[parents] = position >> 1;
                leaves[parents++] = digest;
            }
            count = parents;
        }
        return leaves[0];
    }
}
