using System.CommandLine;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Auditing;
using Counterfoil.Data.Commitments;

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
        using var committed = CommittedFolder.Open(folder);
        using var source = await DataSource.ListAsync(data, cancel);
        CommitPlan.Of(source.Format(committed.Set.Canonicaliser.Id), source.Objects, out var plan).Require();
        // Committed to once more, in a folder that is thrown away: as much memory as a commit takes, however many records there are.
        string again = Directory.CreateTempSubdirectory("counterfoil-audit").FullName;
        CommitmentResult? result;
        try
        {
            using (var progress = new ProgressLines())
                FolderCommit.Run(plan!, again, out result, new CommitOptions { Progress = progress.Hear }, cancel).Require();
            CommitmentFolder.Open(again, out var found).Require();
            using (found)
            {
                var audit = DatasetAudit.Compare(StatedFacts.Of(committed.Leaves.Result), StatedFacts.Of(result!), committed.Leaves, found!);
                DifferenceOutput.Write(audit.Verdict, audit.Differences, json, "what was committed", "what is there");
                return ExitCode.Of(audit.Verdict);
            }
        }
        finally
        {
            Directory.Delete(again, recursive: true);
        }
    }
}
