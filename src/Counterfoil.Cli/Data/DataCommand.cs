using System.CommandLine;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data</c>: what was committed, what is in it, and what is not.</summary>
static class DataCommand
{
    public static Command Create() => new("data", "Commitments to data: proofs in and out, audits, differences")
    {
        ProveCommand.Create(),
        AbsentCommand.Create(),
        AuditCommand.Create(),
        DiffCommand.Create(),
    };
}
