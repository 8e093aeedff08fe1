using Spectre.Console;

namespace Counterfoil.Cli.Bench;

/// <summary>How a bench is to run.</summary>
/// <param name="Quick">Tiny sizes, each once: shows that everything runs, and no figure worth quoting.</param>
/// <param name="Cancel">Stops between measurements.</param>
/// <param name="Model">The one model whose proofs are measured; null: all but those that take many minutes.</param>
sealed record BenchRun(bool Quick, CancellationToken Cancel, string? Model = null)
{
    /// <summary>The most runs that a median is taken of.</summary>
    public int Runs => Quick ? 1 : 25;

    /// <summary>The fewest, however long they take.</summary>
    public int LeastRuns => Quick ? 1 : 3;

    /// <summary>How long a rate is measured, seconds.</summary>
    public double Seconds => Quick ? 0.05 : 2;

    /// <summary>How long work runs before it is timed, so that the JIT has compiled it for good: it waits 0.1 s after the thirtieth call.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(Quick ? 0 : 0.6);

    /// <summary>How long one figure may take once it has its fewest runs.</summary>
    public TimeSpan Budget => TimeSpan.FromSeconds(Quick ? 0 : 1.5);

    /// <summary>Says on stderr what is measured next.</summary>
    public void Next(string what)
    {
        Cancel.ThrowIfCancellationRequested();
        Terminal.Notes.WriteLine($"counterfoil: measuring {what}");
    }
}
