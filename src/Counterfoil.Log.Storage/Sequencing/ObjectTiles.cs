using System.Collections.Immutable;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage.Sequencing;

/// <summary>Tiles and bundles as objects under the paths of tlog-tiles: there is one for each width that a checkpoint asks for.</summary>
sealed class ObjectTiles(IObjectStore objects) : ITileReader
{
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellation = default) => await ObjectAsync(tile.Path, cancellation).ConfigureAwait(false);

    public async ValueTask<ReadOnlyMemory<byte>> BundleAsync(TileId tile, CancellationToken cancellation) => await ObjectAsync(tile.EntriesPath, cancellation).ConfigureAwait(false);

    /// <summary>The entries of a bundle.</summary>
    public async ValueTask<ImmutableArray<ReadOnlyMemory<byte>>> EntriesAsync(TileId tile, CancellationToken cancellation)
    {
        var verdict = EntryBundle.Decode(await BundleAsync(tile, cancellation).ConfigureAwait(false), tile.Width, out var entries);
        return verdict.IsAccepted ? entries : throw new InvalidDataException($"{tile.EntriesPath}: {verdict}");
    }

    async ValueTask<ReadOnlyMemory<byte>> ObjectAsync(string key, CancellationToken cancellation) =>
        (await objects.ReadAsync(key, cancellation).ConfigureAwait(false) ?? throw new InvalidDataException($"{key} is not in the bucket")).Bytes;
}
