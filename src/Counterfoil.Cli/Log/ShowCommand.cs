using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Http.Reading;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;

namespace Counterfoil.Cli.Log;

/// <summary><c>counterfoil log show</c>: a log's key and newest checkpoint, verified.</summary>
static class ShowCommand
{
    public static Command Create()
    {
        var address = new Argument<string?>("log") { Description = "The log's address; the home's own log where it is left out", Arity = ArgumentArity.ZeroOrOne };
        var home = LogArguments.Home();
        Option<string?> policy = LogArguments.Policy(), key = LogArguments.Key();
        var json = LogArguments.Json();
        var command = new Command("show", "Shows a log's key, size and root, and who signed") { address, home, policy, key, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(address), parsed.GetValue(home)!, parsed.GetValue(policy), parsed.GetValue(key), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string? address, string home, string? policyFile, string? keyText, bool asJson, CancellationToken cancel)
    {
        SignedCheckpoint? checkpoint;
        Verdict verdict;
        VerifierKey log;
        if (address is null)
        {
            string folder = LogArguments.FolderOf(home);
            log = TransparencyLog.KeyOf(folder);
            verdict = SignedCheckpoint.Verify(await File.ReadAllBytesAsync(Path.Combine(folder, "checkpoint"), cancel), log, out checkpoint);
        }
        else
        {
            var at = LogArguments.AddressOf(address);
            var policy = LogArguments.PolicyOf(policyFile, keyText);
            using var http = new HttpClient();
            (verdict, checkpoint) = await new LogClient(http, at, policy, TimeProvider.System).UpdateAsync(cancel);
            log = policy.Logs[0].Key;
        }
        if (checkpoint is null)
        {
            Terminal.Error($"the checkpoint does not count: {verdict}");
            return ExitCode.Of(verdict);
        }
        SignedNote.Parse(checkpoint.Note.Span, out var note).Require();
        var now = checkpoint.Checkpoint;
        if (asJson)
            Console.Out.WriteLine(new JsonObject
            {
                ["origin"] = now.Origin, ["size"] = now.Size, ["root"] = now.Root.ToString(), ["key"] = log.ToString(), ["id"] = LogId.Of(log).ToString(),
                ["signers"] = new JsonArray([.. note!.Signatures.Select(s => (JsonNode)s.KeyName)]), ["note"] = checkpoint.ToString(),
            }.ToJsonString(new() { WriteIndented = true }));
        else Console.Out.WriteLine($"log     {now.Origin}\nkey     {log}\nid      0x{LogId.Of(log)}\nsize    {now.Size}\nroot    {now.Root}\nsigned  {string.Join(", ", note!.Signatures.Select(s => s.KeyName))}");
        return ExitCode.Yes;
    }
}
