using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Payments.Exact;

/// <summary>
/// The x402 extension <c>counterfoil-context</c>: the seller announces that nonces commit to the request, the buyer echoes it and adds the salt
/// (x402 v2 §5.1.2: an extension has <c>info</c> and <c>schema</c>; the buyer may append to <c>info</c>).
/// </summary>
public static class ContextExtension
{
    /// <summary>The extension's name.</summary>
    public const string Name = "counterfoil-context";

    const string Schema = """{"type":"object","properties":{"version":{"const":1},"salt":{"type":"string","pattern":"^0x[0-9a-f]{64}$"}},"required":["version"]}""";

    /// <summary>The <c>extensions</c> of a seller's 402.</summary>
    public static JsonElement Announcement { get; } = JsonElement.Parse($$$"""{"{{{Name}}}":{"info":{"version":1},"schema":{{{Schema}}}}}""");

    /// <summary>The <c>extensions</c> of a payment: the seller's, with the salt appended to this one's <c>info</c>.</summary>
    public static JsonElement Answer(JsonElement? announced, Bytes32 salt)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (announced is { ValueKind: JsonValueKind.Object } others)
                foreach (var other in others.EnumerateObject())
                    if (other.Name != Name) other.WriteTo(json);
            json.WriteStartObject(Name);
            json.WriteStartObject("info");
            json.WriteNumber("version", 1);
            json.WriteString("salt", $"0x{salt}");
            json.WriteEndObject();
            json.WritePropertyName("schema");
            json.WriteRawValue(Schema);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return JsonElement.Parse(stream.ToArray());
    }

    /// <summary>Whether a seller announces the extension.</summary>
    public static bool IsAnnounced(JsonElement? extensions) => extensions is { ValueKind: JsonValueKind.Object } all && all.TryGetProperty(Name, out _);

    /// <summary>Reads the salt of a payment; accepted with null where the payment does not use the extension.</summary>
    public static Verdict ReadSalt(JsonElement? extensions, out Bytes32? salt)
    {
        salt = null;
        if (extensions is not { ValueKind: JsonValueKind.Object } all || !all.TryGetProperty(Name, out var extension)) return Verdict.Accept;
        if (extension.ValueKind != JsonValueKind.Object || !extension.TryGetProperty("info", out var info) || info.ValueKind != JsonValueKind.Object
            || !info.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out int v) || v != 1
            || !info.TryGetProperty("salt", out var member) || member.ValueKind != JsonValueKind.String)
            return Verdict.Reject(PaymentChecks.Context, "info with version 1 and a salt", "another form");
        string text = member.GetString()!;
        if (!text.StartsWith("0x", StringComparison.Ordinal) || !Bytes32.TryParseHex(text, out var bytes))
            return Verdict.Reject(PaymentChecks.Context, "a salt of 0x and 64 lower-case digits", "another form");
        salt = bytes;
        return Verdict.Accept;
    }
}
