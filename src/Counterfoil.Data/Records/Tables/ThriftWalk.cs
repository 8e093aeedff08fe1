using Counterfoil.Data.Compression;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Records.Tables;

/// <summary>Walks over a structure in Thrift's compact protocol before it is decoded: it is of its shape and ends before the bytes do, and no list claims more elements than there are bytes.</summary>
/// <remarks>A decoder that does not look at types, or at where its bytes end, goes the same way and meets nothing else: beyond the end it would read for ever.</remarks>
/// <param name="bytes">Where the structure is, from the position on.</param>
/// <param name="end">Where it must have ended.</param>
/// <param name="check">The check that refuses.</param>
sealed class ThriftWalk(Stream bytes, long end, Check check)
{
    const int Deepest = 16;

    /// <summary>Walks over one structure.</summary>
    public void Struct(ThriftShape? shape, int depth = 0)
    {
        if (depth == Deepest) throw Bad("structures within structures", $"more than {Deepest}");
        long field = 0;
        while (Byte() is var head && head != 0)
        {
            field = head >> 4 == 0 ? Signed() : field + (head >> 4);
            if (field is < 1 or > short.MaxValue) throw Bad("fields from 1 on", $"field {field}");
            var expected = shape?[(int)field];
            int type = head & 15;
            if (expected is not null && !Is(type, expected)) throw Bad($"type {expected.Type} of field {field}", $"type {type}");
            if (type is not (1 or 2)) Value(type, expected, depth); // booleans lie in the head
        }
    }

    static bool Is(int type, ThriftShape.Field expected) => type == expected.Type || expected.Type == ThriftShape.Bool && type == 2;

    void Value(int type, ThriftShape.Field? expected, int depth)
    {
        switch (type)
        {
            case 1 or 2 or ThriftShape.I8: Byte(); break;
            case ThriftShape.I16 or ThriftShape.I32 or ThriftShape.I64: Number(); break;
            case ThriftShape.Double: Skip(8); break;
            case ThriftShape.Binary: Skip(Number()); break;
            case ThriftShape.List or 10:
                if (depth + 1 == Deepest) throw Bad("lists within lists", $"more than {Deepest}");
                int head = Byte(), element = head & 15;
                ulong count = head >> 4 == 15 ? Number() : (ulong)(head >> 4);
                if (count > (ulong)(end - bytes.Position)) throw Bad("as many elements as bytes can hold", $"{count}");
                if (count > 0 && expected?.Element is { } each && !Is(element, each)) throw Bad($"elements of type {each.Type}", $"type {element}");
                for (; count > 0; count--) Value(element, expected?.Element, depth + 1);
                break;
            case ThriftShape.Struct: Struct(expected?.Shape, depth + 1); break;
            default: throw Bad("types of Thrift that Parquet has", $"type {type}");
        }
    }

    int Byte()
    {
        int next = bytes.Position < end ? bytes.ReadByte() : -1;
        return next >= 0 ? next : throw Bad("metadata that ends before its bytes do", "its end too early");
    }

    ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
        throw Bad("numbers of at most ten bytes", "a longer one");
    }

    long Signed() => Number() is var zigzag ? (long)(zigzag >> 1) ^ -(long)(zigzag & 1) : 0;

    void Skip(ulong length)
    {
        if (length > (ulong)(end - bytes.Position)) throw Bad("bytes within the metadata", $"{length}");
        bytes.Position += (long)length;
    }

    RefusedDataException Bad(string expected, string found) => new(check, expected, found);
}
