using System.Diagnostics;
using System.Text.Json;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Rpc.Interop;

/// <summary>A program of <c>tests/tools/interop</c>: it does to a chain what others' software does, and reports by one JSON object.</summary>
static class InteropScript
{
    public static async Task<JsonElement> RunAsync(string name, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo(Surroundings.Tool("node"), [Path.Combine(Surroundings.Root, "tests/tools/interop", name), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            string report = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            Assert.True(process.ExitCode == 0, await errors);
            return JsonDocument.Parse(report).RootElement.Clone();
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
