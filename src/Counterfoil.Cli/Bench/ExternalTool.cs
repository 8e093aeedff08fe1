using System.Diagnostics;

namespace Counterfoil.Cli.Bench;

/// <summary>A program of this machine that does the same work: the reference, where it is installed.</summary>
sealed class ExternalTool
{
    readonly string path;

    ExternalTool(string path) => this.path = path;

    /// <summary>Looks along <c>PATH</c>; null where it is not installed.</summary>
    public static ExternalTool? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name)).FirstOrDefault(File.Exists) is { } found ? new(found) : null;

    /// <summary>Runs it to its end; what it printed. Its start, a millisecond or two, is part of what is measured.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public string Run(params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true })!;
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? printed : throw new IOException($"{path} ended with exit code {process.ExitCode}");
    }
}
