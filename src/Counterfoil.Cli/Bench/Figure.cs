using System.Diagnostics;

namespace Counterfoil.Cli.Bench;

/// <summary>One measured figure, beside the reference that was measured in the same run.</summary>
/// <param name="Case">What was measured.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Reference">What it is compared with, or null where nothing comparable is installed.</param>
/// <param name="ReferenceValue">The reference's median in the same run and unit.</param>
/// <param name="LessIsBetter">Whether a smaller figure is the better one.</param>
sealed record Figure(string Case, double Value, string Unit, string? Reference = null, double? ReferenceValue = null, bool LessIsBetter = false)
{
    /// <summary>How many times better than the reference; null without one.</summary>
    public double? Ratio => ReferenceValue is { } r && r > 0 && Value > 0 ? LessIsBetter ? r / Value : Value / r : null;
}

/// <summary>Times work the way figures are quoted: warm, several times, the median.</summary>
static class Stopwatches
{
    /// <summary>Median seconds of <paramref name="runs"/> runs after one that is not counted.</summary>
    public static double Median(int runs, Action work)
    {
        work();
        var seconds = new double[runs];
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(seconds);
        return seconds[runs / 2];
    }

    /// <summary>Median seconds of two works run in turn, so that a change in the machine's speed meets both.</summary>
    public static (double A, double B) Pair(int runs, Action a, Action b)
    {
        a();
        b();
        var (x, y) = (new double[runs], new double[runs]);
        for (int i = 0; i < runs; i++)
        {
            x[i] = Once(a);
            y[i] = Once(b);
        }
        Array.Sort(x);
        Array.Sort(y);
        return (x[runs / 2], y[runs / 2]);
    }

    static double Once(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
