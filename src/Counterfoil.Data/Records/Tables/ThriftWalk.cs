namespace Counterfoil.Data.Records.Tables;

/// <summary>Walks over a structure in Thrift's compact protocol before it is decoded: it is of its shape and ends before the bytes do, and no list claims more elements than there are bytes.</summary>
/// <remarks>A decoder that does not look at types, or at where its bytes end, goes the same way and meets nothing else: beyond the end it would read for ever.</remarks>
/// <param name="bytes">Where the structure is.</param>
sealed class ThriftWalk(ThriftReader bytes)
{
    const int Deepest = 16;

    /// <summary>Walks over one structure.</summary>
    public void Struct(ThriftShape? shape, int depth = 0)
    {
        if (depth == Deepest) throw bytes.Bad("structures within structures", $"more than {Deepest}");
        long field = 0;
        while (bytes.Byte() is var head && head != 0)
        {
            field = bytes.Field(head, field);
            if (field is < 1 or > short.MaxValue) throw bytes.Bad("fields from 1 on", $"field {field}");
            var expected = shape?[(int)field];
            int type = head & 15;
            if (expected is not null && !Is(type, expected)) throw bytes.Bad($"type {expected.Type} of field {field}", $"type {type}");
            if (type is not (1 or 2)) Value(type, expected, depth); // booleans lie in the head
        }
    }

    static bool Is(int type, ThriftShape.Field expected) => type == expected.Type || expected.Type == ThriftShape.Bool && type == 2;

    /// <summary>Walks over one value, of whatever shape: of a structure's field that is no boolean, or of a list.</summary>
    public void Value(int type, int depth) => Value(type, null, depth);

    void Value(int type, ThriftShape.Field? expected, int depth)
    {
        switch (type)
        {
            case 1 or 2 or ThriftShape.I8: bytes.Byte(); break;
            case ThriftShape.I16 or ThriftShape.I32 or ThriftShape.I64: bytes.Number(); break;
            case ThriftShape.Double: bytes.Skip(8); break;
            case ThriftShape.Binary: bytes.Skip(bytes.Number()); break;
            case ThriftShape.List or 10:
                if (depth + 1 == Deepest) throw bytes.Bad("lists within lists", $"more than {Deepest}");
                int head = bytes.Byte(), element = head & 15;
                ulong count = head >> 4 == 15 ? bytes.Number() : (ulong)(head >> 4);
                if (count > bytes.Left) throw bytes.Bad("as many elements as bytes can hold", $"{count}");
                if (count > 0 && expected?.Element is { } each && !Is(element, each)) throw bytes.Bad($"elements of type {each.Type}", $"type {element}");
                for (; count > 0; count--) Value(element, expected?.Element, depth + 1);
                break;
            case ThriftShape.Struct: Struct(expected?.Shape, depth + 1); break;
            default: throw bytes.Bad("types of Thrift that Parquet has", $"type {type}");
        }
    }
}
