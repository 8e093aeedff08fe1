using System.CommandLine;
using System.Globalization;
using Counterfoil.Data.Privacy;
using Counterfoil.Data.Proofs;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data prove</c>: a file that shows that a record is in.</summary>
static class ProveCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of the commitment" };
        var what = new Argument<string>("record") { Description = "A place, from 0; or a file with the record's bytes exactly (- for stdin)" };
        var output = new Option<string?>("--out") { Description = "Where to write the proof; record.proof if not said" };
        var bare = new Option<bool>("--without-statement") { Description = "Leave the signed statement out: it stands beside the file" };
        var salts = new Option<string?>("--salts") { Description = "Of a salted set: the file of salts, where it is not in the folder" };
        var command = new Command("prove", "Shows that a record is in a committed set, and where") { folder, what, output, bare, salts };
        command.SetAction(parsed => Run(parsed.GetValue(folder)!, parsed.GetValue(what)!, parsed.GetValue(output) ?? "record.proof", parsed.GetValue(bare), parsed.GetValue(salts)));
        return command;
    }

    static int Run(string folder, string what, string output, bool bare, string? saltFile)
    {
        if (SaltedFolder.IsOne(folder)) return SaltedCommands.Prove(folder, what, output, bare, saltFile);
        if (saltFile is not null) throw new UsageException($"{folder} holds no salted set", "leave --salts away");
        using var committed = CommittedFolder.Open(folder);
        if (!long.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out long place))
        {
            var places = committed.Find(committed.Set.Leaf(InputFile.ReadRecord(what)));
            if (places.Count == 0)
            {
                Terminal.Error($"the record is not among the {committed.Set.Records:N0} of {folder}");
                Terminal.Hint("counterfoil data absent shows that it is not; a record's bytes are those of its canonicaliser, without a line's end");
                return ExitCode.No;
            }
            place = places[0];
            if (places.Count > 1) Terminal.Notes.WriteLine($"counterfoil: the record is at {places.Count} places; this proof is for the first");
        }
        if (place >= committed.Set.Records) throw new UsageException($"there is no place {place}", $"the set has the places 0 … {committed.Set.Records - 1}");
        ProofOutput.Write(output, new(committed.Set, new Claim.Inclusion(Placement.Of(committed.Leaves, place)), bare ? null : committed.Statement));
        return ExitCode.Yes;
    }
}
