using Counterfoil.Core.Digests;
using Counterfoil.Log.Storage;

namespace Counterfoil.Tests.Log;

/// <summary>Every write fails in turn, in every way a write fails, and nothing acknowledged is ever lost.</summary>
public sealed class LogFaultTests : IDisposable
{
    readonly Logbook book = new();

    public void Dispose() => book.Dispose();

    public enum Failing { Before, Torn, After }

    /// <summary>A disk whose operation number <see cref="FailAt"/> fails: before anything happens, half way, or after all did.</summary>
    sealed class Disk(string folder)
    {
        public int Operations { get; set; }
        public int FailAt { get; set; } = -1;
        public Failing How { get; set; }
        public List<string> Journal { get; } = [];
        public FaultyFiles Files => new FaultyFiles(this, new PlainFiles(folder));
        public FaultyIndex Index(string key) => new FaultyIndex(this, SqliteIndex.Open(Path.Combine(folder, "index.db"), key));

        public void Do(string what, Action whole, Action half)
        {
            Journal.Add(what);
            bool fails = Operations++ == FailAt;
            if (fails && How == Failing.Torn) half();
            if (!fails || How == Failing.After) whole();
            if (fails) throw new IOException($"the disk failed {How}: {what}");
        }
    }

    /// <summary>Files without flushes: these faults are not losses of power, and thousands of flushes would be most of the test's time.</summary>
    sealed class PlainFiles(string root) : ILogFiles
    {
        readonly DurableFiles durable = new(root);

        public byte[] Read(string path, int length) => durable.Read(path, length);

        public void Write(IReadOnlyList<FileWrite> writes)
        {
            foreach (var write in writes)
            {
                string full = Path.Combine(root, write.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                using var file = File.OpenHandle(full, FileMode.OpenOrCreate, FileAccess.Write);
                RandomAccess.Write(file, write.Bytes.Span, write.Offset);
            }
        }

        public void Replace(string path, ReadOnlySpan<byte> bytes)
        {
            File.WriteAllBytes(Path.Combine(root, path + ".new"), bytes);
            File.Move(Path.Combine(root, path + ".new"), Path.Combine(root, path), overwrite: true);
        }
    }

    sealed class FaultyFiles(Disk disk, ILogFiles files) : ILogFiles
    {
        public byte[] Read(string path, int length) => files.Read(path, length);

        public void Write(IReadOnlyList<FileWrite> writes)
        {
            // One after the other, so that any of them can be the last that happened. A torn write leaves its first half, and garbage behind it.
            foreach (var write in writes)
                disk.Do($"write {write.Path} at {write.Offset}", () => files.Write([write]), () => files.Write([Torn(write)]));
        }

        static FileWrite Torn(FileWrite write) =>
            write with { Bytes = (byte[])[.. write.Bytes[..(write.Bytes.Length / 2)].Span, .. Enumerable.Repeat((byte)0xEE, write.Bytes.Length)] };

        public void Replace(string path, ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            disk.Do($"replace {path}", () => files.Replace(path, copy), () => files.Write([new(path + ".new", 0, copy.AsMemory(0, copy.Length / 2))]));
        }
    }

    sealed class FaultyIndex(Disk disk, ILogIndex index) : ILogIndex
    {
        public Head Head => index.Head;
        public long? Find(Sha256Digest leafHash) => index.Find(leafHash);
        public void Dispose() => index.Dispose();

        public void Commit(ReadOnlySpan<Sha256Digest> leafHashes, Head head)
        {
            var copy = leafHashes.ToArray();
            disk.Do("commit", () => index.Commit(copy, head), () => { });
        }
    }

    TransparencyLog Open(Disk disk) => TransparencyLog.Open(book.Signer, disk.Files, disk.Index(book.Signer.Key.ToString()), null);

    /// <summary>254 entries at once, then one, one, one and three: within a tile, up to its edge, and over it.</summary>
    static IEnumerable<int[]> Batches() => new[] { 254, 1, 1, 1, 3 }.Select((count, batch) => Enumerable.Range(batch * 1000, count).ToArray());

    [Theory]
    [InlineData(Failing.Before, false)]
    [InlineData(Failing.Torn, false)]
    [InlineData(Failing.After, false)]
    [InlineData(Failing.Before, true)]
    [InlineData(Failing.Torn, true)]
    [InlineData(Failing.After, true)]
    public async Task Whichever_write_fails_the_log_stays_sound_and_goes_on(Failing how, bool reopens)
    {
        // The faultless run, to know how many operations there are.
        var quiet = new Disk(book.Folder);
        await using (var log = Open(quiet))
            foreach (var batch in Batches()) await Task.WhenAll(batch.Select(i => book.Append(log, Logbook.Entry(1, i))));
        int operations = quiet.Operations;
        Assert.True(operations >= 20);

        // Each in turn; a machine so busy that the first batch fell into many is spared some of the alike.
        for (int failAt = 0; failAt < operations; failAt += 1 + operations / 50)
        {
            using var fresh = new Logbook();
            var disk = new Disk(fresh.Folder) { FailAt = failAt, How = how };
            TransparencyLog? log = null;
            TransparencyLog Opened() => log ??= TransparencyLog.Open(fresh.Signer, disk.Files, disk.Index(fresh.Signer.Key.ToString()), null);
            foreach (var batch in Batches())
            {
                try
                {
                    await Task.WhenAll(batch.Select(i => fresh.Append(Opened(), Logbook.Entry(0, i))));
                }
                catch (IOException)
                {
                    if (reopens && log is not null)
                    {
                        await log.DisposeAsync();
                        log = null;
                    }
                    await Task.WhenAll(batch.Select(i => fresh.Append(Opened(), Logbook.Entry(0, i)))); // appending again is safe
                }
            }
            var report = await fresh.HoldsItsPromises(log!);
            Assert.Equal(260, report.Size); // nothing lost, nothing twice
            await log!.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_checkpoint_is_published_after_all_it_commits_to()
    {
        var disk = new Disk(book.Folder);
        await using var log = Open(disk);
        await book.Append(log, Logbook.Entry(0, 0));
        Assert.Equal(["replace checkpoint", "write tile/0/000 at 0", "write tile/entries/000 at 0", "commit", "replace checkpoint"], disk.Journal);
    }

    [Fact]
    public async Task A_head_that_was_committed_but_not_published_is_published_on_opening()
    {
        var disk = new Disk(book.Folder) { FailAt = 4, How = Failing.Before }; // the second "replace checkpoint"
        await using (var log = Open(disk)) await Assert.ThrowsAsync<IOException>(() => log.AppendAsync(Logbook.Entry(0, 0)));
        await using var again = book.Open();
        Assert.Equal(1, again.Checkpoint.Checkpoint.Size);
        Assert.Equal((0, true), (await book.Append(again, Logbook.Entry(0, 0))) is var a ? (a.Index, a.AlreadyPresent) : default);
        await book.HoldsItsPromises(again);
    }
}
