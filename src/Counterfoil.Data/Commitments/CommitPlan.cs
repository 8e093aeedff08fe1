using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Commitments;

/// <summary>A place between two records of a plan: in a part, before the record at a position of it.</summary>
/// <param name="Part">The part's number, from 0; as many as there are parts stands for the end.</param>
/// <param name="Position">The position in it, as its reader counts.</param>
public readonly record struct PlanPlace(int Part, long Position)
{
    /// <summary>The words of a refusal.</summary>
    public override string ToString() => $"part {Part}, position {Position}";
}

/// <summary>What a commit reads, in which order, and how it is divided among shards.</summary>
public sealed class CommitPlan
{
    readonly long[] starts; // where each part begins, in stored bytes; then the end of the last

    CommitPlan(IRecordFormat format, IReadOnlyList<RecordPart> parts)
    {
        (Format, Parts, starts) = (format, parts, new long[parts.Count + 1]);
        for (int i = 0; i < parts.Count; i++) starts[i + 1] = checked(starts[i] + parts[i].Length);
        Digest = DigestOf(format, parts);
    }

    /// <summary>The rule that makes records.</summary>
    public IRecordFormat Format { get; }

    /// <summary>The parts, in order.</summary>
    public IReadOnlyList<RecordPart> Parts { get; }

    /// <summary>Stored bytes, all parts together.</summary>
    public long Length => starts[^1];

    /// <summary>Names the plan: rule, names and lengths. Identities are left out: they differ between machines that share the work.</summary>
    /// <remarks>SHA-256 over the tag, u8 length and name of the canonicaliser, u64 parts; for each part u32 objects, and for each of these u32 length of the name ‖ name ‖ u64 bytes.</remarks>
    public Sha256Digest Digest { get; }

    /// <summary>Plans a commit of some objects.</summary>
    public static Verdict Of(IRecordFormat format, IReadOnlyList<StoredObject> objects, out CommitPlan? plan)
    {
        ArgumentNullException.ThrowIfNull(format);
        plan = null;
        var verdict = format.Plan(objects, out var parts);
        if (verdict.IsAccepted) plan = new(format, parts!);
        return verdict;
    }

    /// <summary>Where a shard begins: shard i of n begins where a share of (i − 1)/n of all stored bytes ends, at the next record or part.</summary>
    /// <param name="shard">1 to <paramref name="shards"/>; one more for where the last ends.</param>
    /// <param name="shards">How many shards there are.</param>
    /// <param name="place">The place.</param>
    public Verdict Begin(int shard, int shards, out PlanPlace place)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)shard - 1, (uint)shards, nameof(shard));
        place = shard == 1 ? default : new(Parts.Count, 0);
        if (shard == 1 || shard > shards) return Verdict.Accept;
        long target = (long)((Int128)Length * (shard - 1) / shards);
        int part = Array.BinarySearch(starts, target);
        if (part >= 0) // parts without bytes begin where the next one does: the first of them
        {
            while (part > 0 && starts[part - 1] == target) part--;
            place = new(part, 0);
            return Verdict.Accept;
        }
        part = ~part - 1;
        if (Format is not ISplittableFormat splittable || !splittable.CanSplit(Parts[part]))
        {
            place = new(part + 1, 0);
            return Verdict.Accept;
        }
        var verdict = splittable.Locate(Parts[part], target - starts[part], out long position);
        place = new(part, position);
        return verdict;
    }

    /// <summary>Opens a part from one place on, up to another.</summary>
    internal Verdict Open(PlanPlace from, PlanPlace to, out IRecordReader? reader) =>
        from.Part == to.Part ? ((ISplittableFormat)Format).Open(Parts[from.Part], from.Position, to.Position, out reader) : Format.Open(Parts[from.Part], from.Position, out reader);

    /// <summary>Stored bytes before a place, the part's own share left out.</summary>
    internal long BytesBefore(PlanPlace place) => starts[place.Part];

    static Sha256Digest DigestOf(IRecordFormat format, IReadOnlyList<RecordPart> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        var name = Encoding.ASCII.GetBytes(format.Canonicaliser.Id);
        hash.AppendData(Domains.DataPlan);
        hash.AppendData([(byte)name.Length]);
        hash.AppendData(name);
        BinaryPrimitives.WriteInt64BigEndian(number, parts.Count);
        hash.AppendData(number);
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, part.Objects.Count);
            hash.AppendData(number[..4]);
            foreach (var stored in part.Objects)
            {
                name = Encoding.UTF8.GetBytes(stored.Name);
                BinaryPrimitives.WriteInt32BigEndian(number, name.Length);
                hash.AppendData(number[..4]);
                hash.AppendData(name);
                BinaryPrimitives.WriteInt64BigEndian(number, stored.Length);
                hash.AppendData(number);
            }
        }
        return new Sha256Digest(hash.GetHashAndReset());
    }
}
