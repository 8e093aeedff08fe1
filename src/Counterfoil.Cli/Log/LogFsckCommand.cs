using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Cli.Fsck;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Storage.Sequencing;

namespace Counterfoil.Cli.Log;

/// <summary><c>counterfoil log fsck</c>: recomputes a log from its entries, wherever it lies, and compares everything that follows from them.</summary>
static class LogFsckCommand
{
    public static Command Create()
    {
        var home = LogArguments.Home();
        Option<string?> key = LogArguments.Key(), postgres = LogArguments.Postgres(), bucket = LogArguments.Bucket(), s3 = LogArguments.S3();
        var json = LogArguments.Json();
        var command = new Command("fsck", "Checks every entry, tile, root and place of a log, and its checkpoint; repairs nothing") { home, key, postgres, bucket, s3, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(home)!, parsed.GetValue(key), parsed.GetValue(postgres), parsed.GetValue(bucket), parsed.GetValue(s3), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string home, string? keyText, string? postgres, string? bucket, string? s3, bool asJson, CancellationToken cancel)
    {
        var report = await CheckAsync(home, keyText, postgres, bucket, s3, cancel);
        if (asJson)
            Console.Out.WriteLine(new JsonObject
            {
                ["sound"] = report.IsSound, ["size"] = report.Size, ["root"] = report.Root.ToString(),
                ["findings"] = new JsonArray([.. report.Findings.Select(f => (JsonNode)new JsonObject { ["check"] = f.Check.Id, ["expected"] = f.Expected, ["found"] = f.Found })]),
            }.ToJsonString(new() { WriteIndented = true }));
        else
        {
            foreach (var finding in report.Findings) Console.Out.WriteLine(finding);
            Console.Out.WriteLine(report.IsSound ? $"sound: {report.Size} entries, root {report.Root}" : $"NOT SOUND: {report.Findings.Count} findings in {report.Size} entries");
        }
        return report.IsSound ? ExitCode.Yes : ExitCode.No;
    }

    static async Task<LogReport> CheckAsync(string home, string? keyText, string? postgres, string? bucket, string? s3, CancellationToken cancel)
    {
        using var progress = new CheckProgress();
        if (!LogArguments.IsShared(postgres, bucket))
        {
            string folder = LogArguments.FolderOf(home);
            return await LogCheck.RunAsync(folder, keyText is null ? TransparencyLog.KeyOf(folder) : LogArguments.KeyOf(keyText), progress.Of("log"), cancellation: cancel);
        }
        if (keyText is null) throw new UsageException("--key says whose log it is", "what \"counterfoil log run\" prints first");
        var (objects, client) = LogArguments.ObjectsOf(bucket!, s3);
        using (client) return await SequencedLogCheck.RunAsync(postgres!, objects, LogArguments.KeyOf(keyText), progress.Of("log"), cancel);
    }
}
