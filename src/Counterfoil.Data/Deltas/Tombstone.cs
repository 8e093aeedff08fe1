using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;

namespace Counterfoil.Data.Deltas;

/// <summary>What stands in the ordered tree where a record was removed. It tells of the place alone, nothing of the record.</summary>
/// <remarks>leaf = SHA-256(0x00 ‖ tag ‖ u64 place, big-endian). The tag keeps it from being any record's leaf, the place from being moved.</remarks>
public static class Tombstone
{
    /// <summary>The leaf hash of a tombstone.</summary>
    public static Sha256Digest At(long place)
    {
        var tag = Domains.DataTombstone;
        Span<byte> leaf = stackalloc byte[tag.Length + 8];
        tag.CopyTo(leaf);
        BinaryPrimitives.WriteInt64BigEndian(leaf[tag.Length..], place);
        return MerkleTree.LeafHash(leaf);
    }

    /// <summary>The tombstones of consecutive places, many at a time in the lanes of the processor.</summary>
    internal static void From(long place, Span<Sha256Digest> tombstones)
    {
        var tag = Domains.DataTombstone;
        int length = tag.Length + 8;
        var messages = new byte[tombstones.Length * length];
        for (int i = 0; i < tombstones.Length; i++)
        {
            tag.CopyTo(messages.AsSpan(i * length));
            BinaryPrimitives.WriteInt64BigEndian(messages.AsSpan(i * length + tag.Length), place + i);
        }
        MerkleTree.LeafHashes(messages, length, tombstones);
    }

    /// <summary>The keys of the leaves that are no tombstones: what the absence tree is over.</summary>
    internal static Sha256Digest[] KeysWithout(ReadOnlySpan<Sha256Digest> leaves)
    {
        const int Many = 1024;
        var tombstones = new Sha256Digest[Many];
        var kept = new List<Sha256Digest>(leaves.Length);
        for (int at = 0; at < leaves.Length; at += Many)
        {
            int count = Math.Min(Many, leaves.Length - at);
            From(at, tombstones.AsSpan(0, count));
            for (int i = 0; i < count; i++)
                if (leaves[at + i] != tombstones[i]) kept.Add(leaves[at + i]);
        }
        var keys = new Sha256Digest[kept.Count];
        RecordLeaf.Keys(CollectionsMarshal.AsSpan(kept), keys);
        return keys;
    }
}
