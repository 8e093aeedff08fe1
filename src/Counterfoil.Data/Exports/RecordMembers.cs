using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Counterfoil.Data.Exports;

/// <summary>A member that records have at their top, and the atomic type that all its values share.</summary>
/// <param name="Name">The member's name.</param>
/// <param name="DataType">A type of schema.org: <c>Boolean</c>, <c>Integer</c>, <c>Float</c> or <c>Text</c>.</param>
public sealed record RecordMember(string Name, string DataType);

/// <summary>Finds what members the records of a JSON Lines file have, so that a loader can be told their columns.</summary>
public static class RecordMembers
{
    const int Most = 1000;

    /// <summary>
    /// The members in the order they first appear. Every line is read. Empty where a line is no object, where there are more than 1,000 members, or where none has values of one atomic type;
    /// a member that holds objects, arrays, or values of two types is left out.
    /// </summary>
    public static ImmutableArray<RecordMember> OfJsonLines(Stream file)
    {
        var order = new List<string>();
        var types = new Dictionary<string, string?>();
        using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false);
        try
        {
            while (reader.ReadLine() is { } line)
            {
                if (string.IsNullOrWhiteSpace(line)) continue;
                using var record = JsonDocument.Parse(line);
                if (record.RootElement.ValueKind != JsonValueKind.Object) return [];
                foreach (var member in record.RootElement.EnumerateObject())
                {
                    if (member.Value.ValueKind == JsonValueKind.Null) continue;
                    string? type = TypeOf(member.Value);
                    if (!types.TryGetValue(member.Name, out string? known)) order.Add(member.Name);
                    types[member.Name] = types.ContainsKey(member.Name) ? Common(known, type) : type;
                    if (order.Count > Most) return [];
                }
            }
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            return [];
        }
        return [.. order.Where(name => types[name] is not null && name.Length > 0).Select(name => new RecordMember(name, types[name]!))];
    }

    static string? TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "Boolean",
        JsonValueKind.String => "Text",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "Integer" : "Float",
        _ => null,
    };

    /// <summary>Integers and floats are floats together; other types have none in common.</summary>
    static string? Common(string? known, string? type) => known == type ? known : (known, type) is ("Integer", "Float") or ("Float", "Integer") ? "Float" : null;
}
