using System.CommandLine;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data</c>: data sets, committed to before they are used.</summary>
static class DataCommand
{
    public static Command Create() => new("data", "Data sets: commitments to them, and what is shown from these") { CommitCommand.Create(), MergeCommand.Create() };
}
