using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Absence;

/// <summary>A file that shows a record not to be in a committed data set, under the commitment's absence root.</summary>
/// <remarks>
/// Deterministic CBOR, an array: version, canonicaliser, absence root, siblings from the root down (empty bytes for an empty subtree), and the entry
/// at the path's end (key, multiplicity) or null. The key is not in it: the verifier computes it from the record.
/// That the absence root holds the same set as the ordered root is shown by audit alone; <see cref="CommitmentFraud"/> shows that it does not.
/// </remarks>
/// <param name="Canonicaliser">The rule that would have made the record.</param>
/// <param name="Root">The absence root that this is about.</param>
/// <param name="Proof">The path.</param>
public sealed record RecordAbsence(Canonicaliser Canonicaliser, Sha256Digest Root, PrefixProof Proof)
{
    /// <summary>The version in the file, and its kind.</summary>
    public const string Version = "counterfoil/absence-proof/v1";

    static readonly CborLimits Limits = new() { Bytes = 16384, Depth = 2, Items = 512 };

    /// <summary>Makes the proof, or returns null for a record that is there.</summary>
    public static RecordAbsence? Make(CommitmentResult commitment, PrefixTree tree, ReadOnlySpan<byte> record)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        ArgumentNullException.ThrowIfNull(tree);
        var key = RecordLeaf.Key(new RecordLeaf(commitment.Canonicaliser).Hash(record));
        var proof = tree.Prove(key);
        return proof.End?.Key == key ? null : new(commitment.Canonicaliser, tree.Root, proof);
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(5);
        writer.WriteText(Version);
        writer.WriteText(Canonicaliser.Id);
        writer.WriteBytes(Root.ToArray());
        writer.BeginArray(Proof.Siblings.Length);
        foreach (var sibling in Proof.Siblings) writer.WriteBytes(sibling == PrefixTree.EmptyRoot ? [] : sibling.ToArray());
        writer.EndArray();
        if (Proof.End is { } end)
        {
            writer.BeginArray(2);
            writer.WriteBytes(end.Key.ToArray());
            writer.WriteInt(end.Multiplicity);
            writer.EndArray();
        }
        else writer.WriteNull();
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a file. Says nothing of what it shows.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out RecordAbsence? proof)
    {
        proof = null;
        var reader = new CborReader(bytes, Limits);
        reader.BeginArray(5, 5);
        string version = reader.ReadText(64);
        if (version != Version) reader.Fail(DataChecks.ProofVersion, Version, $"\"{version}\"");
        string id = reader.ReadText(64);
        var root = new Sha256Digest(reader.ReadBytes32());
        int length = reader.BeginArray(0, PrefixProof.MaxDepth);
        var siblings = ImmutableArray.CreateBuilder<Sha256Digest>(length);
        for (int i = 0; i < length; i++)
        {
            var sibling = reader.ReadBytes(Bytes32.Size);
            if (sibling.Length is not (0 or Bytes32.Size)) reader.Fail(DataChecks.PrefixShape, "0 or 32 bytes", $"{sibling.Length}");
            var hash = sibling.Length == Bytes32.Size ? new Sha256Digest(sibling) : PrefixTree.EmptyRoot;
            if (sibling.Length != 0 && hash == PrefixTree.EmptyRoot) reader.Fail(DataChecks.PrefixShape, "an empty subtree as no bytes", "its hash"); // one encoding
            siblings.Add(hash);
        }
        reader.EndArray();
        PrefixEntry? end = null;
        if (!reader.TryReadNull())
        {
            reader.BeginArray(2, 2);
            end = new(new(reader.ReadBytes32()), reader.ReadInt(1, long.MaxValue));
            reader.EndArray();
        }
        reader.EndArray();
        var verdict = reader.Finish();
        if (!verdict.IsAccepted) return verdict;
        verdict = Canonicaliser.Parse(id, out var canonicaliser);
        if (verdict.IsAccepted) proof = new(canonicaliser!, root, new(siblings.MoveToImmutable(), end));
        return verdict;
    }

    /// <summary>Verifies that <paramref name="record"/> is not in the data set of <paramref name="commitment"/>, under its absence root and canonicaliser.</summary>
    public Verdict Verify(CommitmentResult commitment, ReadOnlySpan<byte> record)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        if ((Canonicaliser, Root) != (commitment.Canonicaliser, commitment.SortedRoot))
            return Verdict.Reject(DataChecks.ProofDataset, $"{commitment.Canonicaliser} under {commitment.SortedRoot}", $"{Canonicaliser} under {Root}");
        return Proof.VerifyAbsent(commitment.SortedRoot, RecordLeaf.Key(new RecordLeaf(Canonicaliser).Hash(record)));
    }

    /// <summary>Reads a file and verifies it.</summary>
    public static Verdict Verify(ReadOnlySpan<byte> bytes, CommitmentResult commitment, ReadOnlySpan<byte> record)
    {
        var verdict = Decode(bytes, out var proof);
        return verdict.IsAccepted ? proof!.Verify(commitment, record) : verdict;
    }
}
