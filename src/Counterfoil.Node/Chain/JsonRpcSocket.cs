using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Microsoft.AspNetCore.Http;

namespace Counterfoil.Node.Chain;

/// <summary>One WebSocket connection: requests are answered in order, and what its subscriptions have to tell is told in between.</summary>
/// <remarks>
/// Answering and telling take turns, so that the answer to a subscription goes out before its first news, and so that there is never more than one
/// message under way: who does not read is waited for, and costs no memory.
/// </remarks>
sealed class JsonRpcSocket(WebSocket socket, JsonRpcDispatcher dispatcher, LocalChain chain, Func<Task>? flush) : IDisposable
{
    // How long a connection may leave a message unread before it is given up.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly JsonRpcSession session = new(dispatcher);
    readonly SemaphoreSlim turn = new(1, 1);
    // A mark that there is news; a second one while it stands says nothing more.
    readonly Channel<bool> news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        chain.Changed += Wake;
        var telling = TellAsync(ending);
        try
        {
            await AnswerAsync(ending.Token).ConfigureAwait(false);
        }
        finally
        {
            chain.Changed -= Wake;
            await ending.CancelAsync().ConfigureAwait(false);
            await telling.ConfigureAwait(false);
        }
    }

    // The chain waits for this: it leaves a mark and goes.
    void Wake() => news.Writer.TryWrite(true);

    async Task AnswerAsync(CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>(1_024);
        try
        {
            while (await ReadAsync(request, cancellationToken).ConfigureAwait(false))
            {
                await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    byte[] response = session.Handle(request.WrittenMemory);
                    if (response.Length > 0) await SendAsync(response, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    turn.Release();
                }
                if (request.Capacity > 1 << 16) request = new ArrayBufferWriter<byte>(1_024); // one long request does not hold memory for as long as the connection
                else request.ResetWrittenCount();
            }
        }
        catch (Exception end) when (end is OperationCanceledException or WebSocketException or IOException)
        {
            // The other side is gone, the host ends, or what would be said cannot be kept.
        }
    }

    // False where the other side closes, or sends what is no request.
    async Task<bool> ReadAsync(ArrayBufferWriter<byte> request, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            var part = await socket.ReceiveAsync(request.GetMemory(1_024), cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close) return await CloseAsync(WebSocketCloseStatus.NormalClosure, "", cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Binary) return await CloseAsync(WebSocketCloseStatus.InvalidMessageType, "requests are text", cancellationToken).ConfigureAwait(false);
            request.Advance(part.Count);
            if (request.WrittenCount > JsonRpcDispatcher.MaxRequestLength)
                return await CloseAsync(WebSocketCloseStatus.MessageTooBig, $"at most {JsonRpcDispatcher.MaxRequestLength} bytes", cancellationToken).ConfigureAwait(false);
            if (part.EndOfMessage) return true;
        }
    }

    async Task<bool> CloseAsync(WebSocketCloseStatus status, string why, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            await socket.CloseOutputAsync(status, why, patience.Token).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
        return false;
    }

    async Task TellAsync(CancellationTokenSource ending)
    {
        try
        {
            for (; ; )
            {
                await news.Reader.ReadAsync(ending.Token).ConfigureAwait(false);
                while (await TellNewsAsync(ending.Token).ConfigureAwait(false))
                {
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or WebSocketException or IOException)
        {
            // Nobody is there to be told anything; the reading side ends as well.
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    async Task<bool> TellNewsAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var messages = session.Notifications();
            foreach (byte[] message in messages) await SendAsync(message, cancellationToken).ConfigureAwait(false);
            return messages.Count > 0;
        }
        finally
        {
            turn.Release();
        }
    }

    async Task SendAsync(byte[] message, CancellationToken cancellationToken)
    {
        if (flush is not null) await flush().ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, patience.Token).ConfigureAwait(false);
    }

    public void Dispose() => turn.Dispose();
}
