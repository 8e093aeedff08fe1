using System.Buffers;
using System.Text.Unicode;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records.Text;

/// <summary>Where the fields of one row lie.</summary>
sealed class CsvRow(int mostColumns)
{
    static readonly SearchValues<byte> Ends = SearchValues.Create(",\"\r\n"u8);
    (int Begin, int Length, int Doubled)[] fields = new (int, int, int)[16];

    /// <summary>How many fields there are.</summary>
    public int Count { get; private set; }

    /// <summary>A field's length once its doubled quotes are single.</summary>
    public int LengthOf(int field) => fields[field].Length - fields[field].Doubled;

    /// <summary>Finds the row that begins with the first byte.</summary>
    /// <param name="bytes">What is there.</param>
    /// <param name="isAll">Whether nothing follows.</param>
    /// <param name="position">Where it lies, for refusals.</param>
    /// <param name="consumed">The row's bytes with its end; 0 where nothing is left.</param>
    /// <returns>False when more bytes are needed.</returns>
    public bool TryParse(ReadOnlySpan<byte> bytes, bool isAll, long position, out int consumed)
    {
        (Count, consumed) = (0, 0);
        if (bytes.IsEmpty) return isAll;
        for (int at = 0; ; at++)
        {
            if (at < bytes.Length && bytes[at] == '"')
            {
                if (!TryQuoted(bytes, isAll, position, ref at)) return false;
            }
            else
            {
                int length = bytes[at..].IndexOfAny(Ends);
                if (length < 0)
                {
                    if (!isAll) return false;
                    length = bytes.Length - at;
                }
                Add(at, length, 0);
                at += length;
            }
            if (at == bytes.Length)
            {
                if (!isAll) return false;
                consumed = at;
                break;
            }
            if (bytes[at] == ',') continue;
            if (bytes[at] == '\n')
            {
                consumed = at + 1;
                break;
            }
            if (bytes[at] == '\r')
            {
                if (at + 1 == bytes.Length && !isAll) return false;
                if (at + 1 < bytes.Length && bytes[at + 1] == '\n')
                {
                    consumed = at + 2;
                    break;
                }
                throw Bad(position + at, "a carriage return without line feed");
            }
            throw Bad(position + at, bytes[at] == '"' ? "a quote within a field" : "text behind a quoted field");
        }
        if (!Utf8.IsValid(bytes[..consumed])) throw Bad(position, "a row that is no UTF-8");
        return true;
    }

    bool TryQuoted(ReadOnlySpan<byte> bytes, bool isAll, long position, ref int at)
    {
        int begin = ++at, doubled = 0;
        while (true)
        {
            int quote = bytes[at..].IndexOf((byte)'"');
            if (quote < 0 && isAll) throw Bad(position + begin, "a quote without end");
            if (quote < 0) return false;
            at += quote + 1;
            if (at == bytes.Length && !isAll) return false;
            if (at == bytes.Length || bytes[at] != '"') break;
            doubled++;
            at++;
        }
        Add(begin, at - 1 - begin, doubled);
        return true;
    }

    void Add(int begin, int length, int doubled)
    {
        if (Count == mostColumns) throw new RefusedDataException(DataChecks.CsvFields, $"at most {mostColumns} columns", "more");
        if (Count == fields.Length) Array.Resize(ref fields, 2 * Count);
        fields[Count++] = (begin, length, doubled);
    }

    /// <summary>Writes a field as CBOR text.</summary>
    public void Write(ref RecordWriter record, ReadOnlySpan<byte> bytes, int field)
    {
        var (begin, length, doubled) = fields[field];
        var text = bytes.Slice(begin, length);
        record.Head(3, (ulong)(length - doubled));
        for (; doubled > 0; doubled--)
        {
            int quote = text.IndexOf((byte)'"') + 1;
            record.Raw(text[..quote]);
            text = text[(quote + 1)..];
        }
        record.Raw(text);
    }

    static RefusedDataException Bad(long position, string found) => new(DataChecks.CsvForm, "CSV by RFC 4180 in UTF-8", $"{found} at byte {position}");
}
