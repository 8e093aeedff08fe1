using System.Text.Json;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Rpc;

/// <summary>Transactions without a key, where a test asks for them: as on anvil, and provable like any other.</summary>
public sealed class ImpersonationTests
{
    static readonly Address Whale = Address.Parse("0x00000000000000000000000000000000000a11ce");

    static Action<Utf8JsonWriter> Parameters(string json) => writer =>
    {
        using var list = JsonDocument.Parse(json);
        foreach (var item in list.RootElement.EnumerateArray()) item.WriteTo(writer);
    };

    static async Task<Keccak256Digest> SendAsync(TestChain chain, string transaction)
    {
        string hash = (await chain.Client.SendAsync("eth_sendTransaction", Parameters($"[{transaction}]"))).Trim('"');
        return new Keccak256Digest(new Bytes32(Convert.FromHexString(hash[2..])));
    }

    [Theory, OnBothChains]
    public async Task An_account_that_is_impersonated_sends_without_a_key_and_then_no_more(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        await chain.Client.SendAsync("anvil_setBalance", Parameters($$"""["{{Whale.ToHex()}}","0xde0b6b3a7640000"]"""));
        string payment = $$"""{"from":"{{Whale.ToHex()}}","to":"0x00000000000000000000000000000000000b0b00","value":"0x7"}""";
        await Assert.ThrowsAsync<ChainException>(() => SendAsync(chain, payment));
        await chain.Client.SendAsync("anvil_impersonateAccount", Parameters($"[\"{Whale.ToHex()}\"]"));
        Assert.Contains(Whale.ToHex(), await chain.Client.SendAsync("eth_accounts"), StringComparison.OrdinalIgnoreCase);
        var receipt = await chain.Client.WaitForReceiptAsync(await SendAsync(chain, payment));
        Assert.Equal((true, Whale, 21_000UL), (receipt.Succeeded, receipt.From, receipt.GasUsed));
        Assert.Equal((UInt256)7, await chain.Client.GetBalanceAsync(Address.Parse("0x00000000000000000000000000000000000b0b00")));
        Assert.Equal(1UL, await chain.Client.GetNonceAsync(Whale));
        await chain.Client.SendAsync("anvil_stopImpersonatingAccount", Parameters($"[\"{Whale.ToHex()}\"]"));
        await Assert.ThrowsAsync<ChainException>(() => SendAsync(chain, payment));
        await chain.Client.SendAsync("anvil_autoImpersonateAccount", Parameters("[true]"));
        await chain.Client.WaitForReceiptAsync(await SendAsync(chain, payment));
    }

    [Theory, OnBothChains]
    public async Task A_contract_can_be_impersonated_though_no_contract_can_sign(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var faucet = await chain.AccountAsync("faucet");
        var dollar = await chain.DeployAsync(faucet, ContractArtifact.TestDollar);
        await faucet.SendAndWaitAsync(dollar.Call("mint", dollar.Address, 5UL));
        foreach (string method in (string[])["anvil_setBalance", "anvil_impersonateAccount"])
            await chain.Client.SendAsync(method, Parameters(method == "anvil_setBalance" ? $$"""["{{dollar.Address.ToHex()}}","0xde0b6b3a7640000"]""" : $"[\"{dollar.Address.ToHex()}\"]"));
        var call = dollar.Call("transfer", Whale, 5UL);
        var receipt = await chain.Client.WaitForReceiptAsync(await SendAsync(chain,
            $$"""{"from":"{{dollar.Address.ToHex()}}","to":"{{dollar.Address.ToHex()}}","data":"0x{{Convert.ToHexStringLower(call.Data.Span)}}"}"""));
        Assert.True(receipt.Succeeded);
        Assert.Equal((UInt256)5, (await dollar.AskAsync("balanceOf", [Whale]))[0].AsNumber);
    }

    [Fact]
    public async Task Its_block_and_receipt_are_proven_offline_and_it_is_traced_like_any_other()
    {
        await using var chain = await TestChain.StartAsync(ChainKind.DevChain);
        await chain.Client.SendAsync("anvil_setBalance", Parameters($$"""["{{Whale.ToHex()}}","0xde0b6b3a7640000"]"""));
        await chain.Client.SendAsync("anvil_autoImpersonateAccount", Parameters("[true]"));
        // Code at the sender, so that replaying it needs the same leave as sending it.
        await chain.Client.SendAsync("anvil_setCode", Parameters($$"""["{{Whale.ToHex()}}","0x00"]"""));
        var hash = await SendAsync(chain, $$"""{"from":"{{Whale.ToHex()}}","to":"{{Whale.ToHex()}}"}""");
        var evidence = await chain.Client.GetReceiptProofAsync(hash);
        Assert.True(evidence.Receipt.Verify(evidence.BlockHash, out _).IsAccepted);
        Assert.True(evidence.Transaction.Verify(evidence.BlockHash, out var transaction).IsAccepted);
        Assert.Equal(hash, transaction!.Hash);
        Assert.Contains(Whale.ToHex(), await chain.Client.SendAsync("debug_traceTransaction", Parameters($$"""["0x{{hash}}",{"tracer":"callTracer"}]""")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_bytes_handed_in_from_outside_are_nobodys_transaction()
    {
        await using var chain = await TestChain.StartAsync(ChainKind.DevChain);
        await chain.Client.SendAsync("anvil_setBalance", Parameters($$"""["{{Whale.ToHex()}}","0xde0b6b3a7640000"]"""));
        await chain.Client.SendAsync("anvil_impersonateAccount", Parameters($"[\"{Whale.ToHex()}\"]"));
        string snapshot = (await chain.Client.SendAsync("evm_snapshot")).Trim('"');
        var hash = await SendAsync(chain, $$"""{"from":"{{Whale.ToHex()}}","to":"{{Whale.ToHex()}}"}""");
        string raw = (await chain.Client.SendAsync("eth_getRawTransactionByHash", Parameters($"[\"0x{hash}\"]"))).Trim('"');
        await chain.Client.SendAsync("evm_revert", Parameters($"[\"{snapshot}\"]"));
        // The whale is still impersonated, and still nobody but the one who asks for it acts in its name.
        var refused = await Assert.ThrowsAsync<ChainException>(() => chain.Client.SendRawTransactionAsync(Convert.FromHexString(raw[2..])));
        Assert.Equal(ChainFailure.Refused, refused.Kind);
        Assert.Equal(0UL, await chain.Client.GetNonceAsync(Whale));
    }

    [Fact]
    public void It_is_written_down_with_who_acted_so_that_the_chain_is_the_same_when_it_is_run_again()
    {
        using var fixture = new ChainFixture();
        using var again = new ChainFixture();
        var entries = new List<ChainEntry>();
        fixture.Chain.Entered += entries.Add;
        fixture.Result("anvil_setBalance", $"[\"{Whale.ToHex()}\",\"0xde0b6b3a7640000\"]");
        fixture.Result("anvil_setCode", $"[\"{Whale.ToHex()}\",\"0x00\"]");
        fixture.Result("anvil_setCoinbase", "[\"0x00000000000000000000000000000000000000cc\"]");
        fixture.Result("anvil_autoImpersonateAccount", "[true]");
        fixture.Result("eth_sendTransaction", $$"""[{"from":"{{Whale.ToHex()}}","to":"{{Whale.ToHex()}}","value":"0x1"}]""");
        fixture.Result("evm_setAutomine", "[false]");
        string dropped = fixture.Result("eth_sendTransaction", $$"""[{"from":"{{Whale.ToHex()}}","to":"{{Whale.ToHex()}}","value":"0x2"}]""");
        fixture.Result("anvil_removePoolTransactions", $"[\"{Whale.ToHex()}\"]");
        fixture.Result("evm_mine");
        Assert.Equal("null", fixture.Result("eth_getTransactionByHash", $"[\"{dropped}\"]"));
        Assert.Equal(1UL, fixture.Chain.State.Nonce(Whale));
        foreach (var entry in entries)
        {
            Assert.True(ChainEntry.Decode(entry.Encode(), out var read).IsAccepted);
            again.Chain.Replay(read!);
        }
        Assert.Equal(fixture.Chain.Head.Hash, again.Chain.Head.Hash);
    }

    [Theory]
    [InlineData("""{"to":"0x00000000000000000000000000000000000b0b00","gasPrice":"0x1","maxFeePerGas":"0x1"}""", "gasPrice")]
    [InlineData("""{"chainId":"0x1"}""", "chainId")]
    [InlineData("""{"type":"0x3"}""", "type")]
    [InlineData("""{"type":"0x4","gas":"0x5208"}""", "authorizationList")]
    [InlineData("""{"nonce":"0xffffffffffffffffff"}""", "nonce")]
    [InlineData("""{"gas":"0x1","gasPrice":"0x0","type":"0x0","to":"0x00000000000000000000000000000000000b0b00"}""", "a fee of at least")]
    [InlineData("""{"value":"0xffffffffffffffffff","to":"0x00000000000000000000000000000000000b0b00"}""", "insufficient funds")]
    public void What_makes_no_transaction_is_refused_in_words(string transaction, string words)
    {
        using var fixture = new ChainFixture();
        fixture.Result("anvil_autoImpersonateAccount", "[true]");
        var answer = fixture.Ask("eth_sendTransaction", $"[{transaction}]");
        Assert.Contains(words, answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
