using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.TypedData;

namespace Counterfoil.Chain.Tests.Contracts;

/// <summary>Payment channels, kept by the committed bytecode on each chain; what is signed is hashed here, not by the contract.</summary>
public sealed class BatchSettlementTests
{
    const ulong Delay = 900, Never = ulong.MaxValue;
    static readonly Eip712Type ConfigType = Eip712Type.Parse(
        "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)");
    static readonly Eip712Type VoucherType = Eip712Type.Parse("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");
    static readonly Eip712Type ReceiveType = Eip712Type.Parse(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)");

    sealed record Scene(ChainAccount Payer, ChainAccount Receiver, Contract Dollar, Contract Collector, Contract Settlement, Eip712Domain Domain)
    {
        public AbiValue[] Config => [Payer.Address, Payer.Address, Receiver.Address, Receiver.Address, Dollar.Address, Delay, default(Bytes32)];
        public Bytes32 Id => Domain.Digest(ConfigType, Config).Value;
    }

    static async Task<Scene> OpenAsync(TestChain chain, ulong amount)
    {
        var (faucet, payer, receiver) = (await chain.AccountAsync("faucet"), await chain.AccountAsync("payer"), await chain.AccountAsync("receiver"));
        var dollar = await chain.DeployAsync(faucet, ContractArtifact.TestDollar);
        var settlement = await chain.DeployAsync(faucet, ContractArtifact.BatchSettlement);
        var collector = await chain.DeployAsync(faucet, ContractArtifact.ERC3009DepositCollector, settlement.Address);
        ulong chainId = await chain.Client.GetChainIdAsync();
        var scene = new Scene(payer, receiver, dollar, collector, settlement, new Eip712Domain("x402 Batch Settlement", "1", chainId, settlement.Address));
        await faucet.SendAndWaitAsync(dollar.Call("mint", payer.Address, amount));

        // The nonce names the channel, so that the money can go nowhere else.
        using var key = TestChain.KeyOf("payer");
        var nonce = Keccak256.Hash((byte[])[.. scene.Id.ToArray(), .. new byte[32]]);
        var signature = key.Sign(TestDollarContract.Domain(chainId, dollar.Address).Digest(ReceiveType, payer.Address, collector.Address, amount, 0UL, Never, nonce));
        byte[] data = new AbiFunction("collectorData(uint256, uint256, uint256, bytes)").EncodeCall([0UL, Never, 0UL, signature.ToArray()])[4..];
        await faucet.SendAndWaitAsync(settlement.Call("deposit", scene.Config, amount, collector.Address, data));
        return scene;
    }

    static AbiValue[] Claim(Scene scene, ulong maximum, ulong total)
    {
        using var key = TestChain.KeyOf("payer");
        return [(AbiValue[])[scene.Config, maximum], key.Sign(scene.Domain.Digest(VoucherType, scene.Id, maximum)).ToArray(), total];
    }

    static async Task<(UInt256 Balance, UInt256 Claimed)> ChannelAsync(Scene scene) =>
        await scene.Settlement.AskAsync("channels", [scene.Id]) is [var balance, var claimed] ? (balance.AsNumber, claimed.AsNumber) : throw new InvalidOperationException();

    static async Task<UInt256> DollarsAsync(Scene scene, Address account) => (await scene.Dollar.AskAsync("balanceOf", [account]))[0].AsNumber;

    [Theory, OnBothChains]
    public async Task A_payer_deposits_once_and_the_receiver_claims_the_newest_voucher_and_is_paid(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var scene = await OpenAsync(chain, 1_000);
        Assert.Equal(((UInt256)1_000, (UInt256)0), await ChannelAsync(scene));
        await scene.Receiver.SendAndWaitAsync(scene.Settlement.Call("claim", (AbiValue)(AbiValue[])[Claim(scene, 300, 300)]));
        await scene.Receiver.SendAndWaitAsync(scene.Settlement.Call("claim", (AbiValue)(AbiValue[])[Claim(scene, 300, 300), Claim(scene, 450, 400)]));
        await scene.Receiver.SendAndWaitAsync(scene.Settlement.Call("settle", scene.Receiver.Address, scene.Dollar.Address));
        Assert.Equal(((UInt256)1_000, (UInt256)400), await ChannelAsync(scene));
        Assert.Equal([300, 100], (await scene.Settlement.EventsAsync<BatchSettlementContract.ClaimedEvent>()).Select(e => (int)(ulong)e.Event.ClaimAmount));
        await scene.Receiver.SendAndWaitAsync(scene.Settlement.Call("refund", scene.Config, 1_000UL));
        Assert.Equal(((UInt256)400, (UInt256)600, (UInt256)0),
            (await DollarsAsync(scene, scene.Receiver.Address), await DollarsAsync(scene, scene.Payer.Address), await DollarsAsync(scene, scene.Settlement.Address)));
    }

    [Theory, OnBothChains]
    public async Task A_voucher_is_worth_what_the_payer_signed_and_nothing_after_the_withdrawal(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var scene = await OpenAsync(chain, 1_000);
        AbiValue[] forged = Claim(scene, 300, 500);
        forged[0] = (AbiValue[])[scene.Config, 500UL];
        Assert.Equal("InvalidSignature()", await chain.RevertAsync(scene.Receiver, scene.Settlement, "claim", (AbiValue)(AbiValue[])[forged]));
        Assert.Equal("ClaimExceedsCeiling()", await chain.RevertAsync(scene.Receiver, scene.Settlement, "claim", (AbiValue)(AbiValue[])[Claim(scene, 300, 301)]));
        Assert.Equal("NotAuthorizedToClaim()", await chain.RevertAsync(scene.Payer, scene.Settlement, "claim", (AbiValue)(AbiValue[])[Claim(scene, 300, 300)]));

        await scene.Payer.SendAndWaitAsync(scene.Settlement.Call("initiateWithdraw", scene.Config, 1_000UL));
        await chain.WaitAsync(Delay - 1);
        Assert.Equal("WithdrawDelayNotElapsed()", await chain.RevertAsync(scene.Payer, scene.Settlement, "finalizeWithdraw", (AbiValue)scene.Config));
        await chain.WaitAsync(1);
        await scene.Payer.SendAndWaitAsync(scene.Settlement.Call("finalizeWithdraw", (AbiValue)scene.Config));
        Assert.Equal("ClaimExceedsBalance()", await chain.RevertAsync(scene.Receiver, scene.Settlement, "claim", (AbiValue)(AbiValue[])[Claim(scene, 300, 300)]));
        Assert.Equal((UInt256)1_000, await DollarsAsync(scene, scene.Payer.Address));
    }
}
