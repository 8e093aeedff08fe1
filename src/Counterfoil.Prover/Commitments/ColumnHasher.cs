using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover.Commitments;

/// <summary>Hashes the columns of an encoded matrix and the pairs of a tree level.</summary>
static class ColumnHasher
{
    /// <summary>The leaves of all columns of <paramref name="codewords"/>, row-major, <paramref name="length"/> columns.</summary>
    public static byte[] Leaves(Goldilocks[] codewords, int rows, int length)
    {
        var leaves = new byte[length * Bytes32.Size];
        var message = new byte[8 + 8 * rows];
        Domains.ProofColumn.CopyTo(message);
        for (int column = 0; column < length; column++)
        {
            for (int r = 0; r < rows; r++) BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(8 + 8 * r), codewords[(long)r * length + column].Value);
            Keccak256.Hash(message, leaves.AsSpan(column * Bytes32.Size, Bytes32.Size));
        }
        return leaves;
    }

    /// <summary>The nodes above one level.</summary>
    public static void Nodes(ReadOnlySpan<byte> level, Span<byte> parents)
    {
        Span<byte> message = stackalloc byte[8 + 2 * Bytes32.Size];
        Domains.ProofNode.CopyTo(message);
        for (int i = 0; i < parents.Length; i += Bytes32.Size)
        {
            level.Slice(2 * i, 2 * Bytes32.Size).CopyTo(message[8..]);
            Keccak256.Hash(message, parents.Slice(i, Bytes32.Size));
        }
    }
}
