using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Chain.Tests.Contracts;

/// <summary>The dollar's rules, kept by the committed bytecode on each chain.</summary>
public sealed class TestDollarTests
{
    static readonly Address Payee = Address.FromWord(0xa11ce);
    static readonly Bytes32 Nonce = Keccak256.Hash("nonce"u8).Value;

    static async Task<(ChainAccount Faucet, ChainAccount Payer, Contract Dollar)> OpenAsync(TestChain chain)
    {
        var (faucet, payer) = (await chain.AccountAsync("faucet"), await chain.AccountAsync("payer"));
        var dollar = await chain.DeployAsync(faucet, ContractArtifact.TestDollar);
        await faucet.SendAndWaitAsync(dollar.Call("mint", payer.Address, 1_000UL));
        return (faucet, payer, dollar);
    }

    static async Task<UInt256> BalanceAsync(Contract dollar, Address account) => (await dollar.AskAsync("balanceOf", [account]))[0].AsNumber;

    [Theory, OnBothChains]
    public async Task Only_the_deployer_mints_and_nobody_spends_what_he_has_not(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var (faucet, payer, dollar) = await OpenAsync(chain);
        Assert.Equal($"NotFaucet({payer.Address})", await chain.RevertAsync(payer, dollar, "mint", payer.Address, 1UL));
        Assert.Equal($"InsufficientBalance({payer.Address}, 1000, 1001)", await chain.RevertAsync(payer, dollar, "transfer", Payee, 1_001UL));
        Assert.Equal("ZeroAddress()", await chain.RevertAsync(payer, dollar, "transfer", default(Address), 1UL));
        await payer.SendAndWaitAsync(dollar.Call("approve", faucet.Address, 10UL));
        Assert.Equal($"InsufficientAllowance({payer.Address}, {faucet.Address}, 10, 11)", await chain.RevertAsync(faucet, dollar, "transferFrom", payer.Address, Payee, 11UL));
        await faucet.SendAndWaitAsync(dollar.Call("transferFrom", payer.Address, Payee, 4UL));
        Assert.Equal(((UInt256)4, (UInt256)996, (UInt256)6), (await BalanceAsync(dollar, Payee), await BalanceAsync(dollar, payer.Address), (await dollar.AskAsync("allowance", [payer.Address, faucet.Address]))[0].AsNumber));
        Assert.Equal((UInt256)1_000, (await dollar.AskAsync("totalSupply", []))[0].AsNumber);
    }

    [Theory, OnBothChains]
    public async Task A_payment_that_the_payer_signed_is_submitted_by_anyone_once_and_in_its_time(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var (faucet, payer, dollar) = await OpenAsync(chain);
        using var key = TestChain.KeyOf("payer");
        using var stranger = TestChain.KeyOf("stranger");
        var domain = TestDollarContract.Domain(await chain.Client.GetChainIdAsync(), dollar.Address);
        ulong after = TestChain.Start + 100, before = TestChain.Start + 200;
        var digest = TestDollarContract.TransferDigest(domain, payer.Address, Payee, new TokenAmount(400), after, before, Nonce);
        AbiValue[] Paid(ulong value, EcdsaSignature s) => [payer.Address, Payee, value, after, before, Nonce, (ulong)s.V, s.R, s.S];
        string transfer = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)";

        await chain.WarpAsync(after);
        Assert.Equal($"AuthorizationNotYetValid({after}, {after})", await chain.RevertAsync(faucet, dollar, transfer, Paid(400, key.Sign(digest))));
        await chain.WarpAsync(before - 1);
        Assert.Equal($"InvalidSignature({payer.Address})", await chain.RevertAsync(faucet, dollar, transfer, Paid(401, key.Sign(digest))));
        Assert.Equal($"InvalidSignature({payer.Address})", await chain.RevertAsync(faucet, dollar, transfer, Paid(400, stranger.Sign(digest))));
        await faucet.SendAndWaitAsync(dollar.Call(transfer, Paid(400, key.Sign(digest))));
        Assert.StartsWith($"AuthorizationSpent({payer.Address}, ", await chain.RevertAsync(faucet, dollar, transfer, Paid(400, key.Sign(digest))), StringComparison.Ordinal);
        Assert.Equal(((UInt256)400, (UInt256)600), (await BalanceAsync(dollar, Payee), await BalanceAsync(dollar, payer.Address)));
        Assert.Equal(Nonce, Assert.Single(await dollar.EventsAsync<TestDollarContract.AuthorizationUsedEvent>()).Event.Nonce);
        await chain.WarpAsync(before);
        Assert.Equal($"AuthorizationExpired({before}, {before})", await chain.RevertAsync(faucet, dollar, transfer, Paid(400, key.Sign(digest))));
    }

    [Theory, OnBothChains]
    public async Task The_mirror_image_of_a_signature_and_one_for_another_chain_move_nothing(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var (faucet, payer, dollar) = await OpenAsync(chain);
        using var key = TestChain.KeyOf("payer");
        ulong before = TestChain.Start + 200;
        EcdsaSignature Signed(ulong chainId) =>
            key.Sign(TestDollarContract.TransferDigest(TestDollarContract.Domain(chainId, dollar.Address), payer.Address, Payee, new TokenAmount(400), 0, before, Nonce));
        AbiValue[] Paid(ulong v, UInt256 r, UInt256 s) => [payer.Address, Payee, 400UL, 0UL, before, Nonce, v, r, s];
        string transfer = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)", invalid = $"InvalidSignature({payer.Address})";
        var good = Signed(31_337);
        var order = UInt256.Parse("115792089237316195423570985008687907852837564279074904382605163141518161494337");
        Assert.Equal(invalid, await chain.RevertAsync(faucet, dollar, transfer, Paid(good.V == 27 ? 28UL : 27UL, good.R, order - good.S)));
        var foreign = Signed(1);
        Assert.Equal(invalid, await chain.RevertAsync(faucet, dollar, transfer, Paid((ulong)foreign.V, foreign.R, foreign.S)));
        await faucet.SendAndWaitAsync(dollar.Call(transfer, Paid((ulong)good.V, good.R, good.S)));
        Assert.Equal((UInt256)400, await BalanceAsync(dollar, Payee));
    }
}
