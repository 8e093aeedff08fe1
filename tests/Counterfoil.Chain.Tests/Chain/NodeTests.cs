using System.Net;
using System.Net.WebSockets;
using System.Text;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using Counterfoil.Node.Chain;

namespace Counterfoil.Chain.Tests.Chain;

/// <summary>JSON-RPC over HTTP on the loopback address, by the host's chain slice.</summary>
public sealed class NodeTests
{
    [Fact]
    public async Task The_client_sends_money_over_http()
    {
        using var fixture = new ChainFixture();
        await using var host = await ChainHost.StartAsync(fixture.Chain);
        Assert.True(host.Address.IsLoopback);
        using var http = new HttpClient();
        var client = new ChainClient(new HttpTransport(http, host.Address));
        using var rich = new ChainAccount(client, fixture.Key);
        var receipt = await rich.SendAndWaitAsync(new ContractCall { To = Address.FromWord(0xa11ce), Value = 3 });
        Assert.Equal((UInt256)3, await client.GetBalanceAsync(receipt.To!.Value));
    }

    [Theory]
    [InlineData("application/json", "127.0.0.1", 0, HttpStatusCode.OK)]
    [InlineData("text/plain", "127.0.0.1", 0, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", "attacker.example", 0, HttpStatusCode.MisdirectedRequest)]
    [InlineData("application/json", "127.0.0.1", JsonRpcDispatcher.MaxRequestLength + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Only_json_from_this_machine_and_of_a_sane_size_is_answered(string type, string host, int padding, HttpStatusCode status)
    {
        using var fixture = new ChainFixture();
        await using var node = await ChainHost.StartAsync(fixture.Chain);
        using var http = new HttpClient();
        string body = """{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}""" + new string(' ', padding);
        using var request = new HttpRequestMessage(HttpMethod.Post, node.Address) { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Host = host;
        request.Headers.ExpectContinue = padding > 0; // the refusal comes before the body is sent
        using var response = await http.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task An_answer_waits_until_what_it_speaks_of_is_kept()
    {
        using var fixture = new ChainFixture();
        var kept = new TaskCompletionSource();
        await using var node = await ChainHost.StartAsync(fixture.Chain, flush: () => kept.Task);
        using var http = new HttpClient();
        using var question = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}""", Encoding.UTF8, "application/json");
        var answer = http.PostAsync(node.Address, question);
        await Task.WhenAny(answer, Task.Delay(100));
        Assert.False(answer.IsCompleted);
        kept.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
    }

    [Fact]
    public async Task There_is_no_answer_where_what_it_speaks_of_cannot_be_kept()
    {
        using var fixture = new ChainFixture();
        await using var node = await ChainHost.StartAsync(fixture.Chain, flush: () => Task.FromException(new IOException("no space left on device")));
        using var http = new HttpClient();
        using var question = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(node.Address, question);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsStringAsync());
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(node.Address) { Scheme = "ws" }.Uri, CancellationToken.None);
        await socket.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}"""u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        // The connection ends, and nothing was said on it.
        try
        {
            Assert.Equal(WebSocketMessageType.Close, (await socket.ReceiveAsync(new byte[100], deadline.Token)).MessageType);
        }
        catch (WebSocketException)
        {
        }
    }
}
