using System.Diagnostics;

namespace Counterfoil.Cli.Bench;

/// <summary>Times work the way figures are quoted: warm, several times, the median.</summary>
static class Stopwatches
{
    /// <summary>Median seconds of up to <paramref name="run"/>'s runs, after a warm-up that is not counted.</summary>
    public static double Median(BenchRun run, Action work) => Median(Sample(run, work));

    /// <summary>Median seconds of two works run in turn, so that a change in the machine's speed meets both.</summary>
    public static (double A, double B) Pair(BenchRun run, Action a, Action b)
    {
        WarmUp(run, () =>
        {
            a();
            b();
        });
        var (x, y) = (new List<double>(), new List<double>());
        Repeat(run, () =>
        {
            x.Add(Once(a));
            y.Add(Once(b));
        });
        return (Median(x), Median(y));
    }

    /// <summary>Seconds of each run, after a warm-up that is not counted.</summary>
    public static List<double> Sample(BenchRun run, Action work)
    {
        WarmUp(run, work);
        var seconds = new List<double>();
        Repeat(run, () => seconds.Add(Once(work)));
        return seconds;
    }

    static void WarmUp(BenchRun run, Action work) => Repeat(run, work, 1, int.MaxValue, run.WarmUp);

    static void Repeat(BenchRun run, Action work) => Repeat(run, work, run.LeastRuns, run.Runs, run.Budget);

    static void Repeat(BenchRun run, Action work, int least, int most, TimeSpan budget)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < most && (i < least || Stopwatch.GetElapsedTime(start) < budget); i++)
        {
            run.Cancel.ThrowIfCancellationRequested();
            work();
        }
    }

    /// <summary>The middle of some measurements; of an even number, the lower of the middle two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(sorted.Length - 1) / 2];
    }

    /// <summary>Seconds that <paramref name="work"/> takes once.</summary>
    public static double Once(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
