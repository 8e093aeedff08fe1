using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Attestation;

public sealed partial record Envelope
{
    /// <summary>The standard JSON form of DSSE, for other tools. Bundles use <see cref="EncodeCbor"/>.</summary>
    public byte[] EncodeJson() => JsonSerializer.SerializeToUtf8Bytes(
        new EnvelopeJson
        {
            Payload = Convert.ToBase64String(Payload.Span),
            PayloadType = PayloadType,
            Signatures = [.. Signatures.Select(s => new SignatureJson { KeyId = s.KeyId, Signature = Convert.ToBase64String(s.Signature.AsSpan()) })],
        }, DsseJson.Default.EnvelopeJson);

    /// <summary>
    /// Reads the standard JSON form: its members and no others, once each; base64 of the standard alphabet, padded, canonical; signatures
    /// in any order.
    /// </summary>
    public static Verdict DecodeJson(ReadOnlyMemory<byte> bytes, out Envelope? envelope)
    {
        envelope = null;
        // Base64 and JSON's escapes at their worst, for everything within limits.
        const int most = MaxPayload / 3 * 4 + 64 * 1024;
        if (bytes.Length > most) return Verdict.Reject(CoreChecks.DsseSize, $"at most {most} bytes", $"{bytes.Length}");
        EnvelopeJson json;
        try
        {
            json = JsonSerializer.Deserialize(bytes.Span, DsseJson.Default.EnvelopeJson) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            return Verdict.Reject(CoreChecks.DsseJson, "a DSSE envelope in JSON", e.Message);
        }
        if (Base64(json.Payload) is not { } payload) return Verdict.Reject(CoreChecks.DsseJson, "canonical base64", "another payload");
        if (json.Signatures.Length > MaxSignatures)
            return Verdict.Reject(CoreChecks.DsseSize, $"1 … {MaxSignatures} signatures", $"{json.Signatures.Length}");
        var signatures = new List<EnvelopeSignature>();
        foreach (var signature in json.Signatures)
        {
            if (signature is null || Base64(signature.Signature) is not { } sig)
                return Verdict.Reject(CoreChecks.DsseJson, "canonical base64", "another sig");
            if (sig.Length != SignatureSize)
                return Verdict.Reject(CoreChecks.SignatureLength, $"{SignatureSize} bytes", $"{sig.Length} bytes");
            signatures.Add(new EnvelopeSignature(signature.KeyId, [.. sig]));
        }
        var read = new Envelope(json.PayloadType, payload, [.. signatures.OrderBy(s => s.KeyId)]);
        var verdict = read.CheckShape();
        if (verdict.IsAccepted) envelope = read;
        return verdict;
    }

    static byte[]? Base64(string text)
    {
        var bytes = new byte[text.Length / 4 * 3];
        return Convert.TryFromBase64String(text, bytes, out int length) && Convert.ToBase64String(bytes, 0, length) == text
            ? bytes[..length]
            : null;
    }
}

sealed record EnvelopeJson
{
    [JsonPropertyName("payload")] public required string Payload { get; init; }
    [JsonPropertyName("payloadType")] public required string PayloadType { get; init; }
    [JsonPropertyName("signatures")] public required SignatureJson[] Signatures { get; init; }
}

sealed record SignatureJson
{
    [JsonPropertyName("keyid")] public required KeyId KeyId { get; init; }
    [JsonPropertyName("sig")] public required string Signature { get; init; }
}

[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, RespectNullableAnnotations = true, MaxDepth = 4)]
[JsonSerializable(typeof(EnvelopeJson))]
sealed partial class DsseJson : JsonSerializerContext;
