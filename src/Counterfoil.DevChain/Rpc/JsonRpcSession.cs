using System.Buffers;
using System.Text.Json;

namespace Counterfoil.DevChain.Rpc;

/// <summary>One lasting connection: requests and their responses, and what its subscriptions (<c>eth_subscribe</c>) have to tell.</summary>
/// <remarks>
/// Bytes in and bytes out, whatever carries them; who carries them asks for <see cref="Notifications"/> when <see cref="LocalChain.Changed"/> was
/// raised. One call at a time. Holds no queue: a connection that is slow to take what it is told falls behind the chain, and that is all.
/// </remarks>
public sealed class JsonRpcSession(JsonRpcDispatcher dispatcher)
{
    /// <summary>The most subscriptions of one connection.</summary>
    public const int MaxSubscriptions = 128;

    readonly Dictionary<string, ChainCursor> subscriptions = new(StringComparer.Ordinal);

    /// <summary>The response to a request or a batch of them; empty where it held nothing but notifications.</summary>
    public byte[] Handle(ReadOnlyMemory<byte> request) => dispatcher.Handle(request, this);

    /// <summary>What is new for the subscriptions, one message each; to be asked for again until nothing is.</summary>
    public IReadOnlyList<byte[]> Notifications()
    {
        var messages = new List<byte[]>();
        foreach (var (id, cursor) in subscriptions)
            foreach (var item in cursor.Next()) messages.Add(Message(id, item));
        return messages;
    }

    static byte[] Message(string id, Action<Utf8JsonWriter> item)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        json.WriteString("method", "eth_subscription");
        json.WriteStartObject("params");
        json.WriteString("subscription", id);
        json.WritePropertyName("result");
        item(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    internal string? Add(string id, ChainCursor cursor) => subscriptions.Count < MaxSubscriptions && subscriptions.TryAdd(id, cursor) ? id : null;

    internal bool Remove(string id) => subscriptions.Remove(id);
}
