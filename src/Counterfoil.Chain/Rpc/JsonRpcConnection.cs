using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Counterfoil.Chain.Rpc;

/// <summary>Asks one question at a time: writes the request, and reads the response as a stranger's.</summary>
sealed class JsonRpcConnection(IJsonRpcTransport transport)
{
    long lastId;

    public string Endpoint => transport.Endpoint;

    /// <summary>The result of a call, read by <paramref name="read"/>; whatever is wrong with it is a <see cref="ChainException"/>.</summary>
    public async Task<T> AskAsync<T>(string method, Action<Utf8JsonWriter>? parameters, Func<RpcAnswer, T> read, CancellationToken cancellationToken)
    {
        long id = Interlocked.Increment(ref lastId);
        var response = await transport.SendAsync(Write(method, parameters, id), method, cancellationToken).ConfigureAwait(false);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(response);
        }
        catch (JsonException malformed)
        {
            throw Wrong(method, "the answer is not JSON", malformed);
        }
        using (document)
        {
            try
            {
                return read(new RpcAnswer(Result(document.RootElement, method, id), method, this));
            }
            catch (InvalidOperationException unreadable)
            {
                // Text that is half a surrogate pair, or a header with a hole where an earlier fork's field should be.
                throw Wrong(method, $"the answer cannot be read: {unreadable.Message}", unreadable);
            }
        }
    }

    public ChainException Wrong(string method, string message, Exception? inner = null) =>
        new(Endpoint, method, message, inner) { Kind = ChainFailure.WrongAnswer };

    static ReadOnlyMemory<byte> Write(string method, Action<Utf8JsonWriter>? parameters, long id)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        json.WriteNumber("id", id);
        json.WriteString("method", method);
        json.WriteStartArray("params");
        parameters?.Invoke(json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    JsonElement Result(JsonElement root, string method, long id)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Wrong(method, "the answer is not an object");
        if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object) throw Error(error, method);
        if (!root.TryGetProperty("id", out var answered) || answered.ValueKind != JsonValueKind.Number || !answered.TryGetInt64(out long number) || number != id)
            throw Wrong(method, $"the answer is to another request than {id.ToString(CultureInfo.InvariantCulture)}");
        return root.TryGetProperty("result", out var result) ? result : throw Wrong(method, "the answer has neither result nor error");
    }

    ChainException Error(JsonElement error, string method)
    {
        int code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int value) ? value : 0;
        string message = error.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "an error without a message";
        if (message.Length > 500) message = string.Concat(message.AsSpan(0, 500), "…");
        bool hasData = error.TryGetProperty("data", out var data) && RpcAnswer.TryData(data, out _);
        // Code 3 is what geth says for a revert; others say it in words.
        bool reverted = code == 3 || (hasData && message.Contains("revert", StringComparison.OrdinalIgnoreCase));
        RpcAnswer.TryData(data, out var bytes);
        return new ChainException(Endpoint, method, $"{message} (code {code})")
        {
            Kind = reverted ? ChainFailure.Reverted : ChainFailure.Refused,
            Code = code,
            RevertData = bytes,
        };
    }
}
