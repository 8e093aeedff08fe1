using Counterfoil.Chain.Tests.DevChain;

namespace Counterfoil.Chain.Tests.Rpc.Interop;

/// <summary>A client that others wrote does to the served chain what applications do: tests/tools/interop/ethers.mjs, by ethers.</summary>
public sealed class EthersTests
{
    [Fact]
    public async Task An_application_finds_what_it_expects_of_a_chain()
    {
        using var fixture = new ChainFixture();
        await using var host = await Node.Chain.ChainHost.StartAsync(fixture.Chain);
        var report = await NodeScript.RunAsync("ethers", "ethers.mjs", host.Address);
        var expected = new Dictionary<string, string>
        {
            ["chainId"] = "\"31337\"", ["balance"] = "\"1000000000000000000000\"", ["fees"] = "true",
            ["name"] = "\"Test Dollar\"", ["minted"] = """[1,"Transfer",true]""", ["estimate"] = "true",
            ["reverted"] = "\"InsufficientBalance\"", ["broke"] = "true", ["stale"] = "true",
            ["receipts"] = "[1,1,1]", ["block"] = "true", ["signed"] = "66",
            ["events"] = """["5000000"]""", ["followed"] = "\"7\"", ["heard"] = "\"8\"",
            ["whale"] = "true", ["time"] = "true",
        };
        Assert.Equal(expected, report.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText()));
    }
}
