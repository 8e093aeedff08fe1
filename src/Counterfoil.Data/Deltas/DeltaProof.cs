using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Deltas;

/// <summary>The two roots of a set at one time.</summary>
/// <param name="Ordered">Root of the ordered tree.</param>
/// <param name="Absence">Root of the absence tree.</param>
public readonly record struct RootPair(Sha256Digest Ordered, Sha256Digest Absence);

/// <summary>A file that shows that exactly these places of a committed set became tombstones, that their records left the absence tree, and that nothing else moved. It grows with what is removed, not with the set.</summary>
/// <remarks>
/// Deterministic CBOR, an array: version, canonicaliser, places, roots before, roots after, removed leaves, untouched subtrees of the ordered tree, revealed part of the absence tree, and the
/// signed dataset-delta or null. Of unkeyed sets: a keyed tree's entries name no leaf that a verifier could link to a place.
/// </remarks>
/// <param name="Canonicaliser">The rule that made the records.</param>
/// <param name="Count">Places in the ordered tree, before and after.</param>
/// <param name="Before">The roots before.</param>
/// <param name="After">The roots after.</param>
/// <param name="Removed">What was removed, by place.</param>
/// <param name="Untouched">Roots of the largest subtrees of the ordered tree without a removed leaf, left to right.</param>
/// <param name="Tree">The absence tree before, as far as needed.</param>
/// <param name="Statement">The signed statement; null where it stands beside the file.</param>
public sealed record DeltaProof(
    Canonicaliser Canonicaliser, long Count, RootPair Before, RootPair After, ImmutableArray<RemovedLeaf> Removed, ImmutableArray<Sha256Digest> Untouched, PrunedPrefixTree Tree, Envelope? Statement)
{
    /// <summary>The version in the file, and its kind.</summary>
    public const string Version = "counterfoil/dataset-delta/v1";

    /// <summary>The most places of one delta.</summary>
    public const int MaxRemoved = 1 << 17;

    /// <summary>The largest file, in bytes.</summary>
    public const int MaxBytes = 256 << 20;

    static readonly CborLimits Limits = new() { Bytes = MaxBytes, Depth = 5, Items = 1 << 25 };

    /// <summary>Whether a file says that it is one: enough to choose who reads it.</summary>
    public static bool IsOne(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x78, (byte)Version.Length, .. System.Text.Encoding.ASCII.GetBytes(Version)]);

    /// <summary>Makes the proof that removes the records at some places.</summary>
    /// <param name="leaves">The set before.</param>
    /// <param name="places">The places, in any order; each holds a record.</param>
    /// <exception cref="ArgumentException">No places, too many, one twice, or one that has no record.</exception>
    public static DeltaProof Make(ICommittedLeaves leaves, IEnumerable<long> places)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        long[] ascending = [.. places.Order()];
        if (ascending.Length is 0 or > MaxRemoved) throw new ArgumentException($"1 … {MaxRemoved} places, not {ascending.Length}", nameof(places));
        for (int i = 0; i < ascending.Length; i++)
            if (ascending[i] < 0 || ascending[i] >= leaves.Count || i > 0 && ascending[i] == ascending[i - 1]) throw new ArgumentException($"place {ascending[i]} stands twice, or is not in 0 … {leaves.Count - 1}", nameof(places));
        ImmutableArray<RemovedLeaf> removed = [.. ascending.Select(p => new RemovedLeaf(p, leaves[p]))];
        foreach (var leaf in removed)
            if (leaf.Leaf == Tombstone.At(leaf.Place)) throw new ArgumentException($"place {leaf.Place} has a tombstone already", nameof(places));
        var keys = Keys(removed);
        var untouched = OrderedRevision.Untouched(leaves, ascending);
        var tree = PrunedPrefixTree.ForRemoval(leaves.Absence, keys);
        var ordered = OrderedRevision.Roots(leaves.Count, removed, untouched)!.Value;
        var verdict = tree.Remove(keys, out var absence);
        if (verdict is Verdict.Rejected { Reason: var reason }) throw new InvalidOperationException(reason.ToString());
        return new(leaves.Canonicaliser, leaves.Count, new(leaves.OrderedRoot, leaves.AbsenceRoot), new(ordered.After, absence), removed, untouched, tree, null);
    }

    /// <summary>Verifies that what the file says is removed, and nothing else, lies between the two pairs of roots.</summary>
    public Verdict Verify()
    {
        if (OrderedRevision.Roots(Count, Removed, Untouched) is not { } ordered) return Verdict.Reject(DataChecks.DeltaForm, "as many untouched subtrees as the places demand", $"{Untouched.Length}");
        if (ordered.Before != Before.Ordered) return Verdict.Reject(DataChecks.DeltaOrderedBefore, $"root {Before.Ordered}", $"root {ordered.Before}");
        if (ordered.After != After.Ordered) return Verdict.Reject(DataChecks.DeltaOrderedAfter, $"root {After.Ordered}", $"root {ordered.After}");
        if (Tree.Root != Before.Absence) return Verdict.Reject(DataChecks.DeltaAbsenceBefore, $"root {Before.Absence}", $"root {Tree.Root}");
        var verdict = Tree.Remove(Keys(Removed), out var absence);
        if (!verdict.IsAccepted) return verdict;
        return absence == After.Absence ? Verdict.Accept : Verdict.Reject(DataChecks.DeltaAbsenceAfter, $"root {After.Absence}", $"root {absence}");
    }

    /// <summary>How many occurrences of each key go.</summary>
    static Dictionary<Sha256Digest, long> Keys(ImmutableArray<RemovedLeaf> removed)
    {
        var keys = new Dictionary<Sha256Digest, long>();
        foreach (var leaf in removed)
        {
            var key = RecordLeaf.Key(leaf.Leaf);
            keys[key] = keys.GetValueOrDefault(key) + 1;
        }
        return keys;
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(9);
        writer.WriteText(Version);
        writer.WriteText(Canonicaliser.Id);
        writer.WriteInt(Count);
        foreach (var pair in (RootPair[])[Before, After])
        {
            writer.BeginArray(2);
            writer.WriteBytes(pair.Ordered.ToArray());
            writer.WriteBytes(pair.Absence.ToArray());
            writer.EndArray();
        }
        writer.BeginArray(Removed.Length);
        foreach (var leaf in Removed)
        {
            writer.BeginArray(2);
            writer.WriteInt(leaf.Place);
            writer.WriteBytes(leaf.Leaf.ToArray());
            writer.EndArray();
        }
        writer.EndArray();
        writer.BeginArray(Untouched.Length);
        foreach (var root in Untouched) writer.WriteBytes(root.ToArray());
        writer.EndArray();
        Tree.WriteTo(writer);
        if (Statement is null) writer.WriteNull();
        else Statement.WriteTo(writer);
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a file. Says nothing of what it shows.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> file, out DeltaProof? delta)
    {
        delta = null;
        var reader = new CborReader(file, Limits);
        reader.BeginArray(9, 9);
        string version = reader.ReadText(64);
        if (!reader.Failed && version != Version) reader.Fail(DataChecks.DeltaForm, Version, $"\"{version}\"");
        string id = reader.ReadText(64);
        long count = reader.ReadInt(1, long.MaxValue);
        RootPair before = ReadPair(ref reader), after = ReadPair(ref reader);
        int length = reader.BeginArray(1, MaxRemoved);
        var removed = ImmutableArray.CreateBuilder<RemovedLeaf>();
        for (int i = 0; i < length && !reader.Failed; i++)
        {
            reader.BeginArray(2, 2);
            long place = reader.ReadInt(0, count - 1);
            if (i > 0 && place <= removed[^1].Place) reader.Fail(DataChecks.DeltaForm, "places that ascend, each once", $"{place} after {removed[^1].Place}");
            removed.Add(new(place, new(reader.ReadBytes32())));
            reader.EndArray();
        }
        reader.EndArray();
        length = reader.BeginArray(0, MaxRemoved * 64);
        var untouched = ImmutableArray.CreateBuilder<Sha256Digest>();
        for (int i = 0; i < length && !reader.Failed; i++) untouched.Add(new(reader.ReadBytes32()));
        reader.EndArray();
        var tree = PrunedPrefixTree.ReadFrom(ref reader);
        var statement = reader.TryReadNull() ? null : Envelope.ReadFrom(ref reader);
        reader.EndArray();
        var verdict = reader.Finish();
        if (!verdict.IsAccepted) return verdict;
        verdict = Canonicaliser.Parse(id, out var canonicaliser);
        if (verdict.IsAccepted) delta = new(canonicaliser!, count, before, after, removed.DrainToImmutable(), untouched.DrainToImmutable(), tree!, statement);
        return verdict;
    }

    static RootPair ReadPair(ref CborReader reader)
    {
        reader.BeginArray(2, 2);
        var pair = new RootPair(new(reader.ReadBytes32()), new(reader.ReadBytes32()));
        reader.EndArray();
        return pair;
    }
}
