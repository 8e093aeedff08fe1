using System.Buffers.Binary;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records.Tables;

/// <summary>Metadata of Arrow (Message.fbs, Schema.fbs, File.fbs) as FlatBuffers, walked from end to end before a decoder sees it: that one takes counts at their word, and follows offsets in circles until the process ends.</summary>
/// <remarks>Every table, vector and text must lie within the bytes and behind what points at it, and no more tables may be met than bytes could hold: so there are no circles, and nothing is worth more by being pointed at often.</remarks>
readonly ref struct FlatBuffer
{
    /// <summary>Tables in tables at most: Arrow's types of 32 levels need a third of it.</summary>
    const int Deepest = 100;

    /// <summary>The fields of each table in their order: bytes of a scalar, <c>text</c>, a table, <c>[…]</c> for a vector of scalars or structures by their size or of tables, a union with its type before it.</summary>
    static readonly Dictionary<string, string[]> Tables = new Dictionary<string, string>
    {
        ["Message"] = "2 MessageHeader 8 [KeyValue]",
        ["Footer"] = "2 Schema [24] [24] [KeyValue]",
        ["Schema"] = "2 [Field] [KeyValue] [8]",
        ["KeyValue"] = "text text",
        ["Field"] = "text 1 Type DictionaryEncoding [Field] [KeyValue]",
        ["DictionaryEncoding"] = "8 Int 1 2",
        ["DictionaryBatch"] = "8 RecordBatch 1",
        ["RecordBatch"] = "8 [16] [16] BodyCompression [8]",
        ["BodyCompression"] = "1 1",
        ["None"] = "",
        ["Int"] = "4 1",
        ["Unit"] = "2",
        ["Bits"] = "4",
        ["Decimal"] = "4 4 4",
        ["Time"] = "2 4",
        ["Timestamp"] = "2 text",
        ["UnionType"] = "2 [4]",
        ["Map"] = "1",
    }.ToDictionary(p => p.Key, p => p.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The tables of each union, from 1.</summary>
    static readonly Dictionary<string, string[]> Unions = new()
    {
        ["MessageHeader"] = ["Schema", "DictionaryBatch", "RecordBatch"],
        ["Type"] = ["None", "Int", "Unit", "None", "None", "None", "Decimal", "Unit", "Time", "Timestamp", "Unit", "None", "None", "UnionType", "Bits", "Bits", "Map", "Unit", .. Enumerable.Repeat("None", 8)],
    };

    readonly ReadOnlySpan<byte> bytes;

    /// <summary>Walks metadata from its root.</summary>
    /// <exception cref="RefusedDataException">It is not as the format has it (<see cref="DataChecks.ArrowForm"/>).</exception>
    public FlatBuffer(ReadOnlySpan<byte> bytes, string root)
    {
        this.bytes = bytes;
        int left = bytes.Length / 8 + 1; // a table has four bytes at least, and so has what points at it
        WalkTable(Root = Follow(0), root, 0, ref left);
    }

    /// <summary>Where the root table lies.</summary>
    public int Root { get; }

    /// <summary>Where a table's field lies; 0 when the table has none.</summary>
    public int Field(int table, int number)
    {
        var fields = Fields(table);
        return 2 * number < fields.Length && U16(fields[(2 * number)..]) is not 0 and var at ? table + at : 0;
    }

    /// <summary>Where the table, vector or text lies that an offset points at.</summary>
    public int Follow(int at)
    {
        Within(at, 4);
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        if (offset == 0 || at + (long)offset + 4 > bytes.Length) throw Bad("an offset to what lies behind it", $"{offset} at {at} of {bytes.Length}");
        return at + (int)offset;
    }

    /// <summary>The number of a vector's elements.</summary>
    public int Count(int vector) => (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[vector..]);

    /// <summary>An integer that was walked over.</summary>
    public long I64(int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    /// <summary>A byte that was walked over.</summary>
    public byte U8(int at) => bytes[at];

    /// <summary>The places of a table's fields, two bytes each, counted from the table.</summary>
    ReadOnlySpan<byte> Fields(int table)
    {
        Within(table, 4);
        long places = table - (long)BinaryPrimitives.ReadInt32LittleEndian(bytes[table..]);
        Within(places, 4);
        int size = U16(bytes[(int)places..]);
        if (size < 4 || size % 2 != 0) throw Bad("a table's fields after their count", $"{size} bytes at {places}");
        Within(places, size);
        return bytes.Slice((int)places + 4, size - 4);
    }

    void WalkTable(int table, string name, int depth, ref int left)
    {
        if (depth == Deepest) throw Bad($"tables of at most {Deepest} levels", "more");
        if (--left < 0) throw Bad("each table pointed at once", "more tables than bytes hold");
        int number = 0;
        foreach (string field in Tables[name])
        {
            int at = Field(table, number++);
            if (Unions.TryGetValue(field, out var choices))
            {
                int value = Field(table, number++);
                int choice = at == 0 ? 0 : Within(at, 1)[0];
                if (choice > choices.Length) throw Bad($"a {field} of 1 to {choices.Length}", $"{choice}");
                if (choice > 0 && value != 0) WalkTable(Follow(value), choices[choice - 1], depth + 1, ref left);
            }
            else if (at == 0) continue;
            else if (char.IsDigit(field[0])) Within(at, int.Parse(field, null));
            else if (field == "text") Vector(Follow(at), 1);
            else if (field[0] != '[') WalkTable(Follow(at), field, depth + 1, ref left);
            else if (char.IsDigit(field[1])) Vector(Follow(at), int.Parse(field.AsSpan(1, field.Length - 2), null));
            else
            {
                int vector = Follow(at);
                Vector(vector, 4);
                for (int i = 0; i < Count(vector); i++) WalkTable(Follow(vector + 4 + 4 * i), field[1..^1], depth + 1, ref left);
            }
        }
    }

    void Vector(int at, int size) => Within(at + 4L, BinaryPrimitives.ReadUInt32LittleEndian(Within(at, 4)) * (long)size);

    ReadOnlySpan<byte> Within(long at, long size) =>
        at >= 0 && size <= bytes.Length - at ? bytes.Slice((int)at, (int)size) : throw Bad($"what lies within {bytes.Length} bytes", $"{size} bytes at {at}");

    static ushort U16(ReadOnlySpan<byte> of) => BinaryPrimitives.ReadUInt16LittleEndian(of);

    static RefusedDataException Bad(string expected, string found) => new(DataChecks.ArrowForm, expected, found);
}
