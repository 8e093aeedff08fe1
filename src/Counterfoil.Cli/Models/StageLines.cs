using System.Diagnostics;
using Counterfoil.Prover;
using Spectre.Console;

namespace Counterfoil.Cli.Models;

/// <summary>Tells on stderr which stage a long registration or proof is at: on a terminal one line that changes, elsewhere a line every few seconds.</summary>
sealed class StageLines : IProgress<ProvingStage>, IDisposable
{
    static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.2), Elsewhere = TimeSpan.FromSeconds(5);

    // No line for what takes less than this.
    static readonly TimeSpan BeforeFirst = TimeSpan.FromSeconds(0.5);

    readonly bool terminal = !Console.IsErrorRedirected;
    readonly Lock gate = new();
    readonly string what;
    readonly long start = Stopwatch.GetTimestamp();
    readonly Timer timer;
    ProvingStage stage;
    bool isEnded, written;

    /// <param name="what">What is done, in a word.</param>
    public StageLines(string what)
    {
        this.what = what;
        timer = new Timer(_ => Say(), null, terminal ? BeforeFirst : Elsewhere, terminal ? OnTerminal : Elsewhere);
    }

    /// <inheritdoc/>
    public void Report(ProvingStage value)
    {
        lock (gate) stage = value;
    }

    void Say()
    {
        lock (gate)
        {
            if (isEnded) return;
            string line = $"counterfoil: {what}: {(stage.Count > 0 ? $"{stage.Name} (stage {stage.Number} of {stage.Count})" : "reading")}, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s";
            if (!terminal) Terminal.Notes.WriteLine(line);
            else Console.Error.Write($"\r\u001b[K{line}");
            written = terminal;
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            isEnded = true;
            if (written) Console.Error.Write("\r\u001b[K");
            written = false;
        }
    }
}
