using System.CommandLine;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Auditing;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Privacy;
using Counterfoil.Data.Records;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data audit</c>: recomputes everything and compares.</summary>
static class AuditCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of the commitment" };
        var source = new Argument<string[]>("data") { Description = DataSource.PathHelp, Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON, every difference" };
        var command = new Command("audit", "Recomputes a commitment from its data and names every difference") { folder, source, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(folder)!, parsed.GetValue(source)!, parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string folder, string[] data, bool json, CancellationToken cancel)
    {
        using var source = await DataSource.ListAsync(data, cancel);
        if (SaltedFolder.IsOne(folder)) return await SaltedAsync(folder, source, json, cancel);
        using var committed = CommittedFolder.Open(folder);
        var plan = source.Plan(committed.Set.Canonicaliser.Id);
        var stated = committed.Stated;
        // After a delta the data lacks what has tombstones: those are laid where the committed leaves have them.
        if (stated.Bytes is null)
        {
            using var records = Spool(plan, cancel);
            var revised = await DatasetAudit.RunAsync(stated, records, committed.Leaves, cancel);
            DifferenceOutput.Write(revised.Verdict, revised.Differences, json, "what was committed", "what is there");
            return ExitCode.Of(revised.Verdict);
        }
        // Committed to once more, in a folder that is thrown away: as much memory as a commit takes, however many records there are.
        string again = Directory.CreateTempSubdirectory("counterfoil-audit").FullName;
        CommitmentResult? result;
        try
        {
            using (var progress = new ProgressLines())
                FolderCommit.Run(plan, again, out result, new CommitOptions { Progress = progress.Hear }, cancel).Require();
            CommitmentFolder.Open(again, out var found).Require();
            using (found)
            {
                var audit = DatasetAudit.Compare(stated, StatedFacts.Of(result!), committed.Leaves, found!);
                DifferenceOutput.Write(audit.Verdict, audit.Differences, json, "what was committed", "what is there");
                return ExitCode.Of(audit.Verdict);
            }
        }
        finally
        {
            Directory.Delete(again, recursive: true);
        }
    }

    static async Task<int> SaltedAsync(string folder, DataSource source, bool json, CancellationToken cancel)
    {
        var salted = SaltedCommands.Open(folder);
        var (_, set) = SaltedCommands.Statement(salted, folder);
        using var records = Spool(source.Plan(set.Canonicaliser.Id), cancel);
        var verdict = await SaltedCommands.AuditAsync(salted, set, folder, records, cancel);
        DifferenceOutput.Write(verdict, [], json, "what was committed", "what is there");
        return ExitCode.Of(verdict);
    }

    static SpooledRecords Spool(CommitPlan plan, CancellationToken cancel)
    {
        using var progress = new ProgressLines();
        SpooledRecords.Read(plan, out var records, progress.Hear, cancel).Require();
        return records!;
    }
}
