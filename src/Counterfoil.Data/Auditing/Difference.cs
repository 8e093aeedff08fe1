using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Deltas;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Auditing;

/// <summary>What is different about a record.</summary>
public enum DifferenceKind
{
    /// <summary>At a committed record's place is something that was never committed.</summary>
    Altered,

    /// <summary>A committed record that is at another place.</summary>
    Moved,

    /// <summary>A committed record once more, beyond its committed places.</summary>
    Duplicated,

    /// <summary>A committed record that is nowhere.</summary>
    Missing,

    /// <summary>Something that was never committed, where no record belongs.</summary>
    Extra,
}

/// <summary>One difference between what was committed and what is there.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Place">The committed record's place; of a duplicate, the first place that holds its like. Null for an extra one.</param>
/// <param name="Position">Where it was found; null for a missing one.</param>
/// <param name="Expected">The committed leaf hash at <paramref name="Place"/>, or null.</param>
/// <param name="Found">The leaf hash at <paramref name="Position"/>, or null.</param>
public sealed record Difference(DifferenceKind Kind, long? Place, long? Position, Sha256Digest? Expected, Sha256Digest? Found)
{
    /// <summary>Every difference between two sequences, by position, missing ones by place.</summary>
    /// <remarks>
    /// Laid beside one another with the fewest changes (<see cref="Alignment"/>); what then stands alone on both sides with one hash has moved. Memory: of the sequences only what
    /// differs, so both may lie on a disk. Tombstones stand for nothing: they are passed over on both sides, and a record that became one is missing.
    /// </remarks>
    public static ImmutableArray<Difference> Between(ILeafSequence committed, ILeafSequence found)
    {
        ArgumentNullException.ThrowIfNull(committed);
        ArgumentNullException.ThrowIfNull(found);
        var (before, after) = (KeptLeaves.Of(committed), KeptLeaves.Of(found));
        return [.. Aligned(before, after).Select(d => d with { Place = d.Place is { } p ? before.PlaceOf(p) : null, Position = d.Position is { } q ? after.PlaceOf(q) : null })];
    }

    static ImmutableArray<Difference> Aligned(KeptLeaves committed, KeptLeaves found)
    {
        var steps = Alignment.Align(committed, found).Where(s => !s.Matched).ToList();
        var astray = new Dictionary<Sha256Digest, Queue<long>>(); // committed records without their like beside them
        foreach (var step in steps)
            if (step.Record >= 0)
            {
                var leaf = committed[step.Record];
                if (!astray.TryGetValue(leaf, out var places)) astray.Add(leaf, places = new());
                places.Enqueue(step.Record);
            }
        var movedFrom = new HashSet<long>();
        var movedTo = new Dictionary<long, long>();
        foreach (var step in steps)
            if (step.Position >= 0 && astray.TryGetValue(found[step.Position], out var places) && places.TryDequeue(out long place))
            {
                movedFrom.Add(place);
                movedTo.Add(step.Position, place);
            }
        var strangers = steps.Where(s => s.Position >= 0 && !movedTo.ContainsKey(s.Position)).Select(s => found[s.Position]).ToHashSet();
        var known = new Dictionary<Sha256Digest, long>(); // the first place of each
        for (long i = 0; i < committed.Count && known.Count < strangers.Count; i++)
            if (strangers.Contains(committed[i])) known.TryAdd(committed[i], i);

        var differences = ImmutableArray.CreateBuilder<Difference>();
        foreach (var step in steps)
        {
            long? lost = step.Record >= 0 && !movedFrom.Contains(step.Record) ? step.Record : null;
            Sha256Digest? leaf = step.Position >= 0 ? found[step.Position] : null;
            if (leaf is null) { }
            else if (movedTo.TryGetValue(step.Position, out long from)) differences.Add(new(DifferenceKind.Moved, from, step.Position, leaf, leaf));
            else if (known.TryGetValue(leaf.Value, out long like)) differences.Add(new(DifferenceKind.Duplicated, like, step.Position, leaf, leaf));
            else if (lost is { } place)
            {
                differences.Add(new(DifferenceKind.Altered, place, step.Position, committed[place], leaf));
                lost = null;
            }
            else differences.Add(new(DifferenceKind.Extra, null, step.Position, null, leaf));
            if (lost is { } missing) differences.Add(new(DifferenceKind.Missing, missing, null, committed[missing], null));
        }
        return differences.ToImmutable();
    }
}
