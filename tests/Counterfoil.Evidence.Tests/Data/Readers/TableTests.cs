using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Counterfoil.Data;
using Counterfoil.Data.Records;
using Counterfoil.Data.Records.Tables;
using Parquet;
using Parquet.Schema;

namespace Counterfoil.Tests.Data;

public sealed class TableTests
{
    static byte[] Stream(params (string Name, IArrowArray Array)[] columns)
    {
        var schema = new Schema([.. columns.Select(c => new Apache.Arrow.Field(c.Name, c.Array.Data.DataType, true))], null);
        var bytes = new MemoryStream();
        using (var writer = new ArrowStreamWriter(bytes, schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(new Apache.Arrow.RecordBatch(schema, columns.Select(c => c.Array), columns[0].Array.Length));
            writer.WriteEnd();
        }
        return bytes.ToArray();
    }

    static Reading Arrow(params (string Name, IArrowArray Array)[] columns) => Reading.Of(new ArrowRecords(), Stream(columns));

    /// <summary>The value of one row of one column "v", in hexadecimal.</summary>
    static string[] Values(IArrowArray array) => [.. Arrow(("v", array)).Accepted().Records.Select(r => Convert.ToHexStringLower(r)["a16176".Length..])];

    [Fact]
    public async Task A_table_has_the_same_records_in_Parquet_and_in_both_forms_of_Arrow()
    {
        Assert.Equal(Reading.Of(new ArrowRecords(), Specimens.ArrowFlat).Accepted().Records, Reading.Of(new ParquetRecords(), Specimens.Parquet).Accepted().Records);

        var lists = Reading.Of(new ArrowRecords(), Specimens.ArrowStream).Accepted().Records;
        Assert.Equal(lists, Reading.Of(new ArrowRecords(), Specimens.ArrowFile).Accepted().Records);
        // Lists by the levels of Dremel, worked out by hand: [[1, null, 3], [], null, [4], [5, 6]].
        var nested = await Table(new ParquetSchema(new ListField("list", new DataField<int?>("element"))), (group, fields) =>
            group.WriteAllPartsAsync<int>(fields[0], new[] { 1, 3, 4, 5, 6 }, new[] { 3, 2, 3, 1, 0, 3, 3, 3 }, new[] { 0, 1, 1, 0, 0, 0, 0, 1 }, TestContext.Current.CancellationToken));
        string[] values = ["8301f603", "80", "f6", "8104", "820506"];
        Assert.Equal(values.Select(v => "a1646c697374" + v), Reading.Of(new ParquetRecords(), nested).Accepted().Records.Select(Convert.ToHexStringLower));
        foreach (var (value, row) in values.Zip(lists)) Assert.Contains("646c697374" + value, Convert.ToHexStringLower(row), StringComparison.Ordinal);
    }

    /// <summary>Bit patterns by RFC 8949 §3.3 and IEEE 754.</summary>
    [Fact]
    public void Floats_keep_their_width_their_NaN_s_payload_and_zero_s_sign()
    {
        Assert.Equal(["fb3ff8000000000000", "fb8000000000000000", "fb7ff8000000000001", "f6"],
            Values(new DoubleArray.Builder().Append(1.5).Append(-0.0).Append(BitConverter.UInt64BitsToDouble(0x7ff8000000000001)).AppendNull().Build()));
        Assert.Equal(["fa3fc00000", "fa80000000", "faffc00001"], Values(new FloatArray.Builder().Append(1.5f).Append(-0f).Append(BitConverter.UInt32BitsToSingle(0xffc00001)).Build()));
        Assert.Equal(["f93e00"], Values(new HalfFloatArray.Builder().Append((Half)1.5).Build()));
    }

    [Fact]
    public void Integers_are_shortest_whatever_their_column_s_width()
    {
        Assert.Equal(["17", "1818", "20", "3b7fffffffffffffff"], Values(new Int64Array.Builder().Append(23).Append(24).Append(-1).Append(long.MinValue).Build()));
        Assert.Equal(["1bffffffffffffffff"], Values(new UInt64Array.Builder().Append(ulong.MaxValue).Build()));
        Assert.Equal(["387f"], Values(new Int8Array.Builder().Append(-128).Build()));
    }

    [Fact]
    public void Decimals_are_their_integer_and_scale()
    {
        var type = new Decimal128Type(38, 2);
        Assert.Equal(["c482211904d2", "c482211829", "c4822120"], Values(new Decimal128Array.Builder(type).Append(12.34m).Append(0.41m).Append(-0.01m).Build())[..3]);
        // 10^20 is beyond 64 bits: a bignum, 2(h'056bc75e2d63100000').
        Assert.Equal("c48221c249056bc75e2d63100000", Values(new Decimal128Array.Builder(type).Append(1_000_000_000_000_000_000m).Build())[0]);
    }

    [Fact]
    public void Points_in_time_are_seconds_and_nanoseconds_whatever_the_unit()
    {
        foreach (var unit in new[] { TimeUnit.Millisecond, TimeUnit.Microsecond, TimeUnit.Nanosecond })
        {
            Assert.Equal(["d903e9a2010128" + "1a1dcd6500"], Values(new TimestampArray.Builder(new TimestampType(unit, "UTC")).Append(DateTimeOffset.FromUnixTimeMilliseconds(1500)).Build()));
            Assert.Equal(["a2012028" + "1a1dcd6500"], Values(new TimestampArray.Builder(new TimestampType(unit, (string?)null)).Append(DateTimeOffset.FromUnixTimeMilliseconds(-500)).Build()));
        }
        Assert.Equal(["d8641904d2"], Values(new Date32Array.Builder().Append(DateTimeOffset.UnixEpoch.AddDays(1234).DateTime).Build()));
    }

    [Fact]
    public void What_a_record_cannot_hold_is_refused()
    {
        Arrow(("v", new DurationArray.Builder(DurationType.Second).Append(1).Build())).Refused(DataChecks.TableType);
        Arrow(("v", new Time32Array.Builder(TimeUnit.Second).Append(86_400).Build())).Refused(DataChecks.TableValue);
        Arrow(("v", new StringArray.Builder().Append([0xff]).Build())).Refused(DataChecks.TableValue);
        Arrow(("v", new Int8Array.Builder().Append(1).Build()), ("v", new Int8Array.Builder().Append(1).Build())).Refused(DataChecks.TableColumns);
    }

    [Fact]
    public void A_stream_without_its_end_marker_or_with_something_behind_is_refused()
    {
        Reading.Of(new ArrowRecords(), Specimens.ArrowStream[..^8]).Refused(DataChecks.ArrowForm);
        Reading.Of(new ArrowRecords(), [.. Specimens.ArrowStream, 0]).Refused(DataChecks.ArrowForm);
        Reading.Of(new ArrowRecords(), System.Array.Empty<byte>()).Refused(DataChecks.ArrowForm);
    }

    /// <summary>[[1, null, 3], [], null, [4], [5, 6]], by a page of version 1 and by one of version 2, whose levels lie uncompressed before the values.</summary>
    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Gzip)]
    public async Task Pages_of_version_2_of_repeated_columns_give_the_records_of_version_1(CompressionMethod method)
    {
        var first = await Table(new ParquetSchema(new ListField("list", new DataField<int?>("element"))), (group, fields) =>
            group.WriteAllPartsAsync<int>(fields[0], new[] { 1, 3, 4, 5, 6 }, new[] { 3, 2, 3, 1, 0, 3, 3, 3 }, new[] { 0, 1, 1, 0, 0, 0, 0, 1 }, TestContext.Current.CancellationToken), method);
        var second = await Version2(first, values: 8, nulls: 3, rows: 5, method == CompressionMethod.Gzip);
        var expected = Reading.Of(new ParquetRecords(), first).Accepted().Records;
        Assert.Equal(5, expected.Count);
        Assert.Equal(expected, Reading.Of(new ParquetRecords(), second).Accepted().Records);
        // Two pages of one column: levels of the second go on where those of the first end.
        var twice = await Version2(await Table(new ParquetSchema(new ListField("list", new DataField<int?>("element"))), (group, fields) =>
            group.WriteAllPartsAsync<int>(fields[0], new[] { 1, 3, 4, 5, 6, 1, 3, 4, 5, 6 }, new[] { 3, 2, 3, 1, 0, 3, 3, 3, 3, 2, 3, 1, 0, 3, 3, 3 }, new[] { 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 1 }, TestContext.Current.CancellationToken), method),
            values: 8, nulls: 3, rows: 5, method == CompressionMethod.Gzip, first);
        Assert.Equal([.. expected, .. expected], Reading.Of(new ParquetRecords(), twice).Accepted().Records);
        // No claim is believed: of the levels' length, and of how many values are none or begin a row.
        foreach (var (nulls, rows, longer) in new[] { (2, 5, 0), (3, 5, 1 << 20), (3, 5, -1000), (9, 5, 0), (-1, 5, 0), (3, 9, 0), (3, -1, 0) })
            Reading.Of(new ParquetRecords(), await Version2(first, 8, nulls, rows, method == CompressionMethod.Gzip, longer: longer)).Refused(DataChecks.ParquetPages);
    }

    /// <summary>A file of one column and one page of version 1 with that page in version 2 (parquet-format, DataPageHeaderV2): written twice where the page of another file is given.</summary>
    static async Task<byte[]> Version2(byte[] file, int values, int nulls, int rows, bool gzip, byte[]? page = null, int longer = 0)
    {
        var reader = await ParquetReader.CreateAsync(new MemoryStream(page ?? file));
        int at = (int)reader.Metadata!.RowGroups[0].Columns[0].MetaData!.DataPageOffset, whole = (int)reader.Metadata.RowGroups[0].Columns[0].MetaData!.TotalCompressedSize;
        // The page's header begins with three numbers: type, size, stored size.
        int next = at;
        var numbers = Enumerable.Range(0, 3).Select(_ =>
        {
            Assert.Equal(0x15, (page ?? file)[next++]);
            int number = 0, shift = 0, one;
            do
            {
                one = (page ?? file)[next++];
                number |= (one & 0x7f) << shift;
                shift += 7;
            }
            while (one >= 0x80);
            return (number >> 1) ^ -(number & 1);
        }).ToArray();
        byte[] body = (page ?? file)[(at + whole - numbers[2])..(at + whole)];
        if (gzip)
        {
            using var unpacked = new MemoryStream();
            using (var stream = new System.IO.Compression.GZipStream(new MemoryStream(body), System.IO.Compression.CompressionMode.Decompress)) stream.CopyTo(unpacked);
            body = unpacked.ToArray();
        }
        Assert.Equal(numbers[1], body.Length);
        int repetitions = BitConverter.ToInt32(body), definitions = BitConverter.ToInt32(body, 4 + repetitions);
        byte[] levels = [.. body.AsSpan(4, repetitions), .. body.AsSpan(8 + repetitions, definitions)], rest = body[(8 + repetitions + definitions)..], stored = gzip ? Specimens.Gzip(rest) : rest;
        List<byte> header = [];
        void Field(int delta, int value)
        {
            header.Add((byte)(delta << 4 | 5));
            uint zigzag = (uint)(value << 1 ^ value >> 31);
            for (; zigzag >= 0x80; zigzag >>= 7) header.Add((byte)(zigzag | 0x80));
            header.Add((byte)zigzag);
        }
        Field(1, 3);
        Field(1, levels.Length + rest.Length);
        Field(1, levels.Length + stored.Length);
        header.Add(5 << 4 | 12);
        foreach (int value in (int[])[values, nulls, rows, 0, definitions + longer, repetitions]) Field(1, value);
        header.AddRange([(byte)(gzip ? 0x11 : 0x12), 0, 0]);
        byte[] made = [.. header, .. levels, .. stored];
        int footer = file.Length - 8 - BitConverter.ToInt32(file, file.Length - 8);
        return [.. file[..4], .. made, .. page is null ? [] : made, .. file[footer..]];
    }

    static async Task<byte[]> Table(ParquetSchema schema, Func<ParquetRowGroupWriter, DataField[], Task> write, CompressionMethod method = CompressionMethod.Snappy)
    {
        var bytes = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, bytes, new ParquetOptions { CompressionMethod = method }))
        {
            using var group = writer.CreateRowGroup();
            await write(group, schema.GetDataFields());
        }
        return bytes.ToArray();
    }

    /// <summary>Arrow's reader makes room for what a count claims, and follows offsets round in circles until the stack ends: neither may reach it.</summary>
    [Fact]
    public void Arrow_s_metadata_may_neither_claim_what_is_not_there_nor_point_backwards()
    {
        foreach (var whole in (byte[][])[Specimens.ArrowStream, Specimens.ArrowFile])
        {
            for (int at = 8; at < whole.Length - 16; at += 4)
            {
                foreach (int value in (int[])[int.MaxValue, 0x0fffffff, 0x00ffffff, -4, -16, -at / 2, -at])
                {
                    var changed = whole.ToArray();
                    System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(at), value);
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    Reading.Of(new ArrowRecords(), changed, batchBytes: 4096);
                    Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 80 << 20); // 64 MiB of a body are not questioned
                }
            }
        }
    }

    [Theory]
    [InlineData(0, -8, false)]
    [InlineData(0, 0, false)]
    [InlineData(12, -100, false)]
    [InlineData(16, 0, false)]
    [InlineData(16, -4, false)]
    [InlineData(16, 8, true)]
    [InlineData(24, 1, false)]
    [InlineData(24, -1, false)]
    public void A_flatbuffer_s_offsets_lead_forward_to_what_is_there(int at, int value, bool isSound)
    {
        byte[] schema = [12, 0, 0, 0, 8, 0, 8, 0, 0, 0, 4, 0, 8, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]; // of no fields: their vector at 24
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(schema.AsSpan(at), value);
        if (isSound) Assert.Equal(24, new FlatBuffer(schema, "Schema").Follow(16));
        else Assert.Equal(DataChecks.ArrowForm, Assert.IsType<Core.Verdicts.Verdict.Rejected>(Assert.Throws<Counterfoil.Data.Compression.RefusedDataException>(() => new FlatBuffer(schema, "Schema")).Verdict).Reason.Check);
    }

    [Fact]
    public void Rows_that_take_no_bytes_are_counted_all_the_same()
    {
        var nulls = Stream(("v", new NullArray(100_000)));
        var limits = new Counterfoil.Data.Compression.CompressionLimits { Unquestioned = 90_000, Ratio = 100 };
        Reading.Of(new ArrowRecords(limits), nulls).Refused(DataChecks.Bomb);
        Assert.Equal(100_000, Reading.Of(new ArrowRecords(limits with { Ratio = 1000 }), nulls).Accepted().Records.Count);
    }

    [Fact]
    public async Task Parquet_of_another_writer_with_dates_decimals_and_unsigned_integers_gives_Arrow_s_records()
    {
        var schema = new ParquetSchema(new DataField<uint>("u"), new DataField<float>("f"), new DataField<long>("l"));
        var bytes = await Table(schema, async (group, fields) =>
        {
            await group.WriteAsync<uint>(fields[0], new uint[] { uint.MaxValue, 1 });
            await group.WriteAsync<float>(fields[1], new[] { float.NaN, -0f });
            await group.WriteAsync<long>(fields[2], new[] { long.MinValue, 7 });
        });
        var arrow = Arrow(("u", new UInt32Array.Builder().Append(uint.MaxValue).Append(1).Build()), ("f", new FloatArray.Builder().Append(float.NaN).Append(-0f).Build()),
            ("l", new Int64Array.Builder().Append(long.MinValue).Append(7).Build()));
        Assert.Equal(arrow.Accepted().Records, Reading.Of(new ParquetRecords(), bytes).Accepted().Records);
    }

    /// <summary>The decoder goes by a field's number and not by its type, and reads for ever where a number runs over the footer's end: found by changing bytes (campaign).</summary>
    [Fact]
    public void A_footer_that_is_not_of_its_shape_is_refused_before_it_is_decoded()
    {
        byte[] whole = Specimens.Parquet;
        int length = BitConverter.ToInt32(whole, whole.Length - 8), begin = whole.Length - 8 - length;
        Assert.Equal(0x15, whole[begin]); // field 1, the version, an i32
        byte[] With(params byte[] footer) => [.. whole[..begin], .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
        byte[] own = whole[begin..^8];
        Assert.Equal(Reading.Of(new ParquetRecords(), whole).Accepted().Records, Reading.Of(new ParquetRecords(), With(own)).Accepted().Records);
        for (int cut = 0; cut < length; cut++) Reading.Of(new ParquetRecords(), With(own[..cut])).Refused(DataChecks.ParquetForm);
        Reading.Of(new ParquetRecords(), With([0x18, .. own[1..]])).Refused(DataChecks.ParquetForm); // the version as bytes: their length is taken for it
        Reading.Of(new ParquetRecords(), With([0x15, 0x80, .. Enumerable.Repeat((byte)0xff, 40)])).Refused(DataChecks.ParquetForm);
        Reading.Of(new ParquetRecords(), With([0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0])).Refused(DataChecks.ParquetForm); // 2³¹ − 1 elements of the schema
        Reading.Of(new ParquetRecords(), With([.. Enumerable.Repeat((byte)0x1c, 40), .. new byte[40]])).Refused(DataChecks.ParquetForm);
        Reading.Of(new ParquetRecords(new ParquetLimits { FooterBytes = length - 1 }), whole).Refused(DataChecks.ParquetForm);
        byte[] far = [.. whole];
        BitConverter.GetBytes(int.MaxValue).CopyTo(far, far.Length - 8);
        Reading.Of(new ParquetRecords(), far).Refused(DataChecks.ParquetForm);
    }

    [Fact]
    public void Claims_of_size_in_Parquet_are_checked_before_they_are_believed()
    {
        Reading.Of(new ParquetRecords(new ParquetLimits { Values = 2 }), Specimens.Parquet).Refused(DataChecks.ParquetPages);
        Reading.Of(new ParquetRecords(new ParquetLimits { PageBytes = 5 }), Specimens.Parquet).Refused(DataChecks.ParquetPages);
        Reading.Of(new ParquetRecords(new ParquetLimits { ColumnBytes = 5 }), Specimens.Parquet).Refused(DataChecks.ParquetPages);
        // The first page's header begins at byte 4: field 1 (type), field 2 (uncompressed size), field 3 (compressed size), zigzag.
        Assert.Equal([0x15, 0x06, 0x15], Specimens.Parquet[4..7]);
        byte[] grown = [.. Specimens.Parquet];
        grown[7] = 0x7e; // 63 bytes inside: no more than is allowed, and nothing that a record hangs on
        Assert.Equal(Reading.Of(new ParquetRecords(), Specimens.Parquet).Accepted().Records, Reading.Of(new ParquetRecords(), grown).Accepted().Records);
        Reading.Of(new ParquetRecords(new ParquetLimits { PageBytes = 62 }), grown).Refused(DataChecks.ParquetPages);
        byte[] back = [.. Specimens.Parquet];
        back[9] = 0x7f; // a compressed size of −64: the decoder alone would go back and forth for ever
        Reading.Of(new ParquetRecords(), back).Refused(DataChecks.ParquetPages);
    }

    [Fact]
    public void A_format_is_known_by_its_names_and_its_first_bytes()
    {
        string? Detected(params (string Name, byte[] Bytes)[] files)
        {
            var verdict = RecordFormats.Detect([.. files.Select(f => new MemoryObject(f.Name, f.Bytes))], out var format);
            Assert.Equal(verdict.IsAccepted, format is not null);
            return format?.Canonicaliser.Id;
        }
        Assert.Equal("tar/v1", Detected(("a.tar.gz", Specimens.Gzip(Specimens.Ustar)), ("b.tar", Specimens.Pax)));
        Assert.Equal("csv/v1", Detected(("a.csv", Specimens.Csv)));
        Assert.Equal("parquet/v1", Detected(("a.parquet", Specimens.Parquet)));
        Assert.Equal("arrow/v1", Detected(("a.feather", Specimens.ArrowFile)));
        Assert.Equal("arrow/v1", Detected(("a.arrows", Specimens.ArrowStream)));
        Assert.Equal("safetensors/v1", Detected(("a.safetensors", Specimens.Safetensors)));
        Assert.Equal("image-folder/v1", Detected(("cat/a.png", [1])));
        Assert.Null(Detected(("a.parquet", Specimens.Csv)));
        Assert.Null(Detected(("a.csv", Specimens.Ustar)));
        Assert.Null(Detected(("a.csv", Specimens.Csv), ("b.tar", Specimens.Ustar)));
        Assert.Null(Detected(("a.csv.gz", Specimens.Gzip(Specimens.Csv)[..5])));
        Assert.Null(Detected(("README", [1])));
        Assert.Null(Detected());
        var refused = Assert.IsType<Core.Verdicts.Verdict.Rejected>(RecordFormats.Parse("auto", out _));
        Assert.Contains("webdataset/v1", refused.Reason.Expected, StringComparison.Ordinal);
    }
}
