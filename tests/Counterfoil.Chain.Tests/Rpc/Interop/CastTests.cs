using System.Text.Json;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Evm;
using Counterfoil.Node.Chain;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Rpc.Interop;

/// <summary>Foundry's command line does to the served chain what people do at a prompt.</summary>
public sealed class CastTests
{
    [Fact]
    public async Task Everyday_commands_work_as_on_any_chain()
    {
        string cast = Surroundings.Tool("cast", "tests/tools/node_modules/@foundry-rs/cast-linux-amd64/bin/cast");
        using var fixture = new ChainFixture();
        await using var host = await ChainHost.StartAsync(fixture.Chain);
        async Task<string> Cast(params string[] arguments)
        {
            var (exit, output, error) = await NodeScript.RunAsync(cast, [.. arguments], [("ETH_RPC_URL", host.Address.ToString())]);
            Assert.True(exit == 0, $"cast {string.Join(' ', arguments)}: {error}");
            return output.Trim();
        }

        string rich = fixture.Key.Address.ToString(), payee = "0x00000000000000000000000000000000000A11cE";
        Assert.Equal("31337", await Cast("chain-id"));
        Assert.Equal("1000000000000000000000", await Cast("balance", rich));
        Assert.Equal("0", await Cast("block-number"));

        string artifact = Path.Combine(Surroundings.Root, "contracts/artifacts/TestDollar.json");
        using var dollar = JsonDocument.Parse(await File.ReadAllTextAsync(artifact));
        using var created = JsonDocument.Parse(await Cast("send", "--json", "--private-key", NodeScript.RichKey, "--create", dollar.RootElement.GetProperty("bytecode").GetString()!));
        string contract = created.RootElement.GetProperty("contractAddress").GetString()!;
        Assert.Equal("0x1", created.RootElement.GetProperty("status").GetString());
        using var minted = JsonDocument.Parse(await Cast("send", "--json", "--private-key", NodeScript.RichKey, contract, "mint(address,uint256)", rich, "5000000"));
        string hash = minted.RootElement.GetProperty("transactionHash").GetString()!;
        Assert.Equal("5000000 [5e6]", await Cast("call", contract, "balanceOf(address)(uint256)", rich));
        Assert.Equal("true", await Cast("receipt", hash, "status"));
        using var logs = JsonDocument.Parse(await Cast("logs", "--json", "--address", contract, "Transfer(address indexed,address indexed,uint256)", "--from-block", "0"));
        Assert.Equal(1, logs.RootElement.GetArrayLength());
        Assert.Equal("2", await Cast("nonce", rich));
        Assert.True(ulong.Parse(await Cast("estimate", contract, "transfer(address,uint256)", payee, "1", "--from", rich)) > 21_000);
        Assert.StartsWith("0x60", await Cast("code", contract), StringComparison.Ordinal);
        using var block = JsonDocument.Parse(await Cast("block", "latest", "--json"));
        Assert.Equal("0x2", block.RootElement.GetProperty("number").GetString());
        using var transaction = JsonDocument.Parse(await Cast("tx", hash, "--json"));
        Assert.Equal(rich.ToLowerInvariant(), transaction.RootElement.GetProperty("from").GetString());
        Assert.Contains(contract[2..], await Cast("access-list", contract, "balanceOf(address)", rich), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("accountProof", await Cast("proof", contract), StringComparison.Ordinal);

        // In the name of one who has no key here, as --unlocked asks.
        string whale = "0x00000000000000000000000000000000000000aa";
        await Cast("rpc", "anvil_setBalance", whale, "0xde0b6b3a7640000");
        await Cast("rpc", "anvil_impersonateAccount", whale);
        await Cast("send", "--unlocked", "--from", whale, payee, "--value", "9");
        Assert.Equal((UInt256)9, fixture.Chain.State.Balance(Address.Parse(payee.ToLowerInvariant())));

        // A revert is told in the contract's words.
        var (exit, _, error) = await NodeScript.RunAsync(cast, ["call", contract, "transfer(address,uint256)", payee, "1", "--from", payee], [("ETH_RPC_URL", host.Address.ToString())]);
        Assert.NotEqual(0, exit);
        Assert.Contains("execution reverted", error, StringComparison.Ordinal);
    }
}
