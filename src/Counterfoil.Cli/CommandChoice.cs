using System.CommandLine;

namespace Counterfoil.Cli;

/// <summary>Commands by their names, of which only the one that is asked for is made: making one compiles its options, and a process that runs one command pays for all that it makes.</summary>
static class CommandChoice
{
    /// <summary>Makes the command that a word names; all of them where it names none, for help and for what is mistyped.</summary>
    public static IEnumerable<Command> Of(string? word, params (string Name, Func<Command> Create)[] commands)
    {
        foreach (var (name, create) in commands)
            if (name == word) return [create()];
        return commands.Select(c => c.Create());
    }
}
