using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Commitments;

/// <summary>The last file that a commit writes into its folder: with it the folder is whole.</summary>
/// <remarks>Deterministic CBOR, an array: version, canonicaliser, plan, records, distinct records, bytes, ordered root, absence root.</remarks>
/// <param name="Plan">The digest of the plan that was committed.</param>
/// <param name="Result">What was committed.</param>
sealed record CommitmentFacts(Sha256Digest Plan, CommitmentResult Result)
{
    public const string Version = "counterfoil/commitment/v1", FileName = "commitment";
    public const int MaxBytes = 4096;
    static readonly CborLimits Limits = new() { Bytes = MaxBytes, Depth = 2, Items = 16 };

    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(8);
        writer.WriteText(Version);
        writer.WriteText(Result.Canonicaliser.Id);
        writer.WriteBytes(Plan.ToArray());
        writer.WriteInt(Result.Records);
        writer.WriteInt(Result.DistinctRecords);
        writer.WriteInt(Result.Bytes);
        writer.WriteBytes(Result.OrderedRoot.ToArray());
        writer.WriteBytes(Result.SortedRoot.ToArray());
        writer.EndArray();
        return writer.ToArray();
    }

    public static Verdict Decode(ReadOnlySpan<byte> bytes, out CommitmentFacts? facts)
    {
        facts = null;
        var reader = new CborReader(bytes, Limits);
        reader.BeginArray(8, 8);
        string version = reader.ReadText(64);
        if (version != Version) reader.Fail(DataChecks.FolderForm, Version, $"\"{version}\"");
        string id = reader.ReadText(64);
        var plan = new Sha256Digest(reader.ReadBytes32());
        long records = reader.ReadInt(0, long.MaxValue / Bytes32.Size - 1), distinct = reader.ReadInt(0, long.MaxValue), length = reader.ReadInt(0, long.MaxValue);
        if (distinct > records) reader.Fail(DataChecks.FolderForm, $"at most {records} distinct records", $"{distinct}");
        Sha256Digest ordered = new(reader.ReadBytes32()), sorted = new(reader.ReadBytes32());
        reader.EndArray();
        var verdict = reader.Finish();
        if (!verdict.IsAccepted) return verdict;
        verdict = Canonicaliser.Parse(id, out var canonicaliser);
        if (verdict.IsAccepted) facts = new(plan, new(canonicaliser!, records, distinct, length, ordered, sorted));
        return verdict;
    }
}
