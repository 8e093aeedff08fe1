using System.IO.Hashing;
using Counterfoil.Data.Compression;
using Parquet.Meta;

namespace Counterfoil.Data.Records.Tables;

/// <summary>Walks over the pages of a column before they are decoded, so that no claim of size or count is believed: the decoder allocates what a header says and goes where it points.</summary>
/// <remarks>Headers are Thrift's compact protocol. Where a page states a CRC-32 of its stored bytes, it is checked; few writers state one.</remarks>
static class ParquetPages
{
    const int LargestHeader = 1 << 20, Small = 1 << 20;

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
            var thrift = new ThriftReader(file, Math.Min(file.Length, at + LargestHeader), DataChecks.ParquetPages);
            new ThriftWalk(thrift).Struct(ThriftShape.PageHeader);
            file.Position = at;
            var header = new Header(thrift);
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
    static void CheckLevels(Header header, bool isRepeated)
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

    /// <summary>parquet.thrift's PageHeader, as far as it matters here: read once it was walked over.</summary>
    sealed class Header
    {
        readonly ThriftReader bytes;
        readonly ThriftWalk walk;

        public Header(ThriftReader bytes)
        {
            (this.bytes, walk) = (bytes, new ThriftWalk(bytes));
            Fields((field, type) =>
            {
                if (type == ThriftShape.Struct && field is 5 or 7 or 8)
                {
                    Fields(OfKind);
                    return true;
                }
                if (type != ThriftShape.I32 || field is < 1 or > 4) return false;
                int value = (int)bytes.Signed();
                if (field == 1) Type = value;
                else if (field == 2) Uncompressed = value;
                else if (field == 3) Compressed = value;
                else Crc = value;
                return true;
            });
        }

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

        // A field of the header that is for its kind of page.
        bool OfKind(long field, int type)
        {
            if (type is 1 or 2 && Type == 3 && field == 7) IsCompressed = type == 1;
            if (type != ThriftShape.I32 || field != 1 && (Type != 3 || field is < 2 or > 6)) return false;
            int value = (int)bytes.Signed();
            if (field == 1) Values = value; // num_values, the first of each kind of header
            else if (field == 2) Nulls = value;
            else if (field == 3) Rows = value;
            else if (field == 4) Encoding = value;
            else if (field == 5) DefinitionBytes = value;
            else RepetitionBytes = value;
            return true;
        }

        // The fields of one structure; what is not read is passed over, but for booleans, which lie in the head.
        void Fields(Func<long, int, bool> read)
        {
            long field = 0;
            while (bytes.Byte() is var head && head != 0)
            {
                field = bytes.Field(head, field);
                int type = head & 15;
                if (!read(field, type) && type is not (1 or 2)) walk.Value(type, 1);
            }
        }
    }
}
