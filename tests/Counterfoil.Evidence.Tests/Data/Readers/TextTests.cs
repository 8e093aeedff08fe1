using System.Text;
using Counterfoil.Core.Encoding;
using Counterfoil.Data;
using Counterfoil.Data.Records.Tensors;
using Counterfoil.Data.Records.Text;

namespace Counterfoil.Tests.Data;

public sealed class TextTests
{
    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static Reading Csv(string text, bool hasHeader = true) => Reading.Of(new CsvRecords(new CsvOptions { HasHeader = hasHeader }), Utf8(text));

    static Dictionary<string, string> Map(byte[] record)
    {
        var reader = new CborReader(record);
        var map = new Dictionary<string, string>();
        for (int left = reader.BeginMap(); left > 0; left--) map.Add(reader.ReadText(), reader.ReadText());
        reader.EndMap();
        Assert.True(reader.Finish().IsAccepted, "deterministic CBOR, read by Core's reader");
        return map;
    }

    [Fact]
    public void A_row_is_a_map_from_the_columns_names_in_deterministic_CBOR() =>
        Assert.Equal(new Dictionary<string, string> { ["bb"] = "1", ["a"] = " x ", [""] = "say \"hi\"\r\n" }, Map(Csv("bb,a,\n1, x ,\"say \"\"hi\"\"\r\n\"").Accepted().Records[0]));

    [Theory]
    [InlineData("a,b\r\n1,2\r\n3,4\r\n")]
    [InlineData("a,b\n1,2\n3,4")]
    [InlineData("\ufeffa,b\r\n1,2\n3,4\r\n")]
    [InlineData("\"a\",\"b\"\n\"1\",2\n3,\"4\"")]
    public void Line_ends_a_byte_order_mark_and_quotes_that_need_not_be_do_not_matter(string text) => Assert.Equal(Csv("a,b\n1,2\n3,4\n").Records, Csv(text).Accepted().Records);

    [Theory]
    [InlineData("a,b\n1\r,2\n")]
    [InlineData("a,b\n1,2\r")]
    [InlineData("a,b\n1\"x,2\n")]
    [InlineData("a,b\n\"1\"x,2\n")]
    [InlineData("a,b\n\"1,2\n")]
    public void What_is_no_CSV_is_refused(string text) => Csv(text).Refused(DataChecks.CsvForm);

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused() => Reading.Of(new CsvRecords(), [.. "a\n"u8, 0xff, (byte)'\n']).Refused(DataChecks.CsvForm);

    [Theory]
    [InlineData("")]
    [InlineData("a,b,a\n1,2,3\n")]
    [InlineData("a,\"a\"\n1,2\n")]
    public void A_header_names_each_column_once(string text) => Csv(text).Refused(DataChecks.CsvHeader);

    [Theory]
    [InlineData("a,b\n1,2\n3\n")]
    [InlineData("a,b\n1,2,3\n")]
    [InlineData("a,b\n1,2\n\n")]
    public void A_row_has_as_many_fields_as_the_header(string text) => Csv(text).Refused(DataChecks.CsvFields);

    [Fact]
    public void An_empty_line_of_one_column_is_a_row_and_headerless_rows_are_arrays()
    {
        Assert.Equal(["", "x"], Csv("a\n\nx\n").Accepted().Records.Select(r => Map(r)["a"]));
        Assert.Equal(["826131", "826162"], Csv("a,1\na,b\n", hasHeader: false).Accepted().Records.Select(r => Convert.ToHexStringLower([r[0], r[2], r[4]])));
        Csv("1,2\n3\n", hasHeader: false).Refused(DataChecks.CsvFields);
        Assert.Empty(Csv("", hasHeader: false).Accepted().Records);
        Assert.Empty(Csv("a,b\n").Accepted().Records);
    }

    [Fact]
    public void Rows_longer_than_allowed_are_refused_before_they_fill_the_memory() =>
        Reading.Of(new CsvRecords(new CsvOptions { RowBytes = 1 << 20 }), Specimens.Gzip([.. "a\n\""u8, .. new byte[32 << 20]])).Refused(DataChecks.RecordLength);

    static string Jcs(string json) => Encoding.UTF8.GetString(Reading.Of(new CanonicalJsonLines(), Utf8(json)).Accepted().Records[0]);

    /// <summary>RFC 8785 appendix B: bits of binary64, and the number's text.</summary>
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_ECMAScript_writes_them(ulong bits, string text)
    {
        Span<char> written = stackalloc char[32];
        double value = BitConverter.UInt64BitsToDouble(bits);
        Assert.Equal(text, new string(written[..CanonicalJson.Write(value, written)]));
        Assert.Equal(text, Jcs(value.ToString("R")));
    }

    /// <summary>RFC 8785 §3.2.2, §3.2.3 and the sample of §3.2.4.</summary>
    [Fact]
    public void The_RFC_s_own_examples_come_out_as_it_says()
    {
        Assert.Equal("""{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""",
            Jcs("""{ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }"""));
        string sorted = Jcs("""{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""");
        Assert.Equal("{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}", sorted); // by UTF-16: the emoji's surrogates come before U+FB33
    }

    [Theory]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "data.json.names")]
    [InlineData("[{\"x\":{\"a\":1,\"b\":2,\"a\":1}}]", "data.json.names")]
    [InlineData("1e400", "data.json.number")]
    [InlineData("NaN", "data.json.form")]
    [InlineData("[Infinity]", "data.json.form")]
    [InlineData("\"\\ud800\"", "data.json.form")]
    [InlineData("{\"\\udc00\":1}", "data.json.form")]
    [InlineData("\ufeff{}", "data.json.form")]
    [InlineData("", "none")]
    [InlineData("\n", "data.json.form")]
    [InlineData("{} {}", "data.json.form")]
    [InlineData("[1,]", "data.json.form")]
    [InlineData("// no\n1", "data.json.form")]
    [InlineData("01", "data.json.form")]
    public void What_has_no_canonical_form_is_refused(string json, string check)
    {
        var reading = Reading.Of(new CanonicalJsonLines(), Utf8(json));
        if (check == "none") Assert.Empty(reading.Accepted().Records);
        else reading.Refused(new(check));
    }

    [Fact]
    public void Deep_nesting_and_bytes_that_are_no_UTF8_are_refused()
    {
        Reading.Of(new CanonicalJsonLines(), Utf8(new string('[', 100_000))).Refused(DataChecks.JsonForm);
        Reading.Of(new CanonicalJsonLines(), [(byte)'"', 0xc3, 0x28, (byte)'"']).Refused(DataChecks.JsonForm);
        Assert.Equal(2, Reading.Of(new CanonicalJsonLines(), "{}\r\n[]\r\n"u8.ToArray()).Accepted().Records.Count);
    }

    static Reading Tensors(string header, int bytes = 4)
    {
        var json = Utf8(header);
        return Reading.Of(new SafetensorsRecords(), [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[bytes]]);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "data.safetensors.layout")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "data.safetensors.layout")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""", "data.safetensors.layout")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "data.safetensors.layout")]
    [InlineData("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""", "data.safetensors.layout")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "data.safetensors.layout")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}}""", "data.safetensors.layout")]
    [InlineData("""{"a":{"dtype":"F4","shape":[7],"data_offsets":[0,4]}}""", "data.safetensors.layout")]
    [InlineData("""{"a":{"dtype":"F4","shape":[8],"data_offsets":[0,4]}}""", "")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "data.safetensors.header")]
    [InlineData("""{"a":{"dtype":"U9","shape":[4],"data_offsets":[0,4]}}""", "data.safetensors.header")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""", "data.safetensors.header")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""", "data.safetensors.header")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}}""", "data.safetensors.header")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4.5],"data_offsets":[0,4]}}""", "data.safetensors.header")]
    [InlineData("""{"a":7}""", "data.safetensors.header")]
    [InlineData(""" {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "data.safetensors.header")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}} x""", "data.safetensors.header")]
    public void Tensors_fill_the_file_without_hole_or_overlap(string header, string check)
    {
        if (check.Length == 0) Tensors(header).Accepted();
        else Tensors(header).Refused(new(check));
    }

    [Fact]
    public void A_header_that_claims_more_than_there_is_takes_no_memory()
    {
        Reading.Of(new SafetensorsRecords(), [.. BitConverter.GetBytes(99_000_000L), (byte)'{']).Refused(DataChecks.SafetensorsHeader);
        Reading.Of(new SafetensorsRecords(), [.. BitConverter.GetBytes(long.MaxValue), (byte)'{']).Refused(DataChecks.SafetensorsHeader);
    }
}
