using System.CommandLine;

namespace Counterfoil.Cli.Log;

/// <summary><c>counterfoil log</c>: the transparency log, kept, served, witnessed, anchored, and watched.</summary>
static class LogCommand
{
    public static Command Create() => new("log", "Transparency logs: a home's own, and others' by their addresses")
    {
        RunCommand.Create(), ShowCommand.Create(), ProveCommand.Create(), WitnessCommand.Create(), AnchorCommand.Create(), MonitorCommand.Create(), LogFsckCommand.Create(),
    };
}
