using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Deltas;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Auditing;

/// <summary>What was stated of a set, for a recomputation to compare with.</summary>
/// <param name="Canonicaliser">The rule that made the records.</param>
/// <param name="Records">Places in the ordered tree.</param>
/// <param name="OrderedRoot">Root of the ordered tree.</param>
/// <param name="AbsenceRoot">Root of the absence tree.</param>
/// <param name="Bytes">The sum of the records' lengths, where it was stated.</param>
public sealed record StatedFacts(Canonicaliser Canonicaliser, long Records, Sha256Digest OrderedRoot, Sha256Digest AbsenceRoot, long? Bytes)
{
    /// <summary>What a commitment states.</summary>
    public static StatedFacts Of(CommitmentResult commitment)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        return new(commitment.Canonicaliser, commitment.Records, commitment.OrderedRoot, commitment.SortedRoot, commitment.Bytes);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Records} records{(Bytes is { } bytes ? $" ({bytes} bytes)" : "")} of {Canonicaliser}, ordered root {OrderedRoot}, absence root {AbsenceRoot}";
}

/// <summary>What an audit found.</summary>
/// <param name="Verdict">Whether the source is exactly what was stated: both roots, number and bytes.</param>
/// <param name="Found">What the source as it is would be committed to.</param>
/// <param name="Differences">Each record that differs, where the committed leaves were at hand to tell.</param>
public sealed record DatasetAudit(Verdict Verdict, StatedFacts Found, ImmutableArray<Difference> Differences)
{
    /// <summary>Compares a commitment with one that was recomputed into a folder, and names what differs. Memory: what differs, so both may be of any size.</summary>
    /// <param name="stated">What was stated.</param>
    /// <param name="found">What the data as it is now was committed to.</param>
    /// <param name="committed">The committed leaves.</param>
    /// <param name="leaves">The leaves that were found.</param>
    public static DatasetAudit Compare(StatedFacts stated, StatedFacts found, ILeafSequence committed, ILeafSequence leaves)
    {
        ArgumentNullException.ThrowIfNull(stated);
        return found == stated ? new(Verdict.Accept, found, []) : new(Verdict.Reject(DataChecks.Audit, $"{stated}", $"{found}"), found, Difference.Between(committed, leaves));
    }

    /// <summary>Recomputes everything from the data, compares, and names what differs; for sets with tombstones too. Memory: 32 bytes a record, and what differs.</summary>
    /// <param name="stated">What was stated.</param>
    /// <param name="source">The data.</param>
    /// <param name="leaves">The committed leaves; without them a difference is shown but not located, and a set with tombstones cannot be recomputed.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<DatasetAudit> RunAsync(StatedFacts stated, IRecordSource source, ILeafSequence? leaves = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stated);
        ArgumentNullException.ThrowIfNull(source);
        var (hashes, bytes) = await DatasetCommitment.HashAsync(source, null, cancellation).ConfigureAwait(false);
        var ordered = new LeafManifest(leaves is null ? hashes : WithTombstones(leaves, hashes));
        var keys = new Sha256Digest[hashes.Length];
        RecordLeaf.Keys(hashes, keys);
        var found = new StatedFacts(source.Canonicaliser, ordered.Count, ordered.Root, PrefixTree.Of(keys).Root, stated.Bytes is null ? null : bytes);
        if (found == stated) return new(Verdict.Accept, found, []);
        return new(Verdict.Reject(DataChecks.Audit, $"{stated}", $"{found}"), found, leaves is null ? [] : Difference.Between(leaves, new LeafArray(hashes)));
    }

    /// <summary>Found leaves with the committed tombstones at their places: a source has nothing there.</summary>
    static Sha256Digest[] WithTombstones(ILeafSequence committed, Sha256Digest[] found)
    {
        var whole = new List<Sha256Digest>(found.Length);
        int next = 0;
        for (long place = 0; place < committed.Count; place++)
            if (committed[place] is var leaf && leaf == Tombstone.At(place)) whole.Add(leaf);
            else if (next < found.Length) whole.Add(found[next++]);
        whole.AddRange(found.AsSpan(next));
        return [.. whole];
    }
}
