using System.Diagnostics;

namespace Counterfoil.Story.Tests;

/// <summary>How a run of the command ended.</summary>
/// <param name="Exit">The exit code.</param>
/// <param name="Out">All of stdout.</param>
/// <param name="Error">All of stderr.</param>
sealed record Ran(int Exit, string Out, string Error);

/// <summary>The command, as a process of its own.</summary>
static class TheCommand
{
    static readonly Lazy<Task<bool>> NetworkCanBeTaken = new(async () => OperatingSystem.IsLinux() && File.Exists("/usr/bin/unshare") && (await StartAsync("/usr/bin/unshare", ["--net", "--map-root-user", "true"])).Exit == 0);

    public static Task<Ran> RunAsync(params string[] arguments) => StartAsync("dotnet", [Program, .. arguments]);

    /// <summary>Runs it in a namespace without any network interface; skips the test where the system does not let us.</summary>
    public static async Task<Ran> RunWithoutNetworkAsync(params string[] arguments)
    {
        Assert.SkipUnless(await NetworkCanBeTaken.Value, "skipped: this system lets no one take a process's network away (unshare --net)");
        return await StartAsync("/usr/bin/unshare", ["--net", "--map-root-user", "dotnet", Program, .. arguments]);
    }

    static string Program => Path.Combine(AppContext.BaseDirectory, "counterfoil.dll");

    public static async Task<Ran> StartAsync(string file, IEnumerable<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Ran(process.ExitCode, output, await error);
    }
}
