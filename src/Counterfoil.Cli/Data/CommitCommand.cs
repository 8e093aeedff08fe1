using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Privacy;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data commit</c>: reads a data set once and binds it by two roots; interrupted, the same command goes on.</summary>
static class CommitCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path") { Description = DataSource.PathHelp, Arity = ArgumentArity.OneOrMore };
        var format = new Option<string?>("--format") { Description = DataSource.FormatHelp };
        var shard = new Option<string?>("--shard") { Description = "i/n: only the i-th of n shares, for \"counterfoil data merge\"" };
        var output = new Option<string?>("--out") { Description = "The commitment's folder; one that an interrupted run left is gone on with" };
        var salted = new Option<bool>("--salted") { Description = "A salt of its own for each record, destroyed by \"counterfoil data erase\"; and look-ups by a secret key" };
        var lookup = new Option<string>("--lookup") { Description = "Of a salted set: blind, where the committer does not see what is looked up, or open", DefaultValueFactory = _ => "blind" };
        var signing = new StatementOptions();
        var json = new Option<bool>("--json") { Description = "Prints the same as JSON" };
        var command = new Command("commit", "Commits to a data set: every record, in order, by two roots") { paths, format, shard, output, salted, lookup, json };
        signing.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(paths)!, parsed.GetValue(format), parsed.GetValue(shard), parsed.GetValue(output), parsed.GetValue(salted) ? SaltedCommands.Scheme(parsed.GetValue(lookup)) : null, signing.Read(parsed), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string[] paths, string? formatName, string? share, string? output, LookupScheme? salted, StatementChoice signing, bool asJson, CancellationToken cancel)
    {
        if (salted is not null && share is not null) throw new UsageException("a salted set is not committed to in shards", "leave --shard away");
        long start = TimeProvider.System.GetTimestamp();
        var (shard, shards) = Share(share);
        using var source = await DataSource.ListAsync(paths, cancel);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(paths[0])));
        output ??= name + (shards == 1 ? ".commitment" : string.Create(CultureInfo.InvariantCulture, $".shard-{shard}-of-{shards}"));
        CheckFolder(output, paths);
        if (salted is not null && Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()) throw new UsageException($"'{output}' holds something", "--out names a new folder: salts are never written over");
        var plan = source.Plan(formatName);

        if (salted is { } scheme) return await SaltedCommands.CommitAsync(plan, scheme, output, signing with { Name = signing.Name ?? name }, start, asJson, cancel);
        using var progress = new ProgressLines();
        var options = new CommitOptions { Progress = progress.Hear };
        if (share is not null)
        {
            FolderCommit.RunShard(plan, shard, shards, output, out var facts, options, cancel).Require();
            progress.Dispose();
            ShowShard(facts!, output, start, asJson);
            return ExitCode.Yes;
        }
        FolderCommit.Run(plan, output, out var result, options, cancel).Require();
        progress.Dispose();
        CommitAnswer.Show(result!, output, signing with { Name = signing.Name ?? name }, start, asJson);
        return ExitCode.Yes;
    }

    static (int Shard, int Shards) Share(string? share)
    {
        if (share is null) return (1, 1);
        if (share.Split('/') is [var i, var n] && int.TryParse(i, NumberStyles.None, CultureInfo.InvariantCulture, out int shard) && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int shards)
            && shard >= 1 && shard <= shards) return (shard, shards);
        throw new UsageException($"'{share}' is no shard", "i/n with i from 1 to n: 3/8 is the third of eight");
    }

    /// <summary>A mistyped folder is not to be filled with a commitment's files, nor the data with its own commitment.</summary>
    static void CheckFolder(string output, string[] paths)
    {
        string full = Path.GetFullPath(output);
        if (File.Exists(full)) throw new UsageException($"'{output}' is a file", "--out names a folder");
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any() && !File.Exists(Path.Combine(full, "objects")))
            throw new UsageException($"'{output}' holds something else", "--out names a new folder, or one that an interrupted commit left");
        foreach (string path in paths.Where(Directory.Exists))
            if ((full + Path.DirectorySeparatorChar).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new UsageException($"'{output}' lies in the data itself", "name a folder elsewhere with --out");
    }

    static void ShowShard(ShardFacts facts, string output, long start, bool asJson)
    {
        if (asJson)
        {
            Console.Out.WriteLine(new JsonObject
            {
                ["shard"] = facts.Shard, ["shards"] = facts.Shards, ["plan"] = facts.Plan.ToString(), ["records"] = facts.Records, ["bytes"] = facts.Bytes,
                ["seconds"] = TimeProvider.System.GetElapsedTime(start).TotalSeconds, ["peakBytes"] = CommitAnswer.PeakBytes,
            }.ToJsonString(CommitAnswer.Indented));
            return;
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"shard {facts.Shard} of {facts.Shards}: {facts.Records:N0} records, {facts.Bytes:N0} bytes, in {output}"));
        Terminal.Notes.WriteLine($"counterfoil: \"counterfoil data merge\" joins all {facts.Shards} shards, given in order");
    }
}
