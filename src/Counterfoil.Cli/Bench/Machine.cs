using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Counterfoil.Cli.Bench;

/// <summary>What figures were measured on, and with which code: a figure without these is a rumour.</summary>
static class Machine
{
    /// <summary>Processor, cores, width of vectors, system and runtime.</summary>
    public static string Description { get; } =
        $"{Processor()}, {Environment.ProcessorCount} cores, {(Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : "128")}-bit vectors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>The commit that was built; the compiler writes it behind the version.</summary>
    public static string Commit { get; } = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, { Length: >= 12 } revision]
        ? revision[..12]
        : "unknown";

    /// <summary>
    /// How many programs wanted the processor during the last minute, or null where the system does not say. Over the number of cores, others were measured too.
    /// </summary>
    public static double? Load =>
        File.Exists("/proc/loadavg") && double.TryParse(File.ReadAllText("/proc/loadavg").Split(' ')[0], out double load) ? load : null;

    static string Processor()
    {
        string? line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
