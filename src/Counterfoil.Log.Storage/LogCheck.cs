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

    /// <summary>The index knows every entry at its place, and nothing else; SQLite finds its file whole.</summary>
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
    public static async Task<LogReport> RunAsync(string folder, VerifierKey key, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var files = new LogFiles(new DurableFiles(Path.GetFullPath(folder)));
        var note = files.ReadCheckpoint(); // before the index, which may move on meanwhile but not back
        using var index = SqliteIndex.Open(Path.Combine(folder, "index.db"), key.ToString(), readOnly: true);
        var findings = new List<Reason>();
        void Find(Check check, string expected, string found)
        {
            if (findings.Count < MaxFindings) findings.Add(new(check, expected, found));
        }

        var heads = index.Heads();
        long size = heads[^1].Size;
        var (edge, next) = (TreeEdge.Empty, 0);
        for (long tile = 0; tile * TileId.FullWidth <= size; tile++)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(TileId.FullWidth, size - tile * TileId.FullWidth);
            Sha256Digest[] leafHashes;
            try
            {
                leafHashes = count == 0 ? [] : [.. files.ReadEntries(tile, count).Entries.Select(e => MerkleTree.LeafHash(e.Span))];
            }
            catch (InvalidDataException e)
            {
                Find(LogStorageChecks.Entries, $"{count} entries under tile {tile}", e.Message);
                return new(size, edge.Root, findings);
            }
            for (int i = 0; i < count; i++)
            {
                long place = tile * TileId.FullWidth + i;
                if (index.Find(leafHashes[i]) is var known && known != place) Find(LogStorageChecks.Index, $"{leafHashes[i]} at {place}", known is null ? "nowhere" : $"at {known}");
            }
            // The roots that were committed while this tile filled.
            for (; next < heads.Count && heads[next].Size <= edge.Size + count; next++)
            {
                var root = edge.Append(leafHashes.AsSpan(0, (int)(heads[next].Size - edge.Size))).Edge.Root;
                if (root != heads[next].Root) Find(LogStorageChecks.Roots, $"{root} at {heads[next].Size}", $"{heads[next].Root}");
            }
            var growth = edge.Append(leafHashes);
            foreach (var write in growth.Writes) await CompareAsync(write);
            edge = growth.Edge;
        }
        var (entries, integrity) = index.Inspect();
        if (entries != size) Find(LogStorageChecks.Index, $"{size} entries", $"{entries}");
        if (integrity != "ok") Find(LogStorageChecks.Index, "ok", integrity);
        var verdict = SignedCheckpoint.Verify(note, key, out var published);
        if (verdict is Verdict.Rejected rejected) Find(LogStorageChecks.Checkpoint, "a checkpoint signed by the log", rejected.Reason.ToString());
        else if (!heads.Contains(new Head(published!.Checkpoint.Size, published.Checkpoint.Root)))
            Find(LogStorageChecks.Checkpoint, "a tree of the index", published.Checkpoint.ToString());
        return new(size, edge.Root, findings);

        async Task CompareAsync(TileWrite write)
        {
            var tile = new TileId(write.Level, write.Index, write.Start + write.Hashes.Length);
            var bytes = await files.ReadAsync(tile, cancellation);
            if (bytes.Length != tile.Width * Bytes32.Size) Find(LogStorageChecks.Tiles, $"{tile.Width} hashes in {tile.Path}", $"{bytes.Length} bytes");
            else
                for (int i = 0; i < write.Hashes.Length; i++)
                    if (new Sha256Digest(bytes.Span.Slice((write.Start + i) * Bytes32.Size, Bytes32.Size)) is var found && found != write.Hashes[i])
                        Find(LogStorageChecks.Tiles, $"{write.Hashes[i]} at {write.Start + i} of {tile.Path}", $"{found}");
        }
    }
}
