using Spectre.Console;

namespace Counterfoil.Cli;

/// <summary>One line on stderr that says how far something has come: on a terminal it changes, elsewhere it is said again every few seconds. Nothing is said of what takes less than half a second. Safe for concurrent use.</summary>
sealed class ProgressLine : IDisposable
{
    /// <summary>How often there is something new to say.</summary>
    public static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.2), Elsewhere = TimeSpan.FromSeconds(5);

    static readonly TimeSpan BeforeFirst = TimeSpan.FromSeconds(0.5);

    readonly bool terminal = !Console.IsErrorRedirected;
    readonly Lock gate = new();
    readonly long start = TimeProvider.System.GetTimestamp();
    long said;
    bool isEnded, isShown;

    /// <summary>Time since it began.</summary>
    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(start);

    /// <summary>Says a line, if it is time to.</summary>
    /// <param name="line">Makes the line, which is not asked for if nothing is to be said.</param>
    public void Say(Func<string> line)
    {
        lock (gate)
        {
            long now = TimeProvider.System.GetTimestamp();
            var since = TimeProvider.System.GetElapsedTime(said == 0 ? start : said, now);
            if (isEnded || since < (!terminal ? Elsewhere : said == 0 ? BeforeFirst : OnTerminal)) return;
            said = now;
            if (!terminal) Terminal.Notes.WriteLine($"counterfoil: {line()}");
            else
            {
                Console.Error.Write($"\r\u001b[Kcounterfoil: {line()}");
                isShown = true;
            }
        }
    }

    /// <summary>Takes the line away; no other follows.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isEnded = true;
            if (isShown) Console.Error.Write("\r\u001b[K");
            isShown = false;
        }
    }
}
