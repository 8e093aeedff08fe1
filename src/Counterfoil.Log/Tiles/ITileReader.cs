namespace Counterfoil.Log.Tiles;

/// <summary>Where tiles come from: a folder, an object store, a server.</summary>
public interface ITileReader
{
    /// <summary>The tile's hashes, 32 bytes each: exactly <see cref="TileId.Width"/> of them.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellation = default);
}
