using System.Collections.Immutable;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

/// <summary>A log that is served: what a face of it, its witnesses and its anchors need, wherever it lies.</summary>
public interface ILog
{
    /// <summary>The key that verifies the log's checkpoints.</summary>
    VerifierKey Key { get; }

    /// <summary>The checkpoint published last, signed by the log alone.</summary>
    SignedCheckpoint Checkpoint { get; }

    /// <summary>Appends entries in their order, and finds the places of those that are there; null at once where too much waits already.</summary>
    /// <returns>After all of it is durable and published.</returns>
    Task<ImmutableArray<Appended>>? TryAppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries);

    /// <summary>A tile as tlog-tiles serves it, or null where the published tree does not have it that wide.</summary>
    ValueTask<ReadOnlyMemory<byte>?> TileAsync(TileId tile, CancellationToken cancellation = default);

    /// <summary>A bundle of entries as tlog-tiles serves it, or null where the published tree does not have it that wide.</summary>
    ValueTask<ReadOnlyMemory<byte>?> EntriesAsync(TileId tile, CancellationToken cancellation = default);
}

/// <summary>How a log in a folder works.</summary>
sealed record LogOptions
{
    /// <summary>Bytes of entries after which their tiles are brought to the device beside the appends; 0 does it after every batch, before the next.</summary>
    public int SettleBytes { get; init; } = 32 << 20;
}
