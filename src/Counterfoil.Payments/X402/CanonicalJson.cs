using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Counterfoil.Payments.X402;

/// <summary>JSON in the one spelling of RFC 8785 (JCS), so that both sides of a payment digest the same bytes.</summary>
/// <remarks>
/// Differs from the RFC: numbers are integers from −(2^53 − 1) to 2^53 − 1 written without point or exponent, as x402 uses them; others are refused
/// rather than reformatted. Members are ordered by UTF-16 code units (§3.2.3), strings escaped as §3.2.2.2 says.
/// </remarks>
static class CanonicalJson
{
    const long MaxSafeInteger = (1L << 53) - 1;

    /// <summary>Writes the canonical UTF-8 bytes; false where the value has no canonical form here.</summary>
    public static bool TryWrite(JsonElement value, out byte[] utf8)
    {
        var text = new StringBuilder();
        utf8 = [];
        try
        {
            if (!Write(value, text)) return false;
            utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(text.ToString());
            return true;
        }
        // Half a surrogate pair: escaped in the source it throws when read, and it has no UTF-8.
        catch (Exception e) when (e is InvalidOperationException or EncoderFallbackException) { return false; }
    }

    static bool Write(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                bool first = true;
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    if (!first) text.Append(',');
                    first = false;
                    Write(member.Name, text);
                    text.Append(':');
                    if (!Write(member.Value, text)) return false;
                }
                text.Append('}');
                return true;
            case JsonValueKind.Array:
                text.Append('[');
                for (int i = 0; i < value.GetArrayLength(); i++)
                {
                    if (i > 0) text.Append(',');
                    if (!Write(value[i], text)) return false;
                }
                text.Append(']');
                return true;
            case JsonValueKind.String:
                Write(value.GetString()!, text);
                return true;
            case JsonValueKind.Number:
                if (!value.TryGetInt64(out long integer) || integer is < -MaxSafeInteger or > MaxSafeInteger) return false;
                string digits = integer.ToString(CultureInfo.InvariantCulture);
                if (digits != value.GetRawText()) return false;
                text.Append(digits);
                return true;
            case JsonValueKind.True: text.Append("true"); return true;
            case JsonValueKind.False: text.Append("false"); return true;
            case JsonValueKind.Null: text.Append("null"); return true;
            default: return false;
        }
    }

    static readonly SearchValues<char> escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c), '"', '\\']);

    static void Write(string value, StringBuilder text)
    {
        text.Append('"');
        if (!value.AsSpan().ContainsAny(escaped)) text.Append(value);
        else
            foreach (char c in value)
                _ = c switch
                {
                    '"' => text.Append("\\\""),
                    '\\' => text.Append("\\\\"),
                    '\b' => text.Append("\\b"),
                    '\t' => text.Append("\\t"),
                    '\n' => text.Append("\\n"),
                    '\f' => text.Append("\\f"),
                    '\r' => text.Append("\\r"),
                    < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                    _ => text.Append(c),
                };
        text.Append('"');
    }
}
