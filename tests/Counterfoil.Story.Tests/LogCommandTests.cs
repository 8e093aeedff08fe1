using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Receipts;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil log</c> as people type it: a log that is served and witnessed, an entry that is proven, a monitor, and the check of it all.</summary>
public sealed class LogCommandTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-log-command-").FullName;
    readonly List<Process> servers = [];

    public void Dispose()
    {
        foreach (var server in servers)
        {
            if (!server.HasExited) server.Kill();
            server.WaitForExit();
            server.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Starts a command that serves, and reads the line that says where.</summary>
    async Task<JsonElement> Serve(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "counterfoil.dll"), .. arguments, "--listen", "127.0.0.1:0", "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        servers.Add(process);
        string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        if (line is null) Assert.Fail(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)); // it ended
        return JsonDocument.Parse(line!).RootElement;
    }

    string At(string name) => Path.Combine(folder, name);

    [Fact]
    public async Task A_log_is_served_witnessed_proven_watched_and_checked()
    {
        // The key first: a witness is told whom to watch, and a policy whom to believe.
        var first = await Serve("log", "run", "--home", At("home"), "--name", "example.com/log");
        string key = first.GetProperty("key").GetString()!;
        servers[0].Kill();
        await servers[0].WaitForExitAsync(TestContext.Current.CancellationToken);
        var witness = await Serve("log", "witness", key, "--home", At("witness"), "--name", "example.com/witness");
        await File.WriteAllTextAsync(At("policy"), $"log {key}\nwitness W {witness.GetProperty("key").GetString()} {witness.GetProperty("address").GetString()}\nwitness P {witness.GetProperty("mlDsa44Key").GetString()} {witness.GetProperty("address").GetString()}\ngroup Both all W P\nquorum Both\n", TestContext.Current.CancellationToken);
        var log = await Serve("log", "run", "--home", At("home"), "--name", "example.com/log", "--policy", At("policy"));
        string address = log.GetProperty("address").GetString()!;

        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(log.GetProperty("tokenFile").GetString()!, TestContext.Current.CancellationToken)).Trim());
        foreach (string text in (string[])["the first entry", "the dataset fashion-mnist"])
        {
            using var body = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(text));
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var added = await http.PostAsync(new Uri(new Uri(address), "add?proof"), body, TestContext.Current.CancellationToken);
            Assert.Contains("tlog-proof", await added.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        var show = await TheCommand.RunAsync("log", "show", address, "--policy", At("policy"));
        Assert.True(show.Exit == 0, show.Error);
        Assert.Contains("example.com/log, example.com/witness", show.Out, StringComparison.Ordinal);
        var prove = await TheCommand.RunAsync("log", "prove", "1", "--log", address, "--policy", At("policy"), "--out", At("proof"), "--entry", At("entry"));
        Assert.True(prove.Exit == 0, prove.Error);
        VerifierKey.Parse(key, out var logKey);
        VerifierKey.Parse(witness.GetProperty("key").GetString(), out var witnessKey);
        VerifierKey.Parse(witness.GetProperty("mlDsa44Key").GetString(), out var postQuantumKey);
        Assert.True(EntryProof.Parse(await File.ReadAllBytesAsync(At("proof"), TestContext.Current.CancellationToken), out var proof).IsAccepted);
        byte[] entry = await File.ReadAllBytesAsync(At("entry"), TestContext.Current.CancellationToken);
        Assert.True(proof!.Verify(entry, [logKey!, witnessKey!, postQuantumKey!], out _).IsAccepted);

        var monitor = await TheCommand.RunAsync("log", "monitor", address, "--policy", At("policy"), "--state", At("seen"), "--witness", witness.GetProperty("address").GetString()!, "--watch", "fashion-mnist", "--json");
        Assert.True(monitor.Exit == 0, monitor.Error);
        Assert.Contains("\"event\":\"matched\",\"index\":1,\"watch\":\"fashion-mnist\"", monitor.Out, StringComparison.Ordinal);

        servers[2].Kill();
        await servers[2].WaitForExitAsync(TestContext.Current.CancellationToken);
        var receipt = await TheCommand.RunAsync("log", "prove", "1", "--home", At("home"), "--cose", "--out", At("receipt"));
        Assert.True(receipt.Exit == 0, receipt.Error);
        Assert.True(CoseReceipt.Decode(await File.ReadAllBytesAsync(At("receipt"), TestContext.Current.CancellationToken), out var cose).IsAccepted);
        Assert.True(cose!.VerifyInclusion(entry, logKey!, out _).IsAccepted);
        var sound = await TheCommand.RunAsync("log", "fsck", "--home", At("home"));
        Assert.Equal((0, true), (sound.Exit, sound.Out.StartsWith("sound: 2 entries", StringComparison.Ordinal)));
        var witnessed = await TheCommand.RunAsync("fsck", "--home", At("witness"));
        Assert.True(witnessed.Exit == 0, witnessed.Out + witnessed.Error);
        Assert.Contains("1 log\n", witnessed.Out, StringComparison.Ordinal);
        string tile = Path.Combine(At("home"), "log", "tile", "0", "000");
        byte[] bytes = await File.ReadAllBytesAsync(tile, TestContext.Current.CancellationToken);
        bytes[40] ^= 1;
        await File.WriteAllBytesAsync(tile, bytes, TestContext.Current.CancellationToken);
        var harmed = await TheCommand.RunAsync("log", "fsck", "--home", At("home"));
        Assert.Equal(1, harmed.Exit);
        Assert.Contains("log.fsck.tiles", harmed.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one of --policy and --key", "log", "show", "http://127.0.0.1:1")]
    [InlineData("no verifier key", "log", "monitor", "http://127.0.0.1:1", "--key", "nonsense")]
    [InlineData("no address of a log", "log", "show", "elsewhere", "--key", "x")]
    [InlineData("go together", "log", "fsck", "--bucket", "b")]
    [InlineData("no address to listen at", "log", "run", "--listen", "everywhere", "--home", "{folder}/h")]
    public async Task A_command_that_makes_no_sense_says_why(string why, params string[] arguments)
    {
        var ran = await TheCommand.RunAsync([.. arguments.Select(a => a.Replace("{folder}", folder, StringComparison.Ordinal))]);
        Assert.Equal(2, ran.Exit);
        Assert.Contains(why, ran.Error, StringComparison.Ordinal);
    }
}
