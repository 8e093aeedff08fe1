using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Commitments;

/// <summary>Every leaf hash of a data set, in order: what a guard compares records with and proofs are made from. It needs no trust: its root is checked.</summary>
/// <remarks>File: the line <c>counterfoil/leaves/v1</c>, the count (u64, big-endian), then 32 bytes a leaf. Unsalted hashes identify records: keep it as private as the data.</remarks>
public sealed class LeafManifest : ILeafSequence
{
    static ReadOnlySpan<byte> Header => "counterfoil/leaves/v1\n"u8;

    readonly Sha256Digest[] leaves;

    internal LeafManifest(Sha256Digest[] leaves)
    {
        this.leaves = leaves;
        Root = MerkleTree.Root(leaves);
    }

    /// <summary>The number of leaves.</summary>
    public int Count => leaves.Length;

    /// <summary>The RFC 9162 root over the leaves.</summary>
    public Sha256Digest Root { get; }

    /// <summary>The leaf hash at a place.</summary>
    public Sha256Digest this[int place] => leaves[place];

    long ILeafSequence.Count => leaves.Length;

    Sha256Digest ILeafSequence.this[long place] => leaves[place];

    /// <summary>All leaf hashes.</summary>
    public ReadOnlySpan<Sha256Digest> Leaves => leaves;

    /// <summary>The path from the leaf at <paramref name="place"/> to the root.</summary>
    public ImmutableArray<Sha256Digest> InclusionPath(int place) => MerkleTree.InclusionPath(leaves, place);

    /// <summary>The manifest's file.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Header.Length + 8 + leaves.Length * Bytes32.Size];
        Header.CopyTo(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(Header.Length), leaves.Length);
        for (int i = 0; i < leaves.Length; i++) leaves[i].CopyTo(bytes.AsSpan(Header.Length + 8 + i * Bytes32.Size));
        return bytes;
    }

    /// <summary>Reads a manifest that claims to be the one of <paramref name="commitment"/>, and checks that it is.</summary>
    public static Verdict Read(ReadOnlySpan<byte> bytes, CommitmentResult commitment, out LeafManifest? manifest)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        manifest = null;
        if (!bytes.StartsWith(Header) || bytes.Length < Header.Length + 8) return Verdict.Reject(DataChecks.ManifestForm, "the header counterfoil/leaves/v1", "other bytes");
        long count = BinaryPrimitives.ReadInt64BigEndian(bytes[Header.Length..]);
        var hashes = bytes[(Header.Length + 8)..];
        if (count != commitment.Records) return Verdict.Reject(DataChecks.ManifestCount, $"{commitment.Records} leaves", $"{count}");
        if (hashes.Length % Bytes32.Size != 0 || hashes.Length / Bytes32.Size != count) return Verdict.Reject(DataChecks.ManifestForm, $"{count} × 32 bytes", $"{hashes.Length} bytes");
        var leaves = new Sha256Digest[count];
        for (int i = 0; i < leaves.Length; i++) leaves[i] = new(hashes.Slice(i * Bytes32.Size, Bytes32.Size));
        var read = new LeafManifest(leaves);
        if (read.Root != commitment.OrderedRoot) return Verdict.Reject(DataChecks.ManifestRoot, $"{commitment.OrderedRoot}", $"{read.Root}");
        manifest = read;
        return Verdict.Accept;
    }
}
