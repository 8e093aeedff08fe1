using System.Buffers.Binary;
using System.Numerics;
using Counterfoil.Data.Compression;
using Parquet;
using Parquet.Meta;

namespace Counterfoil.Data.Records.Tables;

/// <summary>A repeated column whose pages are of version 2, which the decoder does not read: their levels, which lie uncompressed before the values, are decoded here; their values are handed to it as a file of one flat column.</summary>
/// <remarks>
/// parquet-format, DataPageHeaderV2: repetition levels, then definition levels, each in the RLE and bit-packing hybrid without a length before it; then the values that are there, compressed by themselves. Without the levels that is a page of
/// version 1 of a required column, byte for byte. A page that is stored plain in a column that is compressed is refused.
/// </remarks>
sealed class ParquetVersion2(Stream file, ColumnMetaData meta, List<ParquetPages.Page> pages)
{
    /// <summary>Decodes the levels of all pages, one after the other.</summary>
    public void Levels(int[] definitions, int mostDefinition, int[] repetitions, int mostRepetition)
    {
        int at = 0;
        foreach (var page in pages.Where(p => p.Type == 3))
        {
            byte[] levels = Bytes(page.BodyAt, page.RepetitionBytes + page.DefinitionBytes);
            Decode(levels.AsSpan(0, page.RepetitionBytes), mostRepetition, repetitions.AsSpan(at, page.Values));
            Decode(levels.AsSpan(page.RepetitionBytes), mostDefinition, definitions.AsSpan(at, page.Values));
            int present = definitions.AsSpan(at, page.Values).Count(mostDefinition);
            if (present != page.Values - page.Nulls) throw Bad($"{page.Values - page.Nulls} values in a page", $"{present} by its levels");
            at += page.Values;
        }
    }

    /// <summary>Decodes the values that are there.</summary>
    public T[] Values<T>(Parquet.Meta.Type type, int length) where T : struct
    {
        var data = pages.Where(p => p.Type == 3).ToList();
        int count = data.Sum(p => p.Values - p.Nulls);
        var values = new T[count];
        if (count == 0) return values;
        if (meta.Codec != CompressionCodec.UNCOMPRESSED && data.Exists(p => !p.IsCompressed)) throw Bad("pages compressed as their column is", "one that is not");
        var made = new MemoryStream();
        made.Write("PAR1"u8);
        bool hasDictionary = pages[0].Type == 2;
        if (hasDictionary) made.Write(Bytes(pages[0].HeaderAt, checked((int)(pages[0].BodyAt - pages[0].HeaderAt) + pages[0].Stored)));
        long dataAt = made.Position;
        foreach (var page in data.Where(p => p.Values > p.Nulls))
        {
            int levels = page.RepetitionBytes + page.DefinitionBytes;
            var header = new ThriftWriter(made);
            header.I32(1, 0);
            header.I32(2, page.Size - levels);
            header.I32(3, page.Stored - levels);
            header.Begin(5);
            header.I32(1, page.Values - page.Nulls);
            header.I32(2, page.Encoding);
            header.I32(3, (int)Encoding.RLE);
            header.I32(4, (int)Encoding.RLE);
            header.End();
            header.End();
            made.Write(Bytes(page.BodyAt + levels, page.Stored - levels));
        }
        WriteFooter(made, type, length, count, hasDictionary ? 4 : null, dataAt, data[0].Encoding);
        made.Position = 0;
        var reader = ParquetReader.CreateAsync(made, new ParquetOptions { TreatByteArrayAsString = false, TreatBigIntegersAsDates = false }).GetAwaiter().GetResult();
        reader.OpenRowGroupReader(0).ReadRawAsync(reader.Schema.GetDataFields()[0], values.AsMemory(), default(Memory<int>?), default(Memory<int>?)).AsTask().GetAwaiter().GetResult();
        return values;
    }

    /// <summary>FileMetaData of one required column in one group.</summary>
    void WriteFooter(MemoryStream made, Parquet.Meta.Type type, int length, int count, long? dictionaryAt, long dataAt, int encoding)
    {
        long end = made.Position;
        var footer = new ThriftWriter(made);
        footer.I32(1, 1);
        footer.BeginList(2, ThriftShape.Struct, 2);
        footer.BeginElement();
        footer.Bytes(4, "schema"u8);
        footer.I32(5, 1);
        footer.End();
        footer.BeginElement();
        footer.I32(1, (int)type);
        if (type == Parquet.Meta.Type.FIXED_LEN_BYTE_ARRAY) footer.I32(2, length);
        footer.I32(3, (int)FieldRepetitionType.REQUIRED);
        footer.Bytes(4, "v"u8);
        footer.End();
        footer.I64(3, count);
        footer.BeginList(4, ThriftShape.Struct, 1);
        footer.BeginElement();
        footer.BeginList(1, ThriftShape.Struct, 1);
        footer.BeginElement();
        footer.I64(2, 4);
        footer.Begin(3);
        footer.I32(1, (int)type);
        footer.BeginList(2, ThriftShape.I32, 1);
        footer.Number(encoding);
        footer.BeginList(3, ThriftShape.Binary, 1);
        footer.RawBytes("v"u8);
        footer.I32(4, (int)meta.Codec);
        footer.I64(5, count);
        footer.I64(6, end - 4);
        footer.I64(7, end - 4);
        footer.I64(9, dataAt);
        if (dictionaryAt is { } at) footer.I64(11, at);
        footer.End();
        footer.End();
        footer.I64(2, end - 4);
        footer.I64(3, count);
        footer.End();
        footer.End();
        Span<byte> tail = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(tail, checked((int)(made.Position - end)));
        made.Write(tail);
        made.Write("PAR1"u8);
    }

    byte[] Bytes(long at, int length)
    {
        var bytes = new byte[length];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The hybrid of runs and bit-packed groups of eight, the least significant bits first.</summary>
    static void Decode(ReadOnlySpan<byte> bytes, int most, Span<int> levels)
    {
        int width = 32 - BitOperations.LeadingZeroCount((uint)most), at = 0;
        while (!levels.IsEmpty)
        {
            uint head = 0;
            for (int shift = 0; ; shift += 7)
            {
                if (at == bytes.Length || shift > 28) throw Bad("levels for all values", "fewer");
                head |= (uint)(bytes[at] & 0x7f) << shift;
                if (bytes[at++] < 0x80) break;
            }
            if (head < 2) throw Bad("runs of levels", "an empty one");
            int taken = (int)Math.Min((head & 1) == 0 ? head >> 1 : 8UL * (head >> 1), (ulong)levels.Length);
            if ((head & 1) == 0)
            {
                if (at == bytes.Length) throw Bad("levels for all values", "fewer");
                levels[..taken].Fill(bytes[at++]); // a level fits in a byte: columns are at most so deep
            }
            else
            {
                if ((8L * (bytes.Length - at)) < (long)taken * width) throw Bad("levels for all values", "fewer");
                for (int i = 0; i < taken; i++)
                {
                    int level = 0;
                    for (int bit = 0; bit < width; bit++)
                    {
                        long of = (long)i * width + bit;
                        level |= (bytes[at + (int)(of >> 3)] >> (int)(of & 7) & 1) << bit;
                    }
                    levels[i] = level;
                }
                at = (int)Math.Min(bytes.Length, at + (long)(head >> 1) * width);
            }
            levels = levels[taken..];
        }
    }

    static RefusedDataException Bad(string expected, string found) => new(DataChecks.ParquetPages, expected, found);
}
