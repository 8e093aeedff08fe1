using System.Buffers.Binary;
using System.IO.Compression;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Compression;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data;

public sealed class CompressionTests
{
    static readonly Dictionary<string, (byte[] Bytes, Check Check)> Packed = new()
    {
        ["gzip"] = (Specimens.Gz, DataChecks.Gzip), ["zstd"] = (Specimens.Zst, DataChecks.Zstd), ["bzip2"] = (Specimens.Bz2, DataChecks.Bzip2), ["xz"] = (Specimens.Xz, DataChecks.Xz),
    };

    public static TheoryData<string> Kinds => [.. Packed.Keys];

    static byte[] Inside(byte[] stored, CompressionLimits? limits = null, int buffer = 1 << 14)
    {
        using var stream = DataStream.Open(new MemoryObject("o", stored), limits);
        var bytes = new MemoryStream();
        var piece = new byte[buffer];
        for (int read; (read = stream.Read(piece)) > 0;) bytes.Write(piece, 0, read);
        return bytes.ToArray();
    }

    static void Refused(Check check, byte[] stored, CompressionLimits? limits = null)
    {
        var refused = Assert.Throws<RefusedDataException>(() => Inside(stored, limits));
        Assert.Equal(check, Assert.IsType<Verdict.Rejected>(refused.Verdict).Reason.Check);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Compressed_bytes_are_looked_through(string kind)
    {
        foreach (int buffer in new[] { 1, 1000, 6890, 1 << 16 }) Assert.Equal(Specimens.Text, Inside(Packed[kind].Bytes, buffer: buffer));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_packed_apart_and_joined_is_read_as_one(string kind) =>
        Assert.Equal([.. Specimens.Text, .. Specimens.Text, .. Specimens.Text], Inside([.. Packed[kind].Bytes, .. Packed[kind].Bytes, .. Packed[kind].Bytes]));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Anything_else_behind_it_is_refused(string kind)
    {
        var (bytes, check) = Packed[kind];
        Refused(check, [.. bytes, 1]);
        Refused(check, [.. bytes, .. "garbage that is no member"u8]);
        Refused(check, [.. bytes, 0]);
        Refused(check, [.. bytes, .. bytes[..^1]]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Cut_short_anywhere_it_is_refused(string kind)
    {
        var (bytes, check) = Packed[kind];
        for (int length = 7; length < bytes.Length; length++) Refused(check, bytes[..length]);
    }

    /// <summary>A change of one bit is refused, or is in a field that says nothing of the data: gzip's time, flags of text and system; bzip2's block size and xz's, which are bounds.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Changed_in_any_bit_it_never_yields_other_bytes(string kind)
    {
        var (bytes, _) = Packed[kind];
        int same = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            var changed = bytes.ToArray();
            changed[at] ^= (byte)(1 << (at % 8));
            try
            {
                var inside = Inside(changed);
                bool isStillKnown = !inside.AsSpan().SequenceEqual(changed); // else its first bytes no longer name a compression
                if (isStillKnown) Assert.Equal(Specimens.Text, inside);
                same++;
            }
            catch (RefusedDataException) { }
        }
        Assert.InRange(same, 0, 16);
    }

    [Fact]
    public void Where_a_gzip_member_ends_is_found_whatever_the_sizes() =>
        Gen.Select(Gen.Byte.Array[0, 9000], Gen.Int[0, 3], Gen.Int[1, 10000], Gen.Int[0, 9000]).Sample((text, level, buffer, cut) =>
        {
            byte[] Pack(ReadOnlySpan<byte> bytes)
            {
                var packed = new MemoryStream();
                using (var gzip = new GZipStream(packed, (CompressionLevel)level)) gzip.Write(bytes);
                return packed.ToArray() is { Length: > 0 } some ? some : [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            }
            cut = Math.Min(cut, text.Length);
            var (one, two) = (text[..cut], text[cut..]);
            Assert.Equal(text, Inside([.. Pack(one), .. Pack(two)], buffer: buffer));
            Assert.Equal(one, Inside(Pack(one), buffer: Math.Max(1, one.Length))); // the buffer full exactly where the member ends
        }, iter: Surroundings.IsCampaign ? 20_000 : 300);

    [Fact]
    public void Every_field_of_a_gzip_header_is_read()
    {
        // FLG = FHCRC | FEXTRA | FNAME | FCOMMENT; the header's CRC by Python's zlib.crc32(header) & 0xffff.
        byte[] header = [0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 3, 0, 9, 9, 9, .. "name\0"u8, .. "comment\0"u8];
        uint crc = 0xffffffff;
        foreach (byte b in header)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
        var check = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(check, (ushort)~crc);
        byte[] whole = [.. header, .. check, .. Specimens.Gz[10..]];
        Assert.Equal(Specimens.Text, Inside(whole));
        whole[header.Length]++;
        Refused(DataChecks.Gzip, whole);
        byte[] reserved = [.. Specimens.Gz];
        reserved[3] |= 0x20;
        Refused(DataChecks.Gzip, reserved);
    }

    [Fact]
    public void Zstd_frames_that_say_to_be_skipped_are_skipped()
    {
        byte[] skippable = [0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5];
        Assert.Equal(Specimens.Text, Inside([.. skippable, .. Specimens.Zst, .. skippable]));
        Refused(DataChecks.Zstd, [.. skippable[..^1]]);
    }

    [Fact]
    public void Xz_without_checks_is_refused() => Refused(DataChecks.Xz, Specimens.XzUnchecked);

    [Fact]
    public void Xz_streams_may_be_padded_by_zeros_in_fours()
    {
        Assert.Equal([.. Specimens.Text, .. Specimens.Text], Inside([.. Specimens.Xz, 0, 0, 0, 0, .. Specimens.Xz, 0, 0, 0, 0, 0, 0, 0, 0]));
        Refused(DataChecks.Xz, [.. Specimens.Xz, 0, 0, 0, 0, 0, 0]);
    }

    [Fact]
    public void A_decoder_that_would_take_too_much_memory_is_refused()
    {
        Refused(DataChecks.Xz, Specimens.Xz, new() { Window = 1 << 20 }); // lzma.compress asks for a dictionary of 8 MiB
        // A zstd frame with a window descriptor of 2^31 bytes (RFC 8878 §3.1.1.1.2).
        Refused(DataChecks.Zstd, [0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0]);
    }

    [Fact]
    public void A_bomb_is_refused_by_its_size_inside_and_by_its_ratio()
    {
        var bomb = Specimens.Gzip(new byte[8 << 20]);
        Assert.Equal(8 << 20, Inside(bomb, new() { Ratio = 2000 }).Length);
        Refused(DataChecks.Bomb, bomb, new() { BytesInside = (8 << 20) - 1 });
        Refused(DataChecks.Bomb, bomb, new() { Unquestioned = 1 << 20, Ratio = 100 });
        Assert.Equal(8 << 20, Inside(bomb, new() { Unquestioned = 8 << 20, Ratio = 100 }).Length);
    }

    [Fact]
    public void The_store_s_own_failure_is_not_taken_for_bad_data()
    {
        foreach (var (bytes, _) in Packed.Values)
        {
            using var stream = DataStream.Open(new Failing(bytes));
            Assert.Equal("the disk is gone", Assert.Throws<IOException>(() => stream.ReadExactly(new byte[Specimens.Text.Length])).Message);
        }
    }

    sealed class Failing(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => Position > 6 ? throw new IOException("the disk is gone") : base.Read(buffer[..Math.Min(7, buffer.Length)]);
    }
}
