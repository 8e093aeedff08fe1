using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Node.Serving;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Models;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Story.Tests;

/// <summary>The server speaks the Open Inference Protocol v2 as its specification says, and never sends an answer without the proof that was not waived.</summary>
public sealed class ServingTests : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-serving-").FullName;
    readonly HttpClient http = new();
    readonly StringBuilder log = new();
    ModelFolder model = null!;
    InferenceHost host = null!;

    public async ValueTask InitializeAsync()
    {
        model = Register("net", PrivacyProfile.PublicWeights);
        host = await StartAsync(model);
        http.BaseAddress = host.Address;
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        model.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    ModelFolder Register(string name, PrivacyProfile profile, int budget = 2)
    {
        Assert.True(Quantiser.Quantise(SmallNetwork.Model, [.. Enumerable.Range(10, 6).Select(SmallNetwork.Input)], new QuantiserOptions(), out var integers, out var report).IsAccepted);
        Assert.Equal(Verdict.Accept, ModelFolder.Create(Path.Combine(folder, name), name, SourceModel.Of(SmallNetwork.Model, integers!, report!), new RegistrationOptions { Profile = profile, Budget = budget }, out var created));
        return created!;
    }

    Task<InferenceHost> StartAsync(ModelFolder served, int waiting = 16) => InferenceHost.StartAsync(served, new ServingOptions
    {
        Waiting = waiting, Logging = logging => logging.ClearProviders().AddProvider(new Lines(log)).AddFilter("Microsoft", LogLevel.Warning),
    });

    static string Body(string? id = "42", string parameters = "", string? data = null, string shape = "[1, 1, 8, 8]", string datatype = "FP32", string name = "input", string outputs = "") =>
        $$"""{ {{(id is null ? "" : $"\"id\": \"{id}\",")}} {{parameters}} "inputs": [ { "name": "{{name}}", "shape": {{shape}}, "datatype": "{{datatype}}", "data": {{data ?? SmallNetwork.Json(SmallNetwork.Input(1))}} } ]{{outputs}} }""";

    async Task<(int Status, JsonElement Body)> Post(string body, string path = "v2/models/net/infer", HttpClient? by = null)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await (by ?? http).PostAsync(new Uri(path, UriKind.Relative), content);
        return ((int)response.StatusCode, await Read(response));
    }

    async Task<(int Status, JsonElement Body)> Get(string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)response.StatusCode, await Read(response));
    }

    static async Task<JsonElement> Read(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return document.RootElement.Clone();
    }

    string Id => model.Published.Model.Id.ToString();

    [Fact]
    public async Task It_says_what_it_is_and_what_it_serves()
    {
        var (status, server) = await Get("v2");
        Assert.Equal((200, "counterfoil"), (status, server.GetProperty("name").GetString()));
        Assert.Equal(["binary_tensor_data", "counterfoil_proof"], server.GetProperty("extensions").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(200, (await Get("v2/")).Status);
        Assert.True((await Get("v2/health/live")).Body.GetProperty("live").GetBoolean());
        Assert.Equal(200, (await Get("v2/health/ready")).Status);
        foreach (string path in (string[])["v2/models/net", $"v2/models/net/versions/{Id}"])
        {
            (status, var metadata) = await Get(path);
            Assert.Equal((200, "net"), (status, metadata.GetProperty("name").GetString()));
            Assert.Equal([Id], metadata.GetProperty("versions").EnumerateArray().Select(v => v.GetString()));
            var input = Assert.Single(metadata.GetProperty("inputs").EnumerateArray());
            Assert.Equal("""{"name":"input","datatype":"FP32","shape":[1,1,8,8]}""", input.GetRawText());
            Assert.Equal("""{"name":"output","datatype":"FP32","shape":[1,4]}""", Assert.Single(metadata.GetProperty("outputs").EnumerateArray()).GetRawText());
            Assert.Equal("""{"name":"net","ready":true}""", (await Get(path + "/ready")).Body.GetRawText());
        }
        Assert.Equal(model.Published.Encode(), await http.GetByteArrayAsync(new Uri("v2/models/net/published", UriKind.Relative)));
    }

    [Fact]
    public async Task An_answer_comes_with_a_proof_that_is_verified_offline()
    {
        string context = Keccak256.Hash("drawn at random"u8).ToString();
        var (status, answer) = await Post(Body(parameters: $"\"parameters\": {{ \"context\": \"{context}\", \"priority\": 3 }},", outputs: ", \"outputs\": [ { \"name\": \"output\" } ]"));
        Assert.Equal((200, "net", Id, "42"), (status, answer.GetProperty("model_name").GetString(), answer.GetProperty("model_version").GetString(), answer.GetProperty("id").GetString()));
        var output = Assert.Single(answer.GetProperty("outputs").EnumerateArray());
        Assert.Equal(("output", "FP32", "[1,4]"), (output.GetProperty("name").GetString(), output.GetProperty("datatype").GetString(), output.GetProperty("shape").GetRawText()));
        var parameters = answer.GetProperty("parameters");
        Assert.True(parameters.GetProperty("proven").GetBoolean());
        Assert.Equal(context, parameters.GetProperty("context").GetString());

        string proof = Path.Combine(folder, "proof"), input = Path.Combine(folder, "x.f32");
        await File.WriteAllBytesAsync(proof, parameters.GetProperty("proof").GetBytesFromBase64());
        await File.WriteAllBytesAsync(input, SmallNetwork.Bytes(SmallNetwork.Input(1)));
        var ran = await TheCommand.RunAsync("infer", "verify", proof, "--model", Path.Combine(folder, "net"), "--input", input, "--context", context, "--json");
        Assert.True(ran.Exit == 0, ran.Out + ran.Error);
        using var verified = JsonDocument.Parse(ran.Out);
        Assert.Equal(output.GetProperty("data").EnumerateArray().Select(v => v.GetSingle()), verified.RootElement.GetProperty("output").EnumerateArray().Select(v => v.GetSingle()));
    }

    [Fact]
    public async Task Tensors_go_as_bytes_too_nested_or_flat()
    {
        var (_, flat) = await Post(Body());
        float[] cells = SmallNetwork.Input(1);
        string nested = $"[[{SmallNetwork.Json(cells[..32])}, {SmallNetwork.Json(cells[32..])}]]";
        var (_, deep) = await Post(Body(data: nested, id: null));
        Assert.Equal(flat.GetProperty("outputs").GetRawText(), deep.GetProperty("outputs").GetRawText());
        Assert.False(deep.TryGetProperty("id", out _));

        // The binary tensor data extension, as tritonclient sends it.
        byte[] json = Encoding.UTF8.GetBytes("""{"inputs":[{"name":"input","shape":[1,1,8,8],"datatype":"FP32","parameters":{"binary_data_size":256}}],"parameters":{"binary_data_output":true}}""");
        using var content = new ByteArrayContent([.. json, .. SmallNetwork.Bytes(cells)]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v2/models/net/infer", UriKind.Relative)) { Content = content };
        request.Headers.Add("Inference-Header-Content-Length", json.Length.ToString());
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        int header = int.Parse(Assert.Single(response.Headers.GetValues("Inference-Header-Content-Length")));
        using var told = JsonDocument.Parse(body.AsMemory(0, header));
        Assert.Equal(16, told.RootElement.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal(SmallNetwork.Bytes([.. flat.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetSingle())]), body[header..]);
        Assert.True(told.RootElement.GetProperty("parameters").GetProperty("proven").GetBoolean());
    }

    public static TheoryData<string, int, string> Wrong => new()
    {
        { "{", 400, "serving.request" },
        { "[]", 400, "serving.request" },
        { "{}", 400, "one input" },
        { """{"id": 42, "inputs": []}""", 400, "an id" },
        { """{"id": "a", "id": "b", "inputs": []}""", 400, "JSON" },
        // What is right for a model of two inputs, of other types: the specification's own example.
        { """{"id":"42","inputs":[{"name":"input0","shape":[2,2],"datatype":"UINT32","data":[1,2,3,4]},{"name":"input1","shape":[3],"datatype":"BOOL","data":[true]}],"outputs":[{"name":"output0"}]}""", 400, "no output but 'output'" },
        { """{"id":"42","inputs":[{"name":"input0","shape":[2,2],"datatype":"UINT32","data":[1,2,3,4]},{"name":"input1","shape":[3],"datatype":"BOOL","data":[true]}]}""", 400, "one input" },
        { Body(name: "other"), 400, "the input 'input'" },
        { Body(datatype: "FP64"), 400, "FP32" },
        { Body(shape: "[1, 64]"), 400, "the shape [1, 1, 8, 8]" },
        { Body(shape: "[1, 1, 8, 8.5]"), 400, "the shape" },
        { Body(shape: "{}"), 400, "the shape" },
        { Body(data: "[1, 2]"), 400, "request.length" },
        { Body(data: $"[{string.Join(",", Enumerable.Repeat("1", 65))}]"), 400, "request.length" },
        { Body(data: "[true]"), 400, "request.element" },
        { Body(data: $"[{string.Join(",", Enumerable.Repeat("1e999", 64))}]"), 400, "request.element" },
        { Body(data: $"{new string('[', 40)}{new string(']', 40)}"), 400, "JSON" },
        { Body(data: "7"), 400, "an array" },
        { Body(outputs: ", \"outputs\": [ { \"name\": \"hidden\" } ]"), 400, "no output but 'output'" },
        { Body(parameters: "\"parameters\": { \"context\": \"00\" },"), 400, "a context" },
        { Body(parameters: "\"parameters\": { \"unproven\": \"yes\" },"), 400, "true or false" },
        { Body(data: $"[{new string(' ', 80_000)}1]"), 413, "a body of at most" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_request_that_is_none_is_answered_with_what_is_wrong(string body, int status, string said)
    {
        var (found, error) = await Post(body);
        Assert.Equal(status, found);
        Assert.Equal(["error"], error.EnumerateObject().Select(p => p.Name));
        Assert.Contains(said, error.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        foreach (string path in (string[])["v2/models/other", "v2/models/net/versions/1", "v2/models/other/ready", "v3", ""]) Assert.Equal(404, (await Get(path)).Status);
        Assert.Equal(404, (await Post(Body(), "v2/models/other/infer")).Status);
        Assert.Equal(404, (await Post(Body(), "v2/models/net/versions/2/infer")).Status);
        Assert.Equal(200, (await Post(Body(), $"v2/models/net/versions/{Id}/infer")).Status);
    }

    [Fact]
    public async Task A_page_of_another_origin_or_name_gets_nothing()
    {
        foreach (var (header, value, status) in new[] { ("Origin", "http://evil.example", 403), ("Host", "evil.example", 421) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v2/models/net/infer", UriKind.Relative)) { Content = new StringContent(Body(), Encoding.UTF8, "text/plain") };
            request.Headers.Add(header, value);
            using var response = await http.SendAsync(request);
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task When_no_proof_is_left_there_is_no_answer_unless_the_proof_is_waived()
    {
        using var hidden = Register("hidden", PrivacyProfile.HiddenWeights, budget: 1);
        await using var server = await StartAsync(hidden);
        using var client = new HttpClient { BaseAddress = server.Address };
        string waived = Body(parameters: "\"parameters\": { \"unproven\": true },");
        var (status, unproven) = await Post(waived, "v2/models/hidden/infer", client);
        Assert.Equal((200, false), (status, unproven.GetProperty("parameters").GetProperty("proven").GetBoolean()));
        Assert.False(unproven.GetProperty("parameters").TryGetProperty("proof", out _));

        (status, var proven) = await Post(Body(), "v2/models/hidden/infer", client);
        Assert.Equal((200, true), (status, proven.GetProperty("parameters").GetProperty("proven").GetBoolean()));
        Assert.Equal(unproven.GetProperty("outputs").GetRawText(), proven.GetProperty("outputs").GetRawText());
        Assert.True(ProvenAnswer.Decode(proven.GetProperty("parameters").GetProperty("proof").GetBytesFromBase64(), out var answer).IsAccepted);
        Assert.Equal(Verdict.Accept, answer!.Verify(hidden.Published));

        (status, var refused) = await Post(Body(), "v2/models/hidden/infer", client);
        Assert.Equal(503, status);
        Assert.StartsWith("proof.budget: ", refused.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(refused.TryGetProperty("outputs", out _));
        Assert.Equal(200, (await Post(waived, "v2/models/hidden/infer", client)).Status);
        foreach (string path in (string[])["v2/health/ready", "v2/models/hidden/ready"])
        {
            using var ready = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        }
    }

    [Fact]
    public async Task Who_comes_when_the_queue_is_full_is_told_to_come_again()
    {
        await using var narrow = await StartAsync(model, waiting: 0);
        // One request that has begun and does not end: its head says that a body follows, and none does.
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, narrow.Address.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v2/models/net/infer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"));
        using var client = new HttpClient { BaseAddress = narrow.Address };
        int status = 200;
        for (long start = Stopwatch.GetTimestamp(); status == 200 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20);)
        {
            using var content = new StringContent(Body(), Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri("v2/models/net/infer", UriKind.Relative), content);
            status = (int)response.StatusCode;
            if (status == 503) Assert.NotNull(response.Headers.RetryAfter);
        }
        Assert.Equal(503, status);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("v2/health/live", UriKind.Relative))).StatusCode);
        slow.Close();
        for (long start = Stopwatch.GetTimestamp(); status == 503 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20);) (status, _) = await Post(Body(), by: client);
        Assert.Equal(200, status); // and its place is free again
    }

    [Fact]
    public async Task The_log_has_a_line_a_request_and_nothing_of_what_was_asked()
    {
        string context = Keccak256.Hash("what it is for"u8).ToString();
        await Post(Body(id: "a-1\\nrequest 9, id forged", parameters: $"\"parameters\": {{ \"context\": \"{context}\" }},"));
        string[] lines = [];
        for (int i = 0; i < 200 && lines.Length == 0; i++, await Task.Delay(10))
            lock (log) lines = log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string line = Assert.Single(lines);
        Assert.Matches("^request 1, id a-1\\?request\\?9\\?\\?id\\?forged: 200, proven in [0-9]+ bytes, [0-9]+ ms; any number of proofs left$", line);
        Assert.DoesNotContain(context, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_signal_to_end_the_command_finishes_what_it_has_begun()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: there is no SIGTERM on Windows");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "counterfoil.dll"), "serve", "--model", Path.Combine(folder, "net"), "--listen", "127.0.0.1:0", "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync();
            if (line is null) Assert.Fail(await process.StandardError.ReadToEndAsync());
            using var where = JsonDocument.Parse(line!);
            using var client = new HttpClient { BaseAddress = new Uri(where.RootElement.GetProperty("address").GetString()!) };
            var (status, answer) = await Post(Body(id: "before"), by: client);
            Assert.Equal((200, Id), (status, answer.GetProperty("model_version").GetString()));
            // A request whose body is on its way when the signal comes is still answered.
            using var slow = new TcpClient();
            await slow.ConnectAsync(IPAddress.Loopback, client.BaseAddress.Port);
            byte[] body = Encoding.UTF8.GetBytes(Body(id: "during"));
            await slow.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"POST /v2/models/net/infer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body[..20]]);
            await Task.Delay(300);
            using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString()])) await kill.WaitForExitAsync();
            await Task.Delay(300);
            Assert.False(process.HasExited);
            await slow.GetStream().WriteAsync(body.AsMemory(20));
            using var reader = new StreamReader(slow.GetStream());
            string response = await reader.ReadToEndAsync();
            // It was let in before the signal, and had no turn yet: it is told that the server ends rather than left without a word.
            Assert.Matches("^HTTP/1.1 (200|503)", response);
            await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(40)).Token);
            Assert.Equal(0, process.ExitCode);
            string said = await process.StandardError.ReadToEndAsync();
            Assert.Contains("id before: 200, proven", said, StringComparison.Ordinal);
            Assert.Contains("counterfoil: stopped", said, StringComparison.Ordinal);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    sealed class Lines(StringBuilder into) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (into) into.Append(formatter(state, exception)).Append('\n');
        }

        public void Dispose() { }
    }
}
