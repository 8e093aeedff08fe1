using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Log;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Storage.Sequencing;
using Counterfoil.Log.Tiles;
using Counterfoil.Tests.S3;

namespace Counterfoil.Tests.Log;

/// <summary>PostgreSQL and S3 for the tests of this class.</summary>
public sealed class SequencingServers : IAsyncLifetime
{
    internal PostgresServer Postgres { get; private set; } = null!;
    internal S3Server Bucket { get; private set; } = null!;
    int logs;

    public async ValueTask InitializeAsync() => (Postgres, Bucket) = (await PostgresServer.StartAsync(), await S3Server.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        await Bucket.DisposeAsync();
    }

    /// <summary>A schema and a bucket that nobody used yet.</summary>
    internal async Task<(string Connection, string Bucket)> FreshAsync()
    {
        int number = Interlocked.Increment(ref logs);
        await using var source = Npgsql.NpgsqlDataSource.Create(Postgres.Connection);
        await using var command = source.CreateCommand($"CREATE SCHEMA log{number}");
        await command.ExecuteNonQueryAsync();
        return ($"{Postgres.Connection};Search Path=log{number}", $"bucket{number}");
    }
}

/// <summary>A log of many writers: one order, one tree, whoever stalls, dies or fails.</summary>
public sealed class SequencedLogTests(SequencingServers servers) : IClassFixture<SequencingServers>, IAsyncLifetime
{
    readonly Logbook book = new();
    string connection = "", bucket = "";
    Amazon.S3.AmazonS3Client client = null!;

    public async ValueTask InitializeAsync()
    {
        (connection, bucket) = await servers.FreshAsync();
        client = servers.Bucket.Client(retries: 0);
    }

    public ValueTask DisposeAsync()
    {
        servers.Bucket.Fault = _ => S3Fault.None;
        client.Dispose();
        book.Dispose();
        return default;
    }

    S3Objects Objects => new(client, bucket, "log/");

    Task<SequencedLog> Open() => SequencedLog.OpenAsync(connection, Objects, book.Signer, TimeProvider.System);

    async Task<LogReport> Sound(long size)
    {
        var report = await SequencedLogCheck.RunAsync(connection, Objects, book.Signer.Key);
        Assert.Empty(report.Findings);
        Assert.Equal(size, report.Size);
        return report;
    }

    [Fact]
    public async Task Writers_in_several_places_make_one_log()
    {
        var logs = new[] { await Open(), await Open(), await Open() };
        var appended = await Task.WhenAll(logs.SelectMany((log, w) => Enumerable.Range(0, 200).Select(async i =>
            // Every third entry is one that the others append too.
            (Entry: Logbook.Entry(i % 3 == 0 ? 99 : w, i), Appended: await log.AppendAsync(Logbook.Entry(i % 3 == 0 ? 99 : w, i))))));
        var places = appended.GroupBy(a => a.Appended.Index).ToList();
        Assert.All(places, place => Assert.Single(place.Select(a => Convert.ToHexString(a.Entry)).Distinct()));
        Assert.Equal(67 + 3 * 133, places.Count);
        Assert.Equal(places.Count, appended.Count(a => !a.Appended.AlreadyPresent));
        foreach (var (entry, a) in appended)
        {
            Assert.True(a.Index < a.Checkpoint.Checkpoint.Size);
            Assert.True(SignedCheckpoint.Verify(a.Checkpoint.Note.Span, book.Signer.Key, out _).IsAccepted);
        }
        await Sound(places.Count);
        foreach (var log in logs) await log.DisposeAsync();

        // What a reader of the bucket alone sees is tlog-tiles.
        await using var again = await Open();
        var now = again.Checkpoint.Checkpoint;
        var (some, at) = appended[17];
        var path = await TiledTree.InclusionAsync(new ObjectTiles(Objects), at.Index, now.Size);
        Assert.True(InclusionProof.Verify(now.Root, now.Size, at.Index, MerkleTree.LeafHash(some), path).IsAccepted);
        var tile = TileId.Of(0, 0, now.Size);
        Assert.Equal((await again.TileAsync(tile))!.Value.ToArray()[..320], (await again.TileAsync(tile with { Width = 10 }))!.Value.ToArray());
        Assert.True(EntryBundle.Decode((await again.EntriesAsync(tile with { Width = 10 }))!.Value, 10, out _).IsAccepted);
        Assert.Null(await again.TileAsync(new TileId(0, 40, 256)));
    }

    public enum Failing { Before, After }

    /// <summary>Operations of database and bucket, of which one fails: before it happens, or after it did.</summary>
    sealed class Faults
    {
        int operations;
        public int FailAt { get; set; } = -1;
        public Failing How { get; set; }
        public int Operations => operations;

        public async Task<T> DoAsync<T>(Func<Task<T>> work)
        {
            bool fails = Interlocked.Increment(ref operations) - 1 == FailAt;
            if (fails && How == Failing.Before) throw new IOException("it failed before");
            var result = await work();
            return fails ? throw new IOException("it failed after") : result;
        }
    }

    sealed class FaultyObjects(Faults faults, IObjectStore objects) : IObjectStore
    {
        public ValueTask<StoredObject?> ReadAsync(string key, CancellationToken cancellation) => objects.ReadAsync(key, cancellation);
        public async ValueTask<bool> CreateAsync(string key, ReadOnlyMemory<byte> bytes, string contentType, string cacheControl, CancellationToken cancellation) =>
            await faults.DoAsync(() => objects.CreateAsync(key, bytes, contentType, cacheControl, cancellation).AsTask());
        public async ValueTask<bool> ReplaceAsync(string key, ReadOnlyMemory<byte> bytes, string version, string contentType, string cacheControl, CancellationToken cancellation) =>
            await faults.DoAsync(() => objects.ReplaceAsync(key, bytes, version, contentType, cacheControl, cancellation).AsTask());
    }

    sealed class FaultySequencer(Faults faults, ISequencer sequencer) : ISequencer
    {
        public Task<ImmutableArray<(long Place, bool Present)>> SequenceAsync(IReadOnlyList<(ReadOnlyMemory<byte> Entry, Sha256Digest LeafHash)> entries, CancellationToken cancellation) =>
            faults.DoAsync(() => sequencer.SequenceAsync(entries, cancellation));
        public Task<Head> HeadAsync(CancellationToken cancellation) => sequencer.HeadAsync(cancellation);
        public Task<ImmutableArray<ReadOnlyMemory<byte>>> WaitingAsync(long from, int most, CancellationToken cancellation) => sequencer.WaitingAsync(from, most, cancellation);
        public Task<bool> AdvanceAsync(Head from, Head to, CancellationToken cancellation) => faults.DoAsync(() => sequencer.AdvanceAsync(from, to, cancellation));
        public Task<IAsyncDisposable?> TryLockAsync(CancellationToken cancellation) => sequencer.TryLockAsync(cancellation);
        public ValueTask DisposeAsync() => sequencer.DisposeAsync();
    }

    async Task<SequencedLog> Open(Faults faults) =>
        await SequencedLog.OpenAsync(new FaultySequencer(faults, await PostgresSequencer.OpenAsync(connection, book.Signer.Key, default)), new FaultyObjects(faults, Objects), book.Signer, TimeProvider.System);

    static readonly int[] Batches = [254, 1, 3, 2];

    async Task AppendAll(Func<Task<SequencedLog>> open, bool reopens)
    {
        SequencedLog? log = null;
        for (int batch = 0; batch < Batches.Length; batch++)
            for (int attempt = 0, done = 0; done == 0;)
                try
                {
                    log ??= await open();
                    var entries = Enumerable.Range(0, Batches[batch]).Select(i => (ReadOnlyMemory<byte>)Logbook.Entry(batch, i)).ToList();
                    var appended = await log.TryAppendAsync(entries)!;
                    Assert.Equal(Enumerable.Range(Batches[..batch].Sum(), Batches[batch]).Select(i => (long)i), appended.Select(a => a.Index));
                    done = 1;
                }
                catch (IOException) when (++attempt < 3) // one write fails, and once
                {
                    if (reopens && log is not null)
                    {
                        await log.DisposeAsync();
                        log = null;
                    }
                }
        await log!.DisposeAsync();
    }

    [Theory]
    [InlineData(Failing.Before, false)]
    [InlineData(Failing.After, false)]
    [InlineData(Failing.Before, true)]
    [InlineData(Failing.After, true)]
    public async Task Whichever_write_fails_the_log_stays_sound_and_goes_on(Failing how, bool reopens)
    {
        var quiet = new Faults();
        await AppendAll(() => Open(quiet), reopens);
        await Sound(Batches.Sum());
        Assert.True(quiet.Operations >= 20);
        foreach (int failAt in FaultSample.Of(quiet.Operations, 3))
        {
            (connection, bucket) = await servers.FreshAsync();
            var faults = new Faults { FailAt = failAt, How = how };
            await AppendAll(() => Open(faults), reopens);
            await Sound(Batches.Sum()); // nothing lost, nothing twice
        }
    }

    /// <summary>A bucket whose next write waits until it is let go.</summary>
    sealed class StallingObjects(IObjectStore objects) : IObjectStore
    {
        public TaskCompletionSource Stalled { get; } = new();
        public TaskCompletionSource LetGo { get; } = new();
        public string? At { get; set; }

        async Task PassAsync(string key)
        {
            if (key != At) return;
            At = null;
            Stalled.SetResult();
            await LetGo.Task;
        }

        public ValueTask<StoredObject?> ReadAsync(string key, CancellationToken cancellation) => objects.ReadAsync(key, cancellation);

        public async ValueTask<bool> CreateAsync(string key, ReadOnlyMemory<byte> bytes, string contentType, string cacheControl, CancellationToken cancellation)
        {
            await PassAsync(key);
            return await objects.CreateAsync(key, bytes, contentType, cacheControl, cancellation);
        }

        public async ValueTask<bool> ReplaceAsync(string key, ReadOnlyMemory<byte> bytes, string version, string contentType, string cacheControl, CancellationToken cancellation)
        {
            await PassAsync(key);
            return await objects.ReplaceAsync(key, bytes, version, contentType, cacheControl, cancellation);
        }
    }

    /// <summary>A lock that lets everyone in: what is right does not depend on it.</summary>
    sealed class Unlocked(ISequencer sequencer) : ISequencer, IAsyncDisposable
    {
        sealed class Nothing : IAsyncDisposable
        {
            public ValueTask DisposeAsync() => default;
        }

        public Task<ImmutableArray<(long Place, bool Present)>> SequenceAsync(IReadOnlyList<(ReadOnlyMemory<byte> Entry, Sha256Digest LeafHash)> entries, CancellationToken cancellation) => sequencer.SequenceAsync(entries, cancellation);
        public Task<Head> HeadAsync(CancellationToken cancellation) => sequencer.HeadAsync(cancellation);
        public Task<ImmutableArray<ReadOnlyMemory<byte>>> WaitingAsync(long from, int most, CancellationToken cancellation) => sequencer.WaitingAsync(from, most, cancellation);
        public Task<bool> AdvanceAsync(Head from, Head to, CancellationToken cancellation) => sequencer.AdvanceAsync(from, to, cancellation);
        public Task<IAsyncDisposable?> TryLockAsync(CancellationToken cancellation) => Task.FromResult<IAsyncDisposable?>(new Nothing());
        public ValueTask DisposeAsync() => sequencer.DisposeAsync();
    }

    [Theory]
    [InlineData("tile/0/000.p/1")]
    [InlineData("checkpoint")]
    public async Task An_integrator_that_stalls_and_wakes_changes_nothing(string at)
    {
        var stalling = new StallingObjects(Objects);
        var slow = await SequencedLog.OpenAsync(new Unlocked(await PostgresSequencer.OpenAsync(connection, book.Signer.Key, default)), stalling, book.Signer, TimeProvider.System);
        stalling.At = at;
        var stalled = slow.AppendAsync(Logbook.Entry(0, 0));
        await stalling.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await using (var other = await SequencedLog.OpenAsync(new Unlocked(await PostgresSequencer.OpenAsync(connection, book.Signer.Key, default)), Objects, book.Signer, TimeProvider.System))
            for (int i = 1; i < 5; i++) await other.AppendAsync(Logbook.Entry(0, i));
        var published = (await Objects.ReadAsync("checkpoint"))!.Bytes.ToArray();
        stalling.LetGo.SetResult();
        try
        {
            await stalled;
        }
        catch (InvalidDataException)
        {
            // It found that the log had gone on without it.
        }
        Assert.Equal(published, (await Objects.ReadAsync("checkpoint"))!.Bytes.ToArray()); // never back
        await slow.DisposeAsync();
        await Sound(5);
        await using var again = await Open();
        Assert.Equal((0L, true), await again.AppendAsync(Logbook.Entry(0, 0)) is var a ? (a.Index, a.AlreadyPresent) : default);
    }

    [Fact]
    public async Task A_database_older_than_the_published_checkpoint_is_not_opened_and_other_keys_are_not_either()
    {
        await using (var log = await Open()) await log.AppendAsync(new byte[1]);
        using var other = Core.Signing.Signer.FromSeed(Core.Signing.SignatureAlgorithm.Ed25519, new byte[32]);
        await Assert.ThrowsAsync<InvalidDataException>(() => SequencedLog.OpenAsync(connection, Objects, new("test.example/log", other), TimeProvider.System));
        (connection, _) = await servers.FreshAsync();
        await Assert.ThrowsAsync<InvalidDataException>(Open);
    }

    [Theory]
    [InlineData("log/tile/0/000", "log.fsck.tiles")]
    [InlineData("log/tile/1/000.p/1", "log.fsck.tiles")]
    [InlineData("log/tile/entries/001.p/44", "log.fsck.tiles")]
    [InlineData("log/checkpoint", "log.fsck.checkpoint")]
    public async Task A_changed_byte_of_an_object_is_found(string key, string check)
    {
        await using (var log = await Open()) await log.TryAppendAsync([.. Enumerable.Range(0, 300).Select(i => (ReadOnlyMemory<byte>)Logbook.Entry(0, i))])!;
        await Sound(300);
        byte[] bytes = [.. servers.Bucket.Get(bucket, key)!];
        bytes[20] ^= 1;
        servers.Bucket.Put(bucket, key, bytes);
        Assert.Contains((await SequencedLogCheck.RunAsync(connection, Objects, book.Signer.Key)).Findings, f => f.Check.Id == check);
    }

    [Fact]
    public async Task An_answer_that_is_lost_is_asked_for_again_and_nothing_is_made_twice()
    {
        using var patient = servers.Bucket.Client();
        int cut = 0;
        servers.Bucket.Fault = request => request.Method == "PUT" && request.Path.StartsWithSegments($"/{bucket}") && cut++ % 2 == 0 ? S3Fault.CutAnswer : S3Fault.None;
        await using (var log = await SequencedLog.OpenAsync(connection, new S3Objects(patient, bucket, "log/"), book.Signer, TimeProvider.System))
            for (int i = 0; i < 3; i++) Assert.Equal(i, (await log.AppendAsync(Logbook.Entry(0, i))).Index);
        Assert.True(cut > 6);
        await Sound(3);
    }

    [Fact]
    public async Task A_bucket_that_fails_is_an_error_to_who_appends_and_nothing_is_lost()
    {
        await using var log = await Open();
        servers.Bucket.Fault = request => request.Method == "PUT" && request.Path.StartsWithSegments($"/{bucket}") ? S3Fault.Unavailable : S3Fault.None;
        await Assert.ThrowsAsync<IOException>(() => log.AppendAsync(Logbook.Entry(0, 0)));
        servers.Bucket.Fault = _ => S3Fault.None;
        Assert.Equal(0, (await log.AppendAsync(Logbook.Entry(0, 0))).Index);
        await Sound(1);
    }
}
