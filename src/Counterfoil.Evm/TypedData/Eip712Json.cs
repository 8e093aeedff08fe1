using System.Text.Json;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.TypedData;

/// <summary>Values of EIP-712 types in JSON: integers as numbers or as decimal or hexadecimal text, bytes in hexadecimal after <c>0x</c>.</summary>
static class Eip712Json
{
    /// <summary>The value; or what is wrong with it.</summary>
    public static string? TryRead(Eip712FieldType type, Eip712Type family, JsonElement json, int depth, out AbiValue value)
    {
        value = false;
        if (depth > Eip712Type.MaxDepth - 2) return $"nesting deeper than {Eip712Type.MaxDepth - 2}";
        return type switch
        {
            Eip712FieldType.Array array => ReadArray(array, family, json, depth, out value),
            Eip712FieldType.Struct { Name: var name } => ReadStruct(family.Member(name), json, depth, out value),
            Eip712FieldType.Elementary { Type: var elementary } => TryReadElementary(elementary, json, out value) ? null : $"no {elementary}: {Shown(json)}",
            _ => "no such kind of member",
        };
    }

    static string? ReadArray(Eip712FieldType.Array type, Eip712Type family, JsonElement json, int depth, out AbiValue value)
    {
        value = false;
        if (json.ValueKind != JsonValueKind.Array) return $"no list: {Shown(json)}";
        if (type.Length is { } length && json.GetArrayLength() != length) return $"{json.GetArrayLength()} values for {type.Text}";
        var items = new List<AbiValue>();
        foreach (var item in json.EnumerateArray())
        {
            if (TryRead(type.Element, family, item, depth + 1, out var read) is { } wrong) return wrong;
            items.Add(read);
        }
        value = new AbiValue.Sequence(items);
        return null;
    }

    static string? ReadStruct(Eip712Type type, JsonElement json, int depth, out AbiValue value)
    {
        value = false;
        if (json.ValueKind != JsonValueKind.Object) return $"no {type.Name}: {Shown(json)}";
        var members = new List<AbiValue>();
        foreach (var field in type.Fields)
        {
            if (!json.TryGetProperty(field.Name, out var member)) return $"{type.Name} without {field.Name}";
            if (TryRead(field.Type, type, member, depth + 1, out var read) is { } wrong) return $"{field.Name}: {wrong}";
            members.Add(read);
        }
        if (json.EnumerateObject().Count() != type.Fields.Count) return $"{type.Name} with members that its type does not have";
        value = new AbiValue.Sequence(members);
        return null;
    }

    static bool TryReadElementary(AbiType type, JsonElement json, out AbiValue value)
    {
        value = false;
        string? text = json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Number => json.GetRawText(),
            _ => null,
        };
        switch (type)
        {
            case AbiType.Bool:
                value = json.ValueKind == JsonValueKind.True;
                return json.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case AbiType.Text:
                value = text ?? "";
                return json.ValueKind == JsonValueKind.String;
            case AbiType.Account:
                bool isAddress = Address.TryParse(text, out var address);
                value = address;
                return isAddress;
            case AbiType.Bytes or AbiType.FixedBytes:
                if (text is null || !TryHex(text, out byte[] bytes)) return false;
                value = type is AbiType.Bytes ? bytes : AbiValue.FixedBytes(bytes.Length <= 32 ? bytes : []);
                return type is not AbiType.FixedBytes { Count: var count } || bytes.Length == count;
            default:
                if (!TryInteger(text, out var word) || !AbiWord.IsClean(type, word)) return false;
                value = word;
                return true;
        }
    }

    static bool TryInteger(string? text, out UInt256 value)
    {
        value = default;
        if (text is null) return false;
        bool negative = text.StartsWith('-');
        if (!UInt256.TryParse(negative ? text[1..] : text, out value) && (negative || !UInt256.TryParseHex(text, out value))) return false;
        if (!negative) return true;
        if (value.IsZero || value > UInt256.One << 255) return false;
        value = -value;
        return true;
    }

    static bool TryHex(string text, out byte[] bytes)
    {
        bytes = [];
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0 || !text.Skip(2).All(char.IsAsciiHexDigit)) return false;
        bytes = Convert.FromHexString(text.AsSpan(2));
        return true;
    }

    static string Shown(JsonElement json)
    {
        string raw = json.GetRawText();
        return raw.Length <= 80 ? raw : raw[..80] + "…";
    }
}
