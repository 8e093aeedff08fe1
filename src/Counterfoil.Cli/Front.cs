using System.CommandLine;

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
            var parsed = root.Parse(args);
            if (parsed.Errors.Count > 0)
            {
                foreach (var error in parsed.Errors) Terminal.Error(error.Message);
                Terminal.Hint($"counterfoil {parsed.CommandResult.Command.Name} --help".Replace("counterfoil counterfoil", "counterfoil"));
                return ExitCode.Usage;
            }
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, interrupted.Token);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            Terminal.Error("interrupted");
            return ExitCode.Unknown;
        }
        catch (UsageException e)
        {
            Terminal.Error(e.Message);
            if (e.Hint is not null) Terminal.Hint(e.Hint);
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or TimeoutException)
        {
            Terminal.Error(e.Message);
            return ExitCode.Unknown;
        }
    }
}

/// <summary>The command cannot run as asked.</summary>
/// <param name="message">What was wrong, with the value.</param>
/// <param name="hint">What to do, or null.</param>
sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    public string? Hint { get; } = hint;
}
