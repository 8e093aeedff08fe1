using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Idx;
using Counterfoil.Data.Records;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data;

public sealed class ReaderTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-data-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    string Put(string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    [Fact]
    public async Task A_record_is_the_label_and_then_the_pixels()
    {
        var pictures = Pictures.Make(20);
        using var dataset = Pictures.Open(pictures);
        Assert.Equal((20, 4, 4, 17), (dataset.Count, dataset.Rows, dataset.Columns, dataset.MaxRecordBytes));
        Assert.Equal(pictures, await Pictures.ReadAll(dataset));
    }

    [Fact]
    public async Task Gzip_is_looked_through_and_plain_files_stay_on_disk()
    {
        var pictures = Pictures.Make(20);
        var (images, labels) = Pictures.Files(pictures);
        Assert.Equal(Verdict.Accept, IdxLabelled.Open(Put("i.gz", Pictures.Gzip(images)), Put("l", labels), out var dataset));
        using (dataset) Assert.Equal(pictures, await Pictures.ReadAll(dataset!));
        Assert.Equal(Verdict.Accept, IdxLabelled.Decode(Pictures.Gzip(images), Pictures.Gzip(labels), out dataset));
        using (dataset) Assert.Equal(pictures, await Pictures.ReadAll(dataset!));
    }

    [Fact]
    public void Damaged_files_are_refused_by_the_check_for_it()
    {
        var (images, labels) = Pictures.Files(Pictures.Make(20));
        Verdict Open(byte[]? i = null, byte[]? l = null, IdxLimits? limits = null) => IdxLabelled.Decode(i ?? images, l ?? labels, out _, limits);
        byte[] With(byte[] file, int at, int value)
        {
            var changed = file.ToArray();
            BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(at), value);
            return changed;
        }
        Assert.Equal(Verdict.Accept, Open());
        Refused(DataChecks.IdxLength, Open(i: []));
        Refused(DataChecks.IdxLength, Open(i: images[..15]));
        Refused(DataChecks.IdxLength, Open(i: images[..^1]));
        Refused(DataChecks.IdxLength, Open(i: [.. images, 0]));
        Refused(DataChecks.IdxLength, Open(l: labels[..7]));
        Refused(DataChecks.IdxLength, Open(l: labels[..^1]));
        Refused(DataChecks.IdxMagic, Open(i: labels.Concat(new byte[16]).ToArray()));
        Refused(DataChecks.IdxMagic, Open(i: With(images, 0, 0x00000903))); // another element type
        Refused(DataChecks.IdxMagic, Open(l: images));
        Refused(DataChecks.IdxDimensions, Open(i: With(images, 8, 0)));
        Refused(DataChecks.IdxDimensions, Open(i: With(With(images, 8, -1), 12, -1))); // rows × columns overflows 32 bits, and nearly 64
        Refused(DataChecks.IdxDimensions, Open(i: With(images, 4, -1)));
        Refused(DataChecks.IdxLength, Open(i: With(images, 4, 21)));
        Refused(DataChecks.IdxCounts, Open(l: With([.. labels, 0], 4, 21)));
        Refused(DataChecks.IdxDimensions, Open(limits: new() { Pixels = 15 }));
        Refused(DataChecks.IdxDimensions, Open(limits: new() { Records = 19 }));
    }

    [Fact]
    public void A_small_file_that_is_huge_inside_stops_at_the_limit()
    {
        var bomb = Pictures.Gzip(new byte[64 << 20]);
        Assert.InRange(bomb.Length, 1, 1 << 20);
        Refused(DataChecks.Gzip, IdxLabelled.Decode(bomb, bomb, out _, new() { Bytes = 1 << 20 }));
        Refused(DataChecks.Gzip, IdxLabelled.Open(Put("bomb", bomb), Put("bomb2", bomb), out _, new() { Bytes = 1 << 20 }));
    }

    [Fact]
    public void Damaged_gzip_is_refused()
    {
        var (images, labels) = Pictures.Files(Pictures.Make(50));
        var gzip = Pictures.Gzip(images);
        for (int cut = 2; cut < gzip.Length; cut += 7) Assert.False(IdxLabelled.Decode(gzip.AsMemory(0, cut), labels, out _).IsAccepted);
        gzip[gzip.Length / 2] ^= 0x10;
        Assert.False(IdxLabelled.Decode(gzip, labels, out _).IsAccepted);
    }

    [Fact]
    public void No_bytes_make_the_readers_throw()
    {
        var (images, labels) = Pictures.Files(Pictures.Make(5));
        Gen.Select(Gen.Int[0, images.Length - 1], Gen.Int[0, 8], Gen.Byte.Array[0, 8], Gen.Bool).Sample((at, cut, put, zip) =>
        {
            byte[] mutated = [.. images[..at], .. put, .. images[Math.Min(images.Length, at + cut)..]];
            var verdict = IdxLabelled.Decode(zip ? Pictures.Gzip(mutated) : mutated, labels, out var dataset);
            return verdict.IsAccepted == dataset is not null;
        });
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            IdxLabelled.Decode(bytes, bytes, out _);
            IdxLabelled.Decode((byte[])[0x1f, 0x8b, .. bytes], labels, out _);
            JsonLines.Decode(bytes, out _);
        });
    }

    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\nb", "a|b")] // the last terminator is not part of a record
    [InlineData("a\r\nb\n", "a\r|b")] // a carriage return is
    [InlineData("", "")]
    [InlineData("{\"x\": 1}\n{ \"x\":1 }\n", "{\"x\": 1}|{ \"x\":1 }")] // bytes, not meaning
    public async Task A_json_line_is_its_raw_bytes(string file, string records)
    {
        Assert.Equal(Verdict.Accept, JsonLines.Decode(Encoding.UTF8.GetBytes(file), out var lines));
        Assert.Equal(records.Split('|', StringSplitOptions.RemoveEmptyEntries), (await Pictures.ReadAll(lines!)).Select(Encoding.UTF8.GetString));
        Assert.Equal(Verdict.Accept, JsonLines.Open(Put("lines", Pictures.Gzip(Encoding.UTF8.GetBytes(file))), out lines));
        using (lines) Assert.Equal(records.Split('|', StringSplitOptions.RemoveEmptyEntries), (await Pictures.ReadAll(lines!)).Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void Empty_and_overlong_lines_are_refused()
    {
        Refused(DataChecks.JsonLines, JsonLines.Decode("a\n\nb\n"u8.ToArray(), out _));
        Refused(DataChecks.JsonLines, JsonLines.Decode("\n"u8.ToArray(), out _));
        Refused(DataChecks.JsonLines, JsonLines.Decode("aaaa\nbbbbb\n"u8.ToArray(), out _, maxLineBytes: 4));
    }

    [Fact]
    public async Task Lines_may_cross_the_pieces_that_a_file_is_read_in()
    {
        var expected = Enumerable.Range(0, 40).Select(i => new string((char)('a' + i % 26), 1 + i * 997)).ToList();
        Assert.Equal(Verdict.Accept, JsonLines.Open(Put("long", Encoding.UTF8.GetBytes(string.Join('\n', expected))), out var lines));
        using (lines) Assert.Equal(expected, (await Pictures.ReadAll(lines!)).Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public async Task Files_come_in_the_order_of_their_paths_bytes()
    {
        foreach (string name in (string[])["b", "a/z", "a.txt", "Z", "a/b/c"]) Put($"files/{name}", Encoding.UTF8.GetBytes($"content of {name}"));
        Assert.Equal(Verdict.Accept, FolderFiles.Open(Path.Combine(folder, "files"), out var files));
        var records = await Pictures.ReadAll(files!);
        string[] paths = ["Z", "a.txt", "a/b/c", "a/z", "b"];
        Assert.Equal(paths, records.Select(r => Encoding.UTF8.GetString(r, 4, BinaryPrimitives.ReadInt32BigEndian(r))));
        Assert.Equal(paths.Select(p => $"content of {p}"), records.Select(r => Encoding.UTF8.GetString(r.AsSpan(4 + BinaryPrimitives.ReadInt32BigEndian(r)))));
    }

    [Fact]
    public void A_link_among_files_is_refused()
    {
        Put("linked/a", [1]);
        File.CreateSymbolicLink(Path.Combine(folder, "linked/b"), Path.Combine(folder, "linked/a"));
        Refused(DataChecks.Files, FolderFiles.Open(Path.Combine(folder, "linked"), out _));
    }

    [Fact]
    public void A_name_that_is_no_utf8_is_refused()
    {
        Put("names/a\U0001F600b", [1]);
        Assert.Equal(Verdict.Accept, FolderFiles.Open(Path.Combine(folder, "names"), out _));
        Put("names/c\uFFFDd", [1]); // what the runtime makes of such bytes
        Refused(DataChecks.Files, FolderFiles.Open(Path.Combine(folder, "names"), out _));
    }

    [Fact]
    public async Task An_empty_file_is_a_record()
    {
        Put("empty/a", []);
        Assert.Equal(Verdict.Accept, FolderFiles.Open(Path.Combine(folder, "empty"), out var files));
        Assert.Equal([0, 0, 0, 1, (byte)'a'], Assert.Single(await Pictures.ReadAll(files!)));
    }

    [Fact]
    public void An_unknown_canonicaliser_is_refused()
    {
        Refused(DataChecks.Canonicaliser, Canonicaliser.Parse("idx-labelled/v2", out _));
        Refused(DataChecks.Canonicaliser, Canonicaliser.Parse(null, out _));
    }
}
