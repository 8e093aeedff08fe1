using System.Buffers;
using System.Text.Json;
using Counterfoil.DevChain.Precompiles;

namespace Counterfoil.DevChain.Rpc;

/// <summary>Answers JSON-RPC 2.0 requests about a chain: bytes in, bytes out, whatever carries them.</summary>
/// <remarks>
/// Every input has an answer: text that is not JSON, that is too long or too deep, or that asks for the wrong thing is answered with an error
/// object. May be called from several threads; the chain takes one request at a time.
/// </remarks>
public sealed partial class JsonRpcDispatcher
{
    /// <summary>The longest request in bytes: a contract's creation as hexadecimal, several times over.</summary>
    public const int MaxRequestLength = 4 << 20;
    /// <summary>The most requests in one batch.</summary>
    public const int MaxBatch = 1_000;
    /// <summary>How deep the JSON may nest. Real requests need five levels.</summary>
    public const int MaxDepth = 24;

    static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaxDepth };
    // A trace nests two levels for each of up to 1025 calls.
    static readonly JsonWriterOptions Writing = new() { MaxDepth = 4_096 };

    readonly LocalChain chain;
    readonly Dictionary<string, Method> methods;

    /// <summary>Writes the result, or returns what is to be said instead.</summary>
    delegate RpcError? Method(RpcParameters parameters, Utf8JsonWriter result);

    /// <summary>Serves a chain.</summary>
    public JsonRpcDispatcher(LocalChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        this.chain = chain;
        methods = Methods();
    }

    /// <summary>The response to a request or a batch of them; empty where it held nothing but notifications.</summary>
    public byte[] Handle(ReadOnlyMemory<byte> request) => Handle(request, null);

    internal byte[] Handle(ReadOnlyMemory<byte> request, JsonRpcSession? session)
    {
        var response = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(response);
        if (request.Length > MaxRequestLength)
        {
            WriteError(writer, null, RpcError.Parse($"at most {MaxRequestLength} bytes are read, not {request.Length}"));
            return Finish(writer, response);
        }
        if (!JsonText.IsUnicode(request.Span))
        {
            WriteError(writer, null, RpcError.Parse("the text is not Unicode"));
            return Finish(writer, response);
        }
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(request, Reading);
        }
        catch (JsonException malformed)
        {
            WriteError(writer, null, RpcError.Parse($"no JSON at line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine}, or deeper than {MaxDepth}"));
            return Finish(writer, response);
        }
        using (document) Answer(document.RootElement, writer, session);
        return Finish(writer, response);
    }

    static byte[] Finish(Utf8JsonWriter writer, ArrayBufferWriter<byte> response)
    {
        writer.Flush();
        return response.WrittenSpan.ToArray();
    }

    void Answer(JsonElement root, Utf8JsonWriter writer, JsonRpcSession? session)
    {
        if (root.ValueKind != JsonValueKind.Array)
        {
            AnswerOne(root, writer, session);
            return;
        }
        int count = root.GetArrayLength();
        if (count is 0 or > MaxBatch)
        {
            WriteError(writer, null, RpcError.InvalidRequest($"a batch holds 1 to {MaxBatch} requests, not {count}"));
            return;
        }
        var budget = new BatchBudget(chain.Clock);
        // A batch of notifications has no response at all, so the bracket waits for the first answer.
        if (root.EnumerateArray().All(IsNotification))
        {
            foreach (var request in root.EnumerateArray()) AnswerOne(request, writer, session, budget.Exhausted(0));
            return;
        }
        writer.WriteStartArray();
        foreach (var request in root.EnumerateArray()) AnswerOne(request, writer, session, budget.Exhausted(writer.BytesCommitted + writer.BytesPending));
        writer.WriteEndArray();
    }

    static bool IsNotification(JsonElement request) =>
        request.ValueKind == JsonValueKind.Object && !request.TryGetProperty("id", out _) && request.TryGetProperty("method", out var method) && method.ValueKind == JsonValueKind.String;

    void AnswerOne(JsonElement request, Utf8JsonWriter writer, JsonRpcSession? session, RpcError? refused = null)
    {
        bool silent = IsNotification(request);
        JsonElement? id = null;
        if (request.ValueKind == JsonValueKind.Object && request.TryGetProperty("id", out var given)
            && given.ValueKind is JsonValueKind.String or JsonValueKind.Number) id = given;

        var buffer = new ArrayBufferWriter<byte>(256);
        using var result = new Utf8JsonWriter(buffer, Writing);
        var error = refused ?? Invoke(request, result, session);
        if (silent) return;
        if (error is not null)
        {
            WriteError(writer, id, error);
            return;
        }
        result.Flush();
        WriteStart(writer, id);
        writer.WritePropertyName("result");
        writer.WriteRawValue(buffer.WrittenSpan, skipInputValidation: true);
        writer.WriteEndObject();
    }

    RpcError? Invoke(JsonElement request, Utf8JsonWriter result, JsonRpcSession? session)
    {
        if (request.ValueKind != JsonValueKind.Object) return RpcError.InvalidRequest("a request is an object");
        if (!request.TryGetProperty("method", out var name) || name.ValueKind != JsonValueKind.String) return RpcError.InvalidRequest("no method");
        JsonElement? parameters = request.TryGetProperty("params", out var given) && given.ValueKind != JsonValueKind.Null ? given : null;
        if (parameters is { ValueKind: not JsonValueKind.Array }) return RpcError.InvalidParameters("parameters are given by position, in an array");
        string method = name.GetString()!;
        if (Absent.TryGetValue(method, out string? instead)) return RpcError.MethodNotFound(method, instead);
        if (!methods.TryGetValue(method, out var handler)) return RpcError.MethodNotFound(method.Length <= 80 ? method : method[..80]);
        try
        {
            return handler(new RpcParameters(parameters) { Session = session }, result);
        }
        catch (AbsentPrecompileException absent)
        {
            return RpcError.Refused(absent.Message);
        }
#pragma warning disable CA1031 // The one place that answers for a bug of ours: the caller learns that, and not where.
        catch (Exception)
#pragma warning restore CA1031
        {
            return RpcError.Internal();
        }
    }

    static void WriteStart(Utf8JsonWriter writer, JsonElement? id)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc", "2.0");
        writer.WritePropertyName("id");
        if (id is { } present) present.WriteTo(writer);
        else writer.WriteNullValue();
    }

    static void WriteError(Utf8JsonWriter writer, JsonElement? id, RpcError error)
    {
        WriteStart(writer, id);
        writer.WriteStartObject("error");
        writer.WriteNumber("code", error.Code);
        writer.WriteString("message", error.Message);
        if (error.Data is { } data) writer.WriteString("data", data);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
