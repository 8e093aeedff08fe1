using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Commitments;

/// <summary>The Merkle tree over columns: what a leaf and a node are, and the root that a pruned set of paths leads to.</summary>
/// <remarks>
/// leaf = Keccak-256(tag ‖ salt, if anything is hidden ‖ symbols, big-endian), node = Keccak-256(tag′ ‖ left ‖ right). The depth is public, so no node can pass for a leaf.
/// Paths are sent pruned: per level from the leaves up and from left to right, only siblings that cannot be computed from the queried columns.
/// </remarks>
static class MerkleRoot
{
    /// <summary>Bytes of a node's input.</summary>
    public const int NodeSize = 8 + 2 * Bytes32.Size;

    /// <summary>Bytes of a salt: a leaf that is never opened tells nothing even to who guesses its symbols.</summary>
    public const int SaltSize = Bytes32.Size;

    /// <summary>Bytes of a leaf's input.</summary>
    public static int LeafSize(int rows, bool salted) => 8 + (salted ? SaltSize : 0) + 8 * rows;

    /// <summary>Writes a leaf's input, salted if <paramref name="salt"/> is not empty.</summary>
    public static void WriteLeaf(ReadOnlySpan<byte> salt, ReadOnlySpan<Goldilocks> column, Span<byte> message)
    {
        (salt.IsEmpty ? Domains.ProofColumn : Domains.ProofSaltedColumn).CopyTo(message);
        salt.CopyTo(message[8..]);
        message = message[(8 + salt.Length)..];
        for (int i = 0; i < column.Length; i++) BinaryPrimitives.WriteUInt64BigEndian(message[(8 * i)..], column[i].Value);
    }

    /// <summary>Writes a node's input.</summary>
    public static void WriteNode(Keccak256Digest left, Keccak256Digest right, Span<byte> message)
    {
        Domains.ProofNode.CopyTo(message);
        left.CopyTo(message[8..]);
        right.CopyTo(message[(8 + Bytes32.Size)..]);
    }

    /// <summary>
    /// The root above <paramref name="leaves"/> at ascending distinct <paramref name="positions"/>, with siblings from the channel.
    /// Overwrites both.
    /// </summary>
    public static Keccak256Digest Climb(VerifierChannel channel, int depth, Span<int> positions, Span<Keccak256Digest> leaves)
    {
        var messages = new byte[positions.Length * NodeSize];
        int count = positions.Length;
        for (int level = 0; level < depth; level++)
        {
            int parents = 0;
            for (int i = 0; i < count; i++, parents++)
            {
                var message = messages.AsSpan(parents * NodeSize, NodeSize);
                int position = positions[i];
                if ((position & 1) != 0) WriteNode(channel.TakeDigest(), leaves[i], message);
                else if (i + 1 < count && positions[i + 1] == position + 1) WriteNode(leaves[i], leaves[++i], message);
                else WriteNode(leaves[i], channel.TakeDigest(), message);
                positions[parents] = position >> 1;
            }
            count = parents;
            Keccak256.HashMany(messages.AsSpan(0, count * NodeSize), NodeSize, leaves[..count]);
        }
        return leaves[0];
    }
}
