using System.CommandLine;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Auditing;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Idx;
using Counterfoil.Data.Records;
using Counterfoil.Data.Stores;

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
        if (data.FirstOrDefault(p => !File.Exists(p) && !Directory.Exists(p)) is { } missing) throw new UsageException($"there is no file or folder '{missing}'", "name the data that was committed to");
        var plan = Plan(committed.Set.Canonicaliser, await new LocalFiles(data).ListAsync(cancel));
        // Committed to once more, in a folder that is thrown away: as much memory as a commit takes, however many records there are.
        string again = Directory.CreateTempSubdirectory("counterfoil-audit").FullName;
        try
        {
            FolderCommit.Run(plan, again, out var result, new CommitOptions(), cancel).Require();
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

    static CommitPlan Plan(Canonicaliser canonicaliser, IReadOnlyList<StoredObject> objects)
    {
        IRecordFormat? format = ((IRecordFormat[])[new JsonLinesFormat(), new IdxLabelledFormat(), new FilesFormat()]).FirstOrDefault(f => f.Canonicaliser == canonicaliser);
        if (format is null) RecordFormats.Parse(canonicaliser.Id, out format).Require();
        CommitPlan.Of(format!, objects, out var plan).Require();
        return plan!;
    }
}
