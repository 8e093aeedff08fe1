using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Node.Chain;

namespace Counterfoil.Chain.Tests.Rpc;

/// <summary>JSON-RPC over WebSocket, by the host's chain slice.</summary>
public sealed class SocketTests : IDisposable
{
    readonly ChainFixture fixture = new();
    readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));

    public void Dispose()
    {
        fixture.Dispose();
        deadline.Dispose();
    }

    async Task<ClientWebSocket> ConnectAsync(ChainHost host, string? origin = null, string? name = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
        if (name is not null) socket.Options.SetRequestHeader("Host", name);
        await socket.ConnectAsync(new UriBuilder(host.Address) { Scheme = "ws" }.Uri, deadline.Token);
        return socket;
    }

    Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, deadline.Token);

    async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        var message = new MemoryStream();
        byte[] buffer = new byte[4_096];
        for (; ; )
        {
            var part = await socket.ReceiveAsync(buffer, deadline.Token);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return JsonDocument.Parse(message.ToArray()).RootElement.Clone();
        }
    }

    [Fact]
    public async Task The_answer_to_a_subscription_comes_first_and_then_every_block_in_order()
    {
        await using var host = await ChainHost.StartAsync(fixture.Chain, cancellationToken: deadline.Token);
        using var socket = await ConnectAsync(host);
        await SendAsync(socket, """[{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]},{"jsonrpc":"2.0","id":2,"method":"anvil_mine","params":["0x32"]}]""");
        var answer = await ReceiveAsync(socket);
        string id = answer[0].GetProperty("result").GetString()!;
        for (ulong number = 1; number <= 50; number++)
        {
            var told = (await ReceiveAsync(socket)).GetProperty("params");
            Assert.Equal(id, told.GetProperty("subscription").GetString());
            Assert.Equal($"0x{number:x}", told.GetProperty("result").GetProperty("number").GetString());
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", deadline.Token);
    }

    [Fact]
    public async Task A_subscriber_who_does_not_read_holds_up_nobody()
    {
        await using var host = await ChainHost.StartAsync(fixture.Chain, cancellationToken: deadline.Token);
        using var silent = await ConnectAsync(host);
        await SendAsync(silent, """{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}""");
        await ReceiveAsync(silent);
        using var other = await ConnectAsync(host);
        await SendAsync(other, """{"jsonrpc":"2.0","id":1,"method":"anvil_mine","params":["0x2710"]}""");
        Assert.Equal(JsonValueKind.Null, (await ReceiveAsync(other)).GetProperty("result").ValueKind);
        await SendAsync(other, """{"jsonrpc":"2.0","id":2,"method":"eth_blockNumber"}""");
        Assert.Equal("0x2710", (await ReceiveAsync(other)).GetProperty("result").GetString());
    }

    [Theory]
    [InlineData("http://attacker.example", null)]
    [InlineData("null", null)]
    [InlineData("http://localhost:3000", null)]
    [InlineData(null, "attacker.example")]
    public async Task A_page_of_another_origin_is_not_let_in(string? origin, string? name)
    {
        await using var host = await ChainHost.StartAsync(fixture.Chain, cancellationToken: deadline.Token);
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(host, origin, name));
    }

    [Theory]
    [InlineData(WebSocketMessageType.Binary, 10, WebSocketCloseStatus.InvalidMessageType)]
    [InlineData(WebSocketMessageType.Text, JsonRpcDispatcher.MaxRequestLength + 1, WebSocketCloseStatus.MessageTooBig)]
    public async Task What_is_no_request_ends_the_connection_and_says_why(WebSocketMessageType type, int length, WebSocketCloseStatus status)
    {
        await using var host = await ChainHost.StartAsync(fixture.Chain, cancellationToken: deadline.Token);
        using var socket = await ConnectAsync(host);
        await socket.SendAsync(new byte[length], type, true, deadline.Token);
        var end = await socket.ReceiveAsync(new byte[100], deadline.Token);
        Assert.Equal(WebSocketMessageType.Close, end.MessageType);
        Assert.Equal(status, socket.CloseStatus);
    }

    [Fact]
    public async Task A_host_that_stops_does_not_wait_for_its_subscribers()
    {
        var host = await ChainHost.StartAsync(fixture.Chain, cancellationToken: deadline.Token);
        using var socket = await ConnectAsync(host);
        await SendAsync(socket, """{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}""");
        await ReceiveAsync(socket);
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), deadline.Token);
    }
}
