using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

/// <summary>How a log lies in files: a tile or bundle of entries is one file that grows at its end; what lies behind the committed size is residue.</summary>
/// <remarks>
/// Bytes are written after they are committed, and what is written again is the same: no crash can damage them.
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

    /// <summary>The entries under a tile, as they are served.</summary>
    public ReadOnlyMemory<byte>? ReadBundle(TileId tile)
    {
        var bytes = files.Read(EntriesPath(tile.Index), int.MaxValue);
        return EntryBundle.Read(bytes, tile.Width, out _, out int end).IsAccepted ? bytes.AsMemory(0, end) : throw new InvalidDataException($"{EntriesPath(tile.Index)} does not hold {tile.Width} entries");
    }

    /// <summary>The leaf hash at a place, or null where the tiles do not have it.</summary>
    public Sha256Digest? LeafHash(long place)
    {
        int end = ((int)(place % TileId.FullWidth) + 1) * Bytes32.Size;
        var tile = files.Read(TilePath(0, place / TileId.FullWidth), end);
        return tile.Length == end ? new Sha256Digest(tile.AsSpan(end - Bytes32.Size)) : null;
    }

    public void Flush() => files.Flush();

    /// <summary>What a committed batch adds to tiles and bundles.</summary>
    /// <param name="growth">The tree's growth by it.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="bundleEnd">Where the last bundle ended before.</param>
    /// <param name="newBundleEnd">Where it ends after.</param>
    public static List<FileWrite> WritesOf(Growth growth, Batch batch, int bundleEnd, out int newBundleEnd)
    {
        var writes = growth.Writes.Select(Tile).ToList();
        long size = batch.Head.Size - batch.Count;
        for (int first = 0, at = 0; first < batch.Count;)
        {
            int room = (int)(TileId.FullWidth - (size + first) % TileId.FullWidth), count = Math.Min(room, batch.Count - first);
            if (!EntryBundle.Read(batch.Entries[at..], count, out _, out int bytes).IsAccepted) throw new InvalidDataException($"the batch that ends at {batch.Head.Size} is damaged");
            writes.Add(Entries((size + first) / TileId.FullWidth, bundleEnd, batch.Entries.Slice(at, bytes)));
            bundleEnd = count == room ? 0 : bundleEnd + bytes;
            (first, at) = (first + count, at + bytes);
        }
        newBundleEnd = bundleEnd;
        return writes;
    }

    /// <summary>Writes batches again whose tiles a crash may have taken, from the last tree that is on the device for certain. Gives the edge at the end, and where its bundle ends.</summary>
    /// <param name="batches">The batches, oldest first.</param>
    /// <param name="size">The tree's size, where there is no batch.</param>
    /// <exception cref="InvalidDataException">The files do not hold that tree, or a batch is not what it says.</exception>
    public (TreeEdge Edge, int BundleEnd) Again(IReadOnlyList<Batch> batches, long size)
    {
        if (batches.Count > 0) size = batches[0].Head.Size - batches[0].Count;
        var edge = TreeEdge.ReadAsync(this, size).AsTask().GetAwaiter().GetResult(); // these tiles are local files, read at once
        int partial = (int)(size % TileId.FullWidth);
        int bundleEnd = partial == 0 ? 0 : ReadEntries(size / TileId.FullWidth, partial).End;
        foreach (var batch in batches)
        {
            if (batch.Head.Size != edge.Size + batch.Count || !EntryBundle.Split(batch.Entries, batch.Count, out var entries).IsAccepted)
                throw new InvalidDataException($"the batch that ends at {batch.Head.Size} is damaged");
            var growth = edge.Append(entries.Select(e => MerkleTree.LeafHash(e.Span)).ToArray());
            files.Write(WritesOf(growth, batch, bundleEnd, out bundleEnd));
            edge = growth.Edge;
        }
        return (edge, bundleEnd);
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
