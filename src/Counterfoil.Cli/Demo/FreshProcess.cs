using System.Diagnostics;
using System.Text.Json;

namespace Counterfoil.Cli.Demo;

/// <summary>Asks the question again in a process of its own, which knows nothing but the files; where the system lets it, without any network.</summary>
static class FreshProcess
{
    /// <summary>The verdict that <c>counterfoil verify</c> gives.</summary>
    /// <param name="bundle">The bundle's file.</param>
    /// <param name="policy">The policy's file, or null.</param>
    /// <param name="cancel">Ends the process.</param>
    public static async Task<(string Verdict, bool Networkless)> VerifyAsync(string bundle, string? policy, CancellationToken cancel)
    {
        bool networkless = await WithoutNetwork.Value;
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        var words = new List<string>();
        if (networkless) words.AddRange(["unshare", "--net", "--map-root-user"]);
        string self = Environment.ProcessPath!;
        words.Add(self);
        // `dotnet counterfoil.dll …` is how it runs where the apphost is not used.
        if (Path.GetFileNameWithoutExtension(self) == "dotnet") words.Add(Path.Combine(AppContext.BaseDirectory, "counterfoil.dll"));
        words.AddRange(["verify", bundle, "--json"]);
        if (policy is not null) words.AddRange(["--policy", policy]);
        start.FileName = words[0];
        foreach (string word in words.Skip(1)) start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancel);
        string answer = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        try
        {
            using var json = JsonDocument.Parse(answer);
            return (json.RootElement.GetProperty("verdict").GetString()!, networkless);
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"the fresh process answered nothing to read (exit {process.ExitCode}): {await errors}");
        }
    }

    static readonly Lazy<Task<bool>> WithoutNetwork = new(async () =>
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("unshare", ["--net", "--map-root-user", "true"]) { RedirectStandardError = true })!;
            await probe.WaitForExitAsync();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // not installed
        }
    });
}
