using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data.Records;

namespace Counterfoil.Data;

/// <summary>Hashes records: into leaves of the ordered tree, and from leaves into keys of the absence tree.</summary>
/// <remarks>
/// leaf = SHA-256(0x00 ‖ tag ‖ u8 length of schema ‖ schema ‖ u64 length of payload ‖ payload): an RFC 9162 leaf whose data says what it is.
/// key = SHA-256(key tag ‖ leaf). Lengths are big-endian; the schema is the canonicaliser's name. Unsalted: a key identifies its record.
/// </remarks>
public sealed class RecordLeaf
{
    readonly byte[] prefix; // all that comes before the payload's length

    /// <summary>Hashes records of one canonicaliser.</summary>
    public RecordLeaf(Canonicaliser canonicaliser)
    {
        ArgumentNullException.ThrowIfNull(canonicaliser);
        var schema = Encoding.ASCII.GetBytes(canonicaliser.Id);
        prefix = [.. Domains.DataRecord, (byte)schema.Length, .. schema];
    }

    /// <summary>The leaf hash of one record.</summary>
    public Sha256Digest Hash(ReadOnlySpan<byte> payload)
    {
        var rented = ArrayPool<byte>.Shared.Rent(prefix.Length + 8 + payload.Length);
        try
        {
            prefix.CopyTo(rented, 0);
            BinaryPrimitives.WriteInt64BigEndian(rented.AsSpan(prefix.Length), payload.Length);
            payload.CopyTo(rented.AsSpan(prefix.Length + 8));
            return MerkleTree.LeafHash(rented.AsSpan(0, prefix.Length + 8 + payload.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The leaf hashes of records of one length that lie one after the other: many at a time in the lanes of the processor.</summary>
    /// <param name="payloads">The records, <paramref name="length"/> bytes each.</param>
    /// <param name="length">The length of each.</param>
    /// <param name="leafHashes">Receives one hash for each.</param>
    public void HashMany(ReadOnlySpan<byte> payloads, int length, Span<Sha256Digest> leafHashes)
    {
        Span<byte> before = stackalloc byte[1 + prefix.Length + 8];
        before[0] = Domains.MerkleLeaf;
        prefix.CopyTo(before[1..]);
        BinaryPrimitives.WriteInt64BigEndian(before[(1 + prefix.Length)..], length);
        Sha256.HashMany(before, payloads, length, leafHashes);
    }

    /// <summary>The leaf hashes of a batch's records: many at a time, whatever their lengths.</summary>
    /// <param name="batch">The records.</param>
    /// <param name="leafHashes">Receives one hash for each.</param>
    public void HashMany(RecordBatch batch, Span<Sha256Digest> leafHashes)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Span<byte> before = stackalloc byte[1 + prefix.Length];
        before[0] = Domains.MerkleLeaf;
        prefix.CopyTo(before[1..]);
        Sha256.HashFramed(before, batch.Bytes, batch.Ends, leafHashes);
    }

    /// <summary>The keys of many leaf hashes.</summary>
    internal static void Keys(ReadOnlySpan<Sha256Digest> leafHashes, Span<Sha256Digest> keys)
    {
        const int Many = 256;
        Span<byte> hashes = stackalloc byte[Many * Bytes32.Size];
        for (int at = 0; at < leafHashes.Length; at += Many)
        {
            int count = Math.Min(Many, leafHashes.Length - at);
            for (int i = 0; i < count; i++) leafHashes[at + i].CopyTo(hashes[(i * Bytes32.Size)..]);
            Sha256.HashMany(Domains.DataKey, hashes[..(count * Bytes32.Size)], Bytes32.Size, keys.Slice(at, count));
        }
    }

    /// <summary>The key of the record with this leaf hash in the absence tree.</summary>
    public static Sha256Digest Key(Sha256Digest leafHash)
    {
        var tag = Domains.DataKey;
        Span<byte> input = stackalloc byte[tag.Length + Bytes32.Size];
        tag.CopyTo(input);
        leafHash.CopyTo(input[tag.Length..]);
        return Sha256.Hash(input);
    }
}
