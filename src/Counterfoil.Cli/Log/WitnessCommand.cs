using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Home;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Http.Witnessing;
using Counterfoil.Log.Notes;
using Microsoft.AspNetCore.Connections;
using Spectre.Console;

namespace Counterfoil.Cli.Log;

/// <summary><c>counterfoil log witness</c>: a C2SP witness for other people's logs.</summary>
static class WitnessCommand
{
    static readonly StoreSchema Schema = new("witness", 1);

    public static Command Create()
    {
        var logs = new Argument<string[]>("keys") { Description = "The verifier keys of the logs that are witnessed", Arity = ArgumentArity.OneOrMore };
        Option<string> home = LogArguments.Home(), listen = LogArguments.Listen(8700);
        var name = new Option<string>("--name") { Description = "The witness's name; the same each time", DefaultValueFactory = _ => "counterfoil.local/witness" };
        var json = LogArguments.Json();
        var command = new Command("witness", "Cosigns checkpoints of logs that only grow, and remembers what it cosigned") { logs, home, name, listen, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(logs)!, parsed.GetValue(home)!, parsed.GetValue(name)!, parsed.GetValue(listen)!, parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string[] logs, string folder, string name, string listen, bool asJson, CancellationToken cancel)
    {
        if (!VerifierKey.IsName(name)) throw new UsageException($"'{name}' is no name for a witness", "a name has no white space and no plus sign: example.com/witness, say");
        var keys = logs.Select(LogArguments.KeyOf).ToList();
        if (keys.GroupBy(k => k.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new UsageException($"two keys for the log '{twice.Key}'", "one key for each log");
        var (home, secret) = LogArguments.OpenHome(folder, "counterfoil log witness", "witness", Schema);
        using (home)
        using (secret)
        {
            var signer = new NoteSigner(name, secret, NoteSignatureType.Cosignature);
            using var witness = new WitnessStore(home.FolderOf(Schema.Name), signer, keys, TimeProvider.System);
            LogHost host;
            try
            {
                host = await LogHost.ServeWitnessAsync(witness, LogArguments.EndpointOf(listen), cancel);
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                throw new UsageException($"{listen} is taken", "--listen 127.0.0.1:0 takes a free port");
            }
            await using (host)
            {
                if (asJson) Console.Out.WriteLine(new JsonObject { ["address"] = host.Address.ToString(), ["key"] = signer.Key.ToString() }.ToJsonString());
                else Console.Out.WriteLine($"{signer.Key}\n{host.Address}");
                Terminal.Notes.WriteLine($"counterfoil: witnessing {string.Join(", ", keys.Select(k => k.Name))}; interrupt to stop");
                await Task.WhenAny(Task.Delay(Timeout.Infinite, cancel));
            }
        }
        return ExitCode.Yes;
    }
}
