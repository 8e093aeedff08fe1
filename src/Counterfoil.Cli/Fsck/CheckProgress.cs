using System.Globalization;
using Spectre.Console;

namespace Counterfoil.Cli.Fsck;

/// <summary>Tells on stderr how far a check has come: on a terminal one line that changes, elsewhere a line every few seconds.</summary>
sealed class CheckProgress : IDisposable
{
    static readonly TimeSpan BeforeFirst = TimeSpan.FromSeconds(0.5), OnTerminal = TimeSpan.FromSeconds(0.2), Elsewhere = TimeSpan.FromSeconds(5);

    readonly bool terminal = !Console.IsErrorRedirected;
    readonly Lock gate = new();
    long said = TimeProvider.System.GetTimestamp();
    bool written, any;

    /// <summary>Hears of one part: how much of it is done, and how much there is.</summary>
    public Action<long, long> Of(string what) => (done, total) =>
    {
        lock (gate)
        {
            long now = TimeProvider.System.GetTimestamp();
            if (TimeProvider.System.GetElapsedTime(said, now) < (!terminal ? Elsewhere : any ? OnTerminal : BeforeFirst)) return;
            (said, any) = (now, true);
            string line = string.Create(CultureInfo.InvariantCulture, $"counterfoil: checking {what}: {(total > 0 ? 100.0 * done / total : 100):F0} % of {total:N0}");
            if (!terminal) Terminal.Notes.WriteLine(line);
            else
            {
                Console.Error.Write($"\r\u001b[K{line}");
                written = true;
            }
        }
    };

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (written) Console.Error.Write("\r\u001b[K");
            written = false;
        }
    }
}
