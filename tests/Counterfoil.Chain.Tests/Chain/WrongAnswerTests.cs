using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using CsCheck;

namespace Counterfoil.Chain.Tests.Chain;

/// <summary>Endpoints that are dead, late, or lie: always a <see cref="ChainException"/> that names endpoint and method.</summary>
public sealed class WrongAnswerTests
{
    static ChainClient Answering(string response) => new(new InProcessTransport("liar", _ => Encoding.UTF8.GetBytes(response)));

    sealed class Stub(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request, cancellationToken);
    }

    static async Task<ChainException> Failure(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer, TimeSpan? timeout = null)
    {
        using var http = new HttpClient(new Stub(answer));
        var client = new ChainClient(new HttpTransport(http, new Uri("https://user:secret@rpc.example/v1/api-key"), timeout));
        var failure = await Assert.ThrowsAsync<ChainException>(() => client.GetBlockNumberAsync());
        Assert.Equal("https://rpc.example:443", failure.Endpoint);
        Assert.Equal("eth_blockNumber", failure.Method);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("api-key", failure.ToString(), StringComparison.Ordinal);
        return failure;
    }

    [Fact]
    public async Task A_dead_endpoint_is_unreachable() =>
        Assert.Equal(ChainFailure.Unreachable, (await Failure((_, _) => throw new HttpRequestException("connection refused"))).Kind);

    [Fact]
    public async Task A_late_endpoint_is_timed_out() =>
        Assert.Equal(ChainFailure.TimedOut, (await Failure(async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return null!;
        }, TimeSpan.FromMilliseconds(30))).Kind);

    [Fact]
    public async Task An_http_error_is_unreachable() =>
        Assert.Equal(ChainFailure.Unreachable, (await Failure((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests)))).Kind);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":2,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":7}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0x01"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":"0xffffffffffffffffff"}""")]
    public async Task An_answer_that_is_none_is_a_wrong_answer(string response)
    {
        var failure = await Assert.ThrowsAsync<ChainException>(() => Answering(response).GetBlockNumberAsync());
        Assert.Equal((ChainFailure.WrongAnswer, "liar", "eth_blockNumber"), (failure.Kind, failure.Endpoint, failure.Method));
    }

    [Fact]
    public async Task A_refusal_carries_the_endpoints_code_and_words()
    {
        var failure = await Assert.ThrowsAsync<ChainException>(() => Answering("""{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"nonce too low"}}""").GetBlockNumberAsync());
        Assert.Equal((ChainFailure.Refused, -32000), (failure.Kind, failure.Code!.Value));
        Assert.Contains("nonce too low", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_lost_costs_neither_a_nonce_nor_money()
    {
        using var world = new DevChainWorld();
        var someone = Address.FromWord(0xa11ce);
        byte[]? lost = null;
        var client = new ChainClient(new InProcessTransport("forgetful", request =>
        {
            byte[] answer = world.Fixture.Rpc.Handle(request);
            if (lost is not null || JsonNode.Parse(request.Span)!["method"]!.GetValue<string>() != "eth_sendRawTransaction") return answer;
            lost = Convert.FromHexString(JsonNode.Parse(request.Span)!["params"]![0]!.GetValue<string>()[2..]);
            throw new ChainException("forgetful", "eth_sendRawTransaction", "no answer") { Kind = ChainFailure.TimedOut };
        }));
        using var rich = new ChainAccount(client, world.Fixture.Key);
        await Assert.ThrowsAsync<ChainException>(() => rich.SendAsync(new ContractCall { To = someone, Value = 1 }));
        // The chain has it: handing it in again says so, and the next transaction is the next one.
        Assert.Equal(Keccak256.Hash(lost), await client.SendRawTransactionAsync(lost));
        await rich.SendAndWaitAsync(new ContractCall { To = someone, Value = 1 });
        Assert.Equal((UInt256)2, await client.GetBalanceAsync(someone));
        Assert.Equal(2UL, await client.GetNonceAsync(rich.Address));
    }

    [Fact]
    public async Task A_lie_about_any_field_of_a_block_or_receipt_is_found_before_a_proof_is_made()
    {
        using var world = new DevChainWorld();
        var dollar = (await world.DeployAsync()).TestDollar;
        var hash = (await world.Rich.SendAndWaitAsync(dollar.Call("mint", world.Rich.Address, 5UL))).TransactionHash;
        var lies = new (string Method, Action<JsonNode> Tell)[]
        {
            ("eth_getBlockByHash", block => block["stateRoot"] = $"0x{new string('0', 64)}"),
            ("eth_getBlockByHash", block => block["timestamp"] = "0x1"),
            ("eth_getBlockByHash", block => block["gasUsed"] = "0x1"),
            ("eth_getBlockByHash", block => block["transactions"] = new JsonArray()),
            ("eth_getBlockReceipts", receipts => receipts[0]!["status"] = "0x0"),
            ("eth_getBlockReceipts", receipts => receipts[0]!["cumulativeGasUsed"] = "0x1"),
            ("eth_getBlockReceipts", receipts => receipts[0]!["logs"]![0]!["data"] = $"0x{new string('f', 64)}"),
            ("eth_getBlockReceipts", receipts => receipts[0]!["logs"]![0]!["address"] = $"0x{new string('f', 40)}"),
            ("eth_getBlockReceipts", receipts => ((JsonArray)receipts).Clear()),
        };
        foreach (var (method, tell) in lies)
        {
            var client = new ChainClient(new InProcessTransport("liar", request =>
            {
                byte[] honest = world.Fixture.Rpc.Handle(request);
                if (JsonNode.Parse(request.Span)!["method"]!.GetValue<string>() != method) return honest;
                var answer = JsonNode.Parse(honest)!;
                tell(answer["result"]!);
                return Encoding.UTF8.GetBytes(answer.ToJsonString());
            }));
            var failure = await Assert.ThrowsAsync<ChainException>(() => client.GetReceiptProofAsync(hash));
            Assert.Equal(ChainFailure.WrongAnswer, failure.Kind);
        }
    }

    [Fact]
    public async Task A_mutated_answer_is_a_chain_exception_or_still_true()
    {
        using var world = new DevChainWorld();
        var dollar = (await world.DeployAsync()).TestDollar;
        var hash = (await world.Rich.SendAndWaitAsync(dollar.Call("mint", world.Rich.Address, 5UL))).TransactionHash;
        var block = world.Fixture.Chain.Head.Hash;
        await Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4_000], Gen.Byte[32, 126]).SampleAsync(async (which, at, letter) =>
        {
            int call = 0;
            var client = new ChainClient(new InProcessTransport("noise", request =>
            {
                byte[] answer = world.Fixture.Rpc.Handle(request);
                if (call++ == which && at < answer.Length) answer[at] = letter;
                return answer;
            }));
            try
            {
                var evidence = await client.GetReceiptProofAsync(hash);
                Assert.Equal(block, evidence.BlockHash);
                Assert.True(evidence.Receipt.Verify(block, out _).IsAccepted);
            }
            catch (ChainException)
            {
            }
        }, iter: 1_000, threads: 1);
    }
}
