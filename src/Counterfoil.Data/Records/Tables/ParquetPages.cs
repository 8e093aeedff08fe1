using System.IO.Hashing;
using Counterfoil.Data.Compression;
using Parquet.Meta;

namespace Counterfoil.Data.Records.Tables;

/// <summary>Walks over the pages of a column before they are decoded, so that no claim of size or count is believed: the decoder allocates what a header says and goes where it points.</summary>
/// <remarks>Headers are Thrift's compact protocol. Where a page states a CRC-32 of its stored bytes, it is checked; few writers state one.</remarks>
static class ParquetPages
{
    const int LargestHeader = 1 << 20, Deepest = 8, Small = 1 << 20;

    /// <summary>A page as its header says it is: of a dictionary (2), of version 1 (0) or of version 2 (3).</summary>
    public readonly record struct Page(int Type, long HeaderAt, long BodyAt, int Stored, int Size, int Values, int Nulls, int Encoding, int RepetitionBytes, int DefinitionBytes, bool IsCompressed);

    /// <summary>Checks all pages of a column chunk.</summary>
    /// <returns>The pages, of a repeated column with pages of version 2; of any other null: the decoder reads them.</returns>
    public static List<Page>? Check(Stream file, ColumnChunk chunk, ParquetLimits limits, bool isRepeated)
    {
        var pages = new List<Page>();
        if (chunk.FilePath is not null) throw Bad("columns in the file itself", "one in another file");
        var meta = chunk.MetaData ?? throw Bad("columns with metadata", "one without");
        if (meta.NumValues < 0 || meta.NumValues > limits.Values) throw Bad($"at most {limits.Values} values", $"{meta.NumValues}");
        long at = new[] { meta.DictionaryPageOffset ?? 0, meta.DataPageOffset, meta.IndexPageOffset ?? 0 }.Where(o => o != 0).DefaultIfEmpty(-1).Min(), values = 0, bytes = 0;
        bool isFirst = true;
        while (values < meta.NumValues)
        {
            if (at < 4 || at >= file.Length) throw Bad("pages within the file", $"one at byte {at}");
            file.Position = at;
            new ThriftWalk(file, Math.Min(file.Length, at + LargestHeader), DataChecks.ParquetPages).Struct(ThriftShape.PageHeader);
            file.Position = at;
            var header = new Header(file);
            long headerAt = at;
            at = file.Position + header.Compressed;
            if (header.Compressed < 0 || header.Uncompressed < 0 || at > file.Length) throw Bad("pages within the file", $"one of {header.Compressed} bytes");
            if (header.Uncompressed > limits.PageBytes || (bytes += header.Uncompressed) > limits.ColumnBytes) throw Bad($"pages of at most {limits.PageBytes} bytes, and {limits.ColumnBytes} in a column", $"{header.Uncompressed}");
            if (header.Uncompressed > Small && header.Uncompressed / limits.Ratio > header.Compressed)
                throw new RefusedDataException(DataChecks.Bomb, $"at most {limits.Ratio} bytes inside for one outside", $"{header.Uncompressed} for {header.Compressed}");
            if (meta.Codec == CompressionCodec.UNCOMPRESSED && header.Uncompressed != header.Compressed) throw Bad("a plain page of its own size", $"{header.Uncompressed} of {header.Compressed}");
            if (header.Crc is { } crc) CheckCrc(file, header.Compressed, crc);
            if (header.Type == 2) // a dictionary: the first page, and of each value something is stored
            {
                if (!isFirst || header.Values < 0 || header.Values > header.Uncompressed) throw Bad("one dictionary, of as many values as its bytes can hold", $"{header.Values}");
            }
            else if (header.Type is 0 or 3)
            {
                if (header.Values <= 0 || (values += header.Values) > meta.NumValues) throw Bad($"{meta.NumValues} values in all pages", $"{header.Values} in one, {values} so far");
                if (header.Type == 3) CheckLevels(header, isRepeated);
            }
            else throw Bad("pages of data or a dictionary", $"type {header.Type}");
            isFirst = false;
            if (isRepeated) pages.Add(new(header.Type, headerAt, at - header.Compressed, header.Compressed, header.Uncompressed, header.Values, header.Nulls, header.Encoding, header.RepetitionBytes, header.DefinitionBytes, header.IsCompressed));
        }
        if (!pages.Exists(p => p.Type == 3)) return null;
        return pages.Exists(p => p.Type == 0) ? throw Bad("pages of one version in a repeated column", "of both") : pages;
    }

    /// <summary>A page of version 2 says how long its levels are and how many of its values are none: the decoder goes by that.</summary>
    static void CheckLevels(in Header header, bool isRepeated)
    {
        if (header.Nulls < 0 || header.Nulls > header.Values || header.Rows < 0 || header.Rows > header.Values || !isRepeated && header.Rows != header.Values) throw Bad($"nulls and rows among {header.Values} values", $"{header.Nulls} and {header.Rows}");
        if (header.DefinitionBytes < 0 || header.RepetitionBytes < 0 || (long)header.DefinitionBytes + header.RepetitionBytes > Math.Min(header.Compressed, header.Uncompressed))
            throw Bad($"levels within {header.Compressed} bytes", $"{header.RepetitionBytes} and {header.DefinitionBytes}");
    }

    static void CheckCrc(Stream file, int length, int stated)
    {
        var crc = new Crc32();
        var piece = new byte[Math.Min(1 << 16, Math.Max(1, length))];
        for (int read; length > 0; length -= read)
        {
            read = file.Read(piece.AsSpan(0, Math.Min(piece.Length, length)));
            if (read == 0) throw new EndOfStreamException();
            crc.Append(piece.AsSpan(0, read));
        }
        if (crc.GetCurrentHashAsUInt32() != (uint)stated) throw Bad($"the CRC {stated:x8}", $"{crc.GetCurrentHashAsUInt32():x8}");
    }

    static RefusedDataException Bad(string expected, string found) => new(DataChecks.ParquetPages, expected, found);

    /// <summary>parquet.thrift's PageHeader, as far as it matters here.</summary>
    ref struct Header
    {
        readonly Stream file;
        readonly long begin;

        public int Type { get; private set; } = -1;

        public int Uncompressed { get; private set; } = -1;

        public int Compressed { get; private set; } = -1;

        public int? Crc { get; private set; }

        public int Values { get; private set; } = -1;

        // Of version 2 alone.
        public int Nulls { get; private set; } = -1;

        public int Rows { get; private set; } = -1;

        public int DefinitionBytes { get; private set; } = -1;

        public int RepetitionBytes { get; private set; } = -1;

        public int Encoding { get; private set; } = -1;

        public bool IsCompressed { get; private set; } = true;

        public Header(Stream file)
        {
            this.file = file;
            begin = file.Position;
            Struct(isPage: true, depth: 0);
        }

        int Byte()
        {
            int next = file.Position - begin < LargestHeader ? file.ReadByte() : -1;
            return next >= 0 ? next : throw Bad("a page header", "its end too early");
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
            throw Bad("a page header", "a number too long");
        }

        long Signed() => Number() is var zigzag ? (long)(zigzag >> 1) ^ -(long)(zigzag & 1) : 0;

        void Struct(bool isPage, int depth, bool isCounted = false)
        {
            if (depth == Deepest) throw Bad("a page header", "too many levels");
            long field = 0;
            while (Byte() is var head && head != 0)
            {
                field = head >> 4 == 0 ? Signed() : field + (head >> 4);
                int type = head & 15;
                if (type == 5 && isPage && field is >= 1 and <= 4)
                {
                    int value = (int)Signed();
                    if (field == 1) Type = value;
                    else if (field == 2) Uncompressed = value;
                    else if (field == 3) Compressed = value;
                    else Crc = value;
                }
                else if (type == 5 && isCounted && (field == 1 || Type == 3 && field is >= 2 and <= 6))
                {
                    int value = (int)Signed();
                    if (field == 1) Values = value; // num_values, the first of each kind of header
                    else if (field == 2) Nulls = value;
                    else if (field == 3) Rows = value;
                    else if (field == 4) Encoding = value;
                    else if (field == 5) DefinitionBytes = value;
                    else RepetitionBytes = value;
                }
                else if (type is 1 or 2 && isCounted && Type == 3 && field == 7) IsCompressed = type == 1;
                else Skip(type, depth, isPage && field is 5 or 7 or 8);
            }
        }

        void Skip(int type, int depth, bool isCounted)
        {
            switch (type)
            {
                case 1 or 2: break; // booleans lie in the head
                case 3: Byte(); break;
                case 4 or 5 or 6: Number(); break;
                case 7: for (int i = 0; i < 8; i++) Byte(); break;
                case 8: for (ulong left = Number(); left > 0; left--) Byte(); break;
                case 9 or 10:
                    int head = Byte();
                    for (ulong left = head >> 4 == 15 ? Number() : (ulong)(head >> 4); left > 0; left--)
                    {
                        if ((head & 15) is 1 or 2) Byte();
                        else Skip(head & 15, depth + 1, isCounted: false);
                        if (depth + 1 >= Deepest) throw Bad("a page header", "too many levels");
                    }
                    break;
                case 12: Struct(isPage: false, depth + 1, isCounted); break;
                default: throw Bad("a page header", $"type {type}");
            }
        }
    }
}
