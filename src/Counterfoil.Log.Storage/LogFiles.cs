using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

/// <summary>How a log lies in files: a tile or bundle of entries is one file that grows at its end; what lies behind the committed size is residue.</summary>
/// <remarks>
/// Committed bytes are never written again, so no crash can damage them: a batch that did not commit leaves bytes that the next overwrites.
/// A partial tile of any width is a prefix of the file, which is how <see cref="TileId.Path"/> is served.
/// </remarks>
sealed class LogFiles(ILogFiles files) : ITileReader
{
    public const string CheckpointPath = "checkpoint";

    static string TilePath(int level, long index) => $"tile/{level}/{new TileId(level, index, TileId.FullWidth).IndexPath}";

    static string EntriesPath(long index) => $"tile/entries/{new TileId(0, index, TileId.FullWidth).IndexPath}";

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellation = default) =>
        new(files.Read(TilePath(tile.Level, tile.Index), tile.Width * Bytes32.Size));

    /// <summary>The first entries under a tile, and where in the file they end.</summary>
    /// <exception cref="InvalidDataException">The file does not hold them.</exception>
    public (ImmutableArray<ReadOnlyMemory<byte>> Entries, int End) ReadEntries(long tile, int count)
    {
        var verdict = EntryBundle.Read(files.Read(EntriesPath(tile), int.MaxValue), count, out var entries, out int end);
        return verdict.IsAccepted ? (entries, end) : throw new InvalidDataException($"{EntriesPath(tile)}: {verdict}");
    }

    public void Write(IReadOnlyList<FileWrite> writes) => files.Write(writes);

    public static FileWrite Entries(long tile, long offset, ReadOnlyMemory<byte> bytes) => new(EntriesPath(tile), offset, bytes);

    public static FileWrite Tile(TileWrite write)
    {
        var bytes = new byte[write.Hashes.Length * Bytes32.Size];
        for (int i = 0; i < write.Hashes.Length; i++) write.Hashes[i].CopyTo(bytes.AsSpan(i * Bytes32.Size));
        return new(TilePath(write.Level, write.Index), (long)write.Start * Bytes32.Size, bytes);
    }

    public byte[] ReadCheckpoint() => files.Read(CheckpointPath, Notes.SignedNote.MaxBytes + 1);

    public void Publish(SignedCheckpoint checkpoint) => files.Replace(CheckpointPath, checkpoint.Note.Span);
}
