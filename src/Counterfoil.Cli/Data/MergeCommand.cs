using System.CommandLine;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data merge</c>: the commitment of shards that were hashed apart; its roots are those of one run.</summary>
static class MergeCommand
{
    public static Command Create()
    {
        var shards = new Argument<string[]>("shard") { Description = "The shards' folders, in order", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out") { Description = "The commitment's folder", Required = true };
        var signing = new StatementOptions();
        var json = new Option<bool>("--json") { Description = "Prints the same as JSON" };
        var command = new Command("merge", "Joins the shards of a commit") { shards, output, json };
        signing.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed.GetValue(shards)!, parsed.GetValue(output)!, signing.Read(parsed), parsed.GetValue(json), cancel)));
        return command;
    }

    static int Run(string[] shards, string output, StatementChoice signing, bool asJson, CancellationToken cancel)
    {
        long start = TimeProvider.System.GetTimestamp();
        if (shards.FirstOrDefault(s => !Directory.Exists(s)) is { } missing) throw new UsageException($"there is no folder '{missing}'", "name the folders that \"counterfoil data commit --shard\" wrote, in order");
        if (File.Exists(output)) throw new UsageException($"'{output}' is a file", "--out names a folder");
        using var progress = new ProgressLines();
        FolderCommit.Merge(shards, output, out var result, new CommitOptions { Progress = progress.Hear }, cancel).Require();
        progress.Dispose();
        CommitAnswer.Show(result!, output, signing with { Name = signing.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(output))) }, start, asJson);
        return ExitCode.Yes;
    }
}
