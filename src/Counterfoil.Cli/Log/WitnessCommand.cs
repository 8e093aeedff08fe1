using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Counterfoil.Core.Signing;
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
        var logs = new Argument<string[]>("keys") { Description = "The verifier keys of the logs that are witnessed; of a log that changes its key both, until the new one has signed", Arity = ArgumentArity.OneOrMore };
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
        var (home, secret) = LogArguments.OpenHome(folder, "counterfoil log witness", "witness", Schema);
        using (home)
        using (secret)
        using (var postQuantum = OpenMlDsa44(home))
        {
            NoteSigner signer = new(name, secret, NoteSignatureType.Cosignature), second = new(name, postQuantum);
            using var witness = new WitnessStore(home.FolderOf(Schema.Name), [signer, second], keys, TimeProvider.System);
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
                if (asJson) Console.Out.WriteLine(new JsonObject { ["address"] = host.Address.ToString(), ["key"] = signer.Key.ToString(), ["mlDsa44Key"] = second.Key.ToString() }.ToJsonString());
                else Console.Out.WriteLine($"{signer.Key}\n{host.Address}\n{second.Key}");
                Terminal.Notes.WriteLine($"counterfoil: witnessing {string.Join(", ", keys.Select(k => k.Name).Distinct())}; interrupt to stop");
                await Task.WhenAny(Task.Delay(Timeout.Infinite, cancel));
            }
        }
        return ExitCode.Yes;
    }

    /// <summary>The home's key of ML-DSA-44 for cosignatures, which is made where there is none: tlog-witness asks for both kinds until every verifier reads the newer.</summary>
    static MlDsa44Signer OpenMlDsa44(HomeFolder home)
    {
        const string role = "witness-ml-dsa-44";
        KeyStore.Open(home, Environment.GetEnvironmentVariable("COUNTERFOIL_PASSPHRASE"), RandomNumberGenerator.Create(), out var opened).Require();
        using var keys = opened!;
        keys.List(out var entries).Require();
        if (entries.All(entry => entry.Name != role)) keys.Create(role, KeyKind.Secret32, out _).Require();
        keys.OpenSecret(role, out var seed).Require();
        using (seed) return new MlDsa44Signer(seed!.Bytes);
    }
}
