using System.Text.Json;
using Counterfoil.Evm;
using Counterfoil.Tests.Chains;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil chain deploy</c> and <c>status</c>, as people type them, against a chain of another make.</summary>
public sealed class ChainCommandTests : IAsyncLifetime
{
    readonly string home = Directory.CreateTempSubdirectory("counterfoil").FullName;
    AnvilNode anvil = null!;

    public async ValueTask InitializeAsync() => anvil = await AnvilNode.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await anvil.DisposeAsync();
        Directory.Delete(home, recursive: true);
    }

    // The first account of the mnemonic that every anvil starts with.
    const string RichKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    async Task<Ran> ChainAsync(string verb, params string[] more) => await TheCommand.RunAsync(["chain", verb, "--rpc", anvil.Address.ToString(), "--home", Path.Combine(home, "home"), .. more]);

    string KeyFile()
    {
        string path = Path.Combine(home, "deployer.key");
        File.WriteAllText(path, RichKey);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    [Fact]
    public async Task Contracts_are_deployed_once_found_again_and_sound_until_their_code_is_another()
    {
        string key = KeyFile();
        var first = await ChainAsync("deploy", "--key", key);
        Assert.True(first.Exit == 0, first.Error);
        string[] lines = first.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= 6, first.Out);
        Assert.All(lines, line => Assert.EndsWith("deployed", line, StringComparison.Ordinal));

        var again = await ChainAsync("deploy", "--key", key);
        Assert.Equal(0, again.Exit);
        Assert.Equal(lines.Select(line => line.Replace("deployed", "was there", StringComparison.Ordinal)), again.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        var status = await ChainAsync("status", "--json");
        Assert.Equal(0, status.Exit);
        using var answer = JsonDocument.Parse(status.Out);
        Assert.Equal(31337u, answer.RootElement.GetProperty("chainId").GetUInt64());
        var contracts = answer.RootElement.GetProperty("contracts").EnumerateObject().ToList();
        Assert.Equal(lines.Length, contracts.Count);
        Assert.All(contracts, contract => Assert.True(contract.Value.GetProperty("sound").GetBoolean(), contract.Name));

        string anchor = contracts.Single(contract => contract.Name == "Anchor").Value.GetProperty("address").GetString()!;
        await anvil.AskAsync("anvil_setCode", $"[\"{anchor}\",\"0x00\"]");
        await anvil.AskAsync("evm_mine", "[]"); // accounts are proven to a block's state root
        var forged = await ChainAsync("status", "--json");
        Assert.Equal(1, forged.Exit);
        using var found = JsonDocument.Parse(forged.Out);
        Assert.False(found.RootElement.GetProperty("contracts").GetProperty("Anchor").GetProperty("sound").GetBoolean());
    }

    [Fact]
    public async Task Who_has_no_money_for_gas_and_who_names_no_endpoint_are_told_what_to_do()
    {
        var poor = await ChainAsync("deploy");
        Assert.Equal((2, ""), (poor.Exit, poor.Out));
        Assert.Contains("has no money for gas on chain 31337", poor.Error, StringComparison.Ordinal);
        var away = await TheCommand.RunAsync("chain", "status", "--rpc", "ftp://nowhere", "--home", home);
        Assert.Equal(2, away.Exit);
        Assert.Contains("is no address of an endpoint", away.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", poor.Error + away.Error, StringComparison.Ordinal);
    }
}
