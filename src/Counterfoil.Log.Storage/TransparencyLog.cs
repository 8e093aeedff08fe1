using System.Collections.Immutable;
using System.Threading.Channels;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Home;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

/// <summary>A transparency log in one folder: entries and tiles in files, the order in SQLite, one writer.</summary>
/// <remarks>
/// An append is acknowledged after four steps: entries and tiles are written, durably, behind what is committed; the index commits leaves and
/// root in one durable transaction, which is the instant of the append; the root is signed; the checkpoint is published.
/// A crash before the transaction leaves residue that is overwritten; a crash after it leaves a head that the next opening signs and
/// publishes. A root is signed only once it is committed, and the index holds one root a size, so two roots of one size are never signed.
/// Appends that arrive while a batch is being written make up the next batch (group commit).
/// </remarks>
public sealed partial class TransparencyLog : IAsyncDisposable
{
    readonly Channel<Pending> queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(16 * MaxBatch) { SingleReader = true });
    readonly NoteSigner signer;
    readonly LogFiles files;
    readonly ILogIndex index;
    readonly IDisposable? writerLock;
    readonly Task writer;
    volatile State state;

    TransparencyLog(NoteSigner signer, LogFiles files, ILogIndex index, IDisposable? writerLock)
    {
        (this.signer, this.files, this.index, this.writerLock) = (signer, files, index, writerLock);
        state = Load();
        writer = Task.Factory.StartNew(WriteBatches, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>What a home is told of a log that lives in it: the folder <c>log</c>, in the layout that <c>docs/log.md</c> describes.</summary>
    public static StoreSchema Schema { get; } = new("log", SqliteIndex.SchemaVersion);

    /// <summary>Opens the log in <paramref name="folder"/> for appending, making it where there is none. Finishes what a crash left unfinished.</summary>
    /// <param name="folder">The log's own folder.</param>
    /// <param name="signer">Signs checkpoints; its name is the log's origin. Stays the caller's to dispose, after the log.</param>
    /// <exception cref="IOException">Another process has the log open.</exception>
    /// <exception cref="InvalidDataException">The folder is another log's, or damaged: <see cref="LogCheck"/> says where.</exception>
    public static TransparencyLog Open(string folder, NoteSigner signer)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(signer);
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        var writerLock = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var index = SqliteIndex.Open(Path.Combine(folder, "index.db"), signer.Key.ToString());
            DurableFiles.FlushFolder(folder);
            return Open(signer, new DurableFiles(folder), index, writerLock);
        }
        catch
        {
            writerLock.Dispose();
            throw;
        }
    }

    internal static TransparencyLog Open(NoteSigner signer, ILogFiles files, ILogIndex index, IDisposable? writerLock)
    {
        try
        {
            return new(signer, new LogFiles(files), index, writerLock);
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>The log's name on a chain.</summary>
    public LogId Id => LogId.Of(signer.Key);

    /// <summary>The key that verifies this log's checkpoints.</summary>
    public VerifierKey Key => signer.Key;

    /// <summary>The checkpoint published last.</summary>
    public SignedCheckpoint Checkpoint => state.Published;

    /// <summary>Appends an entry, or finds it: the same bytes have one place.</summary>
    /// <param name="entry">Up to <see cref="EntryBundle.MaxEntryBytes"/> bytes; copied.</param>
    /// <param name="cancellation">Gives up waiting; the entry may be appended nonetheless.</param>
    /// <returns>The place and a checkpoint over it, after both are durable.</returns>
    /// <exception cref="IOException">The disk refused; the entry may be in the log or not, and appending it again is safe.</exception>
    public async Task<Appended> AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.Length, EntryBundle.MaxEntryBytes, nameof(entry));
        var pending = new Pending(entry.ToArray(), MerkleTree.LeafHash(entry.Span));
        try
        {
            await queue.Writer.WriteAsync(pending, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(TransparencyLog));
        }
        return await pending.Done.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The bytes of the entry at <paramref name="place"/>.</summary>
    public ReadOnlyMemory<byte> Read(long place)
    {
        RequirePlace(place, state.Edge.Size);
        return files.ReadEntries(place / TileId.FullWidth, (int)(place % TileId.FullWidth) + 1).Entries[^1];
    }

    /// <summary>Shows the entry at <paramref name="place"/> in the tree of <paramref name="size"/> entries, for <see cref="InclusionProof"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such entry, or no such tree yet.</exception>
    public ValueTask<ImmutableArray<Sha256Digest>> InclusionAsync(long place, long size, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, state.Edge.Size);
        RequirePlace(place, size);
        return TiledTree.InclusionAsync(files, place, size, cancellation);
    }

    /// <summary>Everything a stranger needs to see that the log holds the entry at <paramref name="place"/>, under the checkpoint published last.</summary>
    public async ValueTask<EntryProof> ProveAsync(long place, CancellationToken cancellation = default)
    {
        var published = state.Published;
        RequirePlace(place, published.Checkpoint.Size);
        return new(place, await TiledTree.InclusionAsync(files, place, published.Checkpoint.Size, cancellation).ConfigureAwait(false), published.Note);
    }

    /// <summary>Shows that the tree of <paramref name="newSize"/> entries is that of <paramref name="oldSize"/> with entries appended, for <see cref="ConsistencyProof"/>.</summary>
    public ValueTask<ImmutableArray<Sha256Digest>> ConsistencyAsync(long oldSize, long newSize, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(newSize, state.Edge.Size);
        return TiledTree.ConsistencyAsync(files, oldSize, newSize, cancellation);
    }

    /// <summary>A tile as tlog-tiles serves it, or null where the published tree does not have it that wide.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> TileAsync(TileId tile, CancellationToken cancellation = default)
    {
        long size = state.Edge.Size;
        if (tile.Level is < 0 or >= TileId.MaxLevels || tile.Index < 0 || (size >> (TileId.Height * tile.Level)) / TileId.FullWidth < tile.Index) return null;
        long width = (size >> (TileId.Height * tile.Level)) - tile.Index * TileId.FullWidth;
        if (tile.Width < 1 || tile.Width > width) return null;
        return await files.ReadAsync(tile, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits for appends under way, then closes the log and lets another writer in.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!queue.Writer.TryComplete()) return;
        await writer.ConfigureAwait(false);
        index.Dispose();
        if (writerLock is not null) writerLock.Dispose();
    }

    static void RequirePlace(long place, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, size);
    }

    sealed record Pending(byte[] Entry, Sha256Digest LeafHash)
    {
        public TaskCompletionSource<Appended> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <param name="Edge">The tree committed and published.</param>
    /// <param name="BundleEnd">Where in the last, partial bundle its entries end, in bytes.</param>
    /// <param name="Published">The checkpoint over that tree.</param>
    sealed record State(TreeEdge Edge, int BundleEnd, SignedCheckpoint Published);
}
