using System.Globalization;
using System.Text;
using System.Text.Json;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records.Text;

/// <summary>JSON in the canonical form of RFC 8785: members sorted by the UTF-16 units of their names, numbers as ECMAScript writes them, the least escapes, no space.</summary>
/// <remarks>
/// Numbers are binary64 (§3.2.2.3): digits beyond its precision are rounded away, so texts that differ there have one form. A number too large for it, a name twice in an object, half of a surrogate
/// pair, and what is no JSON text by RFC 8259 are refused; NaN and infinity have no form in JSON.
/// </remarks>
sealed class CanonicalJson(int depth)
{
    byte[] output = new byte[1 << 12];
    int length;
    readonly List<(string Name, int Begin, int End)> members = [];
    byte[] sorted = [];

    /// <summary>The canonical form. Valid until the next call.</summary>
    /// <exception cref="RefusedDataException">It has none.</exception>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text)
    {
        length = 0;
        members.Clear();
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = depth });
        try
        {
            reader.Read();
            Value(ref reader);
            reader.Read(); // anything but space behind the value throws
        }
        catch (JsonException e)
        {
            throw new RefusedDataException(DataChecks.JsonForm, "one JSON text", $"{e.Message}");
        }
        catch (InvalidOperationException) // text that is no UTF-8, or half of a surrogate pair
        {
            throw new RefusedDataException(DataChecks.JsonForm, "text in Unicode", "bytes that are no UTF-8, or half of a surrogate pair");
        }
        return output.AsSpan(0, length);
    }

    void Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: Object(ref reader); break;
            case JsonTokenType.StartArray:
                Raw("["u8);
                for (bool isFirst = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; isFirst = false)
                {
                    if (!isFirst) Raw(","u8);
                    Value(ref reader);
                }
                Raw("]"u8);
                break;
            case JsonTokenType.String: Text(reader.GetString()!); break;
            case JsonTokenType.Number: Number(reader.GetDouble()); break;
            default: Raw(reader.ValueSpan); break; // true, false, null
        }
    }

    void Object(ref Utf8JsonReader reader)
    {
        int first = members.Count, begin = length;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            int at = length;
            Text(name);
            Raw(":"u8);
            reader.Read();
            Value(ref reader);
            members.Add((name, at, length));
        }
        var mine = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members)[first..];
        mine.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name)); // §3.2.3: by UTF-16 units
        for (int i = 1; i < mine.Length; i++)
            if (mine[i].Name == mine[i - 1].Name) throw new RefusedDataException(DataChecks.JsonNames, "each name once in an object", $"\"{(mine[i].Name.Length <= 100 ? mine[i].Name : "a long one")}\" twice");
        // The members lie in the order they came; they are laid out anew behind braces and commas.
        int size = length - begin + mine.Length + 2;
        if (sorted.Length < size) sorted = new byte[Math.Max(size, 2 * sorted.Length)];
        int laid = 0;
        sorted[laid++] = (byte)'{';
        foreach (var (_, from, to) in mine)
        {
            if (laid > 1) sorted[laid++] = (byte)',';
            output.AsSpan(from, to - from).CopyTo(sorted.AsSpan(laid));
            laid += to - from;
        }
        sorted[laid++] = (byte)'}';
        members.RemoveRange(first, members.Count - first);
        length = begin;
        Raw(sorted.AsSpan(0, laid));
    }

    void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        length += bytes.Length;
    }

    void Raw(ReadOnlySpan<char> text) => length += Encoding.UTF8.GetBytes(text, Room(3 * text.Length));

    Span<byte> Room(int size)
    {
        if (output.Length - length < size) Array.Resize(ref output, Math.Max(length + size, 2 * output.Length));
        return output.AsSpan(length);
    }

    /// <summary>§3.2.2.2.</summary>
    void Text(string text)
    {
        Raw("\""u8);
        int from = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is >= ' ' and not ('"' or '\\')) continue;
            Raw(text.AsSpan(from, i - from));
            from = i + 1;
            switch (c)
            {
                case '\b': Raw("\\b"u8); break;
                case '\t': Raw("\\t"u8); break;
                case '\n': Raw("\\n"u8); break;
                case '\f': Raw("\\f"u8); break;
                case '\r': Raw("\\r"u8); break;
                case '"': Raw("\\\""u8); break;
                case '\\': Raw("\\\\"u8); break;
                default: Raw($"\\u{(int)c:x4}"); break;
            }
        }
        Raw(text.AsSpan(from));
        Raw("\""u8);
    }

    void Number(double value)
    {
        if (!double.IsFinite(value)) throw new RefusedDataException(DataChecks.JsonNumber, "numbers within binary64", "a larger one");
        Span<char> text = stackalloc char[32];
        Raw(text[..Write(value, text)]);
    }

    /// <summary>ECMAScript's Number::toString (ECMA-262 §6.1.6.1.20), from the shortest digits that read back as the same number.</summary>
    internal static int Write(double value, Span<char> into)
    {
        if (value == 0)
        {
            into[0] = '0'; // −0 too
            return 1;
        }
        Span<char> shortest = stackalloc char[32], digits = stackalloc char[20];
        value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture);
        int k = 0, point = 0, exponent = 0, w = 0;
        bool isBehind = false;
        foreach (char c in shortest[..length])
        {
            if (c == '-') into[w++] = '-';
            else if (c == '.') isBehind = true;
            else if (c == 'E') break;
            else
            {
                if (k > 0 || c != '0')
                {
                    if (k < digits.Length) digits[k] = c;
                    k++;
                    if (!isBehind) point++;
                }
                else if (isBehind) point--;
            }
        }
        int e = shortest[..length].IndexOf('E');
        if (e >= 0) exponent = int.Parse(shortest[(e + 1)..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int n = point + exponent; // value = 0.digits × 10ⁿ
        k = Math.Min(k, digits.Length);
        while (k > 1 && digits[k - 1] == '0') k--;
        var d = digits[..k];
        if (n is > 0 and <= 21)
        {
            for (int i = 0; i < Math.Max(k, n); i++)
            {
                if (i == n) into[w++] = '.';
                into[w++] = i < k ? d[i] : '0';
            }
            return w;
        }
        if (n is > -6 and <= 0)
        {
            "0.".CopyTo(into[w..]);
            w += 2;
            into.Slice(w, -n).Fill('0');
            w += -n;
            d.CopyTo(into[w..]);
            return w + k;
        }
        into[w++] = d[0];
        if (k > 1)
        {
            into[w++] = '.';
            d[1..].CopyTo(into[w..]);
            w += k - 1;
        }
        into[w++] = 'e';
        into[w++] = n > 0 ? '+' : '-';
        Math.Abs(n - 1).TryFormat(into[w..], out int written, default, CultureInfo.InvariantCulture);
        return w + written;
    }
}
