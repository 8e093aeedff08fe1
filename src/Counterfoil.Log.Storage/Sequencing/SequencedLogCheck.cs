using Counterfoil.Core.Digests;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage.Sequencing;

/// <summary>The same check as <see cref="LogCheck"/>, of a log in PostgreSQL and an object store. Reads only; writers may be at work.</summary>
public static class SequencedLogCheck
{
    /// <summary>Checks the log that signs with <paramref name="key"/>.</summary>
    /// <param name="connection">Its database.</param>
    /// <param name="objects">Where tiles and checkpoint are.</param>
    /// <param name="key">Its key.</param>
    /// <param name="progress">Hears how many entries were gone through, and how many there are.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<LogReport> RunAsync(string connection, IObjectStore objects, VerifierKey key, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objects);
        var note = (await objects.ReadAsync("checkpoint", cancellation).ConfigureAwait(false))?.Bytes ?? default; // before the database, which may move on meanwhile but not back
        var sequencer = await PostgresSequencer.OpenAsync(connection, key, cancellation).ConfigureAwait(false);
        await using (sequencer.ConfigureAwait(false))
        {
            var walk = new LogWalk(await sequencer.HeadsAsync(cancellation).ConfigureAwait(false), progress, cancellation);
            var tiles = new ObjectTiles(objects);
            var leaves = sequencer.LeavesAsync(walk.Size, cancellation).GetAsyncEnumerator(cancellation);
            await using (leaves.ConfigureAwait(false))
            {
                bool whole = await walk.RunAsync(tiles, async (tile, count) => await tiles.EntriesAsync(TileId.Of(0, tile, walk.Size), cancellation).ConfigureAwait(false), async (leafHash, place) =>
                {
                    var known = await leaves.MoveNextAsync().ConfigureAwait(false) ? leaves.Current : default;
                    if (known != (leafHash, place)) walk.Find(LogStorageChecks.Index, $"{leafHash} at {place}", $"{known.LeafHash} at {known.Place}");
                }).ConfigureAwait(false);
                if (whole) walk.Compare(note.Span, key);
            }
            return walk.Report;
        }
    }
}
