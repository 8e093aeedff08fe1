using System.CommandLine;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data</c>: what was committed before it was used, what is in it, and what is not.</summary>
static class DataCommand
{
    public static Command Create() => new("data", "Commitments to data: making them, proofs in and out, audits, differences, lineage, licences, reports")
    {
        CommitCommand.Create(),
        MergeCommand.Create(),
        ProveCommand.Create(),
        AbsentCommand.Create(),
        AuditCommand.Create(),
        DiffCommand.Create(),
        ReportCommand.Create(),
        LineageCommand.Create(),
        RemakeCommand.Create(),
        NearCommand.Create(),
        LicencesCommand.Create(),
    };
}
