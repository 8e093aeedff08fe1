using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Payments.X402;

/// <summary>
/// Reads and writes the messages of x402 v2: JSON, in headers as base64 (RFC 4648 §4, padded, the one canonical spelling).
/// Reading never throws on what a stranger sent; it names the check that refused.
/// </summary>
public static partial class X402Codec
{
    /// <summary>Reads a <c>PAYMENT-REQUIRED</c> header.</summary>
    public static Verdict Decode(string? header, out PaymentRequired? message) => DecodeHeader(header, X402Json.Default.PaymentRequired, out message)
        .Then(Version(message?.Version))
        .Then(message?.Accepts is { Count: > X402Limits.Accepts } many
            ? Verdict.Reject(PaymentChecks.JsonShape, $"at most {X402Limits.Accepts} ways to pay", $"{many.Count}") : Verdict.Accept)
        .Discard(ref message);

    /// <summary>Reads a <c>PAYMENT-SIGNATURE</c> header.</summary>
    public static Verdict Decode(string? header, out PaymentPayload? message) =>
        DecodeHeader(header, X402Json.Default.PaymentPayload, out message).Then(Version(message?.Version)).Discard(ref message);

    /// <summary>Reads a <c>PAYMENT-RESPONSE</c> header.</summary>
    public static Verdict Decode(string? header, out SettlementResponse? message) => DecodeHeader(header, X402Json.Default.SettlementResponse, out message);

    /// <summary>Reads the body of a request to <c>/verify</c> or <c>/settle</c>.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> json, out FacilitatorRequest? message) => DecodeBody(json, X402Json.Default.FacilitatorRequest, out message)
        .Then(Version(message?.Version)).Then(Version(message?.PaymentPayload.Version)).Discard(ref message);

    /// <summary>Reads what <c>/verify</c> answered.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> json, out VerifyResponse? message) => DecodeBody(json, X402Json.Default.VerifyResponse, out message);

    /// <summary>Reads what <c>/settle</c> answered.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> json, out SettlementResponse? message) => DecodeBody(json, X402Json.Default.SettlementResponse, out message);

    /// <summary>Reads what <c>/supported</c> answered.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> json, out SupportedResponse? message) => DecodeBody(json, X402Json.Default.SupportedResponse, out message);

    /// <summary>Reads the <c>payload</c> member of a payment by the scheme <c>exact</c>.</summary>
    public static Verdict Decode(JsonElement payload, out ExactPayload? message)
    {
        message = null;
        try { message = payload.Deserialize(X402Json.Default.ExactPayload); }
        catch (JsonException wrong) { return Shape(wrong); }
        return message is null ? Verdict.Reject(PaymentChecks.JsonShape, "an object", "null") : Verdict.Accept;
    }

    /// <summary>The value of a <c>PAYMENT-REQUIRED</c> header.</summary>
    public static string Encode(PaymentRequired message) => Header(message, X402Json.Default.PaymentRequired);
    /// <summary>The value of a <c>PAYMENT-SIGNATURE</c> header.</summary>
    public static string Encode(PaymentPayload message) => Header(message, X402Json.Default.PaymentPayload);
    /// <summary>The value of a <c>PAYMENT-RESPONSE</c> header.</summary>
    public static string Encode(SettlementResponse message) => Header(message, X402Json.Default.SettlementResponse);

    /// <summary>UTF-8 JSON.</summary>
    public static byte[] ToJson(PaymentRequired message) => JsonSerializer.SerializeToUtf8Bytes(message, X402Json.Default.PaymentRequired);
    /// <summary>UTF-8 JSON.</summary>
    public static byte[] ToJson(FacilitatorRequest message) => JsonSerializer.SerializeToUtf8Bytes(message, X402Json.Default.FacilitatorRequest);
    /// <summary>UTF-8 JSON.</summary>
    public static byte[] ToJson(VerifyResponse message) => JsonSerializer.SerializeToUtf8Bytes(message, X402Json.Default.VerifyResponse);
    /// <summary>UTF-8 JSON.</summary>
    public static byte[] ToJson(SettlementResponse message) => JsonSerializer.SerializeToUtf8Bytes(message, X402Json.Default.SettlementResponse);
    /// <summary>UTF-8 JSON.</summary>
    public static byte[] ToJson(SupportedResponse message) => JsonSerializer.SerializeToUtf8Bytes(message, X402Json.Default.SupportedResponse);
    /// <summary>The <c>payload</c> member of a payment.</summary>
    public static JsonElement ToElement(ExactPayload message) => JsonSerializer.SerializeToElement(message, X402Json.Default.ExactPayload);

    static string Header<T>(T message, JsonTypeInfo<T> type) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(message, type));

    static Verdict DecodeHeader<T>(string? header, JsonTypeInfo<T> type, out T? message) where T : class
    {
        message = null;
        if (header is null or "") return Verdict.Reject(PaymentChecks.HeaderMissing, "a header", "none");
        if (header.Length > X402Limits.HeaderCharacters)
            return Verdict.Reject(PaymentChecks.HeaderSize, $"at most {X402Limits.HeaderCharacters} characters", $"{header.Length}");
        var bytes = new byte[header.Length / 4 * 3];
        // Encoding again refuses what the decoder forgives: white space, and bits beyond the last byte.
        if (header.Length % 4 != 0 || !Convert.TryFromBase64String(header, bytes, out int length) || Convert.ToBase64String(bytes, 0, length) != header)
            return Verdict.Reject(PaymentChecks.HeaderBase64, "canonical base64", Excerpt(header));
        return DecodeJson(bytes.AsSpan(0, length), type, out message);
    }

    static Verdict DecodeBody<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, out T? message) where T : class
    {
        message = null;
        return json.Length > X402Limits.BodyBytes
            ? Verdict.Reject(PaymentChecks.BodySize, $"at most {X402Limits.BodyBytes} bytes", $"{json.Length}")
            : DecodeJson(json, type, out message);
    }

    static Verdict DecodeJson<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, out T? message) where T : class
    {
        message = null;
        if (Scan(json) is not Verdict.Accepted and var malformed) return malformed;
        try { message = JsonSerializer.Deserialize(json, type); }
        catch (JsonException wrong) { return Shape(wrong); }
        return message is null ? Verdict.Reject(PaymentChecks.JsonShape, "an object", "null") : Verdict.Accept;
    }

    // The serializer has one exception for everything; a reader that goes ahead of it can say what was wrong.
    static Verdict Scan(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return Verdict.Reject(PaymentChecks.JsonSyntax, "UTF-8", "other bytes");
        var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 1024 }));
        try
        {
            bool first = true, ended = false;
            while (reader.Read())
            {
                if (first && reader.TokenType != JsonTokenType.StartObject) return Verdict.Reject(PaymentChecks.JsonShape, "an object", $"{reader.TokenType}");
                first = false;
                // Inside a container the reader counts it only after its first token has been read.
                int depth = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? reader.CurrentDepth + 1 : reader.CurrentDepth;
                if (depth > X402Limits.Depth) return Verdict.Reject(PaymentChecks.JsonDepth, $"at most {X402Limits.Depth} levels", "more");
                // Half a surrogate pair has no UTF-8; refused here, it cannot throw where the string is read later.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
                ended = reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 0;
            }
            if (!ended) return Verdict.Reject(PaymentChecks.JsonTruncated, "a whole object", $"{json.Length} bytes that end inside one");
            return Verdict.Accept;
        }
        catch (JsonException wrong)
        {
            return Verdict.Reject(PaymentChecks.JsonSyntax, "JSON (RFC 8259)", $"an error at byte {wrong.BytePositionInLine} of line {wrong.LineNumber}");
        }
        catch (InvalidOperationException) { return Verdict.Reject(PaymentChecks.JsonSyntax, "strings of Unicode scalar values", "half a surrogate pair"); }
    }

    static Verdict Shape(JsonException wrong) => Verdict.Reject(PaymentChecks.JsonShape, "the message's members, each once, of their types", Excerpt(wrong.Message));

    static Verdict Version(int? version) =>
        version is null or X402Version ? Verdict.Accept : Verdict.Reject(PaymentChecks.Version, $"{X402Version}", $"{version}");

    /// <summary>The version of the protocol spoken here.</summary>
    public const int X402Version = 2;

    /// <summary>Foreign text for a message: short, and without control characters.</summary>
    internal static string Excerpt(string text) =>
        string.Create(Math.Min(text.Length, 160), text, (span, s) => { for (int i = 0; i < span.Length; i++) span[i] = s[i] is < ' ' or > '~' ? '?' : s[i]; });

    static Verdict Then(this Verdict first, Verdict next) => first is Verdict.Accepted ? next : first;

    static Verdict Discard<T>(this Verdict verdict, ref T? message) where T : class
    {
        if (verdict is not Verdict.Accepted) message = null;
        return verdict;
    }
}
