using System.CommandLine;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Auditing;
using Counterfoil.Data.Idx;
using Counterfoil.Data.Records;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data audit</c>: recomputes everything and compares.</summary>
static class AuditCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of the commitment" };
        var source = new Argument<string[]>("data") { Description = "The data: a folder, a file, or an IDX file of images and one of labels", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON, every difference" };
        var command = new Command("audit", "Recomputes a commitment from its data and names every difference") { folder, source, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(folder)!, parsed.GetValue(source)!, parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string folder, string[] data, bool json, CancellationToken cancel)
    {
        using var committed = CommittedFolder.Open(folder);
        var audit = await DatasetAudit.RunAsync(committed.Stated(bytes: null), OpenSource(committed.Set.Canonicaliser, data), committed.Leaves, cancel);
        DifferenceOutput.Write(audit.Verdict, audit.Differences, json, "what was committed", "what is there");
        return ExitCode.Of(audit.Verdict);
    }

    static IRecordSource OpenSource(Canonicaliser canonicaliser, string[] data)
    {
        foreach (string path in data)
            if (!File.Exists(path) && !Directory.Exists(path)) throw new UsageException($"there is nothing at {path}");
        int files = canonicaliser == Canonicaliser.IdxLabelled ? 2 : 1;
        if (data.Length != files) throw new UsageException($"data of {canonicaliser} is {files} {(files == 1 ? "path" : "files: images, then labels")}, not {data.Length}");
        IRecordSource? source;
        if (canonicaliser == Canonicaliser.IdxLabelled)
        {
            IdxLabelled.Open(data[0], data[1], out var images).Require();
            source = images;
        }
        else if (canonicaliser == Canonicaliser.JsonLines)
        {
            JsonLines.Open(data[0], out var lines).Require();
            source = lines;
        }
        else
        {
            FolderFiles.Open(data[0], out var tree).Require();
            source = tree;
        }
        return source!;
    }
}
