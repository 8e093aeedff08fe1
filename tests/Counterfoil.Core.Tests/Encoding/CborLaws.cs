using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Encoding;

public sealed class CborLaws
{
    [Theory] // RFC 8949 appendix A, as far as the subset goes
    [InlineData("00"), InlineData("01"), InlineData("0a"), InlineData("17"), InlineData("1818"), InlineData("1819"), InlineData("1864"), InlineData("1903e8"), InlineData("1a000f4240")]
    [InlineData("1b000000e8d4a51000"), InlineData("1bffffffffffffffff"), InlineData("3bffffffffffffffff"), InlineData("20"), InlineData("29"), InlineData("3863"), InlineData("3903e7")]
    [InlineData("f4"), InlineData("f5"), InlineData("f6"), InlineData("40"), InlineData("4401020304"), InlineData("60"), InlineData("6161"), InlineData("6449455446"), InlineData("62225c")]
    [InlineData("62c3bc"), InlineData("63e6b0b4"), InlineData("64f0908591"), InlineData("80"), InlineData("83010203"), InlineData("8301820203820405"), InlineData("98190102030405060708090a0b0c0d0e0f101112131415161718181819")]
    [InlineData("a0"), InlineData("a201020304"), InlineData("a26161016162820203"), InlineData("826161a161626163"), InlineData("a56161614161626142616361436164614461656145")]
    public void Examples_of_the_rfc_in_the_subset_are_read(string hex) => Assert.Equal(Verdict.Accept, Walk(hex));

    [Fact]
    public void Numbers_are_written_as_the_rfc_writes_them()
    {
        foreach (var (value, hex) in new (long, string)[] { (0, "00"), (23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"), (65535, "19ffff"), (65536, "1a00010000"), (uint.MaxValue, "1affffffff"),
                     (1000000000000, "1b000000e8d4a51000"), (-1, "20"), (-100, "3863"), (-1000, "3903e7"), (long.MinValue, "3b7fffffffffffffff"), (long.MaxValue, "1b7fffffffffffffff") })
        {
            var writer = new CborWriter();
            writer.WriteInt(value);
            Assert.Equal(hex, Convert.ToHexStringLower(writer.ToArray()));
            var reader = new CborReader(writer.WrittenSpan);
            Assert.Equal(value, reader.ReadInt());
            Assert.Equal(Verdict.Accept, reader.Finish());
        }
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "", "cbor.truncated" }, { "18", "cbor.truncated" }, { "1903", "cbor.truncated" }, { "4201", "cbor.truncated" }, { "8201", "cbor.truncated" }, { "a101", "cbor.truncated" }, { "9a7fffffff00", "cbor.truncated" },
        { "5b7fffffffffffffff", "cbor.truncated" }, { "5bffffffffffffffff", "cbor.truncated" }, { "bbffffffffffffffff", "cbor.truncated" },
        { "0000", "cbor.trailing" }, { "8000", "cbor.trailing" },
        { "1817", "cbor.shortest" }, { "190000", "cbor.shortest" }, { "1a0000ffff", "cbor.shortest" }, { "1b00000000ffffffff", "cbor.shortest" }, { "5800", "cbor.shortest" }, { "980101", "cbor.shortest" }, { "3800", "cbor.shortest" },
        { "9fff", "cbor.subset" }, { "5f4101ff", "cbor.subset" }, { "7f6161ff", "cbor.subset" }, { "bfff", "cbor.subset" }, { "c001", "cbor.subset" }, { "f7", "cbor.subset" }, { "f97e00", "cbor.subset" }, { "fb3ff0000000000000", "cbor.subset" },
        { "1c", "cbor.subset" }, { "ff", "cbor.subset" }, { "f818", "cbor.subset" }, { "f0", "cbor.subset" },
        { "a201000100", "cbor.key-order" }, { "a202000100", "cbor.key-order" }, { "a2616200616100", "cbor.key-order" }, { "a262616100616200", "cbor.key-order" }, { "a26161000100", "cbor.key-order" },
        { "a18000", "cbor.type" }, { "a1f400", "cbor.type" }, { "a1a000", "cbor.type" },
        { "61ff", "cbor.utf8" }, { "62c328", "cbor.utf8" }, { "63eda080", "cbor.utf8" }, { "61c3", "cbor.utf8" },
        { "8181818181818181818181818181818181818100", "cbor.depth" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void Everything_else_is_refused_by_the_check_meant_for_it(string hex, string check) => Assert.Equal(check, Refusal(Walk(hex))?.Id);

    [Fact]
    public void Limits_hold()
    {
        Assert.Equal("cbor.size", Refusal(Walk("820102", new CborLimits { Bytes = 2 }))?.Id);
        Assert.Equal("cbor.count", Refusal(Walk("820102", new CborLimits { Items = 2 }))?.Id);
        Assert.Equal("cbor.depth", Refusal(Walk("8180", new CborLimits { Depth = 1 }))?.Id);
        Assert.Equal(Verdict.Accept, Walk("820102", new CborLimits { Bytes = 3, Items = 3, Depth = 1 }));
    }

    [Fact]
    public void The_first_failure_stays_and_names_its_byte()
    {
        var reader = new CborReader(Convert.FromHexString("83016161f5"));
        Assert.Equal(3, reader.BeginArray());
        Assert.Equal(1, reader.ReadInt());
        Assert.Equal(0UL, reader.ReadUInt());
        Assert.Equal("", reader.ReadText());
        Assert.Equal(0, reader.BeginMap());
        Assert.False(reader.ReadBool());
        reader.EndMap();
        reader.EndArray();
        var verdict = Assert.IsType<Verdict.Rejected>(reader.Finish());
        Assert.Equal(new Reason(CoreChecks.CborType, "an unsigned integer", "text at byte 2"), verdict.Reason);
    }

    [Fact]
    public void Reading_past_the_end_of_an_array_does_not_read_its_neighbour()
    {
        var reader = new CborReader(Convert.FromHexString("82810102")); // [[1], 2]
        reader.BeginArray(2, 2);
        reader.BeginArray();
        Assert.Equal(1, reader.ReadInt());
        Assert.Equal(0, reader.ReadInt());
        Assert.Equal(CoreChecks.CborArity, Refusal(reader.Finish()));
    }

    delegate void Read(ref CborReader reader);

    [Fact]
    public void A_field_that_is_another_or_out_of_range_is_refused()
    {
        static Check? After(string hex, Read read)
        {
            var reader = new CborReader(Convert.FromHexString(hex));
            read(ref reader);
            return Refusal(reader.Finish());
        }
        Assert.Null(After("6161", (ref r) => r.ReadKey("a")));
        Assert.Equal(CoreChecks.CborKey, After("6161", (ref r) => r.ReadKey("b")));
        Assert.Equal(CoreChecks.CborType, After("01", (ref r) => r.ReadKey("b")));
        Assert.Null(After("0a", (ref r) => Assert.Equal(10, r.ReadInt(1, 10))));
        Assert.Equal(CoreChecks.CborRange, After("0a", (ref r) => Assert.Equal(1, r.ReadInt(1, 9))));
        Assert.Equal(CoreChecks.CborRange, After("1bffffffffffffffff", (ref r) => Assert.Equal(0, r.ReadInt())));
        Assert.Equal(CoreChecks.CborRange, After("3bffffffffffffffff", (ref r) => Assert.Equal(0, r.ReadInt())));
        Assert.Equal(CoreChecks.CborRange, After("4401020304", (ref r) => Assert.True(r.ReadBytes(3).IsEmpty)));
        Assert.Equal(CoreChecks.CborRange, After("6449455446", (ref r) => Assert.Equal("", r.ReadText(3))));
        Assert.Equal(CoreChecks.CborRange, After("4401020304", (ref r) => Assert.Equal(default, r.ReadBytes32())));
        Assert.Equal(CoreChecks.CborType, After("f6", (ref r) => Assert.False(r.ReadBool())));
        Assert.Equal(CoreChecks.CborTrailing, After("f5", (ref r) => Assert.False(r.TryReadNull())));
        Assert.Equal(new Check("test.version"), After("02", (ref r) =>
        {
            if (r.ReadInt() != 1) r.Fail(new Check("test.version"), "1", "2");
        }));
    }

    [Fact]
    public void Items_left_unread_are_refused()
    {
        var reader = new CborReader(Convert.FromHexString("820102"));
        reader.BeginArray();
        reader.ReadInt();
        reader.EndArray();
        Assert.Equal(CoreChecks.CborArity, Refusal(reader.Finish()));
        reader = new CborReader(Convert.FromHexString("820102"));
        Assert.Equal(0, reader.BeginArray(3, 3));
        Assert.Equal(CoreChecks.CborArity, Refusal(reader.Finish()));
    }

    [Fact]
    public void Misuse_of_the_writer_throws()
    {
        static void Refuses(Action<CborWriter> act) => Assert.Throws<InvalidOperationException>(() =>
        {
            var writer = new CborWriter();
            act(writer);
            writer.ToArray();
        });
        Refuses(w => { });
        Refuses(w => { w.WriteNull(); w.WriteNull(); });
        Refuses(w => w.BeginArray(0));
        Refuses(w => { w.BeginArray(1); w.EndArray(); });
        Refuses(w => { w.BeginArray(0); w.WriteNull(); });
        Refuses(w => { w.BeginArray(0); w.EndMap(); });
        Refuses(w => { w.BeginMap(2); w.WriteUInt(2); w.WriteNull(); w.WriteUInt(1); });
        Refuses(w => { w.BeginMap(2); w.WriteText("a"); w.WriteNull(); w.WriteText("a"); });
        Refuses(w => { w.BeginMap(1); w.WriteNull(); });
        Refuses(w => { w.BeginMap(1); w.BeginArray(0); });
        Assert.ThrowsAny<ArgumentException>(() => new CborWriter().WriteText("\ud800"));
    }

    // A document described by numbers: each chooses a kind and, for arrays and maps, how many follow inside.
    static readonly Gen<byte[]> Document = Gen.Select(Gen.Int[0, 7].Array[1, 40], Gen.Long, Gen.Byte.Array[0, 40], Gen.String).Select((choices, number, bytes, text) =>
    {
        var writer = new CborWriter();
        int at = 0;
        string valid = new([.. text.Where(c => !char.IsSurrogate(c))]);
        void Item(int level)
        {
            int choice = at < choices.Length && level < 12 ? choices[at++] : 0;
            switch (choice)
            {
                case 1: writer.WriteInt(number >> at); break;
                case 2: writer.WriteBytes(bytes.AsSpan(0, bytes.Length * level / 12)); break;
                case 3: writer.WriteText(valid); break;
                case 4: writer.WriteBool(at % 2 == 0); break;
                case 5: writer.WriteNull(); break;
                case 6:
                    writer.BeginArray(at % 5);
                    for (int n = at % 5; n > 0; n--) Item(level + 1);
                    writer.EndArray();
                    break;
                case 7:
                    int pairs = at % 4;
                    writer.BeginMap(pairs);
                    for (int n = 0; n < pairs; n++)
                    {
                        writer.WriteUInt((ulong)(n * 20 + at % 10));
                        Item(level + 1);
                        at = (at + 9) / 10 * 10; // keep the next key above this one whatever was written in between
                    }
                    writer.EndMap();
                    break;
                default: writer.WriteUInt((ulong)at); break;
            }
        }
        try { Item(0); }
        catch (InvalidOperationException) { return [0xf6]; } // keys that collide: the writer refused, as it must
        return writer.ToArray();
    });

    [Fact]
    public void What_the_writer_writes_the_reader_reads_and_copies_to_the_same_bytes() => Document.Sample(document =>
    {
        Assert.Equal(Verdict.Accept, Copy(document, out var copy));
        Assert.Equal(document, copy);
    });

    [Fact]
    public void Whatever_is_accepted_has_no_other_encoding_and_nothing_throws() =>
        Gen.Select(Document, Gen.Int[0, 10000], Gen.Byte, Gen.Int[0, 3], Gen.Byte.Array[0, 60]).Sample((document, at, value, damage, noise) =>
        {
            at %= document.Length;
            byte[] input = damage switch
            {
                0 => [.. document[..at], value, .. document[(at + 1)..]],
                1 => document[..at],
                2 => [.. document[..at], value, .. document[at..]],
                _ => noise,
            };
            if (Copy(input, out var copy).IsAccepted) Assert.Equal(input, copy);
        }, iter: 5000);

    static Verdict Walk(string hex, CborLimits? limits = null)
    {
        var reader = new CborReader(Convert.FromHexString(hex), limits);
        reader.Skip();
        return reader.Finish();
    }

    static Verdict Copy(byte[] document, out byte[]? copy)
    {
        var reader = new CborReader(document);
        var writer = new CborWriter();
        Copy(ref reader, writer);
        var verdict = reader.Finish();
        copy = verdict.IsAccepted ? writer.ToArray() : null;
        return verdict;
    }

    static void Copy(ref CborReader reader, CborWriter writer)
    {
        if (reader.Failed) return;
        switch (reader.Peek())
        {
            case CborKind.Unsigned:
                ulong number = reader.ReadUInt();
                if (!reader.Failed) writer.WriteUInt(number);
                break;
            case CborKind.Negative:
                long value = reader.ReadInt();
                if (!reader.Failed) writer.WriteInt(value);
                break;
            case CborKind.Bytes:
                var bytes = reader.ReadBytes();
                if (!reader.Failed) writer.WriteBytes(bytes);
                break;
            case CborKind.Text:
                string text = reader.ReadText();
                if (!reader.Failed) writer.WriteText(text);
                break;
            case CborKind.Bool:
                bool truth = reader.ReadBool();
                if (!reader.Failed) writer.WriteBool(truth);
                break;
            case CborKind.Null:
                if (reader.TryReadNull()) writer.WriteNull();
                break;
            case CborKind.Array:
                int items = reader.BeginArray();
                if (reader.Failed) return;
                writer.BeginArray(items);
                for (int i = 0; i < items && !reader.Failed; i++) Copy(ref reader, writer);
                reader.EndArray();
                if (!reader.Failed) writer.EndArray();
                break;
            case CborKind.Map:
                int pairs = reader.BeginMap();
                if (reader.Failed) return;
                writer.BeginMap(pairs);
                for (int i = 0; i < 2 * pairs && !reader.Failed; i++) Copy(ref reader, writer);
                reader.EndMap();
                if (!reader.Failed) writer.EndMap();
                break;
            default: reader.Skip(); break;
        }
    }
}
