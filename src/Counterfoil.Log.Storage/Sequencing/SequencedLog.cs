using System.Collections.Immutable;
using System.Threading.Channels;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage.Sequencing;

/// <summary>A transparency log of many writers: PostgreSQL gives entries their places, an object store has the tiles, under the paths of tlog-tiles.</summary>
/// <remarks>
/// Any number of processes append. An entry has its place, durably, before anything else happens; from then on every tile follows, so that whoever
/// integrates writes the same bytes under the same key, and a writer that stalled and wakes can do no harm: objects are made where there is none, never replaced.
/// The tree goes from size to size by comparing and inserting in one transaction; the object <c>checkpoint</c> is replaced only in place of the version that was read, and
/// only by a larger one. One integrator works at a time, by a lock that its crash releases; what is right does not depend on it.
/// </remarks>
public sealed partial class SequencedLog : ILog, IAsyncDisposable
{
    const int MaxBatch = 4096;

    readonly NoteSigner signer;
    readonly ISequencer sequencer;
    readonly IObjectStore objects;
    readonly TimeProvider time;
    readonly Channel<Request> queue = Channel.CreateBounded<Request>(new BoundedChannelOptions(1 << 14) { SingleReader = true });
    readonly CancellationTokenSource closing = new();
    readonly List<(Request Request, ImmutableArray<(long Place, bool Present)> Places)> waiting = [];
    readonly SemaphoreSlim news = new(0);
    readonly Task sequencing, integrating;
    long queuedBytes;
    volatile SignedCheckpoint published;
    TreeEdge edge;
    ReadOnlyMemory<byte> lastBundle;

    sealed record Request(ImmutableArray<(ReadOnlyMemory<byte> Entry, Sha256Digest LeafHash)> Entries, int Bytes)
    {
        public TaskCompletionSource<ImmutableArray<Appended>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    SequencedLog(NoteSigner signer, ISequencer sequencer, IObjectStore objects, TimeProvider time, SignedCheckpoint published)
    {
        (this.signer, this.sequencer, this.objects, this.time, this.published, edge) = (signer, sequencer, objects, time, published, TreeEdge.Empty);
        sequencing = Task.Run(SequenceAsync);
        integrating = Task.Run(IntegrateAsync);
    }

    /// <summary>Opens the log that signs with <paramref name="signer"/>, making it where there is none.</summary>
    /// <param name="connection">PostgreSQL, in Npgsql's words.</param>
    /// <param name="objects">Where tiles and checkpoint are.</param>
    /// <param name="signer">Signs checkpoints, in every process with the same key; stays the caller's.</param>
    /// <param name="time">The clock between two looks.</param>
    /// <param name="cancellation">Stops opening.</param>
    /// <exception cref="InvalidDataException">Database or bucket is another log's; or the database is older than the checkpoint that was published.</exception>
    public static async Task<SequencedLog> OpenAsync(string connection, IObjectStore objects, NoteSigner signer, TimeProvider time, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return await OpenAsync(await PostgresSequencer.OpenAsync(connection, signer.Key, cancellation).ConfigureAwait(false), objects, signer, time, cancellation).ConfigureAwait(false);
    }

    internal static async Task<SequencedLog> OpenAsync(ISequencer sequencer, IObjectStore objects, NoteSigner signer, TimeProvider time, CancellationToken cancellation = default)
    {
        try
        {
            var head = await sequencer.HeadAsync(cancellation).ConfigureAwait(false);
            return new(signer, sequencer, objects, time, await PublishAsync(objects, signer, head, cancellation).ConfigureAwait(false));
        }
        catch
        {
            await sequencer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public VerifierKey Key => signer.Key;

    /// <inheritdoc/>
    public SignedCheckpoint Checkpoint => published;

    /// <summary>Appends an entry, or finds it: the same bytes have one place.</summary>
    /// <exception cref="IOException">The entry may be in the log or not, and appending it again is safe.</exception>
    public async Task<Appended> AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellation = default)
    {
        while (true)
        {
            if (TryAppendAsync([entry]) is { } appending) return (await appending.WaitAsync(cancellation).ConfigureAwait(false))[0];
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Appended>>? TryAppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Count, TransparencyLog.MaxTogether, nameof(entries));
        if (entries.Count == 0) return Task.FromResult(ImmutableArray<Appended>.Empty);
        foreach (var entry in entries) ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.Length, EntryBundle.MaxEntryBytes, nameof(entries));
        int bytes = entries.Sum(e => e.Length + 2);
        if (Interlocked.Read(ref queuedBytes) + bytes > TransparencyLog.MaxQueuedBytes) return null;
        var request = new Request([.. entries.Select(e => ((ReadOnlyMemory<byte>)e.ToArray(), MerkleTree.LeafHash(e.Span)))], bytes);
        ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, this);
        if (!queue.Writer.TryWrite(request)) return null;
        Interlocked.Add(ref queuedBytes, bytes);
        return request.Done.Task;
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> TileAsync(TileId tile, CancellationToken cancellation = default)
    {
        long size = published.Checkpoint.Size;
        if (!tile.IsIn(size)) return null;
        var bytes = await new ObjectTiles(objects).ReadAsync(TileId.Of(tile.Level, tile.Index, size), cancellation).ConfigureAwait(false);
        return bytes.Length >= tile.Width * Bytes32.Size ? bytes[..(tile.Width * Bytes32.Size)] : throw new InvalidDataException($"{tile.Path} is too short");
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> EntriesAsync(TileId tile, CancellationToken cancellation = default)
    {
        long size = published.Checkpoint.Size;
        if (tile.Level != 0 || !tile.IsIn(size)) return null;
        var bytes = await new ObjectTiles(objects).BundleAsync(TileId.Of(0, tile.Index, size), cancellation).ConfigureAwait(false);
        return EntryBundle.Read(bytes, tile.Width, out _, out int end).IsAccepted ? bytes[..end] : throw new InvalidDataException($"{tile.EntriesPath} does not hold {tile.Width} entries");
    }

    /// <summary>Stops taking entries. What has its place already is integrated by whoever runs next.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!queue.Writer.TryComplete()) return;
        await sequencing.ConfigureAwait(false);
        await closing.CancelAsync().ConfigureAwait(false);
        await integrating.ConfigureAwait(false);
        foreach (var (request, _) in waiting) request.Done.TrySetException(new ObjectDisposedException(nameof(SequencedLog)));
        await sequencer.DisposeAsync().ConfigureAwait(false);
        closing.Dispose();
        news.Dispose();
    }
}
