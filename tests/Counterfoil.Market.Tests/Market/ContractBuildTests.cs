using System.Diagnostics;
using Counterfoil.Tests;

namespace Counterfoil.Market.Tests;

/// <summary>The contracts' own build and tests, where their npm packages are installed (contracts/README.md).</summary>
public sealed class ContractBuildTests
{
    static readonly string Contracts = Path.Combine(Surroundings.Root, "contracts");

    [Fact]
    public async Task The_committed_bytecode_is_what_the_sources_compile_to()
    {
        Surroundings.Tool("soljson.js", "contracts/node_modules/solc/soljson.js");
        await Succeeds(Surroundings.Tool("node"), ["build.mjs", "--check"]);
    }

    [Fact]
    public async Task The_contracts_pass_their_own_tests()
    {
        Surroundings.Tool("soljson.js", "contracts/node_modules/solc/soljson.js");
        Surroundings.Tool("node");
        bool thorough = Environment.GetEnvironmentVariable("CI") == "true";
        await Succeeds(Surroundings.Tool("forge", "contracts/node_modules/@foundry-rs/forge-linux-amd64/bin/forge"), ["test"],
            ("FOUNDRY_PROFILE", "quick"), ("FOUNDRY_FUZZ_RUNS", thorough ? "1000" : "100"));
    }

    static async Task Succeeds(string tool, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(tool, arguments) { WorkingDirectory = Contracts, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        Assert.True(process.ExitCode == 0, $"{Path.GetFileName(tool)} {string.Join(' ', arguments)} exited with {process.ExitCode}\n{await output}\n{await error}");
    }
}
