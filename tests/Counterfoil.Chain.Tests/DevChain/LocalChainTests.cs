using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.Precompiles;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;
using CsCheck;

namespace Counterfoil.Chain.Tests.DevChain;

public sealed class LocalChainTests : IDisposable
{
    static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000000a11ce");

    readonly ChainFixture fixture = new();
    LocalChain Chain => fixture.Chain;

    public void Dispose() => fixture.Dispose();

    [Fact]
    public void A_transfer_moves_the_money_burns_the_base_fee_and_pays_the_tip()
    {
        var before = Chain.State.Balance(fixture.Key.Address);
        var mined = fixture.Send(Someone, ChainFixture.Ether);
        var block = Chain.Head;
        Assert.Equal(21_000UL, mined.GasUsed);
        Assert.Equal(block.Header.BaseFeePerGas!.Value + 1_000_000_000, mined.EffectiveGasPrice);
        Assert.Equal(ChainFixture.Ether, Chain.State.Balance(Someone));
        Assert.Equal(before - ChainFixture.Ether - mined.EffectiveGasPrice * 21_000, Chain.State.Balance(fixture.Key.Address));
        Assert.Equal((UInt256)1_000_000_000 * 21_000, Chain.State.Balance(block.Header.Beneficiary));
    }

    [Fact]
    public void Blocks_form_a_chain_of_hashes_and_commit_to_the_state_after_them()
    {
        fixture.Send(Someone, 1);
        var first = Chain.Head;
        fixture.Send(Someone, 2);
        var second = Chain.Head;
        Assert.Equal(first.Hash, second.Header.ParentHash);
        Assert.Equal(Keccak256.Hash(second.Header.Encode()), second.Hash);
        Assert.Equal(second.State.Root, second.Header.StateRoot);
        Assert.Equal((UInt256)1, first.State.Balance(Someone));
        Assert.Equal((UInt256)3, second.State.Balance(Someone));
    }

    [Fact]
    public void The_same_genesis_transactions_and_clock_make_the_same_blocks_to_the_byte()
    {
        using var other = new ChainFixture();
        fixture.Send(Someone, 7);
        other.Send(Someone, 7);
        Assert.Equal(fixture.Chain.Head.Hash, other.Chain.Head.Hash);
    }

    [Theory]
    [InlineData("chain")]
    [InlineData("nonce")]
    [InlineData("funds")]
    [InlineData("fee")]
    [InlineData("gas-limit")]
    [InlineData("intrinsic")]
    public void A_transaction_that_may_not_be_in_a_block_is_refused_by_the_check_meant_for_it(string wrong)
    {
        fixture.Send(Someone, 1);
        var good = new Transaction
        {
            ChainId = Chain.ChainId, Nonce = 1, MaxPriorityFeePerGas = 1, MaxFeePerGas = 3_000_000_000, GasLimit = 21_000, To = Someone, Value = 1,
        };
        var (bad, check) = wrong switch
        {
            "chain" => (good with { ChainId = 1 }, DevChainChecks.ChainId),
            "nonce" => (good with { Nonce = 0 }, DevChainChecks.Nonce),
            "funds" => (good with { Value = ChainFixture.Ether * 1_000 }, DevChainChecks.Funds),
            "fee" => (good with { MaxFeePerGas = 1 }, DevChainChecks.Fee),
            "gas-limit" => (good with { GasLimit = 30_000_001 }, DevChainChecks.GasLimit),
            _ => (good with { GasLimit = 20_999 }, DevChainChecks.IntrinsicGas),
        };
        var rejected = Assert.IsType<Verdict.Rejected>(Chain.Submit(bad.Sign(fixture.Key).Encode(), out _));
        Assert.Equal(check, rejected.Reason.Check);
        Assert.True(Chain.Submit(good.Sign(fixture.Key).Encode(), out _).IsAccepted);
    }

    [Fact]
    public void A_transaction_is_taken_once()
    {
        byte[] raw = fixture.Signed(0, Someone, 1).Encode();
        Assert.True(Chain.Submit(raw, out _).IsAccepted);
        Assert.Equal(DevChainChecks.Known, Assert.IsType<Verdict.Rejected>(Chain.Submit(raw, out _)).Reason.Check);
    }

    [Fact]
    public void Random_truncated_and_mutated_transactions_get_a_verdict()
    {
        byte[] raw = fixture.Signed(0, Someone, 1).Encode();
        var head = Chain.Head;
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, raw.Length - 1], Gen.Int[1, 255]).Sample((noise, at, flip) =>
        {
            byte[] mutated = [.. raw];
            mutated[at] ^= (byte)flip;
            // A changed transaction is either no transaction or that of a stranger without money.
            Assert.False(Chain.Submit(mutated, out _).IsAccepted);
            Assert.False(Chain.Submit(raw.AsMemory(0, at), out _).IsAccepted);
            Assert.False(Chain.Submit(noise, out _).IsAccepted);
        }, iter: 500, threads: 1);
        Assert.Equal(head, Chain.Head);
    }

    [Fact]
    public void A_later_nonce_waits_for_the_ones_before_it()
    {
        Assert.True(Chain.Submit(fixture.Signed(1, Someone, 10).Encode(), out var second).IsAccepted);
        Assert.Null(Chain.Find(second));
        Assert.True(Chain.Submit(fixture.Signed(0, Someone, 1).Encode(), out _).IsAccepted);
        Assert.Equal(2UL, Chain.Find(second)!.Value.Block.Number);
    }

    [Fact]
    public void Without_automining_transactions_share_the_block_that_is_asked_for()
    {
        using var manual = new ChainFixture(automine: false);
        for (ulong nonce = 0; nonce < 5; nonce++) Assert.True(manual.Chain.Submit(manual.Signed(nonce, Someone, 1).Encode(), out _).IsAccepted);
        Assert.Equal(0UL, manual.Chain.Head.Number);
        var block = manual.Chain.Mine();
        Assert.Equal(5, block.Transactions.Count);
        Assert.Equal(5UL * 21_000, block.Header.GasUsed);
        Assert.Equal([21_000UL, 42_000, 63_000, 84_000, 105_000], block.Transactions.Select(t => t.Receipt.CumulativeGasUsed));
    }

    [Fact]
    public void A_waiting_transaction_is_replaced_only_by_one_that_pays_a_tenth_more()
    {
        using var manual = new ChainFixture(automine: false);
        manual.Chain.Submit(manual.Signed(0, Someone, 1).Encode(), out _);
        Assert.Equal(DevChainChecks.Replacement, Assert.IsType<Verdict.Rejected>(manual.Chain.Submit(manual.Signed(0, Someone, 2).Encode(), out _)).Reason.Check);
        Assert.True(manual.Chain.Submit(manual.Signed(0, Someone, 3, maxFee: 4_000_000_000).Encode(), out _).IsAccepted);
        manual.Chain.Mine();
        Assert.Equal((UInt256)3, manual.Chain.State.Balance(Someone));
    }

    [Fact]
    public void A_failed_transaction_pays_for_its_gas_and_leaves_nothing_else()
    {
        var thrower = fixture.Deploy([0x60, 0x01, 0x5f, 0x55, 0xfe]); // SSTORE(0, 1), INVALID
        var mined = fixture.Send(thrower, gas: 100_000);
        Assert.False(mined.Receipt.Succeeded);
        Assert.Equal(Fault.InvalidOpcode, mined.Fault);
        Assert.Equal(100_000UL, mined.GasUsed);
        Assert.Equal(default, Chain.State.Storage(thrower, 0));
    }

    [Fact]
    public void A_snapshot_brings_back_blocks_balances_and_clock()
    {
        fixture.Send(Someone, 1);
        var head = Chain.Head;
        int snapshot = Chain.TakeSnapshot();
        fixture.Send(Someone, 2);
        Chain.IncreaseTime(TimeSpan.FromDays(1));
        Chain.SetBalance(Someone, 99);
        var lost = Chain.Head.Transactions[0].Hash;
        Assert.True(Chain.RevertTo(snapshot));
        Assert.Equal(head, Chain.Head);
        Assert.Equal((UInt256)1, Chain.State.Balance(Someone));
        Assert.Null(Chain.Find(lost));
        Assert.False(Chain.RevertTo(snapshot));
        fixture.Send(Someone, 2);
        Assert.Equal((ulong)ChainFixture.Start.ToUnixTimeSeconds(), Chain.Head.Header.Timestamp);
    }

    [Fact]
    public void Time_comes_from_the_clock_and_moves_on_request()
    {
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((ulong)ChainFixture.Start.ToUnixTimeSeconds() + 5, Chain.Mine().Header.Timestamp);
        Chain.IncreaseTime(TimeSpan.FromHours(1));
        Assert.Equal((ulong)ChainFixture.Start.ToUnixTimeSeconds() + 3_605, Chain.Mine().Header.Timestamp);
        Assert.Throws<ArgumentOutOfRangeException>(() => Chain.IncreaseTime(TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public void A_call_to_an_absent_precompile_is_an_error_and_not_a_result()
    {
        // STATICCALL(gas, 10, …) with what it is called with: a commitment, its versioned hash, and a proof that would have to be checked.
        var asker = fixture.Deploy([0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x5f, 0x36, 0x5f, 0x60, 0x0a, 0x5a, 0xfa, 0x00]);
        byte[] commitment = new byte[48], hash = SHA256.HashData(commitment);
        byte[] question = [1, .. hash[1..], .. new byte[64], .. commitment, .. new byte[48]];
        byte[] raw = fixture.Signed(1, asker, data: question).Encode();
        Assert.Equal(10, Assert.Throws<AbsentPrecompileException>(() => Chain.Submit(raw, out _)).Address);
        Assert.Throws<AbsentPrecompileException>(() => Chain.Call(new CallRequest { To = asker, Data = question }, Chain.Head, out _));
        var answer = fixture.Ask("eth_call", $$"""[{"to":"{{asker.ToHex()}}","data":"0x{{Convert.ToHexStringLower(question)}}"},"latest"]""");
        Assert.Contains("KZG", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        // And the chain goes on as if it had never been asked.
        Assert.Equal(1UL, Chain.State.Nonce(fixture.Key.Address));
        fixture.Send(Someone, 1);
        Assert.Equal((UInt256)1, Chain.State.Balance(Someone));
    }

    [Fact]
    public void A_thousand_nested_calls_need_no_more_of_the_hosts_stack_than_one()
    {
        // Calls itself with all its gas until none is left, or the depth of 1024 is reached. Osaka's 16,777,216 gas a transaction would not get as deep.
        using var deep = new ChainFixture(fork: Fork.Prague);
        var nested = deep.Deploy([0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x5a, 0xf1, 0x00]);
        bool succeeded = false;
        var thread = new Thread(() => succeeded = deep.Send(nested, gas: 30_000_000).Receipt.Succeeded, maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.True(succeeded);
    }

    [Fact]
    public void The_estimate_of_a_call_suffices_and_is_close()
    {
        // SSTORE(0, 0) on a set slot: uses less than it needs, because the refund comes at the end.
        var clearer = fixture.Deploy([0x36, 0x5f, 0x55, 0x00]); // SSTORE(0, CALLDATASIZE)
        fixture.Send(clearer, data: [1]);
        var verdict = Chain.EstimateGas(new CallRequest { From = fixture.Key.Address, To = clearer }, out ulong gas, out var failed);
        Assert.True(verdict.IsAccepted);
        Assert.Null(failed);
        var mined = fixture.Send(clearer, gas: gas);
        Assert.True(mined.Receipt.Succeeded);
        Assert.InRange(gas, mined.GasUsed, mined.GasUsed * 2);
    }

    [Fact]
    public void The_base_fee_falls_by_an_eighth_after_an_empty_block_and_rises_by_an_eighth_after_a_full_one()
    {
        var fee = Chain.Head.Header.BaseFeePerGas!.Value;
        var burner = fixture.Deploy([0x5b, 0x5f, 0x56]); // for ever
        Chain.Mine();
        var before = Chain.Mine().Header.BaseFeePerGas!.Value;
        Assert.True(before < fee);
        Chain.Automine = false;
        for (ulong i = 0; i < 2; i++) Assert.True(Chain.Submit(fixture.Signed(1 + i, burner, gas: 15_000_000).Encode(), out _).IsAccepted);
        var full = Chain.Mine().Header;
        Assert.Equal(before - before / 8, full.BaseFeePerGas!.Value);
        Assert.Equal(full.BaseFeePerGas!.Value + full.BaseFeePerGas!.Value / 8, Chain.Mine().Header.BaseFeePerGas!.Value);
    }
}
