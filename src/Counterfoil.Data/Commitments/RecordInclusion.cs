using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Commitments;

/// <summary>A file that shows a record to be in a committed data set, at one place. Whoever holds record, file and commitment verifies it alone.</summary>
/// <remarks>
/// Deterministic CBOR, an array: version, canonicaliser, ordered root, records, place, path. The record is not in it.
/// </remarks>
/// <param name="Canonicaliser">The rule that made the record.</param>
/// <param name="Root">The ordered root that this is about.</param>
/// <param name="Records">Records in the data set.</param>
/// <param name="Place">The record's place, from 0.</param>
/// <param name="Path">Siblings from the leaf up.</param>
public sealed record RecordInclusion(Canonicaliser Canonicaliser, Sha256Digest Root, long Records, long Place, ImmutableArray<Sha256Digest> Path)
{
    /// <summary>The version in the file, and its kind.</summary>
    public const string Version = "counterfoil/inclusion-proof/v1";

    static readonly CborLimits Limits = new() { Bytes = 8192, Depth = 2, Items = 128 };

    /// <summary>Makes the proof for the record at <paramref name="place"/>.</summary>
    public static RecordInclusion Make(CommitmentResult commitment, LeafManifest leaves, int place)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        ArgumentNullException.ThrowIfNull(leaves);
        return new(commitment.Canonicaliser, leaves.Root, leaves.Count, place, leaves.InclusionPath(place));
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(6);
        writer.WriteText(Version);
        writer.WriteText(Canonicaliser.Id);
        writer.WriteBytes(Root.ToArray());
        writer.WriteInt(Records);
        writer.WriteInt(Place);
        writer.BeginArray(Path.Length);
        foreach (var node in Path) writer.WriteBytes(node.ToArray());
        writer.EndArray();
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a file. Says nothing of what it shows.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out RecordInclusion? proof)
    {
        proof = null;
        var reader = new CborReader(bytes, Limits);
        reader.BeginArray(6, 6);
        string version = reader.ReadText(64);
        if (version != Version) reader.Fail(DataChecks.ProofVersion, Version, $"\"{version}\"");
        string id = reader.ReadText(64);
        var root = new Sha256Digest(reader.ReadBytes32());
        long records = reader.ReadInt(1, long.MaxValue), place = reader.ReadInt(0, long.MaxValue);
        int length = reader.BeginArray(0, 63);
        var path = ImmutableArray.CreateBuilder<Sha256Digest>(length);
        for (int i = 0; i < length; i++) path.Add(new(reader.ReadBytes32()));
        reader.EndArray();
        reader.EndArray();
        var verdict = reader.Finish();
        if (!verdict.IsAccepted) return verdict;
        verdict = Canonicaliser.Parse(id, out var canonicaliser);
        if (verdict.IsAccepted) proof = new(canonicaliser!, root, records, place, path.MoveToImmutable());
        return verdict;
    }

    /// <summary>Verifies that <paramref name="record"/> is in the data set of <paramref name="commitment"/>, where this says.</summary>
    public Verdict Verify(CommitmentResult commitment, ReadOnlySpan<byte> record)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        if ((Canonicaliser, Root, Records) != (commitment.Canonicaliser, commitment.OrderedRoot, commitment.Records))
            return Verdict.Reject(DataChecks.ProofDataset, $"{commitment.Records} records of {commitment.Canonicaliser} under {commitment.OrderedRoot}", $"{Records} of {Canonicaliser} under {Root}");
        return InclusionProof.Verify(commitment.OrderedRoot, commitment.Records, Place, new RecordLeaf(Canonicaliser).Hash(record), Path);
    }

    /// <summary>Reads a file and verifies it.</summary>
    public static Verdict Verify(ReadOnlySpan<byte> bytes, CommitmentResult commitment, ReadOnlySpan<byte> record)
    {
        var verdict = Decode(bytes, out var proof);
        return verdict.IsAccepted ? proof!.Verify(commitment, record) : verdict;
    }
}
