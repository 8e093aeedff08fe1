using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Commitments;

/// <summary>How far a shard has come: everything before <paramref name="Next"/> is in the file of leaves, durably.</summary>
/// <remarks>Deterministic CBOR, an array: version, plan, shard, shards, [part, position], records, bytes, BLAKE3 of the leaf hashes so far. Written only after the leaves were flushed.</remarks>
/// <param name="Plan">The plan's digest.</param>
/// <param name="Shard">Which shard, from 1.</param>
/// <param name="Shards">Of how many.</param>
/// <param name="Next">Where the next record is read.</param>
/// <param name="Records">Leaves so far.</param>
/// <param name="Bytes">The sum of the records' lengths so far.</param>
/// <param name="Leaves">BLAKE3 of the leaf hashes so far.</param>
sealed record ShardCheckpoint(Sha256Digest Plan, int Shard, int Shards, PlanPlace Next, long Records, long Bytes, Blake3Digest Leaves)
{
    public const string Version = "counterfoil/shard-checkpoint/v1", FileName = "checkpoint";
    public const int MaxBytes = 4096;
    static readonly CborLimits Limits = new() { Bytes = MaxBytes, Depth = 2, Items = 32 };

    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(8);
        writer.WriteText(Version);
        writer.WriteBytes(Plan.ToArray());
        writer.WriteInt(Shard);
        writer.WriteInt(Shards);
        ShardFacts.Write(writer, Next);
        writer.WriteInt(Records);
        writer.WriteInt(Bytes);
        writer.WriteBytes(Leaves.ToArray());
        writer.EndArray();
        return writer.ToArray();
    }

    public static Verdict Decode(ReadOnlySpan<byte> bytes, out ShardCheckpoint? checkpoint)
    {
        checkpoint = null;
        var reader = new CborReader(bytes, Limits);
        reader.BeginArray(8, 8);
        string version = reader.ReadText(64);
        if (version != Version) reader.Fail(DataChecks.CommitCheckpoint, Version, $"\"{version}\"");
        var plan = new Sha256Digest(reader.ReadBytes32());
        int shard = (int)reader.ReadInt(1, int.MaxValue), shards = (int)reader.ReadInt(1, int.MaxValue);
        var next = ShardFacts.ReadPlace(ref reader);
        long records = reader.ReadInt(0, long.MaxValue / Bytes32.Size - 1), length = reader.ReadInt(0, long.MaxValue);
        var leaves = new Blake3Digest(reader.ReadBytes32());
        reader.EndArray();
        var verdict = reader.Finish();
        if (verdict.IsAccepted) checkpoint = new(plan, shard, shards, next, records, length, leaves);
        return verdict;
    }
}
