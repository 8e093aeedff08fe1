using System.Diagnostics;

namespace Counterfoil.Cli.Bench;

/// <summary>The most memory that this process holds while something runs, everything in it counted.</summary>
static class PeakMemory
{
    /// <summary>The peak resident set, bytes. Where the system cannot forget earlier peaks (anywhere but on Linux), the peak since the process began.</summary>
    public static long During(Action work)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        bool forgotten = Forget();
        work();
        if (forgotten && HighWater() is { } peak) return peak;
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    // proc(5): writing 5 to clear_refs resets VmHWM to what is resident now.
    static bool Forget()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // some containers do not allow it
        }
    }

    static long? HighWater() =>
        File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..]
            ? long.Parse(kibibytes) * 1024
            : null;
}
