using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Core.Signing;
using Counterfoil.Home;
using Counterfoil.Log;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Http.Witnessing;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Storage.Sequencing;
using Counterfoil.Log.Witnesses;
using Microsoft.AspNetCore.Connections;
using Spectre.Console;

namespace Counterfoil.Cli.Log;

/// <summary><c>counterfoil log run</c>: serves a home's log to readers and writers, and has its checkpoints witnessed.</summary>
static class RunCommand
{
    static readonly StoreSchema Serving = new("log-serving", 1);

    public static Command Create()
    {
        Option<string> home = LogArguments.Home(), listen = LogArguments.Listen(8600);
        var name = new Option<string>("--name") { Description = "The log's origin: a name of the world for it, without a scheme; the same each time", DefaultValueFactory = _ => "counterfoil.local/log" };
        Option<string?> policy = LogArguments.Policy(), postgres = LogArguments.Postgres(), bucket = LogArguments.Bucket(), s3 = LogArguments.S3();
        var json = LogArguments.Json();
        var command = new Command("run", "Serves the home's log over HTTP: tlog-tiles for everyone, \"POST add\" for holders of the writer's token") { home, name, listen, policy, postgres, bucket, s3, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(home)!, parsed.GetValue(name)!, parsed.GetValue(listen)!, parsed.GetValue(policy), parsed.GetValue(postgres), parsed.GetValue(bucket), parsed.GetValue(s3), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string folder, string name, string listen, string? policyFile, string? postgres, string? bucket, string? s3, bool asJson, CancellationToken cancel)
    {
        if (!VerifierKey.IsName(name)) throw new UsageException($"'{name}' is no name for a log", "a name has no white space and no plus sign: example.com/log, say");
        var (home, secret) = LogArguments.OpenHome(folder, "counterfoil log run", "log", TransparencyLog.Schema, Serving);
        using (home)
        using (secret)
        {
            var signer = new NoteSigner(name, secret);
            if (!LogArguments.IsShared(postgres, bucket))
            {
                await using var log = TransparencyLog.Open(home.FolderOf(TransparencyLog.Schema.Name), signer);
                return await ServeAsync(log, home.FolderOf(Serving.Name), listen, policyFile, asJson, cancel);
            }
            var (objects, client) = LogArguments.ObjectsOf(bucket!, s3);
            using (client)
            {
                await using var log = await SequencedLog.OpenAsync(postgres!, objects, signer, TimeProvider.System, cancel);
                return await ServeAsync(log, home.FolderOf(Serving.Name), listen, policyFile, asJson, cancel);
            }
        }
    }

    static async Task<int> ServeAsync(ILog log, string folder, string listen, string? policyFile, bool asJson, CancellationToken cancel)
    {
        string tokenFile = Path.Combine(folder, "writer-token");
        if (!File.Exists(tokenFile)) PrivateFiles.Write(tokenFile, Encoding.ASCII.GetBytes(WriterTokens.Make() + "\n"));
        var tokens = new WriterTokens(await File.ReadAllLinesAsync(tokenFile, cancel));

        using var http = new HttpClient();
        WitnessedCheckpoints? witnessed = null;
        if (policyFile is not null)
            witnessed = new WitnessedCheckpoints(log, LogArguments.PolicyOf(policyFile, null), folder, http, TimeProvider.System,
                new WitnessingOptions { OnTrouble = (witness, why) => Terminal.Notes.WriteLine($"counterfoil: witness {witness.Name}: {why}") });
        LogHost host;
        try
        {
            host = await LogHost.ServeLogAsync(log, witnessed is null ? null : () => witnessed.Shown, tokens, LogArguments.EndpointOf(listen), cancellation: cancel);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new UsageException($"{listen} is taken", "--listen 127.0.0.1:0 takes a free port");
        }
        await using (host)
        {
            if (asJson) Console.Out.WriteLine(new JsonObject { ["address"] = host.Address.ToString(), ["key"] = log.Key.ToString(), ["tokenFile"] = tokenFile, ["size"] = log.Checkpoint.Checkpoint.Size }.ToJsonString());
            else Console.Out.WriteLine($"{log.Key}\n{host.Address}");
            Terminal.Notes.WriteLine($"counterfoil: the log has {log.Checkpoint.Checkpoint.Size} entries; the writer's token is in {tokenFile}; interrupt to stop");
            var stopped = Task.Delay(Timeout.Infinite, cancel);
            var witnessing = witnessed?.RunAsync(cancel) ?? stopped;
            await Task.WhenAny(stopped, witnessing);
            if (witnessing.IsFaulted) await witnessing;
        }
        return ExitCode.Yes;
    }
}
