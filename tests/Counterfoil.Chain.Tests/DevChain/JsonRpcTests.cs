using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using CsCheck;

namespace Counterfoil.Chain.Tests.DevChain;

public sealed class JsonRpcTests : IDisposable
{
    static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000000a11ce");

    readonly ChainFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    string Rich => fixture.Key.Address.ToHex();

    [Fact]
    public void A_transaction_is_sent_mined_and_found_again()
    {
        byte[] raw = fixture.Signed(0, Someone, 5).Encode();
        string hash = fixture.Result("eth_sendRawTransaction", $"""["0x{Convert.ToHexStringLower(raw)}"]""");
        Assert.Equal($"0x{Keccak256.Hash(raw)}", hash);
        var receipt = fixture.Ask("eth_getTransactionReceipt", $"""["{hash}"]""").GetProperty("result");
        Assert.Equal("0x1", receipt.GetProperty("status").GetString());
        Assert.Equal("0x5208", receipt.GetProperty("gasUsed").GetString());
        var transaction = fixture.Ask("eth_getTransactionByHash", $"""["{hash}"]""").GetProperty("result");
        Assert.Equal(Rich, transaction.GetProperty("from").GetString());
        Assert.Equal("0x5", fixture.Result("eth_getBalance", $"""["{Someone.ToHex()}","latest"]"""));
        Assert.Equal("0x0", fixture.Result("eth_getBalance", $"""["{Someone.ToHex()}","0x0"]"""));
        Assert.Equal("0x1", fixture.Result("eth_getTransactionCount", $"""["{Rich}","latest"]"""));
        var block = fixture.Ask("eth_getBlockByNumber", """["latest",true]""").GetProperty("result");
        Assert.Equal(hash, block.GetProperty("transactions")[0].GetProperty("hash").GetString());
        Assert.Equal(receipt.GetRawText(), fixture.Ask("eth_getBlockReceipts", """["latest"]""").GetProperty("result")[0].GetRawText());
    }

    [Fact]
    public void A_revert_gives_back_its_data_under_code_3()
    {
        // REVERT with the 4 bytes deadbeef.
        var reverter = fixture.Deploy([0x63, 0xde, 0xad, 0xbe, 0xef, 0x5f, 0x52, 0x60, 0x04, 0x60, 0x1c, 0xfd]);
        foreach (string method in new[] { "eth_call", "eth_estimateGas" })
        {
            var error = fixture.Ask(method, $$"""[{"to":"{{reverter.ToHex()}}"},"latest"]""").GetProperty("error");
            Assert.Equal(3, error.GetProperty("code").GetInt32());
            Assert.Equal("0xdeadbeef", error.GetProperty("data").GetString());
        }
    }

    [Fact]
    public void Logs_are_found_by_emitter_and_topic_and_numbered_through_the_block()
    {
        var emitter = fixture.Deploy([0x60, 0x07, 0x5f, 0x5f, 0xa1, 0x60, 0x08, 0x5f, 0x5f, 0xa1, 0x00]); // LOG1 topic 7, LOG1 topic 8
        fixture.Send(emitter);
        string Query(string topics) => $$"""[{"fromBlock":"0x0","toBlock":"latest","address":"{{emitter.ToHex()}}","topics":{{topics}}}]""";
        string seven = $"0x{new string('0', 63)}7", eight = $"0x{new string('0', 63)}8";
        Assert.Equal(2, fixture.Ask("eth_getLogs", Query("[]")).GetProperty("result").GetArrayLength());
        var found = fixture.Ask("eth_getLogs", Query($"""["{eight}"]""")).GetProperty("result");
        Assert.Equal("0x1", Assert.Single(found.EnumerateArray()).GetProperty("logIndex").GetString());
        Assert.Equal(2, fixture.Ask("eth_getLogs", Query($"""[["{seven}","{eight}"]]""")).GetProperty("result").GetArrayLength());
        Assert.Equal(0, fixture.Ask("eth_getLogs", Query($"""[null,"{seven}"]""")).GetProperty("result").GetArrayLength());
    }

    [Fact]
    public void A_batch_is_answered_in_order_and_notifications_are_not_answered()
    {
        var answers = fixture.AskRaw("""[{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},{"jsonrpc":"2.0","method":"evm_mine"},{"jsonrpc":"2.0","id":7,"method":"eth_blockNumber"}]""");
        Assert.Equal(["\"a\"", "7"], answers.EnumerateArray().Select(answer => answer.GetProperty("id").GetRawText()));
        Assert.Equal("0x1", answers[1].GetProperty("result").GetString());
        Assert.Empty(fixture.Rpc.Handle("""[{"jsonrpc":"2.0","method":"evm_mine"}]"""u8.ToArray()));
    }

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("42", -32600)]
    [InlineData("""{"id":1}""", -32600)]
    [InlineData("""{"id":1,"method":7}""", -32600)]
    [InlineData("""{"id":1,"method":"eth_nothing"}""", -32601)]
    [InlineData("""{"id":1,"method":"eth_getBalance"}""", -32602)]
    [InlineData("""{"id":1,"method":"eth_getBalance","params":{}}""", -32602)]
    [InlineData("""{"id":1,"method":"eth_getBalance","params":["0x12"]}""", -32602)]
    [InlineData("""{"id":1,"method":"eth_getBalance","params":["0x00000000000000000000000000000000000a11ce","0xffffffffffffffffff"]}""", -32602)]
    [InlineData("""{"id":1,"method":"eth_getBalance","params":["0x00000000000000000000000000000000000a11ce","0x99"]}""", -32000)]
    [InlineData("""{"id":1,"method":"eth_call","params":[[[[]]]]}""", -32602)]
    [InlineData("""{"id":1,"method":"eth_sendRawTransaction","params":["0xc0"]}""", -32000)]
    [InlineData("""{"id":1,"method":"eth_sendRawTransaction","params":["0xc"]}""", -32602)]
    [InlineData("""{"id":1,"method":"evm_increaseTime","params":[-1]}""", -32602)]
    [InlineData("""{"id":1,"method":"evm_increaseTime","params":["0xffffffffffffffff"]}""", -32602)]
    [InlineData("""{"id":1,"method":"eth_getLogs","params":[{"topics":[1]}]}""", -32602)]
    public void What_is_wrong_with_a_request_has_its_code(string request, int code) =>
        Assert.Equal(code, fixture.AskRaw(request).GetProperty("error").GetProperty("code").GetInt32());

    [Fact]
    public void Requests_too_long_or_too_deep_are_refused_unread()
    {
        string deep = new string('[', 100_000) + new string(']', 100_000);
        Assert.Equal(-32700, fixture.AskRaw(deep).GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(-32700, fixture.AskRaw($"\"{new string('x', JsonRpcDispatcher.MaxRequestLength)}\"").GetProperty("error").GetProperty("code").GetInt32());
        string many = $"[{string.Join(',', Enumerable.Repeat("{}", JsonRpcDispatcher.MaxBatch + 1))}]";
        Assert.Equal(-32600, fixture.AskRaw(many).GetProperty("error").GetProperty("code").GetInt32());
    }

    static readonly string[] Known =
    [
        "eth_getBalance", "eth_getCode", "eth_getStorageAt", "eth_getTransactionCount", "eth_call", "eth_estimateGas", "eth_feeHistory", "eth_sendRawTransaction",
        "eth_getTransactionByHash", "eth_getTransactionReceipt", "eth_getBlockByNumber", "eth_getBlockByHash", "eth_getLogs", "eth_getBlockReceipts",
        "evm_mine", "evm_revert", "evm_increaseTime", "evm_setNextBlockTimestamp", "anvil_setBalance", "anvil_setCode", "anvil_setNonce", "anvil_setStorageAt",
        "web3_sha3", "eth_getProof", "eth_getTransactionByBlockNumberAndIndex", "eth_getTransactionByBlockHashAndIndex", "eth_getBlockTransactionCountByHash", "eth_getUncleCountByBlockHash",
        "eth_newFilter", "eth_newBlockFilter", "eth_newPendingTransactionFilter", "eth_getFilterChanges", "eth_getFilterLogs", "eth_uninstallFilter", "eth_subscribe", "eth_unsubscribe",
        "debug_traceTransaction", "debug_traceCall", "txpool_status", "txpool_content", "anvil_dropTransaction", "anvil_addBalance",
    ];

    static Gen<string> AnyOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    [Fact]
    public void Any_parameters_whatever_get_an_answer_and_never_our_own_fault()
    {
        var scalar = Gen.OneOf(
            AnyOf("null", "true", "1", "-1", "1e99", "\"0x\"", "\"0x0\"", "\"0x1\"", "\"latest\"", "\"pending\"", "\"earliest\"", "\"0x00000000000000000000000000000000000a11ce\"",
                "\"0x0000000000000000000000000000000000000000000000000000000000000001\"", "\"\\ud83d\\ude00\"", "\"0xzz\"", "\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\""),
            Gen.ULong.Select(number => $"\"0x{number:x}\""));
        var member = Gen.Select(AnyOf("to", "from", "data", "input", "value", "gas", "accessList", "topics", "address", "fromBlock", "toBlock", "blockHash"), scalar, (name, value) => $"\"{name}\":{value}");
        var value = Gen.OneOf(scalar, member.Array[0, 4].Select(members => $"{{{string.Join(',', members)}}}"), scalar.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"));
        Gen.Select(AnyOf(Known), value.Array[0, 4]).Sample((method, values) =>
        {
            var answer = fixture.Ask(method, $"[{string.Join(',', values)}]");
            Assert.True(answer.TryGetProperty("result", out _) || answer.GetProperty("error").GetProperty("code").GetInt32() != -32603, answer.GetRawText());
        }, iter: 3_000, threads: 1);
    }

    [Fact]
    public void Any_bytes_whatever_get_an_answer() =>
        Gen.Byte.Array[0, 200].Sample(bytes => Assert.NotEmpty(fixture.Rpc.Handle(bytes)), iter: 2_000, threads: 1);

    [Fact]
    public void A_truncated_or_mutated_request_gets_an_answer()
    {
        byte[] request = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"{{Rich}}","data":"0x01"},"latest"]}""");
        Gen.Select(Gen.Int[0, request.Length - 1], Gen.Int[0, request.Length], Gen.Byte).Sample((at, length, replacement) =>
        {
            byte[] mutated = [.. request];
            mutated[at] = replacement;
            var answer = fixture.Rpc.Handle(mutated.AsMemory(0, length));
            if (answer.Length > 0) using (JsonDocument.Parse(answer)) { }
        }, iter: 3_000, threads: 1);
    }
}
