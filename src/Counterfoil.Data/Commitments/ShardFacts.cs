using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Commitments;

/// <summary>What a finished shard says of itself: which it is, of which plan, and what its leaf hashes are. The header of its file of leaves.</summary>
/// <remarks>Deterministic CBOR, an array: version, canonicaliser, plan, shard, shards, [part, position] of the beginning, the same of the end, parts, records, bytes, BLAKE3 of the leaf hashes one after another.</remarks>
/// <param name="Canonicaliser">The rule that made the records.</param>
/// <param name="Plan">The plan's digest.</param>
/// <param name="Shard">Which shard, from 1.</param>
/// <param name="Shards">Of how many.</param>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Parts">Parts of the plan: what the last shard's end is compared with.</param>
/// <param name="Records">Records in it.</param>
/// <param name="Bytes">The sum of their lengths.</param>
/// <param name="Leaves">BLAKE3 of the leaf hashes.</param>
public sealed record ShardFacts(
    Canonicaliser Canonicaliser, Sha256Digest Plan, int Shard, int Shards, PlanPlace From, PlanPlace To, int Parts, long Records, long Bytes, Blake3Digest Leaves)
{
    /// <summary>The version in the file, and its kind.</summary>
    public const string Version = "counterfoil/shard/v1";

    internal const string FileName = "shard";
    internal const int MaxBytes = 4096;
    static readonly CborLimits Limits = new() { Bytes = MaxBytes, Depth = 2, Items = 32 };

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(11);
        writer.WriteText(Version);
        writer.WriteText(Canonicaliser.Id);
        writer.WriteBytes(Plan.ToArray());
        writer.WriteInt(Shard);
        writer.WriteInt(Shards);
        Write(writer, From);
        Write(writer, To);
        writer.WriteInt(Parts);
        writer.WriteInt(Records);
        writer.WriteInt(Bytes);
        writer.WriteBytes(Leaves.ToArray());
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a file.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out ShardFacts? facts)
    {
        facts = null;
        var reader = new CborReader(bytes, Limits);
        reader.BeginArray(11, 11);
        string version = reader.ReadText(64);
        if (version != Version) reader.Fail(DataChecks.ShardForm, Version, $"\"{version}\"");
        string id = reader.ReadText(64);
        var plan = new Sha256Digest(reader.ReadBytes32());
        int shard = (int)reader.ReadInt(1, int.MaxValue), shards = (int)reader.ReadInt(1, int.MaxValue);
        if (shard > shards) reader.Fail(DataChecks.ShardForm, $"a shard from 1 to {shards}", $"{shard}");
        var (from, to) = (ReadPlace(ref reader), ReadPlace(ref reader));
        int parts = (int)reader.ReadInt(0, int.MaxValue);
        long records = reader.ReadInt(0, long.MaxValue / Bytes32.Size - 1), length = reader.ReadInt(0, long.MaxValue);
        var leaves = new Blake3Digest(reader.ReadBytes32());
        reader.EndArray();
        var verdict = reader.Finish();
        if (!verdict.IsAccepted) return verdict;
        verdict = Canonicaliser.Parse(id, out var canonicaliser);
        if (verdict.IsAccepted) facts = new(canonicaliser!, plan, shard, shards, from, to, parts, records, length, leaves);
        return verdict;
    }

    internal static void Write(CborWriter writer, PlanPlace place)
    {
        writer.BeginArray(2);
        writer.WriteInt(place.Part);
        writer.WriteInt(place.Position);
        writer.EndArray();
    }

    internal static PlanPlace ReadPlace(ref CborReader reader)
    {
        reader.BeginArray(2, 2);
        var place = new PlanPlace((int)reader.ReadInt(0, int.MaxValue), reader.ReadInt(0, long.MaxValue));
        reader.EndArray();
        return place;
    }
}
