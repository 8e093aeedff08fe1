using System.Text.Json;
using Counterfoil.DevChain;
using Counterfoil.Evm;
using Counterfoil.Node.Chain;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Rpc.Interop;

/// <summary>x402's reference client and facilitator, unchanged, on our contracts: tests/tools/interop/channels.mjs, by <c>@x402/evm</c>.</summary>
/// <remarks>The contracts are put at the addresses that the reference has built in; Permit2 is the tests' own.</remarks>
public sealed class X402ChannelTests
{
    [Theory, OnBothChains]
    public async Task The_reference_client_and_facilitator_pay_by_channels_through_our_contracts(ChainKind kind)
    {
        Surroundings.Tool("@x402/evm", "tests/tools/node_modules/@x402/evm/package.json");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var report = await RunAsync(kind, deadline.Token);
        var wrong = new List<string>();
        void Is(string expected, string name)
        {
            string found = report.TryGetProperty(name, out var value) ? value.GetRawText() : "nothing";
            if (found != expected) wrong.Add($"{name}: expected {expected}, found {found}");
        }

        Is("true", "channelId");
        Is("true", "depositVerified");
        Is("true", "deposited");
        Is("""["ChannelCreated","Deposited"]""", "depositEvents");
        Is("\"5000\"", "balance");
        Is("false", "depositedAgain");

        Is("true", "voucherVerified");
        Is("true", "claimed");
        Is("""["Claimed"]""", "claimEvents");
        Is("""[true,"700"]""", "swept");
        Is("\"700\"", "received");
        Is("\"invalid_batch_settlement_evm_nothing_to_settle\"", "sweptAgain");

        Is("""[true,"4000"]""", "refunded");
        Is("""["Claimed","Refunded"]""", "refundEvents");
        Is("""["1000","1000"]""", "state");
        Is("\"1\"", "nonce");

        Is("true", "permit2Verified");
        Is("true", "permit2Deposited");
        Is("\"5000\"", "permit2Balance");

        Is("\"invalid_batch_settlement_evm_voucher_signature\"", "forgedVerified");
        Is("\"invalid_batch_settlement_evm_claim_simulation_failed\"", "forgedClaimed");
        Is("\"5300\"", "held");
        Assert.Empty(wrong);
    }

    static async Task<JsonElement> RunAsync(ChainKind kind, CancellationToken cancellationToken)
    {
        using var rich = TestChain.KeyOf("rich");
        var ether = UInt256.Parse("1000000000000000000000");
        if (kind == ChainKind.Anvil)
        {
            await using var anvil = await AnvilNode.StartAsync();
            await anvil.FundAsync(rich.Address, ether);
            return await NodeScript.RunAsync("@x402/evm", "channels.mjs", anvil.Address, "contracts");
        }
        // The client signs times by the machine's clock, so the chain goes by it too.
        var chain = new LocalChain(new ChainOptions { Genesis = new Dictionary<Address, UInt256> { [rich.Address] = ether } }, TimeProvider.System);
        await using var host = await ChainHost.StartAsync(chain, cancellationToken: cancellationToken);
        return await NodeScript.RunAsync("@x402/evm", "channels.mjs", host.Address, "contracts");
    }
}
