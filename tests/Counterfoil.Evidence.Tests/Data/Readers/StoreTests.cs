using System.Diagnostics;
using Amazon.S3;
using Amazon.S3.Model;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Records;
using Counterfoil.Data.Records.Archives;
using Counterfoil.Data.Stores;
using Counterfoil.Tests.S3;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data;

public sealed class StoreTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-store-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Put(string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    Task<IReadOnlyList<StoredObject>> List() => new FolderStore(folder).ListAsync().AsTask();

    static async Task Refused(Check check, Func<Task> reading) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>((await Assert.ThrowsAsync<RefusedDataException>(reading)).Verdict).Reason.Check);

    [Fact]
    public async Task Files_of_a_folder_come_in_the_order_of_their_names_bytes()
    {
        foreach (string name in new[] { "b", "a/z", "a-b", "A", "é", "e\u0301", "z" }) Put(name, [1]);
        // "-" is 2d and "/" 2f; NFC "é" is c3 a9, NFD 65 cc 81: two spellings are two names, and so are "A" and "a".
        Assert.Equal(["A", "a-b", "a/z", "b", "e\u0301", "z", "é"], (await List()).Select(o => o.Name));
    }

    [Fact]
    public async Task A_single_file_is_a_store_of_one() =>
        Assert.Equal([("x.csv", 3L)], (await new FolderStore(Put("x.csv", [1, 2, 3])).ListAsync()).Select(o => (o.Name, o.Length)));

    [Fact]
    public async Task Links_pipes_and_names_that_are_no_utf8_are_refused()
    {
        Put("file", [1]);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(folder, "file"));
        await Refused(DataChecks.Files, List);
        File.Delete(Path.Combine(folder, "link"));
        if (!OperatingSystem.IsLinux()) return;
        await Process.Start("mkfifo", [Path.Combine(folder, "pipe")]).WaitForExitAsync(TestContext.Current.CancellationToken);
        await Refused(DataChecks.Files, List);
        File.Delete(Path.Combine(folder, "pipe"));
        // The runtime can neither make nor delete such a name.
        await Process.Start("sh", ["-c", $"touch \"{folder}/$(printf '\\377')\""]).WaitForExitAsync(TestContext.Current.CancellationToken);
        await Refused(DataChecks.Names, List);
        await Process.Start("sh", ["-c", $"rm \"{folder}/$(printf '\\377')\""]).WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../up")]
    [InlineData("a/../b")]
    [InlineData("a/..")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("C:/a")]
    [InlineData("a\\..\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("\ud800")]
    public void A_name_that_leads_elsewhere_is_refused(string name) => Assert.Equal(DataChecks.Names, Assert.IsType<Verdict.Rejected>(ObjectName.Check(name)).Reason.Check);

    [Theory]
    [InlineData("a")]
    [InlineData("..a/b..")]
    [InlineData("dir/ü 😀.txt")]
    [InlineData(".hidden")]
    public void Other_names_are_taken_as_spelt(string name) => Assert.Equal(Verdict.Accept, ObjectName.Check(name));

    [Fact]
    public async Task A_file_that_changes_between_listing_and_reading_is_refused()
    {
        string path = Put("a", new byte[100_000]);
        var before = await List();
        File.WriteAllBytes(path, [.. new byte[99_999], 1]); // as long as before
        Assert.Throws<IOException>(() => before[0].Open());

        var listed = await List();
        using var stream = listed[0].Open();
        stream.ReadExactly(new byte[10]);
        using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) other.WriteByte(9); // while it is open
        Assert.Throws<IOException>(() => stream.CopyTo(Stream.Null));

        listed = await List();
        File.Delete(path);
        Assert.ThrowsAny<IOException>(() => listed[0].Open());
    }

    [Fact]
    public async Task A_sparse_file_is_the_zeros_that_it_reads_as()
    {
        using (var file = File.Create(Path.Combine(folder, "sparse"))) file.SetLength(3 << 20);
        var sparse = Reading.Of(new FileRecords(), await List()).Accepted().Records;
        Assert.Equal(Reading.Of(new FileRecords(), new byte[3 << 20], name: "sparse").Records, sparse);
    }

    [Fact]
    public async Task S3_gives_the_records_that_a_folder_gives()
    {
        await using var server = await S3Server.StartAsync();
        server.PageSize = 3;
        for (int i = 0; i < 10; i++)
        {
            Put($"d{i % 3}/ü {i}+&.bin", [.. Enumerable.Repeat((byte)i, 100_000 * i)]);
            server.Put("bucket", $"data/train/d{i % 3}/ü {i}+&.bin", [.. Enumerable.Repeat((byte)i, 100_000 * i)]);
        }
        server.Put("bucket", "data/train/", []);
        server.Put("bucket", "data/training/other", [1]);
        using var client = server.Client();
        var expected = Reading.Of(new FileRecords(), await List()).Accepted().Records;
        foreach (string prefix in new[] { "data/train", "data/train/" })
            Assert.Equal(expected, Reading.Of(new FileRecords(), await new S3Store(client, "bucket", prefix) { PieceBytes = 300_000 }.ListAsync()).Accepted().Records);
        Assert.Equal(["other"], (await new S3Store(client, "bucket", "data/training/other").ListAsync()).Select(o => o.Name));
        Assert.Empty(await new S3Store(client, "bucket", "nothing").ListAsync());
        Assert.True(server.Requests.Count(r => r.Contains("list-type=2", StringComparison.Ordinal)) >= 4, "the listing is paged");
    }

    [Fact]
    public async Task S3_is_read_by_ranges_and_a_reader_may_begin_anywhere()
    {
        await using var server = await S3Server.StartAsync();
        server.Put("bucket", "a.tar", Specimens.Ustar);
        using var client = server.Client();
        var objects = await new S3Store(client, "bucket").ListAsync();
        var whole = Reading.Of(new TarRecords(), objects, 1).Accepted();
        foreach (var (i, (part, position)) in whole.Positions.Index())
            Assert.Equal(whole.Records.Skip(i), Reading.Of(new TarRecords(), objects, fromPart: part, position: position).Accepted().Records);
        Assert.All(server.Requests.Where(r => r.Contains("a.tar", StringComparison.Ordinal)), r => Assert.Contains("bytes=", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_object_that_changes_in_S3_is_refused_when_it_is_read()
    {
        await using var server = await S3Server.StartAsync();
        server.Put("bucket", "o", new byte[1 << 20]);
        using var client = server.Client();
        var listed = (await new S3Store(client, "bucket").ListAsync())[0];
        using var stream = listed.Open();
        stream.ReadExactly(new byte[1000]);
        server.Put("bucket", "o", [.. new byte[(1 << 20) - 1], 1]);
        Assert.Contains("changed", Assert.Throws<IOException>(() => stream.CopyTo(Stream.Null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_that_are_cut_and_servers_that_are_busy_are_borne_up_to_a_bound()
    {
        await using var server = await S3Server.StartAsync();
        byte[] bytes = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i * 7))];
        server.Put("bucket", "o", bytes);
        int count = 0;
        server.Fault = _ => (++count % 3) switch { 1 => S3Fault.Unavailable, 2 => S3Fault.CutHalfway, _ => S3Fault.None };
        using var client = server.Client(retries: 2);
        var listed = (await new S3Store(client, "bucket").ListAsync())[0];
        using (var stream = listed.Open())
        {
            var read = new byte[bytes.Length];
            stream.ReadExactly(read);
            Assert.Equal(bytes, read);
        }
        server.Fault = _ => S3Fault.CutHalfway;
        using (var stream = listed.Open()) Assert.ThrowsAny<IOException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public async Task Keys_that_are_no_names_and_signatures_that_are_wrong_are_refused()
    {
        await using var server = await S3Server.StartAsync();
        server.Put("bucket", "a/../b", [1]);
        using var client = server.Client();
        await Refused(DataChecks.Names, () => new S3Store(client, "bucket").ListAsync().AsTask());
        using var stranger = server.Client("another secret");
        await Assert.ThrowsAsync<IOException>(() => new S3Store(stranger, "bucket").ListAsync().AsTask());
    }

    /// <summary>The test's server keeps its word to those who write conditionally, signed chunk by chunk.</summary>
    [Fact]
    public async Task The_server_of_the_tests_writes_on_condition()
    {
        await using var server = await S3Server.StartAsync();
        using var client = server.Client();
        Task<PutObjectResponse> Write(byte[] bytes, string? none = null, string? match = null) =>
            client.PutObjectAsync(new PutObjectRequest { BucketName = "bucket", Key = "k", InputStream = new MemoryStream(bytes), IfNoneMatch = none, IfMatch = match });
        string tag = (await Write([1, 2, 3], none: "*")).ETag;
        Assert.Equal([1, 2, 3], server.Get("bucket", "k"));
        Assert.Equal(System.Net.HttpStatusCode.PreconditionFailed, (await Assert.ThrowsAsync<AmazonS3Exception>(() => Write([4], none: "*"))).StatusCode);
        await Write(new byte[200_000], match: tag);
        Assert.Equal(System.Net.HttpStatusCode.PreconditionFailed, (await Assert.ThrowsAsync<AmazonS3Exception>(() => Write([5], match: tag))).StatusCode);
        Assert.Equal(200_000, server.Get("bucket", "k")!.Length);
    }
}
