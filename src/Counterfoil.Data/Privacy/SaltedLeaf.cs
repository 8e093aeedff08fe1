using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Privacy;

/// <summary>Thirty-two random bytes that belong to one record: who does not hold them cannot tell whether a leaf is that record's.</summary>
/// <param name="Value">The bytes.</param>
public readonly record struct Salt(Bytes32 Value)
{
    /// <summary>Says nothing of the bytes: a salt in a log file would be one that cannot be destroyed.</summary>
    public override string ToString() => "a salt";
}

/// <summary>Hashes salted records into leaves of the ordered tree.</summary>
/// <remarks>leaf = SHA-256(0x00 ‖ tag ‖ u8 length of schema ‖ schema ‖ salt ‖ u64 length of record ‖ record): 256 bits of salt, so trying all records one can think of gains nothing.</remarks>
public static class SaltedLeaf
{
    /// <summary>The leaf hash of a record under its salt.</summary>
    public static Sha256Digest Hash(Canonicaliser canonicaliser, Salt salt, ReadOnlySpan<byte> record)
    {
        ArgumentNullException.ThrowIfNull(canonicaliser);
        var schema = Encoding.ASCII.GetBytes(canonicaliser.Id);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, record.Length);
        return MerkleTree.LeafHash([.. Domains.DataSaltedRecord, (byte)schema.Length, .. schema, .. salt.Value.ToArray(), .. length, .. record]);
    }
}
