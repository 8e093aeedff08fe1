using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Log.Http.Monitoring;
using Counterfoil.Log.Monitoring;
using Spectre.Console;

namespace Counterfoil.Cli.Log;

/// <summary><c>counterfoil log monitor</c>: follows a log, and catches it going back, splitting, or serving what it did not commit to.</summary>
static class MonitorCommand
{
    public static Command Create()
    {
        var address = new Argument<string?>("log") { Description = "The log's address; left out with --evidence", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> policy = LogArguments.Policy(), key = LogArguments.Key();
        var state = new Option<string>("--state") { Description = "The folder of what the monitor has seen, and of evidence", DefaultValueFactory = _ => Path.Combine(HomeFolder.DefaultPath + "-monitor") };
        var mirrors = new Option<string[]>("--mirror") { Description = "Another place that serves the log; may be given again" };
        var witnesses = new Option<string[]>("--witness") { Description = "A witness's monitoring address; may be given again" };
        var watches = new Option<string[]>("--watch") { Description = "A text: entries that have it are called out; may be given again" };
        var every = new Option<int>("--every") { Description = "Looks every so many seconds; 0 looks once and ends", DefaultValueFactory = _ => 0 };
        var evidence = new Option<string?>("--evidence") { Description = "Verifies a file of evidence that a monitor wrote, offline, and ends" };
        var json = LogArguments.Json();
        var command = new Command("monitor", "Follows a log, entry by entry, and says what it finds; exit 1 where the log was caught") { address, policy, key, state, mirrors, witnesses, watches, every, evidence, json };
        command.SetAction((parsed, cancel) => parsed.GetValue(evidence) is { } file
            ? Task.FromResult(Judge(file, parsed.GetValue(policy), parsed.GetValue(key), parsed.GetValue(json)))
            : RunAsync(parsed.GetValue(address) ?? throw new UsageException("which log?", "its address, or --evidence FILE"), parsed.GetValue(policy), parsed.GetValue(key), parsed.GetValue(state)!, parsed.GetValue(mirrors) ?? [],
                parsed.GetValue(witnesses) ?? [], parsed.GetValue(watches) ?? [], parsed.GetValue(every), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string address, string? policyFile, string? keyText, string state, string[] mirrors, string[] witnesses, string[] watches, int every, bool asJson, CancellationToken cancel)
    {
        var policy = LogArguments.PolicyOf(policyFile, keyText);
        if (policy.Logs.Length != 1) throw new UsageException($"the policy names {policy.Logs.Length} logs", "a monitor follows one: run one for each");
        if (watches.Any(w => w.Length == 0)) throw new UsageException("an empty text is in every entry", null);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var monitor = new LogMonitor(http, LogArguments.AddressOf(address), policy, state, TimeProvider.System,
            [.. mirrors.Select(m => new Vantage(LogArguments.AddressOf(m), false)), .. witnesses.Select(w => new Vantage(LogArguments.AddressOf(w), true))], watches);
        while (true)
        {
            bool caught = false;
            try
            {
                foreach (var found in await monitor.StepAsync(cancel))
                {
                    caught |= found is MonitorEvent.Caught;
                    Console.Out.WriteLine(asJson ? JsonOf(found).ToJsonString() : TextOf(found));
                }
            }
            catch (HttpRequestException e) when (every > 0)
            {
                Terminal.Notes.WriteLine($"counterfoil: asked again: {e.Message}"); // who is away has not gone back
            }
            if (caught) Terminal.Notes.WriteLine($"counterfoil: what proves it to others is in {state}");
            if (every <= 0)
            {
                if (!caught && monitor.Followed is { } at && !asJson) Console.Out.WriteLine($"followed to {at.Checkpoint}");
                return caught ? ExitCode.No : ExitCode.Yes;
            }
            await Task.Delay(TimeSpan.FromSeconds(every), cancel);
        }
    }

    static string TextOf(MonitorEvent found) => found switch
    {
        MonitorEvent.Grew grew => $"grew from {grew.From} to {grew.Checkpoint.Checkpoint.Size}, root {grew.Checkpoint.Checkpoint.Root}",
        MonitorEvent.Matched matched => $"entry {matched.Index} has '{matched.Watch}', leaf {matched.LeafHash}",
        MonitorEvent.Caught caught => $"CAUGHT at {caught.Where}: {caught.Why}{(caught.Evidence is null ? "" : "; there is evidence for others")}",
        _ => throw new InvalidOperationException($"{found}"),
    };

    static JsonObject JsonOf(MonitorEvent found) => found switch
    {
        MonitorEvent.Grew grew => new() { ["event"] = "grew", ["from"] = grew.From, ["size"] = grew.Checkpoint.Checkpoint.Size, ["root"] = grew.Checkpoint.Checkpoint.Root.ToString() },
        MonitorEvent.Matched matched => new() { ["event"] = "matched", ["index"] = matched.Index, ["watch"] = matched.Watch, ["leafHash"] = matched.LeafHash.ToString() },
        MonitorEvent.Caught caught => new()
        {
            ["event"] = "caught", ["where"] = caught.Where.ToString(), ["check"] = (caught.Why as Verdict.Rejected)?.Reason.Check.Id, ["expected"] = (caught.Why as Verdict.Rejected)?.Reason.Expected,
            ["found"] = (caught.Why as Verdict.Rejected)?.Reason.Found, ["evidence"] = caught.Evidence is not null,
        },
        _ => throw new InvalidOperationException($"{found}"),
    };

    static int Judge(string file, string? policyFile, string? keyText, bool asJson)
    {
        var policy = LogArguments.PolicyOf(policyFile, keyText);
        if (!File.Exists(file)) throw new UsageException($"there is no file '{file}'", "a monitor writes split-view-… into its --state");
        var verdict = SplitView.Parse(File.ReadAllBytes(file), out var view);
        if (verdict.IsAccepted) verdict = policy.Logs.Select(l => view!.Verify(l.Key)).OrderByDescending(v => v.IsAccepted).FirstOrDefault() ?? Verdict.CannotTell(Counterfoil.Log.LogChecks.PolicyLog, "a log in the policy");
        string text = verdict.IsAccepted ? "the log signed two trees that contradict each other" : verdict.ToString();
        Console.Out.WriteLine(asJson ? new JsonObject { ["verdict"] = verdict.IsAccepted ? "ACCEPT" : "REJECT", ["reason"] = text }.ToJsonString() : text);
        return ExitCode.Of(verdict);
    }
}
