using System.Collections.Immutable;
using System.Threading.Channels;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

/// <summary>A transparency log in one folder: entries and tiles in files, the order in SQLite, one writer.</summary>
/// <remarks>
/// An append is acknowledged after four steps: the index commits the batch's entries and root in one durable transaction, which is the instant of the
/// append; entries and tiles are written behind what was there; the root is signed; the checkpoint is published. Tiles are brought to the device
/// beside later appends; until they are, the index keeps their entries, and the next opening writes them again. A root is signed only once it is
/// committed, and the index holds one root a size, so two roots of one size are never signed. Appends that arrive while a batch is being written
/// make up the next batch (group commit): one flush for all of them.
/// </remarks>
public sealed partial class TransparencyLog : ILog, IAsyncDisposable
{
    /// <summary>The most entries of one append.</summary>
    public const int MaxTogether = 4096;

    /// <summary>Bytes of entries that may wait; above them an append that does not wait is turned away.</summary>
    public const int MaxQueuedBytes = 64 << 20;

    readonly Channel<Pending> queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(1 << 16) { SingleReader = true });
    readonly NoteSigner signer;
    readonly LogFiles files;
    readonly ILogIndex index;
    readonly IDisposable? writerLock;
    readonly LogOptions options;
    readonly string? placesPath;
    readonly List<long> candidates = [];
    readonly Task writer;
    LeafPlaces places;
    long queuedBytes, unsettledBytes, settled, settlingTo;
    Task? settling;
    volatile State state;

    TransparencyLog(NoteSigner signer, LogFiles files, ILogIndex index, IDisposable? writerLock, string? placesPath, LogOptions options)
    {
        (this.signer, this.files, this.index, this.writerLock, this.placesPath, this.options) = (signer, files, index, writerLock, placesPath, options);
        places = placesPath is null ? LeafPlaces.InMemory() : LeafPlaces.Open(placesPath);
        try
        {
            state = Load();
        }
        catch
        {
            places.Dispose();
            throw;
        }
        writer = Task.Factory.StartNew(WriteBatches, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>What a home is told of a log that lives in it: the folder <c>log</c>, in the layout that <c>docs/log.md</c> describes.</summary>
    public static StoreSchema Schema { get; } = new("log", SqliteIndex.SchemaVersion, _ => Verdict.Accept); // the index takes itself a version up when it is opened

    /// <summary>The key of the log in a folder, which nobody needs to have open.</summary>
    /// <exception cref="InvalidDataException">The folder holds no log, or a damaged one.</exception>
    public static VerifierKey KeyOf(string folder)
    {
        string path = Path.Combine(folder, "index.db");
        if (!File.Exists(path)) throw new InvalidDataException($"there is no log in {folder}");
        using var index = SqliteIndex.Open(path, null, readOnly: true);
        return VerifierKey.Parse(index.VerifierKey(), out var key).IsAccepted ? key! : throw new InvalidDataException($"the index in {folder} names no key");
    }

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
            return Open(signer, new DurableFiles(folder), index, writerLock, Path.Combine(folder, "places"));
        }
        catch
        {
            writerLock.Dispose();
            throw;
        }
    }

    internal static TransparencyLog Open(NoteSigner signer, ILogFiles files, ILogIndex index, IDisposable? writerLock, string? places = null, LogOptions? options = null)
    {
        try
        {
            return new(signer, new LogFiles(files), index, writerLock, places, options ?? new());
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
    public async Task<Appended> AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation = default) => (await AppendAsync([entry], cancellation).ConfigureAwait(false))[0];

    /// <summary>Appends entries in their order, all at one instant; of those that the log holds already, finds the place.</summary>
    /// <param name="entries">At most 4,096, each as for one; copied.</param>
    /// <param name="cancellation">Gives up waiting; the entries may be appended nonetheless.</param>
    public async Task<ImmutableArray<Appended>> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellation = default)
    {
        if (Pending.Of(entries) is not { } pending) return [];
        try
        {
            await queue.Writer.WriteAsync(pending, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(TransparencyLog));
        }
        Interlocked.Add(ref queuedBytes, pending.Bytes);
        return await pending.Done.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>As <see cref="AppendAsync(IReadOnlyList{ReadOnlyMemory{byte}}, CancellationToken)"/>, but null at once where too much waits already.</summary>
    public Task<ImmutableArray<Appended>>? TryAppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        if (Pending.Of(entries) is not { } pending) return Task.FromResult(ImmutableArray<Appended>.Empty);
        if (Interlocked.Read(ref queuedBytes) + pending.Bytes > MaxQueuedBytes || !queue.Writer.TryWrite(pending)) return null;
        Interlocked.Add(ref queuedBytes, pending.Bytes);
        return pending.Done.Task;
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
    public async ValueTask<ReadOnlyMemory<byte>?> TileAsync(TileId tile, CancellationToken cancellation = default) =>
        tile.IsIn(state.Edge.Size) ? await files.ReadAsync(tile, cancellation).ConfigureAwait(false) : default(ReadOnlyMemory<byte>?);

    /// <summary>Entries as tlog-tiles serves them: the bundle under a tile of level 0, or null where the published tree does not have it that wide.</summary>
    public ValueTask<ReadOnlyMemory<byte>?> EntriesAsync(TileId tile, CancellationToken cancellation = default) =>
        new(tile.IsIn(state.Edge.Size) ? files.ReadBundle(tile) : null);

    /// <summary>Waits for appends under way, then closes the log and lets another writer in.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!queue.Writer.TryComplete()) return;
        await writer.ConfigureAwait(false);
        try
        {
            if (settling is not null) await settling.ConfigureAwait(false);
            files.Flush();
            index.Settle(state.Edge.Size);
            places.Dispose();
        }
        catch (IOException)
        {
            // What did not settle is in the index, and the next opening writes it again.
            places.Abandon();
        }
        index.Dispose();
        if (writerLock is not null) writerLock.Dispose();
    }

    static void RequirePlace(long place, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, size);
    }

    sealed record Pending(byte[][] Entries, Sha256Digest[] LeafHashes, int Bytes)
    {
        public TaskCompletionSource<ImmutableArray<Appended>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Copies and hashes on the caller's thread; null for no entries.</summary>
        public static Pending? Of(IReadOnlyList<ReadOnlyMemory<byte>> entries)
        {
            ArgumentNullException.ThrowIfNull(entries);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Count, MaxTogether, nameof(entries));
            if (entries.Count == 0) return null;
            int bytes = 0;
            foreach (var entry in entries)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.Length, EntryBundle.MaxEntryBytes, nameof(entries));
                bytes += entry.Length + 2;
            }
            var copies = new byte[entries.Count][];
            for (int i = 0; i < copies.Length; i++) copies[i] = entries[i].ToArray();
            return new(copies, LeafHashesOf(copies), bytes);
        }

        static Sha256Digest[] LeafHashesOf(byte[][] entries)
        {
            var hashes = new Sha256Digest[entries.Length];
            int length = entries[0].Length;
            if (entries.Length >= 8 && length > 0 && entries.All(e => e.Length == length))
            {
                // Of one length they are hashed side by side.
                var together = new byte[entries.Length * length];
                for (int i = 0; i < entries.Length; i++) entries[i].CopyTo(together, i * length);
                MerkleTree.LeafHashes(together, length, hashes);
            }
            else
                for (int i = 0; i < entries.Length; i++) hashes[i] = MerkleTree.LeafHash(entries[i]);
            return hashes;
        }
    }

    /// <param name="Edge">The tree committed and published.</param>
    /// <param name="BundleEnd">Where in the last, partial bundle its entries end, in bytes.</param>
    /// <param name="Published">The checkpoint over that tree.</param>
    sealed record State(TreeEdge Edge, int BundleEnd, SignedCheckpoint Published);
}
