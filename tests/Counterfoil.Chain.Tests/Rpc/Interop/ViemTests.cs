using System.Text.Json;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Node.Chain;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Rpc.Interop;

/// <summary>A client that others wrote does to the served chain what applications do: tests/tools/interop/app.mjs, by viem.</summary>
public sealed class ViemTests
{
    static async Task<JsonElement> RunAsync(ChainFixture fixture, CancellationToken cancellationToken)
    {
        Surroundings.Tool("viem", "tests/tools/node_modules/viem/package.json");
        await using var host = await ChainHost.StartAsync(fixture.Chain, cancellationToken: cancellationToken);
        string key = "0x" + Convert.ToHexStringLower(Core.Digests.Keccak256.Hash("rich"u8).ToArray()); // the fixture's rich account
        return await InteropScript.RunAsync("app.mjs", cancellationToken,
            host.Address.ToString().TrimEnd('/'), key, Path.Combine(Surroundings.Root, "contracts/artifacts/TestDollar.json"));
    }

    [Fact]
    public async Task An_application_finds_what_it_expects_of_a_chain()
    {
        using var fixture = new ChainFixture();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var report = await RunAsync(fixture, deadline.Token);
        var wrong = new List<string>();
        void Is(string expected, string name)
        {
            string found = report.TryGetProperty(name, out var value) ? value.GetRawText() : "nothing";
            if (found != expected) wrong.Add($"{name}: expected {expected}, found {found}");
        }

        Is("31337", "chainId");
        Is("\"1000000000000000000000\"", "balance");
        Is("2", "feeHistoryLength"); // of the genesis block and of the next

        Is("\"success\"", "deployed");
        Is("true", "code");
        Is("\"success\"", "minted");
        Is("\"5000000\"", "mintedBalance");
        Is("\"0\"", "balanceBeforeMint");

        Is("\"success\"", "settled");
        Is("\"400000\"", "paid");
        Is("""["AuthorizationUsed","Transfer"]""", "events");
        Is("true", "nonceUsed");

        Is("\"AuthorizationSpent\"", "secondSettlement");
        Is("\"InsufficientBalance\"", "withoutBalance");
        Is("true", "withoutEther");
        Is("\"NonceTooLowError\"", "staleNonce");

        Is("3", "transfers");
        Is("""["400000"]""", "transfersToPayee");
        Is("3", "filterLogs");
        Is("""["7"]""", "filterChanges");
        Is("true", "filterBlocks");
        Is("true", "filterPending");
        Is("0", "filterDrained");
        Is("true", "uninstalled");

        Is("3", "pendingNonces");
        Is("3", "pendingPool");
        Is("[0,1,2]", "minedTogether");
        Is("3", "blockTransactions");
        Is("true", "blockByHash");
        Is("3", "countByHash");
        Is("true", "byIndex");
        Is("2", "byHash");
        Is("\"1\"", "confirmations");
        Is("""{"account":true,"storage":1,"codeHash":66}""", "proof");

        Is("\"2000000000000000000\"", "cheatBalance");
        Is("true", "hour");
        Is("true", "reverted");
        Is("true", "automine");
        Is("""{"type":"CALL","to":true,"gasUsed":true,"calls":["STATICCALL 1"]}""", "trace");

        Is("31337", "socketChainId");
        Is("""{"block":true,"transfers":["11"],"pending":true}""", "watched");
        Is("\"0\"", "zero");
        Assert.Empty(wrong);
    }
}
