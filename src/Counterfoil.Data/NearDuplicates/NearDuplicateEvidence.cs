using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>A file that shows which signature an index gives the record at one place, and that the data set has the record of that leaf there.</summary>
/// <remarks>
/// Deterministic CBOR, an array: version, parameters, canonicaliser, records, ordered root, root of signatures, place, the record's leaf, signature, [path of the signature], [path of the record].
/// Neither record nor query is in it. With the record at hand the signature is recomputed, and the similarity is exact.
/// </remarks>
/// <param name="Index">The index it speaks of.</param>
/// <param name="Place">The record's place in the data set.</param>
/// <param name="RecordLeaf">The record's leaf hash.</param>
/// <param name="Signature">The signature that the index gives it.</param>
/// <param name="SignaturePath">Siblings from the signature's leaf up.</param>
/// <param name="RecordPath">Siblings from the record's leaf up.</param>
public sealed record NearDuplicateEvidence(
    NearDuplicateIndexFacts Index, long Place, Sha256Digest RecordLeaf, ImmutableArray<byte> Signature, ImmutableArray<Sha256Digest> SignaturePath, ImmutableArray<Sha256Digest> RecordPath)
{
    /// <summary>The version in the file, and its kind.</summary>
    public const string Version = "counterfoil/near-duplicate/v1";

    static readonly CborLimits Limits = new() { Bytes = MaxBytes, Depth = 2, Items = 160 };

    /// <summary>The largest file, in bytes.</summary>
    public const int MaxBytes = 16384;

    /// <summary>Whether a file says that it is one: enough to choose who reads it.</summary>
    public static bool IsOne(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0x8b, 0x78, (byte)Version.Length, .. System.Text.Encoding.ASCII.GetBytes(Version)]);

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(11);
        writer.WriteText(Version);
        writer.WriteText(Index.Parameters.ToString());
        writer.WriteText(Index.Canonicaliser.Id);
        writer.WriteInt(Index.Records);
        writer.WriteBytes(Index.OrderedRoot.ToArray());
        writer.WriteBytes(Index.SignaturesRoot.ToArray());
        writer.WriteInt(Place);
        writer.WriteBytes(RecordLeaf.ToArray());
        writer.WriteBytes(Signature.AsSpan());
        foreach (var path in (ImmutableArray<Sha256Digest>[])[SignaturePath, RecordPath])
        {
            writer.BeginArray(path.Length);
            foreach (var node in path) writer.WriteBytes(node.ToArray());
            writer.EndArray();
        }
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a file. Says nothing of what it shows.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out NearDuplicateEvidence? evidence)
    {
        evidence = null;
        var reader = new CborReader(bytes, Limits);
        reader.BeginArray(11, 11);
        string version = reader.ReadText(64);
        if (version != Version) reader.Fail(NearDuplicateChecks.Version, Version, $"\"{version}\"");
        string text = reader.ReadText(200), rule = reader.ReadText(64);
        long records = reader.ReadInt(1, uint.MaxValue);
        Sha256Digest ordered = new(reader.ReadBytes32()), root = new(reader.ReadBytes32());
        long place = reader.ReadInt(0, uint.MaxValue);
        var leaf = new Sha256Digest(reader.ReadBytes32());
        ImmutableArray<byte> signature = [.. reader.ReadBytes(4096)];
        var signaturePath = ReadPath(ref reader);
        var recordPath = ReadPath(ref reader);
        reader.EndArray();
        var verdict = reader.Finish();
        MinHashParameters? parameters = null;
        Canonicaliser? canonicaliser = null;
        verdict = verdict.Then(() => MinHashParameters.Parse(text, out parameters)).Then(() => Canonicaliser.Parse(rule, out canonicaliser));
        if (!verdict.IsAccepted) return verdict;
        if (signature.Length != parameters!.SignatureBytes)
            return Verdict.Reject(NearDuplicateChecks.Form, $"a signature of {parameters.SignatureBytes} bytes", $"{signature.Length}");
        evidence = new(new(parameters, canonicaliser!, records, ordered, root), place, leaf, signature, signaturePath, recordPath);
        return Verdict.Accept;
    }

    static ImmutableArray<Sha256Digest> ReadPath(ref CborReader reader)
    {
        int length = reader.BeginArray(0, 32);
        var path = ImmutableArray.CreateBuilder<Sha256Digest>(length);
        for (int i = 0; i < length; i++) path.Add(new(reader.ReadBytes32()));
        reader.EndArray();
        return path.MoveToImmutable();
    }

    /// <summary>Verifies both paths against the index and the data set that were committed to. It does not yet show that the signature is the record's: <see cref="VerifyRecord"/> does.</summary>
    /// <param name="committed">What the signed statement about the index says.</param>
    public Verdict Verify(NearDuplicateIndexFacts committed)
    {
        ArgumentNullException.ThrowIfNull(committed);
        if (Index != committed) return Verdict.Reject(NearDuplicateChecks.Index, Shown(committed), Shown(Index));
        var verdict = InclusionProof.Verify(committed.OrderedRoot, committed.Records, Place, RecordLeaf, RecordPath);
        return verdict.Then(() => InclusionProof.Verify(committed.SignaturesRoot, committed.Records, Place, NearDuplicateIndexWriter.Leaf(committed.Parameters, RecordLeaf, Signature.AsSpan()), SignaturePath));
    }

    /// <summary>Verifies the paths, that <paramref name="record"/> is the record of this place, and that the committed signature is its own.</summary>
    /// <remarks>
    /// A refusal by <see cref="NearDuplicateChecks.Signature"/> after everything before it held is the rebuttal: whoever committed to the index gave this record a signature that is not its own.
    /// File, statement and record show it to anybody.
    /// </remarks>
    public Verdict VerifyRecord(NearDuplicateIndexFacts committed, ReadOnlySpan<byte> record)
    {
        var verdict = Verify(committed);
        if (!verdict.IsAccepted) return verdict;
        var leaf = new RecordLeaf(committed.Canonicaliser).Hash(record);
        if (leaf != RecordLeaf) return Verdict.Reject(NearDuplicateChecks.Record, $"the record with leaf {RecordLeaf}", $"leaf {leaf}");
        byte[] signature = new MinHash(committed.Parameters).Sign(new RecordText(committed.Canonicaliser).Of(record));
        int matches = MinHash.Matches(signature, Signature.AsSpan());
        return matches == committed.Parameters.Permutations
            ? Verdict.Accept
            : Verdict.Reject(NearDuplicateChecks.Signature, "the record's own signature in the index", $"one that agrees in {matches} of {committed.Parameters.Permutations} places");
    }

    /// <summary>What the committed signature says of the similarity to <paramref name="query"/>, a text.</summary>
    public JaccardEstimate Estimate(ReadOnlySpan<byte> query) =>
        new(MinHash.Matches(new MinHash(Index.Parameters).Sign(query), Signature.AsSpan()), Index.Parameters.Permutations);

    /// <summary>The Jaccard similarity itself, of a record at hand.</summary>
    public double Exact(ReadOnlySpan<byte> query, ReadOnlySpan<byte> record) => Shingles.Jaccard(query, new RecordText(Index.Canonicaliser).Of(record), Index.Parameters);

    static string Shown(NearDuplicateIndexFacts f) => $"{f.Records} records of {f.Canonicaliser} under {f.OrderedRoot}, {f.Parameters}, signatures {f.SignaturesRoot}";
}
