using System.Text;
using System.Text.Json;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records.Tensors;

/// <summary>One tensor of a safetensors file; its bytes lie from <paramref name="Begin"/> to <paramref name="End"/> behind the header.</summary>
sealed record Tensor(string Name, string Type, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>The header of a safetensors file: JSON, tensors by name with <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>.</summary>
static class SafetensorsHeader
{
    /// <summary>What the format's own implementation allows.</summary>
    public const int LargestBytes = 100_000_000;

    const int MostDimensions = 64;

    /// <summary>Bits of an element.</summary>
    static readonly Dictionary<string, int> Types = new()
    {
        ["BOOL"] = 8, ["U8"] = 8, ["I8"] = 8, ["F8_E5M2"] = 8, ["F8_E4M3"] = 8, ["F8_E8M0"] = 8, ["F4"] = 4, ["F6_E2M3"] = 6, ["F6_E3M2"] = 6, ["I16"] = 16, ["U16"] = 16, ["F16"] = 16, ["BF16"] = 16,
        ["I32"] = 32, ["U32"] = 32, ["F32"] = 32, ["I64"] = 64, ["U64"] = 64, ["F64"] = 64, ["C64"] = 64,
    };

    /// <summary>Reads the header and holds the tensors against one another.</summary>
    /// <exception cref="RefusedDataException">It is no header, or there are holes or overlaps.</exception>
    public static IReadOnlyList<Tensor> Read(ReadOnlySpan<byte> json)
    {
        var tensors = new List<Tensor>();
        try
        {
            Parse(json, tensors);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException) // the reader's words for: no JSON, no Unicode, not that kind of value, no integer
        {
            throw Bad(e.Message);
        }
        tensors.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End != b.End ? a.End.CompareTo(b.End) : Bytes(a.Name).AsSpan().SequenceCompareTo(Bytes(b.Name)));
        long at = 0;
        foreach (var tensor in tensors)
        {
            if (tensor.Begin != at) throw new RefusedDataException(DataChecks.SafetensorsLayout, $"the next tensor at byte {at}", $"\"{tensor.Name}\" at {tensor.Begin}");
            UInt128 bits = (uint)Types[tensor.Type];
            foreach (long dimension in tensor.Shape)
                if ((bits *= (ulong)dimension) > long.MaxValue) throw new RefusedDataException(DataChecks.SafetensorsLayout, "a size that a file can have", $"\"{tensor.Name}\"");
            if (bits % 8 != 0 || bits / 8 != (UInt128)(tensor.End - tensor.Begin))
                throw new RefusedDataException(DataChecks.SafetensorsLayout, $"{bits} bits of {tensor.Type} in \"{tensor.Name}\"", $"{tensor.End - tensor.Begin} bytes");
            at = tensor.End;
        }
        return tensors;
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    static RefusedDataException Bad(string found) => new(DataChecks.SafetensorsHeader, "tensors by name, each once, with dtype, shape and data_offsets", found);

    static void Parse(ReadOnlySpan<byte> json, List<Tensor> tensors)
    {
        if (json is not [(byte)'{', ..]) throw Bad("another first byte than '{'");
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        var names = new HashSet<string>(StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name)) throw Bad($"\"{name}\" twice");
            reader.Read();
            if (name == "__metadata__") reader.Skip();
            else tensors.Add(One(ref reader, name));
        }
        reader.Read(); // anything but space behind it throws
    }

    static Tensor One(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        if (reader.TokenType != JsonTokenType.StartObject) throw Bad($"\"{name}\" is no object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (key == "dtype" && type is null) type = reader.GetString();
            else if (key == "shape" && shape is null) shape = Numbers(ref reader);
            else if (key == "data_offsets" && offsets is null) offsets = Numbers(ref reader);
            else throw Bad($"\"{key}\" in \"{name}\"");
        }
        if (type is null || !Types.ContainsKey(type)) throw Bad($"dtype \"{type}\" in \"{name}\"");
        if (shape is null || offsets is not [var begin, var end] || begin > end) throw Bad($"no shape or offsets in \"{name}\"");
        return new(name, type, shape, begin, end);
    }

    static List<long> Numbers(ref Utf8JsonReader reader)
    {
        var numbers = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray) throw Bad("no array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == MostDimensions) throw Bad($"more than {MostDimensions} numbers");
            numbers.Add(reader.GetInt64());
            if (numbers[^1] < 0) throw Bad($"{numbers[^1]}");
        }
        return numbers;
    }
}
