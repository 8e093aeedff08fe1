using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Storage;
using Counterfoil.Cli.Chains;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Http.Reading;
using Counterfoil.Node.Anchoring;
using Spectre.Console;

namespace Counterfoil.Cli.Log;

/// <summary><c>counterfoil log anchor</c>: a log's newest checkpoint on a chain, once or every so often.</summary>
static class AnchorCommand
{
    public static Command Create()
    {
        var address = new Argument<string>("log") { Description = "The log's address" };
        Option<string> rpc = DeployCommand.Rpc(), home = DeployCommand.Home();
        Option<string?> policy = LogArguments.Policy(), key = LogArguments.Key();
        var account = new Option<string?>("--account") { Description = "A file with the publisher's private key in hexadecimal; the home's deployer unless given" };
        var every = new Option<int>("--every") { Description = "Goes on, and anchors at most every so many seconds; 0 anchors once and ends", DefaultValueFactory = _ => 0 };
        var entries = new Option<long>("--entries") { Description = "With --every: sooner, when so many entries came", DefaultValueFactory = _ => 100_000 };
        var confirmations = new Option<ulong>("--confirmations") { Description = "Blocks that an anchor must have, its own included", DefaultValueFactory = _ => 1 };
        var json = LogArguments.Json();
        var command = new Command("anchor", "Anchors a log's newest checkpoint on a chain, where \"counterfoil chain deploy\" put the contract") { address, rpc, home, policy, key, account, every, entries, confirmations, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(address)!, parsed.GetValue(rpc)!, parsed.GetValue(home)!, parsed.GetValue(policy), parsed.GetValue(key), parsed.GetValue(account),
            parsed.GetValue(every), parsed.GetValue(entries), parsed.GetValue(confirmations), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string address, string rpc, string folder, string? policyFile, string? keyText, string? account, int every, long entries, ulong confirmations, bool asJson, CancellationToken cancel)
    {
        if (confirmations is 0 or > 64) throw new UsageException($"{confirmations} confirmations cannot be waited for", "1 to 64");
        if (every < 0 || entries < 1) throw new UsageException("--every counts seconds from 0, --entries from 1", null);
        var policy = LogArguments.PolicyOf(policyFile, keyText);
        if (policy.Logs is not [var log]) throw new UsageException($"the policy names {policy.Logs.Length} logs", "one is anchored: leave the others out");
        using var http = new HttpClient();
        var chain = new ChainClient(DeployCommand.Transport(http, rpc));
        using var home = await ChainHome.OpenToWriteAsync(folder, "counterfoil log anchor", chain, cancel);
        var deployed = home.ReadBook()?.Find("Anchor") ?? throw new UsageException($"there is no anchor contract on chain {home.ChainId} in {folder}", $"counterfoil chain deploy --rpc {rpc}");
        (await Deployment.CheckAsync(chain, deployed, cancel)).Require();
        using var secret = home.OpenKey(account);
        await using var database = ChainDatabase.OpenSqlite(home.JournalPath);
        using var outbox = new Outbox(chain, secret, new OutboxJournal(database, home.ChainId, secret.Address), new OutboxOptions
        {
            ChainId = home.ChainId, Finality = new Finality { Depth = confirmations }, Interval = TimeSpan.FromMilliseconds(200), OnTrouble = Tell,
        });
        var client = new LogClient(http, LogArguments.AddressOf(address), policy, TimeProvider.System);
        var anchor = new LogAnchor(outbox, new Contract(chain, ContractArtifact.Anchor, deployed.Address), log.Key, TimeProvider.System,
            new AnchorRules { Interval = TimeSpan.FromSeconds(every), Entries = entries });
        while (true)
        {
            var (verdict, checkpoint) = await client.UpdateAsync(cancel);
            if (!verdict.IsAccepted)
            {
                // What contradicts what was seen before is never anchored.
                Terminal.Error($"the checkpoint does not count: {verdict}");
                return ExitCode.Of(verdict);
            }
            var step = await anchor.StepAsync(checkpoint!, now: every == 0, cancel);
            if (step.Sent is not null || every == 0) Say(step, checkpoint!, asJson);
            if (every == 0) return ExitCode.Yes;
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }
    }

    static void Say(AnchorStep step, SignedCheckpoint checkpoint, bool asJson)
    {
        if (asJson) Console.Out.WriteLine(new JsonObject
        {
            ["size"] = step.Anchored, ["root"] = checkpoint.Checkpoint.Root.ToString(), ["transaction"] = step.Sent is { } sent ? $"0x{sent.Transaction}" : null, ["block"] = step.Sent?.Block.Number,
        }.ToJsonString());
        else Console.Out.WriteLine(step.Sent is { } sent ? $"{step.Anchored} entries anchored in block {sent.Block.Number} by 0x{sent.Transaction}" : $"{step.Anchored} entries were anchored already");
    }

    static void Tell(ChainException trouble) => Terminal.Notes.WriteLine($"counterfoil: asked again: {trouble.Message}");
}
