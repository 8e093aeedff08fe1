using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

/// <summary>Goes through a log from its first entry to its last, wherever it lies, and holds tiles and roots to what follows from the entries.</summary>
sealed class LogWalk(List<Head> heads, Action<long, long>? progress, CancellationToken cancellation)
{
    readonly List<Reason> findings = [];
    TreeEdge edge = TreeEdge.Empty;

    public long Size => heads[^1].Size;

    public LogReport Report => new(Size, edge.Root, findings);

    public void Find(Check check, string expected, string found)
    {
        if (findings.Count < LogCheck.MaxFindings) findings.Add(new(check, expected, found));
    }

    /// <summary>Goes through all entries; false where some cannot be read, and what follows from them is not known.</summary>
    /// <param name="tiles">The tiles, each as wide as the largest tree has it.</param>
    /// <param name="entries">The first entries under a tile; throws <see cref="InvalidDataException"/> where they are not there.</param>
    /// <param name="each">What else is to be held to a leaf hash and its place.</param>
    public async Task<bool> RunAsync(ITileReader tiles, Func<long, int, ValueTask<ImmutableArray<ReadOnlyMemory<byte>>>> entries, Func<Sha256Digest, long, ValueTask> each)
    {
        using var seen = LeafPlaces.InMemory();
        var (all, candidates, next) = (new List<Sha256Digest>(), new List<long>(), 0);
        for (long tile = 0; tile * TileId.FullWidth <= Size; tile++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(tile * TileId.FullWidth, Size);
            int count = (int)Math.Min(TileId.FullWidth, Size - tile * TileId.FullWidth);
            Sha256Digest[] leafHashes;
            try
            {
                leafHashes = count == 0 ? [] : [.. (await entries(tile, count).ConfigureAwait(false)).Select(e => MerkleTree.LeafHash(e.Span))];
            }
            catch (InvalidDataException e)
            {
                Find(LogStorageChecks.Entries, $"{count} entries under tile {tile}", e.Message);
                return false;
            }
            for (int i = 0; i < count; i++)
            {
                candidates.Clear();
                seen.Find(leafHashes[i], candidates);
                foreach (long place in candidates)
                    if (all[(int)place] == leafHashes[i]) Find(LogStorageChecks.Index, $"{leafHashes[i]} at {place} alone", $"at {tile * TileId.FullWidth + i} too");
                seen.Add(leafHashes[i]);
                all.Add(leafHashes[i]);
                await each(leafHashes[i], tile * TileId.FullWidth + i).ConfigureAwait(false);
            }
            // The roots that were committed while this tile filled.
            for (; next < heads.Count && heads[next].Size <= edge.Size + count; next++)
            {
                var root = edge.Append(leafHashes.AsSpan(0, (int)(heads[next].Size - edge.Size))).Edge.Root;
                if (root != heads[next].Root) Find(LogStorageChecks.Roots, $"{root} at {heads[next].Size}", $"{heads[next].Root}");
            }
            var growth = edge.Append(leafHashes);
            foreach (var write in growth.Writes) await CompareAsync(tiles, write).ConfigureAwait(false);
            edge = growth.Edge;
        }
        return true;
    }

    /// <summary>Holds the published checkpoint to the trees that were committed.</summary>
    public void Compare(ReadOnlySpan<byte> note, VerifierKey key) => Compare(SignedCheckpoint.Verify(note, key, out var published), published);

    /// <summary>Does the same with one that others have cosigned.</summary>
    public void CompareShown(ReadOnlySpan<byte> note, VerifierKey key) => Compare(SignedCheckpoint.VerifyFrom(note, key, out var shown), shown);

    void Compare(Verdict verdict, SignedCheckpoint? published)
    {
        if (verdict is Verdict.Rejected rejected) Find(LogStorageChecks.Checkpoint, "a checkpoint signed by the log", rejected.Reason.ToString());
        else if (!heads.Contains(new Head(published!.Checkpoint.Size, published.Checkpoint.Root))) Find(LogStorageChecks.Checkpoint, "a tree of the index", published.Checkpoint.ToString());
    }

    async Task CompareAsync(ITileReader tiles, TileWrite write)
    {
        // As wide as the largest tree has it: there is no narrower one for certain.
        var tile = TileId.Of(write.Level, write.Index, Size);
        ReadOnlyMemory<byte> bytes;
        try
        {
            bytes = await tiles.ReadAsync(tile, cancellation).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            Find(LogStorageChecks.Tiles, $"{tile.Width} hashes in {tile.Path}", e.Message);
            return;
        }
        if (bytes.Length != tile.Width * Bytes32.Size) Find(LogStorageChecks.Tiles, $"{tile.Width} hashes in {tile.Path}", $"{bytes.Length} bytes");
        else
            for (int i = 0; i < write.Hashes.Length; i++)
                if (new Sha256Digest(bytes.Span.Slice((write.Start + i) * Bytes32.Size, Bytes32.Size)) is var found && found != write.Hashes[i])
                    Find(LogStorageChecks.Tiles, $"{write.Hashes[i]} at {write.Start + i} of {tile.Path}", $"{found}");
    }
}
