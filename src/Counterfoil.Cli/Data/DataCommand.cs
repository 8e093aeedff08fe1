using System.CommandLine;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data</c>: what was committed before it was used, what is in it, and what is not.</summary>
static class DataCommand
{
    /// <param name="word">The word behind "data", which may name the one command that is needed.</param>
    public static Command Create(string? word)
    {
        var data = new Command("data", "Commitments to data: making them, proofs in and out, deltas, erasure, look-ups, audits, differences, lineage, licences, reports");
        foreach (var command in CommandChoice.Of(word,
            ("commit", CommitCommand.Create),
            ("merge", MergeCommand.Create),
            ("record", RecordCommand.Create),
            ("prove", ProveCommand.Create),
            ("absent", AbsentCommand.Create),
            ("delta", DeltaCommand.Create),
            ("erase", EraseCommand.Create),
            ("lookup", LookupCommand.Create),
            ("audit", AuditCommand.Create),
            ("diff", DiffCommand.Create),
            ("report", ReportCommand.Create),
            ("lineage", LineageCommand.Create),
            ("transform", TransformCommand.Create),
            ("remake", RemakeCommand.Create),
            ("near", NearCommand.Create),
            ("licences", LicencesCommand.Create))) data.Add(command);
        return data;
    }
}
