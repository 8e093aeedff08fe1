using System.Text.Json;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.DevChain.Rpc;

namespace Counterfoil.Chain.Tests.Rpc;

/// <summary>Questions about a state and a block that are not; access lists; the limits of a batch; and what is refused by name.</summary>
public sealed class OverrideTests
{
    const string Contract = "0x00000000000000000000000000000000000c0de0", Caller = "0x00000000000000000000000000000000000a11ce";
    // Returns SLOAD(0), BALANCE(caller), SLOAD(1), TIMESTAMP, NUMBER, COINBASE, BASEFEE, as seven words.
    const string Code = "0x5f545f523331602052600154604052426060524360805241" + "60a0524860c05260e05ff3";

    static readonly (string State, string Block)[] Questions =
    [
        ($$$"""{"{{{Contract}}}":{"code":"{{{Code}}}"} }""", "{}"),
        ($$$"""{"{{{Contract}}}":{"code":"{{{Code}}}","state":{"0x{{{Word(0)}}}":"0x{{{Word(77)}}}"} },"{{{Caller}}}":{"balance":"0x1234","nonce":"0x9"} }""", "{}"),
        ($$$"""{"{{{Contract}}}":{"code":"{{{Code}}}","stateDiff":{"0x{{{Word(1)}}}":"0x{{{Word(78)}}}"} } }""", """{"time":"0x70000000","number":"0x5","feeRecipient":"0x00000000000000000000000000000000000000cc","baseFeePerGas":"0x0"}"""),
    ];

    static string Word(int value) => value.ToString("x").PadLeft(64, '0');

    static async Task<string> AskAsync(TestChain chain, string method, string parameters) => await chain.Client.SendAsync(method, json =>
    {
        using var list = JsonDocument.Parse(parameters);
        foreach (var item in list.RootElement.EnumerateArray()) item.WriteTo(json);
    });

    [Fact]
    public async Task Overrides_of_state_and_block_give_the_answers_that_anvil_gives_and_leave_nothing_behind()
    {
        await using var ours = await TestChain.StartAsync(ChainKind.DevChain);
        await using var anvil = await TestChain.StartAsync(ChainKind.Anvil);
        foreach (var chain in (TestChain[])[ours, anvil])
        {
            // Something is stored already, which "state" forgets and "stateDiff" keeps.
            await AskAsync(chain, "anvil_setCode", $"[\"{Contract}\",\"0x00\"]");
            await AskAsync(chain, "anvil_setStorageAt", $"[\"{Contract}\",\"0x0\",\"0x{Word(5)}\"]");
            await AskAsync(chain, "anvil_setStorageAt", $"[\"{Contract}\",\"0x1\",\"0x{Word(6)}\"]");
            await chain.WaitAsync(1);
        }
        foreach (var (state, block) in Questions)
        {
            string call = $$"""[{"from":"{{Caller}}","to":"{{Contract}}"},"latest",{{state}},{{block}}]""";
            string answer = await AskAsync(ours, "eth_call", call);
            Assert.Equal("\"0x\"".Length + 64 * 7, answer.Length);
            // Without fees supposed, the base fee of the two chains may differ; with a block supposed, every word is the same.
            var told = block == "{}" ? ..("\"0x".Length + 64 * 5) : ..;
            Assert.Equal((await AskAsync(anvil, "eth_call", call))[told], answer[told]);
        }
        Assert.Equal("\"0x00\"", await AskAsync(ours, "eth_getCode", $"[\"{Contract}\",\"latest\"]"));
        Assert.Equal("\"0x\"", await AskAsync(ours, "eth_call", $$"""[{"to":"{{Contract}}"},"latest"]"""));
        // The estimate of what only money that is supposed could pay.
        string rich = $$"""[{"from":"{{Caller}}","to":"0x00000000000000000000000000000000000b0b00","value":"0x5"},"latest",{"{{Caller}}":{"balance":"0xffffffffffffffff"} }]""";
        Assert.Equal("\"0x5208\"", await AskAsync(ours, "eth_estimateGas", rich));
        await Assert.ThrowsAsync<ChainException>(() => AskAsync(ours, "eth_estimateGas", $$"""[{"from":"{{Caller}}","to":"0x00000000000000000000000000000000000b0b00","value":"0x5"}]"""));
    }

    [Theory]
    [InlineData("""{"0x00000000000000000000000000000000000c0de0":{"movePrecompileToAddress":"0x01"}}""", "{}")]
    [InlineData("""{"0x00000000000000000000000000000000000c0de0":{"balance":"much"}}""", "{}")]
    [InlineData("""{"0x00000000000000000000000000000000000c0de0":{"state":{},"stateDiff":{"0x0":"0x1"},"code":"0x"}, "no address":{}}""", "{}")]
    [InlineData("""{"0x00000000000000000000000000000000000c0de0":{"stateDiff":{"0x0":"0x1"},"state":{}}}""", "{}")]
    [InlineData("{}", """{"difficulty":"0x1"}""")]
    [InlineData("{}", """{"number":"0xffffffffffffffffff"}""")]
    public void An_override_that_is_not_known_or_no_value_is_refused(string state, string block)
    {
        using var fixture = new ChainFixture();
        foreach (string method in (string[])["eth_call", "eth_estimateGas", "eth_createAccessList"])
            Assert.Equal(-32602, fixture.Ask(method, $"[{{}},\"latest\",{state},{block}]").GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public void No_gas_limit_that_is_supposed_makes_a_question_run_longer_than_a_block()
    {
        using var fixture = new ChainFixture();
        var answer = fixture.Ask("eth_call", """[{"data":"0x5b5f56","gas":"0xffffffffffff"},"latest",{},{"gasLimit":"0xffffffffffff"}]""");
        Assert.Contains("out of gas", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory, OnBothChains]
    public async Task An_access_list_names_what_the_call_touches_and_costs_what_is_said(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var rich = await chain.AccountAsync("rich");
        // SLOAD(0), and BALANCE of another account whose slots are not touched.
        await AskAsync(chain, "anvil_setCode", $"[\"{Contract}\",\"0x5f545073{Caller[2..]}3100\"]");
        using var answer = JsonDocument.Parse(await AskAsync(chain, "eth_createAccessList", $$"""[{"from":"{{rich.Address.ToHex()}}","to":"{{Contract}}"},"latest"]"""));
        var list = answer.RootElement.GetProperty("accessList").EnumerateArray().ToDictionary(e => e.GetProperty("address").GetString()!.ToLowerInvariant(), e => e.GetProperty("storageKeys").GetRawText());
        Assert.Equal($"[\"0x{Word(0)}\"]", list[Contract]);
        Assert.Equal("[]", list[Caller]);
        Assert.Equal(2, list.Count);
        // 21,000, twice 2,400 and 1,900 for what is named, and a warm SLOAD and BALANCE beside the cheap instructions.
        Assert.Equal("0x6d03", answer.RootElement.GetProperty("gasUsed").GetString());
    }

    [Fact]
    public void A_batch_that_has_gone_on_too_long_is_refused_line_by_line_from_there()
    {
        var clock = new HastyClock();
        var chain = new Counterfoil.DevChain.LocalChain(new(), clock);
        var rpc = new JsonRpcDispatcher(chain);
        clock.Step = TimeSpan.FromSeconds(4); // each look at the clock finds it four seconds on
        string batch = $"[{string.Join(',', Enumerable.Range(1, 6).Select(i => $$"""{"jsonrpc":"2.0","id":{{i}},"method":"eth_blockNumber"}"""))}]";
        using var answers = JsonDocument.Parse(rpc.Handle(System.Text.Encoding.UTF8.GetBytes(batch)));
        Assert.Equal(6, answers.RootElement.GetArrayLength());
        Assert.Equal([true, true, false, false, false, false], answers.RootElement.EnumerateArray().Select(a => a.TryGetProperty("result", out _)));
        Assert.Equal([1, 2, 3, 4, 5, 6], answers.RootElement.EnumerateArray().Select(a => a.GetProperty("id").GetInt32()));
    }

    [Fact]
    public void A_batch_whose_response_has_grown_too_long_is_refused_from_there()
    {
        // By a clock that stands still, so that it is the length that ends it on any machine.
        var chain = new Counterfoil.DevChain.LocalChain(new(), new HastyClock());
        chain.SetCode(Counterfoil.Evm.Address.Parse(Contract), new byte[20_000]);
        string batch = $"[{string.Join(',', Enumerable.Range(1, 1_000).Select(i => $$"""{"jsonrpc":"2.0","id":{{i}},"method":"eth_getCode","params":["{{Contract}}","latest"]}"""))}]";
        using var document = JsonDocument.Parse(new JsonRpcDispatcher(chain).Handle(System.Text.Encoding.UTF8.GetBytes(batch)));
        var answers = document.RootElement;
        int answered = answers.EnumerateArray().Count(a => a.TryGetProperty("result", out _));
        Assert.InRange(answered, BatchBudget.ResponseLength / 40_100, BatchBudget.ResponseLength / 40_000 + 1);
        Assert.Equal(1_000, answers.GetArrayLength());
    }

    [Theory]
    [InlineData("eth_sign", "sign in the client")]
    [InlineData("eth_simulateV1", "overrides")]
    [InlineData("anvil_setRpcUrl", "forks no other")]
    [InlineData("anvil_setChainId", "given when the chain starts")]
    [InlineData("trace_block", "callTracer")]
    public void A_method_of_other_nodes_is_refused_by_name_with_what_to_use_instead(string method, string words)
    {
        using var fixture = new ChainFixture();
        var error = fixture.Ask(method).GetProperty("error");
        Assert.Equal(-32601, error.GetProperty("code").GetInt32());
        Assert.Contains(method, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(words, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    sealed class HastyClock : TimeProvider
    {
        long now;
        public TimeSpan Step { get; set; }
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override long GetTimestamp() => now += Step.Ticks;
    }
}
