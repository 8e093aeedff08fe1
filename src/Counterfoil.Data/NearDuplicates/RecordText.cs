using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>The text of a record, from which its shingles are taken: the record's own bytes; of a table's row, its values one a line, for CBOR's heads between them are no words of anybody.</summary>
/// <remarks>
/// A row is that of <c>csv/v1</c>, <c>csv-headerless/v1</c>, <c>parquet/v1</c>, <c>arrow/v1</c>. Depth first, each value and 0x0A: text and bytes as they are; integers in decimal; <c>true</c> and <c>false</c>; a float's bits
/// in hexadecimal. Names of columns and fields, tags and nulls give nothing. A record of such a rule that is no CBOR of this kind, which no reader makes, is its own bytes. For one thread.
/// </remarks>
sealed class RecordText(Canonicaliser canonicaliser)
{
    const int MaxDepth = 128;

    readonly bool isRow = canonicaliser == Canonicaliser.Csv || canonicaliser == Canonicaliser.CsvHeaderless || canonicaliser == Canonicaliser.Parquet || canonicaliser == Canonicaliser.Arrow;
    readonly ArrayBufferWriter<byte> text = new();

    /// <summary>The text; good until the next call.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> record)
    {
        if (!isRow) return record;
        text.ResetWrittenCount();
        var rest = record;
        return TryTake(ref rest, told: true, depth: 0) && rest.IsEmpty ? text.WrittenSpan : record;
    }

    bool TryTake(ref ReadOnlySpan<byte> rest, bool told, int depth)
    {
        if (depth > MaxDepth || !TryHead(ref rest, out int major, out int size, out ulong argument)) return false;
        switch (major)
        {
            case 0 or 1:
                if (told) Line(major == 0 ? argument : -1 - (BigInteger)argument);
                return true;
            case 2 or 3:
                if (argument > (ulong)rest.Length) return false;
                if (told) Line(rest[..(int)argument]);
                rest = rest[(int)argument..];
                return true;
            case 4 or 5:
                for (ulong i = 0; i < argument; i++)
                    if (major == 5 && !TryTake(ref rest, told: false, depth + 1) || !TryTake(ref rest, told, depth + 1)) return false;
                return true;
            case 6:
                return TryTake(ref rest, told, depth + 1);
            default:
                if (!told) return true;
                if (size > 1) Line(System.Text.Encoding.ASCII.GetBytes(argument.ToString(size switch { 2 => "x4", 4 => "x8", _ => "x16" }, CultureInfo.InvariantCulture)));
                else if (argument is 20 or 21) Line(argument == 20 ? "false"u8 : "true"u8);
                return true;
        }
    }

    /// <summary>Reads a head; of a float, the size of its bits.</summary>
    static bool TryHead(ref ReadOnlySpan<byte> rest, out int major, out int size, out ulong argument)
    {
        (major, size, argument) = (0, 0, 0);
        if (rest.IsEmpty) return false;
        (major, int info) = (rest[0] >> 5, rest[0] & 31);
        rest = rest[1..];
        if (info < 24)
        {
            argument = (ulong)info;
            return true;
        }
        size = info < 28 ? 1 << (info - 24) : 0; // indefinite lengths are in no record
        if (size == 0 || rest.Length < size) return false;
        argument = size switch
        {
            1 => rest[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(rest),
            4 => BinaryPrimitives.ReadUInt32BigEndian(rest),
            _ => BinaryPrimitives.ReadUInt64BigEndian(rest),
        };
        rest = rest[size..];
        return true;
    }

    void Line(BigInteger number) => Line(System.Text.Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    void Line(ReadOnlySpan<byte> value)
    {
        text.Write(value);
        text.Write("\n"u8);
    }
}
