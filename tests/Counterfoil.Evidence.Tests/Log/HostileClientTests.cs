using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
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

/// <summary>What strangers may cost a log that is served, and a server whoever reads it: bodies, connections, time and memory have an end.</summary>
public sealed class HostileClientTests : IAsyncLifetime
{
    readonly Logbook book = new();
    readonly HttpClient http = new();
    readonly List<IAsyncDisposable> servers = [];
    readonly string token = WriterTokens.Make();
    TransparencyLog log = null!;

    public async ValueTask InitializeAsync()
    {
        log = book.Open();
        await log.AppendAsync(Enumerable.Range(0, 300).Select(i => (ReadOnlyMemory<byte>)Logbook.Entry(0, i)).ToList());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers) await server.DisposeAsync();
        await log.DisposeAsync();
        http.Dispose();
        book.Dispose();
    }

    async Task<Uri> Serve(ILog served, ServingLimits? limits = null)
    {
        var host = await LogHost.ServeLogAsync(served, tokens: new WriterTokens(token), limits: limits);
        servers.Add(host);
        return host.Address;
    }

    /// <summary>A connection of one's own, on which anything can be said.</summary>
    static async Task<TcpClient> Connect(Uri address, string said = "")
    {
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(said), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>All that comes until the server closes.</summary>
    static async Task<string> ReadToEnd(TcpClient client)
    {
        using var bytes = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(bytes, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // It was cut off.
        }
        return Encoding.ASCII.GetString(bytes.ToArray());
    }

    [Fact]
    public async Task A_stranger_is_refused_before_his_body_is_read()
    {
        var address = await Serve(log);
        using var client = await Connect(address, $"POST /add HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {WriterTokens.Make()}\r\nContent-Type: application/octet-stream\r\nContent-Length: 60000\r\n\r\n");
        var buffer = new byte[64];
        int read = await client.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 401", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_a_length_is_read_up_to_the_limit_and_not_further()
    {
        var address = await Serve(log);
        foreach (var (type, length, status) in ((string, int, HttpStatusCode)[])[("application/octet-stream", 65_536, HttpStatusCode.RequestEntityTooLarge), (LogEndpoints.EntriesType, LogEndpoints.MaxBodyBytes + 1, HttpStatusCode.RequestEntityTooLarge), ("application/octet-stream", 65_535, HttpStatusCode.OK)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "add")) { Content = new StreamContent(new MemoryStream(new byte[length])) };
            request.Content.Headers.ContentType = new(type);
            request.Headers.TransferEncodingChunked = true;
            request.Headers.Authorization = new("Bearer", token);
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task Who_connects_and_says_nothing_or_a_byte_a_second_is_let_go_of()
    {
        var address = await Serve(log, new ServingLimits { Headers = TimeSpan.FromMilliseconds(500), Grace = TimeSpan.FromSeconds(1.1), BytesPerSecond = 1_000_000 });
        using var half = await Connect(address, "GET /checkpoint HTTP/1.1\r\nHost: ");
        using var slow = await Connect(address, $"POST /add HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/octet-stream\r\nContent-Length: 60000\r\n\r\nabc");
        string[] ends = await Task.WhenAll(ReadToEnd(half), ReadToEnd(slow));
        Assert.All(ends, end => Assert.True(end.Length == 0 || end.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), end));
        Assert.Equal(300, log.Checkpoint.Checkpoint.Size);
    }

    [Fact]
    public async Task Connections_have_a_limit_and_those_beyond_it_take_nothing_from_those_within()
    {
        var address = await Serve(log, new ServingLimits { Connections = 3 });
        var idle = new List<TcpClient>();
        for (int i = 0; i < 2; i++) idle.Add(await Connect(address, "GET /checkpoint HTTP/1.1\r\n"));
        Assert.Equal(log.Checkpoint.Note.ToArray(), await http.GetByteArrayAsync(new Uri(address, "checkpoint"), TestContext.Current.CancellationToken)); // the third, which stays
        for (int i = 0; i < 20; i++)
        {
            using var more = await Connect(address);
            Assert.Equal("", await ReadToEnd(more));
        }
        Assert.Equal(log.Checkpoint.Note.ToArray(), await http.GetByteArrayAsync(new Uri(address, "checkpoint"), TestContext.Current.CancellationToken));
        foreach (var client in idle) client.Dispose();
    }

    /// <summary>A log whose bundles come when they are let.</summary>
    sealed class SlowLog(ILog log) : ILog
    {
        int waiting;
        public TaskCompletionSource LetGo { get; } = new();
        public TaskCompletionSource Full { get; } = new();
        public VerifierKey Key => log.Key;
        public SignedCheckpoint Checkpoint => log.Checkpoint;
        public Task<System.Collections.Immutable.ImmutableArray<Appended>>? TryAppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries) => null;
        public ValueTask<ReadOnlyMemory<byte>?> TileAsync(TileId tile, CancellationToken cancellation = default) => log.TileAsync(tile, cancellation);

        public async ValueTask<ReadOnlyMemory<byte>?> EntriesAsync(TileId tile, CancellationToken cancellation = default)
        {
            if (Interlocked.Increment(ref waiting) == LogEndpoints.MaxBundles) Full.SetResult();
            await LetGo.Task;
            return await log.EntriesAsync(tile, cancellation);
        }
    }

    [Fact]
    public async Task Bundles_that_are_in_memory_at_once_have_a_limit_and_nothing_else_waits_for_them()
    {
        var slow = new SlowLog(log);
        var address = await Serve(slow);
        var bundle = new Uri(address, "tile/entries/000");
        var readers = Enumerable.Range(0, LogEndpoints.MaxBundles).Select(_ => http.GetAsync(bundle, TestContext.Current.CancellationToken)).ToList();
        await slow.Full.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        using (var refused = await http.GetAsync(bundle, TestContext.Current.CancellationToken))
            Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1), true), (refused.StatusCode, refused.Headers.RetryAfter!.Delta, refused.Headers.CacheControl!.NoStore));
        foreach (string path in (string[])["checkpoint", "tile/0/000"]) Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(address, path), TestContext.Current.CancellationToken)).StatusCode);
        slow.LetGo.SetResult();
        foreach (var answer in await Task.WhenAll(readers)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(bundle, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, gzip;q=0.1", true)]
    [InlineData("*", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("gzip;q=0, *", false)]
    [InlineData("*;q=0", false)]
    [InlineData("identity", false)]
    [InlineData("xgzip", false)]
    [InlineData("gzip;q=", false)]
    [InlineData("", false)]
    public async Task Bundles_are_compressed_for_those_alone_who_take_it(string accepts, bool compressed)
    {
        var address = await Serve(log);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "tile/entries/000"));
        if (accepts.Length > 0) request.Headers.TryAddWithoutValidation("Accept-Encoding", accepts);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(compressed, response.Content.Headers.ContentEncoding.Contains("gzip"));
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
    }

    async Task<LogClient> ReaderOf(RequestDelegate answer, HttpClient client)
    {
        var host = await LogHost.StartAsync(routes => routes.MapGet("/{**rest}", answer), 1, null);
        servers.Add(host);
        return new LogClient(client, host.Address, TrustPolicy.Of(log.Key), TimeProvider.System);
    }

    [Fact]
    public async Task A_server_that_never_ends_its_answer_is_not_waited_for_for_ever()
    {
        using var impatient = new HttpClient { Timeout = TimeSpan.FromMilliseconds(600) };
        var reader = await ReaderOf(async http =>
        {
            await http.Response.Body.WriteAsync(log.Checkpoint.Note[..10], http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }, impatient);
        var failed = await Assert.ThrowsAsync<HttpRequestException>(() => reader.UpdateAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Contains("longer than 0.6 seconds", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_swells_when_it_is_unpacked_is_read_up_to_the_limit()
    {
        using var bomb = new MemoryStream();
        using (var zipping = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
            for (int i = 0; i < 32; i++) zipping.Write(new byte[1 << 20]); // 32 MiB in a thousandth of it
        var reader = await ReaderOf(async http =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            await http.Response.Body.WriteAsync(bomb.ToArray(), http.RequestAborted);
        }, http);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => reader.UpdateAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"more than {SignedNote.MaxBytes} bytes", refused.Message, StringComparison.Ordinal);
    }
}
