using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Cli.Log;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Verification;
using Counterfoil.Home;

namespace Counterfoil.Cli.Fsck;

/// <summary><c>counterfoil fsck</c>: checks everything that a home and given folders hold, each thing with a verdict of its own. Reads only.</summary>
static class FsckCommand
{
    public static Command Create()
    {
        var folders = new Argument<string[]>("folders") { Description = "Folders to check beside the home: commitments, budgets, journals, logs; everything below them is looked for", Arity = ArgumentArity.ZeroOrMore };
        var home = new Option<string?>("--home") { Description = "The home; where it is left out and folders are given, they alone are checked" };
        var json = LogArguments.Json();
        var command = new Command("fsck", "Checks everything that a home holds: keys, logs, chains, journals, budgets, commitments; repairs nothing") { folders, home, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(folders) ?? [], parsed.GetValue(home), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string[] folders, string? home, bool asJson, CancellationToken cancel)
    {
        if (home is null && folders.Length == 0) home = HomeFolder.DefaultPath;
        foreach (string folder in home is null ? folders : [home, .. folders])
            if (!Directory.Exists(folder)) throw new UsageException($"there is no folder {folder}", "name a home with --home, or folders that hold something of ours");
        var parts = new List<CheckedPart>();
        using (var progress = new CheckProgress())
        {
            if (home is not null) await HomeCheck.RunAsync(Path.GetFullPath(home), parts, progress, cancel);
            foreach (string folder in folders)
            {
                int before = parts.Count;
                await FolderSearch.RunAsync(Path.GetFullPath(folder), parts, progress, cancel);
                if (parts.Count == before) throw new UsageException($"nothing of ours is in {folder}", "homes, logs, commitments, budgets and journals are known by their files");
            }
        }
        var worst = parts.Any(p => p.Verdict is Verdict.Rejected) ? parts.First(p => p.Verdict is Verdict.Rejected).Verdict : parts.FirstOrDefault(p => !p.Verdict.IsAccepted)?.Verdict ?? Verdict.Accept;
        if (asJson) WriteJson(parts, worst);
        else Write(parts, worst);
        return ExitCode.Of(worst);
    }

    static void Write(List<CheckedPart> parts, Verdict worst)
    {
        foreach (var part in parts)
        {
            Console.Out.WriteLine($"{VerificationReportJson.Words(part.Verdict).Word,-12} {part.Kind,-10} {part.Path}{(part.Said.Length > 0 ? $": {part.Said}" : "")}");
            foreach (var finding in part.Findings) Console.Out.WriteLine($"             {finding}");
        }
        int refused = parts.Count(p => p.Verdict is Verdict.Rejected), open = parts.Count(p => p.Verdict is Verdict.Unverifiable);
        Console.Out.WriteLine(worst.IsAccepted ? $"sound: {parts.Count} parts" : $"NOT SOUND: {refused} of {parts.Count} parts refused, {open} could not be checked".Replace("NOT SOUND: 0", "NOT CERTAIN: 0", StringComparison.Ordinal));
    }

    static void WriteJson(List<CheckedPart> parts, Verdict worst) => Console.Out.WriteLine(new JsonObject
    {
        ["verdict"] = VerificationReportJson.Words(worst).Word,
        ["parts"] = new JsonArray([.. parts.Select(p => (JsonNode)new JsonObject
        {
            ["kind"] = p.Kind, ["path"] = p.Path, ["verdict"] = VerificationReportJson.Words(p.Verdict).Word, ["said"] = p.Said,
            ["findings"] = new JsonArray([.. p.Findings.Select(f => (JsonNode)new JsonObject { ["check"] = f.Check.Id, ["expected"] = f.Expected, ["found"] = f.Found })]),
        })]),
    }.ToJsonString(new() { WriteIndented = true }));
}
