using System.CommandLine;
using System.Text.Json;
using Counterfoil.Chain;
using Counterfoil.Chain.Secp256k1;
using Counterfoil.Cli.Inference;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Cli;

/// <summary>The one place where the world's failures arrive: each becomes one line that says what was wrong and what to do, never a stack trace.</summary>
static class Front
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            interrupted.Cancel();
        };
        try
        {
            ChooseCurve();
            var parsed = root.Parse(args);
            if (parsed.Errors.Count > 0)
            {
                // That a command is missing says nothing beside the word that is none.
                var errors = parsed.Errors.Where(e => parsed.UnmatchedTokens.Count == 0 || !e.Message.StartsWith("Required command", StringComparison.Ordinal)).ToList();
                foreach (var error in errors.Count > 0 ? errors : parsed.Errors) Terminal.Error(Sentence(error.Message));
                Terminal.Hint($"counterfoil {parsed.CommandResult.Command.Name} --help".Replace("counterfoil counterfoil", "counterfoil"));
                return ExitCode.Usage;
            }
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
            // A server that is told to end answers first what it has begun.
            if (parsed.CommandResult.Command.Name == ServeCommand.Name) configuration.ProcessTerminationTimeout = ServeCommand.EndPatience + TimeSpan.FromSeconds(5);
            return await parsed.InvokeAsync(configuration, interrupted.Token);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            Terminal.Error("interrupted");
            return ExitCode.Unknown;
        }
        catch (Exception e)
        {
            return Tell(e);
        }
    }

    static void ChooseCurve()
    {
        try
        {
            Secp256k1Choice.Choose(Environment.GetEnvironmentVariable(Secp256k1Choice.Variable));
        }
        catch (NotSupportedException unusable)
        {
            throw new UsageException(unusable.Message, $"unset {Secp256k1Choice.Variable}, or install Debian's libsecp256k1-1 (elsewhere libsecp256k1 with its module for recovery)");
        }
    }

    /// <summary>What went wrong, in one line, and the exit code that says so.</summary>
    static int Tell(Exception failure)
    {
        switch (failure)
        {
            case UsageException usage:
                Terminal.Error(OneLine(usage.Message));
                if (usage.Hint is not null) Terminal.Hint(usage.Hint);
                return ExitCode.Usage;
            // A verdict of what the command builds on: its words are the verdict's, check and all.
            case RefusedException refused:
                Terminal.Error(Sentence(refused.Message));
                if (refused.Hint is not null) Terminal.Hint(refused.Hint);
                return ExitCode.Unknown;
            case ChainException or HttpRequestException or TimeoutException:
            case IOException or UnauthorizedAccessException or InvalidDataException:
                Terminal.Error(Sentence(failure.Message));
                return ExitCode.Unknown;
            case SqliteException database:
                Terminal.Error($"a database of the home cannot be used: {Sentence(database.Message)}");
                return ExitCode.Unknown;
            case JsonException json:
                Terminal.Error($"what was read is not the JSON that it should be: {Sentence(json.Message)}");
                return ExitCode.Unknown;
            default:
                // A fault of this program: who meets it needs a line and not a page of frames.
                Terminal.Error($"a fault of this program, {failure.GetType().Name}: {Sentence(failure.Message)}");
                Terminal.Hint("please report it, with the command that you gave");
                return ExitCode.Unknown;
        }
    }

    static string OneLine(string message) => string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Others' messages in our form: one line, lower case, no full stop.</summary>
    static string Sentence(string message)
    {
        string line = OneLine(message).TrimEnd('.');
        // A name such as "SQLite" keeps its case.
        return line.Length > 1 && char.IsUpper(line[0]) && !char.IsUpper(line[1]) ? char.ToLowerInvariant(line[0]) + line[1..] : line;
    }
}

/// <summary>The command cannot run as asked.</summary>
/// <param name="message">What was wrong, with the value.</param>
/// <param name="hint">What to do, or null.</param>
sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    public string? Hint { get; } = hint;
}
