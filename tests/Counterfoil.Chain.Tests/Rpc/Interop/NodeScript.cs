using System.Diagnostics;
using System.Text.Json;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Rpc.Interop;

/// <summary>Programs that drive a served chain: scripts of tests/tools/interop, and tools.</summary>
static class NodeScript
{
    /// <summary>Runs a script with the chain's address, the key of <see cref="DevChain.ChainFixture"/>'s rich account, and the dollar's artifact; the JSON that it prints.</summary>
    public static Task<JsonElement> RunAsync(string package, string script, Uri chain) => RunAsync(package, script, chain, "contracts/artifacts/TestDollar.json");

    /// <summary>Runs a script with the chain's address, the key of <see cref="DevChain.ChainFixture"/>'s rich account, and a file or folder of the checkout; the JSON that it prints.</summary>
    public static async Task<JsonElement> RunAsync(string package, string script, Uri chain, string contracts)
    {
        Surroundings.Tool(package, $"tests/tools/node_modules/{package}/package.json");
        var (exit, output, error) = await RunAsync(Surroundings.Tool("node"),
            [Path.Combine(Surroundings.Root, "tests/tools/interop", script), chain.ToString().TrimEnd('/'), RichKey, Path.Combine(Surroundings.Root, contracts)]);
        Assert.True(exit == 0, error);
        return JsonDocument.Parse(output).RootElement.Clone();
    }

    public static string RichKey => "0x" + Convert.ToHexStringLower(Core.Digests.Keccak256.Hash("rich"u8).ToArray());

    public static async Task<(int Exit, string Output, string Error)> RunAsync(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
