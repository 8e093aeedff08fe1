using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.DevChain;

/// <summary>Blocks taken back on demand, as Foundry's chain does, and time that moves as told.</summary>
public sealed class ReorgTests : IDisposable
{
    readonly ChainFixture fixture = new();

    LocalChain Chain => fixture.Chain;

    static readonly Address Alice = Address.FromWord(0xa11ce);

    public void Dispose() => fixture.Dispose();

    [Fact]
    public void A_rollback_takes_blocks_receipts_and_money_back()
    {
        var kept = fixture.Send(Alice, 1);
        var head = Chain.Head;
        var gone = fixture.Send(Alice, 2);
        fixture.Result("anvil_rollback");
        Assert.Equal(head, Chain.Head);
        Assert.Equal((UInt256)1, Chain.State.Balance(Alice));
        Assert.NotNull(Chain.Find(kept.Hash));
        Assert.Null(Chain.Find(gone.Hash));
        Assert.Equal("null", fixture.Result("eth_getTransactionReceipt", $"""["0x{gone.Hash}"]"""));
        Assert.Equal("null", fixture.Result("eth_getTransactionByHash", $"""["0x{gone.Hash}"]"""));
        Assert.Equal(1ul, Chain.PendingNonce(fixture.Key.Address));
    }

    [Fact]
    public void Transactions_of_blocks_taken_back_wait_again_where_that_is_asked()
    {
        fixture.Send(Alice, 1);
        var first = fixture.Send(Alice, 2);
        var second = fixture.Send(Alice, 3);
        fixture.Result("anvil_rollback", "[2,true]");
        Assert.Equal((UInt256)1, Chain.State.Balance(Alice));
        Assert.Equal(3ul, Chain.PendingNonce(fixture.Key.Address));
        var block = Chain.Mine();
        Assert.Equal([first.Hash, second.Hash], block.Transactions.Select(transaction => transaction.Hash));
        Assert.Equal((UInt256)6, Chain.State.Balance(Alice));
    }

    [Fact]
    public void A_reorg_makes_other_blocks_of_the_same_heights_with_the_transactions_given()
    {
        fixture.Send(Alice, 1);
        fixture.Send(Alice, 2);
        var old = Chain.Head;
        var other = fixture.Signed(1, Alice, 50);
        fixture.Result("anvil_reorg", $"""[1,[["0x{Convert.ToHexString(other.Encode())}",0]]]""");
        Assert.Equal(old.Number, Chain.Head.Number);
        Assert.Equal(old.Header.ParentHash, Chain.Head.Header.ParentHash);
        Assert.NotEqual(old.Hash, Chain.Head.Hash);
        Assert.Null(Chain.BlockOf(old.Hash));
        Assert.Equal((UInt256)51, Chain.State.Balance(Alice));
        Assert.Equal(other.Hash, Assert.Single(Chain.Head.Transactions).Hash);
    }

    [Fact]
    public void A_transaction_can_move_to_another_block_and_those_not_given_wait_if_asked()
    {
        var moves = fixture.Send(Alice, 1);
        var waits = fixture.Send(Alice, 2);
        Assert.True(Chain.Reorg(2, [new ReorgTransaction(moves.Raw, 1)], keep: true).IsAccepted);
        Assert.Empty(Chain.BlockAt(1)!.Transactions);
        Assert.Equal(2ul, Chain.Find(moves.Hash)!.Value.Block.Number);
        Assert.Null(Chain.Find(waits.Hash));
        Assert.Equal(waits.Hash, Assert.Single(Chain.Mine().Transactions).Hash);
    }

    [Fact]
    public void Empty_blocks_are_replaced_by_other_empty_blocks()
    {
        var old = Chain.Mine();
        Assert.True(Chain.Reorg(1, []).IsAccepted);
        Assert.NotEqual(old.Hash, Chain.Head.Hash);
        var next = Chain.Head;
        Assert.True(Chain.Reorg(1, []).IsAccepted);
        Assert.NotEqual(next.Hash, Chain.Head.Hash);
    }

    [Fact]
    public void Nothing_has_happened_where_a_transaction_cannot_go_into_its_block()
    {
        fixture.Send(Alice, 1);
        fixture.Send(Alice, 2);
        Chain.Automine = false;
        Chain.Submit(fixture.Signed(2, Alice, 3).Encode(), out var waiting);
        var (head, state) = (Chain.Head, Chain.State);
        var verdict = Chain.Reorg(2, [new(fixture.Signed(0, Alice, 9).Encode(), 0), new(fixture.Signed(5, Alice, 9).Encode(), 1)]);
        Assert.Equal(DevChainChecks.Nonce, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);
        Assert.Equal((head, state), (Chain.Head, Chain.State));
        Assert.NotNull(Chain.FindPending(waiting));
        Assert.All(head.Transactions, transaction => Assert.NotNull(Chain.Find(transaction.Hash)));
        Assert.Equal((UInt256)6, Chain.Mine().State.Balance(Alice));
    }

    [Theory, InlineData(3), InlineData(int.MaxValue)]
    public void More_blocks_than_there_are_behind_the_first_are_not_taken_back(int depth)
    {
        fixture.Send(Alice, 1);
        fixture.Send(Alice, 2);
        Assert.Equal(DevChainChecks.Reorg, Assert.IsType<Verdict.Rejected>(Chain.Reorg(depth, [])).Reason.Check);
        Assert.Equal(DevChainChecks.Reorg, Assert.IsType<Verdict.Rejected>(Chain.Rollback(depth)).Reason.Check);
        Assert.Equal(2ul, Chain.Head.Number);
    }

    [Fact]
    public void A_snapshot_of_a_block_that_is_gone_is_gone_and_an_earlier_one_still_leads_back()
    {
        fixture.Send(Alice, 1);
        int early = Chain.TakeSnapshot();
        var head = Chain.Head;
        fixture.Send(Alice, 2);
        int late = Chain.TakeSnapshot();
        fixture.Send(Alice, 3);
        Assert.True(Chain.Reorg(2, []).IsAccepted);
        Assert.False(Chain.RevertTo(late)); // its height is there again, but the block is another
        Assert.True(Chain.RevertTo(early));
        Assert.Equal(head, Chain.Head);
        Assert.Equal((UInt256)1, Chain.State.Balance(Alice));
    }

    [Fact]
    public void A_filter_tells_the_logs_of_blocks_taken_back_as_removed_and_then_those_of_the_new_ones()
    {
        var teller = fixture.Deploy([0x5f, 0x5f, 0xa0, 0x00]); // LOG0 of nothing
        string filter = fixture.Result("eth_newFilter", "[{}]");
        var told = fixture.Send(teller);
        Assert.Single(fixture.Ask("eth_getFilterChanges", $"""["{filter}"]""").GetProperty("result").EnumerateArray());
        Assert.True(Chain.Reorg(1, [new(fixture.Signed(1, teller, gas: 90_000).Encode(), 0)]).IsAccepted);
        var news = fixture.Ask("eth_getFilterChanges", $"""["{filter}"]""").GetProperty("result").EnumerateArray().ToArray();
        Assert.Equal(2, news.Length);
        Assert.True(news[0].GetProperty("removed").GetBoolean());
        Assert.Equal($"0x{told.Hash}", news[0].GetProperty("transactionHash").GetString());
        Assert.False(news[1].GetProperty("removed").GetBoolean());
        Assert.Equal($"0x{Chain.Head.Hash}", news[1].GetProperty("blockHash").GetString());
    }

    [Theory]
    [InlineData("""["0x1",[["0x00",0]]]""")] // no transaction
    [InlineData("""["0x1",[[{"from":"0x00000000000000000000000000000000000a11ce"},0]]]""")] // not signed
    [InlineData("""["0x1",["0x00"]]""")]
    [InlineData("""["0xffffffffffffffff",[]]""")]
    [InlineData("""[]""")]
    public void What_is_no_reorg_is_refused(string parameters)
    {
        Chain.Mine();
        var head = Chain.Head;
        Assert.Equal(-32602, fixture.Ask("anvil_reorg", parameters).GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(head, Chain.Head);
    }

    [Fact]
    public void The_clock_is_set_and_goes_on_from_there()
    {
        ulong start = Chain.Head.Header.Timestamp;
        Assert.Equal("5000", fixture.Result("evm_setTime", $"[{start + 5_000}]"));
        Assert.Equal(start + 5_000, Chain.Mine().Header.Timestamp);
        fixture.Clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(start + 5_007, Chain.Mine().Header.Timestamp);
        Assert.False(Chain.SetTime(start + 5_006));
        Assert.False(Chain.SetTime(ulong.MaxValue));
    }

    [Fact]
    public void Blocks_are_as_far_apart_as_asked_until_that_is_taken_back()
    {
        ulong start = Chain.Head.Header.Timestamp;
        fixture.Result("anvil_setBlockTimestampInterval", "[12]");
        Assert.Equal([start + 12, start + 24], new[] { Chain.Mine().Header.Timestamp, Chain.Mine().Header.Timestamp });
        fixture.Result("evm_setNextBlockTimestamp", $"[{start + 100}]");
        Assert.Equal([start + 100, start + 112], new[] { Chain.Mine().Header.Timestamp, Chain.Mine().Header.Timestamp });
        Assert.Equal("true", fixture.Result("anvil_removeBlockTimestampInterval"));
        Assert.Equal("false", fixture.Result("anvil_removeBlockTimestampInterval"));
        Assert.Equal(start + 112, Chain.Mine().Header.Timestamp); // the clock moved to 100 and stands; a block is never before its parent
    }

    [Fact]
    public async Task Blocks_come_by_themselves_at_the_interval_asked()
    {
        using var timer = new BlockTimer(Chain, TimeProvider.System);
        Chain.MiningInterval = TimeSpan.FromMilliseconds(20);
        for (int i = 0; i < 500 && Chain.Head.Number < 3; i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.InRange(Chain.Head.Number, 3ul, 500ul);
        fixture.Result("evm_setIntervalMining", "[0]");
        Assert.Equal("null", fixture.Result("anvil_getIntervalMining"));
        ulong height = Chain.Head.Number;
        await Task.Delay(60, TestContext.Current.CancellationToken);
        Assert.Equal(height, Chain.Head.Number);
    }
}
