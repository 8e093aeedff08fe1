using System.Formats.Cbor;

namespace Counterfoil.Data.Licences.Credentials;

/// <summary>Reads others' CBOR, deterministic or not, into plain values: text, bytes, numbers, truth, lists, maps with text as keys. Tags are looked through.</summary>
static class CborTree
{
    const int MaxDepth = 16, MaxItems = 100_000;

    /// <summary>The value, or null where the bytes are not one item of CBOR within limits.</summary>
    public static object? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Lax);
            int left = MaxItems;
            object? value = Item(reader, 0, ref left);
            return reader.BytesRemaining == 0 ? value : null;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The same of JSON: objects as maps, text as text; other values are null.</summary>
    public static object? OfJson(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(bytes, new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return Value(document.RootElement);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }

        static object? Value(System.Text.Json.JsonElement element) => element.ValueKind switch
        {
            System.Text.Json.JsonValueKind.Object => element.EnumerateObject().ToDictionary(p => p.Name, p => Value(p.Value)),
            System.Text.Json.JsonValueKind.String => element.GetString(),
            _ => null,
        };
    }

    static object? Item(CborReader reader, int depth, ref int left)
    {
        if (depth > MaxDepth || --left < 0) throw new CborContentException("beyond the limits");
        switch (reader.PeekState())
        {
            case CborReaderState.Tag:
                reader.ReadTag();
                return Item(reader, depth + 1, ref left);
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger: return reader.ReadInt64();
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString: return reader.ReadByteString();
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString: return reader.ReadTextString();
            case CborReaderState.Boolean: return reader.ReadBoolean();
            case CborReaderState.StartArray:
                var list = new List<object?>();
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray) list.Add(Item(reader, depth + 1, ref left));
                reader.ReadEndArray();
                return list;
            case CborReaderState.StartMap:
                var map = new Dictionary<string, object?>();
                reader.ReadStartMap();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    object? key = Item(reader, depth + 1, ref left), value = Item(reader, depth + 1, ref left);
                    if (!map.TryAdd(key?.ToString() ?? "", value)) throw new CborContentException("a key twice");
                }
                reader.ReadEndMap();
                return map;
            default:
                reader.SkipValue();
                return null;
        }
    }
}
