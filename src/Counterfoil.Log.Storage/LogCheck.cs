using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

/// <summary>The checks that <see cref="LogCheck"/> makes.</summary>
public static class LogStorageChecks
{
    /// <summary>Every committed entry can be read.</summary>
    public static readonly Check Entries = new("log.fsck.entries");

    /// <summary>Every tile holds the hashes that follow from the entries.</summary>
    public static readonly Check Tiles = new("log.fsck.tiles");

    /// <summary>Every entry has one place, the table of places says the same, and SQLite finds its file whole.</summary>
    public static readonly Check Index = new("log.fsck.index");

    /// <summary>Every root ever committed is the root of that many entries.</summary>
    public static readonly Check Roots = new("log.fsck.roots");

    /// <summary>The published checkpoint is signed by the log and commits to a tree of the index.</summary>
    public static readonly Check Checkpoint = new("log.fsck.checkpoint");
}

/// <summary>What a check of a whole log found.</summary>
/// <param name="Size">Entries committed.</param>
/// <param name="Root">Root recomputed from the entries.</param>
/// <param name="Findings">Everything that does not hold, at most <see cref="LogCheck.MaxFindings"/>; empty for a sound log.</param>
public sealed record LogReport(long Size, Sha256Digest Root, IReadOnlyList<Reason> Findings)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsSound => Findings.Count == 0;
}

/// <summary>Recomputes a log from its entries and compares everything that follows from them. Reads only; the log may be open.</summary>
public static class LogCheck
{
    /// <summary>Where a report stops: a log this damaged needs no longer list.</summary>
    public const int MaxFindings = 1000;

    /// <summary>Checks the log in <paramref name="folder"/> that signs with <paramref name="key"/>.</summary>
    /// <param name="folder">The log's own folder.</param>
    /// <param name="key">Its key.</param>
    /// <param name="progress">Hears how many entries were gone through, and how many there are.</param>
    /// <param name="shown">A checkpoint that was shown to others, whoever cosigned it: it too must be signed by the log and commit to a tree of the index.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<LogReport> RunAsync(string folder, VerifierKey key, Action<long, long>? progress = null, ReadOnlyMemory<byte>? shown = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var files = new LogFiles(new OverlaidFiles(new DurableFiles(Path.GetFullPath(folder))));
        var note = files.ReadCheckpoint(); // before the index, which may move on meanwhile but not back
        using var index = SqliteIndex.Open(Path.Combine(folder, "index.db"), key.ToString(), readOnly: true);
        using var known = LeafPlaces.OpenToRead(Path.Combine(folder, "places")); // of an open log, or after a crash, nobody trusts it
        var walk = new LogWalk(index.Heads(), progress, cancellation);
        try
        {
            files.Again(index.Unsettled(), walk.Size); // what the next opening would write again is checked as if it were
        }
        catch (InvalidDataException e)
        {
            walk.Find(LogStorageChecks.Entries, $"{walk.Size} entries in files and unsettled batches", e.Message);
        }
        var candidates = new List<long>();
        bool whole = await walk.RunAsync(files, (tile, count) => new(files.ReadEntries(tile, count).Entries), (leafHash, place) =>
        {
            if (known is null || place >= known.Count) return default;
            candidates.Clear();
            known.Find(leafHash, candidates);
            if (!candidates.Contains(place)) walk.Find(LogStorageChecks.Index, $"{leafHash} at {place}", "another place, or none");
            return default;
        }).ConfigureAwait(false);
        if (whole)
        {
            if (known is not null && known.Count > walk.Size) walk.Find(LogStorageChecks.Index, $"{walk.Size} places", $"{known.Count}");
            string integrity = index.Inspect();
            if (integrity != "ok") walk.Find(LogStorageChecks.Index, "ok", integrity);
            walk.Compare(note, key);
            if (shown is { } other) walk.CompareShown(other.Span, key);
        }
        return walk.Report;
    }
}
