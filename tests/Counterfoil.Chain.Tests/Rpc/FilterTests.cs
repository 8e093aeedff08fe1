using System.Text;
using System.Text.Json;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Rpc;

/// <summary>What is new on the chain, for those who poll and those who subscribe.</summary>
public sealed class FilterTests : IDisposable
{
    static readonly byte[] LogsSeven = [0x60, 0x07, 0x5f, 0x5f, 0xa1, 0x00]; // LOG1 topic 7
    static readonly Address Someone = Address.FromWord(0xa11ce);

    readonly ChainFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    JsonElement Changes(string filter) => fixture.Ask("eth_getFilterChanges", $"""["{filter}"]""").GetProperty("result");

    string[] Texts(string filter) => [.. Changes(filter).EnumerateArray().Select(item => item.GetString()!)];

    int Code(string method, string parameters) => fixture.Ask(method, parameters).GetProperty("error").GetProperty("code").GetInt32();

    [Fact]
    public void A_filter_tells_each_block_once()
    {
        string filter = fixture.Result("eth_newBlockFilter");
        Assert.Empty(Texts(filter));
        var one = fixture.Chain.Mine();
        var other = fixture.Chain.Mine();
        Assert.Equal([$"0x{one.Hash}", $"0x{other.Hash}"], Texts(filter));
        Assert.Empty(Texts(filter));
    }

    [Fact]
    public void Two_filters_do_not_take_each_others_news()
    {
        string one = fixture.Result("eth_newBlockFilter"), other = fixture.Result("eth_newBlockFilter");
        Assert.NotEqual(one, other);
        fixture.Chain.Mine();
        Assert.Single(Texts(one));
        Assert.Single(Texts(other));
    }

    [Fact]
    public void Logs_of_blocks_that_are_gone_are_told_as_removed_and_the_new_ones_follow()
    {
        var emitter = fixture.Deploy(LogsSeven);
        string filter = fixture.Result("eth_newFilter", $$"""[{"address":"{{emitter.ToHex()}}"}]""");
        int snapshot = fixture.Chain.TakeSnapshot();
        fixture.Send(emitter);
        var first = Assert.Single(Changes(filter).EnumerateArray());
        Assert.False(first.GetProperty("removed").GetBoolean());
        Assert.True(fixture.Chain.RevertTo(snapshot));
        fixture.Chain.Mine();
        fixture.Send(emitter);
        var changes = Changes(filter).EnumerateArray().ToArray();
        Assert.Equal([true, false], changes.Select(log => log.GetProperty("removed").GetBoolean()));
        Assert.Equal(first.GetProperty("blockHash").GetString(), changes[0].GetProperty("blockHash").GetString());
        Assert.Equal("0x3", changes[1].GetProperty("blockNumber").GetString());
    }

    [Fact]
    public void A_filter_of_logs_tells_the_new_ones_and_on_demand_all_of_its_range()
    {
        var emitter = fixture.Deploy(LogsSeven);
        fixture.Send(emitter);
        string filter = fixture.Result("eth_newFilter", """[{"fromBlock":"0x0","toBlock":"latest"}]""");
        string upToThree = fixture.Result("eth_newFilter", """[{"fromBlock":"0x0","toBlock":"0x3"}]""");
        fixture.Send(emitter);
        fixture.Send(emitter);
        Assert.Equal(2, Changes(filter).GetArrayLength());
        Assert.Equal(1, Changes(upToThree).GetArrayLength());
        Assert.Equal(3, fixture.Ask("eth_getFilterLogs", $"""["{filter}"]""").GetProperty("result").GetArrayLength());
        Assert.Equal(-32000, Code("eth_getFilterLogs", $"""["{fixture.Result("eth_newBlockFilter")}"]"""));
    }

    [Fact]
    public void Transactions_are_told_when_they_come_whether_mined_or_not()
    {
        string filter = fixture.Result("eth_newPendingTransactionFilter");
        var mined = fixture.Send(Someone);
        fixture.Chain.Automine = false;
        var waiting = fixture.Signed(1, Someone);
        Assert.True(fixture.Chain.Submit(waiting.Encode(), out var hash).IsAccepted);
        Assert.Equal([$"0x{mined.Hash}", $"0x{hash}"], Texts(filter));
    }

    [Fact]
    public void A_filter_that_nobody_polls_is_forgotten_by_the_chains_clock()
    {
        string polled = fixture.Result("eth_newBlockFilter"), left = fixture.Result("eth_newBlockFilter");
        fixture.Clock.Advance(JsonRpcDispatcher.FilterLife * 0.9);
        Assert.Empty(Texts(polled));
        fixture.Clock.Advance(JsonRpcDispatcher.FilterLife * 0.9);
        Assert.Empty(Texts(polled));
        Assert.Equal(-32000, Code("eth_getFilterChanges", $"""["{left}"]"""));
        Assert.Equal("true", fixture.Result("eth_uninstallFilter", $"""["{polled}"]"""));
        Assert.Equal("false", fixture.Result("eth_uninstallFilter", $"""["{polled}"]"""));
    }

    [Fact]
    public void There_are_only_so_many_filters()
    {
        for (int i = 0; i < JsonRpcDispatcher.MaxFilters; i++) fixture.Result("eth_newBlockFilter");
        Assert.Equal(-32000, Code("eth_newBlockFilter", "[]"));
        fixture.Clock.Advance(JsonRpcDispatcher.FilterLife * 1.1);
        fixture.Result("eth_newBlockFilter");
    }

    static JsonElement Parse(byte[] json) => JsonDocument.Parse(json).RootElement.Clone();

    static JsonElement Ask(JsonRpcSession session, string method, string parameters) =>
        Parse(session.Handle(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""")));

    [Fact]
    public void A_subscription_tells_heads_until_it_is_ended()
    {
        var session = new JsonRpcSession(fixture.Rpc);
        string id = Ask(session, "eth_subscribe", """["newHeads"]""").GetProperty("result").GetString()!;
        var block = fixture.Chain.Mine();
        var told = Parse(Assert.Single(session.Notifications()));
        Assert.Equal("eth_subscription", told.GetProperty("method").GetString());
        Assert.Equal(id, told.GetProperty("params").GetProperty("subscription").GetString());
        Assert.Equal($"0x{block.Hash}", told.GetProperty("params").GetProperty("result").GetProperty("hash").GetString());
        Assert.Empty(session.Notifications());
        Assert.True(Ask(session, "eth_unsubscribe", $"""["{id}"]""").GetProperty("result").GetBoolean());
        fixture.Chain.Mine();
        Assert.Empty(session.Notifications());
    }

    [Fact]
    public void A_connection_has_only_so_many_subscriptions_and_one_without_a_session_has_none()
    {
        var session = new JsonRpcSession(fixture.Rpc);
        for (int i = 0; i < JsonRpcSession.MaxSubscriptions; i++) Assert.True(Ask(session, "eth_subscribe", """["logs",{}]""").TryGetProperty("result", out _));
        Assert.Equal(-32000, Ask(session, "eth_subscribe", """["newHeads"]""").GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(-32601, Code("eth_subscribe", """["newHeads"]"""));
        Assert.Equal(-32602, Ask(session, "eth_subscribe", """["syncing"]""").GetProperty("error").GetProperty("code").GetInt32());
    }
}
