using System.Globalization;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.TypedData;

/// <summary>Builds a family of struct types from their definitions.</summary>
static class Eip712Types
{
    const int MaxTypes = 64, MaxFields = 256, MaxArrayDepth = 8;

    /// <summary>The types by name; or what is wrong with the definitions.</summary>
    public static string? TryBuild(IReadOnlyList<(string Name, IReadOnlyList<(string Type, string Name)> Fields)> definitions, out Dictionary<string, Eip712Type> types)
    {
        types = new(StringComparer.Ordinal);
        if (definitions.Count > MaxTypes) return $"more than {MaxTypes} types";
        var names = definitions.Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, fields) in definitions)
        {
            if (!IsIdentifier(name) || AbiType.TryParse(name, out _)) return $"'{name}' cannot name a type";
            if (fields.Count > MaxFields) return $"'{name}' has more than {MaxFields} members";
            var members = new List<Eip712Field>();
            foreach (var (type, field) in fields)
            {
                if (!IsIdentifier(field) || members.Any(m => m.Name == field)) return $"'{field}' cannot name a member of '{name}'";
                if (!TryParse(type, names, 0, out var parsed)) return $"'{type}' is not a type";
                members.Add(new Eip712Field(parsed!, field));
            }
            if (!types.TryAdd(name, new Eip712Type(name, members, types))) return $"'{name}' is defined twice";
        }
        return null;
    }

    static bool TryParse(string text, HashSet<string> names, int depth, out Eip712FieldType? type)
    {
        type = null;
        if (text.EndsWith(']') && depth < MaxArrayDepth)
        {
            int open = text.LastIndexOf('[');
            if (open < 0 || !TryParse(text[..open], names, depth + 1, out var element)) return false;
            string length = text[(open + 1)..^1];
            int count = 0;
            if (length.Length > 0 && (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count == 0 || length[0] == '0')) return false;
            type = new Eip712FieldType.Array(element!, length.Length == 0 ? null : count);
            return true;
        }
        if (names.Contains(text)) type = new Eip712FieldType.Struct(text);
        // "uint" and "int" are refused: their name and their canonical name would hash differently.
        else if (AbiType.TryParse(text, out var elementary) && elementary is not (AbiType.Array or AbiType.Tuple) && elementary.Name == text) type = new Eip712FieldType.Elementary(elementary);
        return type is not null;
    }

    static bool IsIdentifier(string text) =>
        text.Length is > 0 and <= 128 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$');
}
