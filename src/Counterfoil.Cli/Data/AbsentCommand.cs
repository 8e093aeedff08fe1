using System.CommandLine;
using Counterfoil.Data.Privacy;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data absent</c>: a file that shows that a record is not in.</summary>
static class AbsentCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of the commitment" };
        var record = new Argument<string>("record") { Description = "A file with the record's bytes exactly (- for stdin)" };
        var output = new Option<string?>("--out") { Description = "Where to write the proof; absence.proof if not said" };
        var bare = new Option<bool>("--without-statement") { Description = "Leave the signed statement out: it stands beside the file" };
        var command = new Command("absent", "Shows that a record is not in a committed set") { folder, record, output, bare };
        command.SetAction(parsed => Run(parsed.GetValue(folder)!, parsed.GetValue(record)!, parsed.GetValue(output) ?? "absence.proof", parsed.GetValue(bare)));
        return command;
    }

    static int Run(string folder, string record, string output, bool bare)
    {
        if (SaltedFolder.IsOne(folder)) return SaltedCommands.Absent(folder, record, output, bare);
        using var committed = CommittedFolder.Open(folder);
        byte[] bytes = InputFile.ReadRecord(record);
        if (Claim.Absence.Make(committed.Leaves, bytes) is not { } claim)
        {
            var places = committed.Find(committed.Set.Leaf(bytes));
            Terminal.Error($"the record is in {folder}{(places.Count > 0 ? $", at place {places[0]}" : "")}");
            return ExitCode.No;
        }
        ProofOutput.Write(output, new(committed.Set, claim, bare ? null : committed.Statement));
        return ExitCode.Yes;
    }
}
