using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Http.Reading;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Tiles;
using Counterfoil.Log.Witnesses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterfoil.Tests.Log;

/// <summary>A log over HTTP: what a server owes its readers and writers, and what a reader does not believe.</summary>
public sealed class LogHttpTests : IAsyncLifetime
{
    readonly Logbook book = new();
    readonly HttpClient http = new();
    readonly string token = WriterTokens.Make();
    TransparencyLog log = null!;
    LogHost host = null!;

    public async ValueTask InitializeAsync()
    {
        log = book.Open();
        await log.AppendAsync(Enumerable.Range(0, 700).Select(i => (ReadOnlyMemory<byte>)Logbook.Entry(0, i)).ToList());
        host = await LogHost.ServeLogAsync(log, tokens: new WriterTokens(token));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await log.DisposeAsync();
        http.Dispose();
        book.Dispose();
    }

    LogClient Client(SignedCheckpoint? known = null) => new(http, host.Address, TrustPolicy.Of(log.Key), TimeProvider.System, known);

    Task<HttpResponseMessage> Get(string path) => http.GetAsync(new Uri(host.Address, path));

    Task<HttpResponseMessage> Add(byte[] body, string type = "application/octet-stream", string? asWriter = null, string query = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "add" + query)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Authorization = new("Bearer", asWriter ?? token);
        return http.SendAsync(request);
    }

    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    [Fact]
    public async Task The_checkpoint_is_served_fresh_and_tiles_for_good()
    {
        var checkpoint = await Get("checkpoint");
        Assert.Equal("text/plain", checkpoint.Content.Headers.ContentType!.MediaType);
        Assert.True(checkpoint.Headers.CacheControl!.NoCache);
        Assert.Equal(log.Checkpoint.Note.ToArray(), await checkpoint.Content.ReadAsByteArrayAsync());
        foreach (string path in (string[])["tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/001", "tile/entries/002.p/188"])
        {
            var tile = await Get(path);
            Assert.Equal((HttpStatusCode.OK, "application/octet-stream"), (tile.StatusCode, tile.Content.Headers.ContentType!.MediaType));
            Assert.True(tile.Headers.CacheControl!.MaxAge > TimeSpan.FromDays(300));
        }
        Assert.Equal(8192, (await (await Get("tile/0/000")).Content.ReadAsByteArrayAsync()).Length);
    }

    [Theory]
    [InlineData("tile/0/003")]
    [InlineData("tile/0/002")] // not full yet
    [InlineData("tile/0/002.p/189")]
    [InlineData("tile/1/000")]
    [InlineData("tile/2/000.p/1")]
    [InlineData("tile/entries/002")]
    [InlineData("tile/0/0")]
    [InlineData("tile/00/000")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/64/000")]
    [InlineData("tile/63/000")]
    [InlineData("tile/7/000.p/1")]
    [InlineData("tile/0/x000/000")] // a group too many
    [InlineData("tile/0/-01")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/x072/x057/x594/x037/x927/935")] // times 256, one below 2^64
    [InlineData("tile/0/x009/x223/x372/x036/x854/x775/807")] // 2^63 - 1
    [InlineData("tile/0/x009/x223/x372/x036/x854/x775/808")]
    [InlineData("tile/entries/x999/x999/x999/x999/x999/x999/999.p/1")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/0/..%2F..%2Findex.db")]
    [InlineData("index.db")]
    public async Task What_the_tree_does_not_have_is_not_there(string path) => Assert.Equal(HttpStatusCode.NotFound, (await Get(path)).StatusCode);

    [Fact]
    public async Task Entries_are_compressed_for_who_asks()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, "tile/entries/000"));
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        var response = await http.SendAsync(request);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        using var plain = new System.IO.Compression.GZipStream(await response.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        await plain.CopyToAsync(bytes);
        Assert.True(EntryBundle.Decode(bytes.ToArray(), 256, out var entries).IsAccepted);
        Assert.Equal(Logbook.Entry(0, 17), entries[17].ToArray());
    }

    [Fact]
    public async Task A_writer_is_told_the_place_and_a_proof_that_anyone_can_check()
    {
        byte[] entry = "a new entry"u8.ToArray();
        var answer = (await (await Add(entry, query: "?proof")).Content.ReadFromJsonAsync<AddAnswer>())!;
        var added = Assert.Single(answer.Entries);
        Assert.Equal((700, false), (added.Index, added.Known));
        Assert.True(EntryProof.Parse(Encoding.UTF8.GetBytes(added.Proof!), out var proof).IsAccepted);
        Assert.True(proof!.Verify(entry, [log.Key], out _).IsAccepted);
        Assert.Equal(answer.Checkpoint, Encoding.UTF8.GetString(proof.Note.Span));

        var again = Assert.Single((await (await Add(entry)).Content.ReadFromJsonAsync<AddAnswer>())!.Entries);
        Assert.Equal((700, true, null), (again.Index, again.Known, again.Proof)); // first place
    }

    [Fact]
    public async Task Several_entries_come_at_once()
    {
        using var body = new MemoryStream();
        foreach (int i in (int[])[1000, 3, 1001, 1000]) EntryBundle.Append(body, Logbook.Entry(0, i));
        var answer = (await (await Add(body.ToArray(), LogEndpoints.EntriesType)).Content.ReadFromJsonAsync<AddAnswer>())!;
        Assert.Equal([(700, false), (3, true), (701, false), (700, true)], answer.Entries.Select(e => (e.Index, e.Known)));
    }

    [Fact]
    public async Task Only_writers_append_and_only_what_is_well_formed()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await Add([1], asWriter: WriterTokens.Make())).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync(new Uri(host.Address, "add"), new ByteArrayContent([1]))).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Add([1], "text/plain")).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Add(new byte[65_536])).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Add([0, 5, 1], LogEndpoints.EntriesType)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Add([], LogEndpoints.EntriesType)).StatusCode);
        Assert.Equal(700, log.Checkpoint.Checkpoint.Size);
    }

    sealed class BusyLog(ILog log) : ILog
    {
        public VerifierKey Key => log.Key;
        public SignedCheckpoint Checkpoint => log.Checkpoint;
        public Task<System.Collections.Immutable.ImmutableArray<Appended>>? TryAppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries) => null;
        public ValueTask<ReadOnlyMemory<byte>?> TileAsync(TileId tile, CancellationToken cancellation = default) => log.TileAsync(tile, cancellation);
        public ValueTask<ReadOnlyMemory<byte>?> EntriesAsync(TileId tile, CancellationToken cancellation = default) => log.EntriesAsync(tile, cancellation);
    }

    [Fact]
    public async Task A_log_with_too_much_to_do_says_when_to_come_again()
    {
        await host.DisposeAsync();
        host = await LogHost.ServeLogAsync(new BusyLog(log), tokens: new WriterTokens(token));
        var response = await Add([1]);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)), (response.StatusCode, response.Headers.RetryAfter!.Delta));
    }

    [Fact]
    public async Task What_waits_is_bounded()
    {
        var entries = Enumerable.Range(0, 1000).Select(i => (ReadOnlyMemory<byte>)Logbook.Entry(i, 0).Concat(new byte[60_000]).ToArray()).ToList();
        var accepted = new List<Task>();
        for (int i = 0; i < 100 && log.TryAppendAsync([.. entries.Select(e => (ReadOnlyMemory<byte>)e.Span.ToArray().Append((byte)i).ToArray())]) is { } task; i++) accepted.Add(task);
        Assert.True(accepted.Count < 100);
        await Task.WhenAll(accepted);
    }

    [Fact]
    public async Task A_reader_proves_entries_and_growth_from_tiles_alone()
    {
        var client = Client();
        Assert.True((await client.UpdateAsync()).Verdict.IsAccepted);
        foreach (long index in (long[])[0, 255, 256, 511, 699])
        {
            var (verdict, entry, proof) = await client.ReadEntryAsync(index);
            Assert.True(verdict.IsAccepted);
            Assert.Equal(Logbook.Entry(0, (int)index), entry.ToArray());
            Assert.True(proof!.Verify(entry.Span, [log.Key], out _).IsAccepted);
        }
        await log.AppendAsync(new byte[3]);
        var (grown, now) = await client.UpdateAsync();
        Assert.Equal((true, 701L), (grown.IsAccepted, now!.Checkpoint.Size));
    }

    /// <summary>A server of someone who has the log's key, and shows what he likes.</summary>
    async Task<(LogHost Host, Lies Lies)> Hostile()
    {
        var lies = new Lies { Checkpoint = log.Checkpoint.Note.ToArray() };
        var server = await LogHost.StartAsync(routes =>
        {
            routes.MapGet("/checkpoint", () => Results.Bytes(lies.Checkpoint));
            routes.MapGet("/tile/{**rest}", async (string rest) =>
            {
                if (lies.Hides(rest) || !TileId.Parse($"tile/{rest}", out var tile, out bool entries).IsAccepted) return Results.NotFound();
                var bytes = ((entries ? await log.EntriesAsync(tile) : await log.TileAsync(tile)) ?? throw new InvalidOperationException()).ToArray();
                return Results.Bytes(lies.Change(rest, bytes));
            });
        }, 1, null);
        return (server, lies);
    }

    sealed class Lies
    {
        public byte[] Checkpoint { get; set; } = [];
        public Func<string, bool> Hides { get; set; } = _ => false;
        public Func<string, byte[], byte[]> Change { get; set; } = (_, bytes) => bytes;
    }

    [Fact]
    public async Task A_hostile_server_is_never_believed()
    {
        var then = log.Checkpoint;
        await log.AppendAsync(new byte[1]);
        var (server, lies) = await Hostile();
        await using var _ = server;
        LogClient Of(SignedCheckpoint? known = null) => new(http, server.Address, TrustPolicy.Of(log.Key), TimeProvider.System, known);
        byte[] Signed(long size, Core.Digests.Sha256Digest root) => SignedCheckpoint.Sign(new Checkpoint(log.Key.Name, size, root), book.Signer).Note.ToArray();

        // Going back, another root for a size, another history.
        lies.Checkpoint = then.Note.ToArray();
        Refused(LogChecks.MonitorRollback, (await Of(log.Checkpoint).UpdateAsync()).Verdict);
        lies.Checkpoint = Signed(701, MerkleTree.LeafHash([9]));
        Refused(LogChecks.MonitorSplit, (await Of(log.Checkpoint).UpdateAsync()).Verdict);
        Refused(LogChecks.MonitorConsistency, (await Of(then).UpdateAsync()).Verdict);
        // Unsigned, or by another.
        lies.Checkpoint = [.. log.Checkpoint.Note.ToArray()[..^8], .. "AAAAAA=\n"u8];
        Assert.False((await Of().UpdateAsync()).Verdict.IsAccepted);

        lies.Checkpoint = log.Checkpoint.Note.ToArray();
        var client = Of();
        Assert.True((await client.UpdateAsync()).Verdict.IsAccepted);
        // A changed tile, one too short, one that is not there; a changed entry.
        lies.Change = (path, bytes) => path == "1/000.p/2" ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes;
        Refused(CoreChecks.MerkleInclusion, (await client.ProveAsync(600, MerkleTree.LeafHash(Logbook.Entry(0, 600)))).Verdict);
        lies.Change = (path, bytes) => path == "1/000.p/2" ? bytes[..^32] : bytes;
        Refused(LogChecks.Served, (await client.ProveAsync(600, MerkleTree.LeafHash(Logbook.Entry(0, 600)))).Verdict);
        lies.Change = (_, bytes) => bytes;
        lies.Hides = path => path.StartsWith("1/", StringComparison.Ordinal);
        Refused(LogChecks.Served, (await client.ProveAsync(600, MerkleTree.LeafHash(Logbook.Entry(0, 600)))).Verdict);
        lies.Hides = _ => false;
        lies.Change = (path, bytes) => path == "entries/000" ? [bytes[0], bytes[1], (byte)(bytes[2] ^ 1), .. bytes[3..]] : bytes;
        Refused(CoreChecks.MerkleInclusion, (await client.ReadEntryAsync(0)).Verdict);
        lies.Change = (path, bytes) => path == "entries/000" ? bytes[..100] : bytes;
        Refused(LogChecks.EntryBundle, (await client.ReadEntryAsync(0)).Verdict);
        // A wrong full tile is not kept: the truth is believed again.
        lies.Change = (path, bytes) => path == "0/000" ? [(byte)(bytes[0] ^ 1), .. bytes[1..]] : bytes;
        Assert.False((await client.ProveAsync(5, MerkleTree.LeafHash(Logbook.Entry(0, 5)))).Verdict.IsAccepted);
        lies.Change = (_, bytes) => bytes;
        Assert.True((await client.ProveAsync(5, MerkleTree.LeafHash(Logbook.Entry(0, 5)))).Verdict.IsAccepted);
        // A partial tile that is gone is a prefix of the full one... and without either there is nothing.
        lies.Change = (_, bytes) => new byte[9000];
        await Assert.ThrowsAsync<InvalidDataException>(() => Of().ReadAsync(new TileId(0, 0, 256)).AsTask());
    }
}
