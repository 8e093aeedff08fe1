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

        public void Flush() { }

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

        public void Flush() => disk.Do("flush", () => { }, () => { });

        public void Replace(string path, ReadOnlySpan<byte> bytes)
        {
            var copy = bytes.ToArray();
            disk.Do($"replace {path}", () => files.Replace(path, copy), () => files.Write([new(path + ".new", 0, copy.AsMemory(0, copy.Length / 2))]));
        }
    }

    sealed class FaultyIndex(Disk disk, ILogIndex index) : ILogIndex
    {
        public Head Head => index.Head;
        public IReadOnlyList<Batch> Unsettled() => index.Unsettled();
        public void Commit(Batch batch, long settled) => disk.Do("commit", () => index.Commit(batch, settled), () => { });
        public void Settle(long settled) => disk.Do("settle", () => index.Settle(settled), () => { });
        public void Dispose() => index.Dispose();
    }

    /// <summary>A log that settles after every batch, so that every step of that can fail too.</summary>
    static TransparencyLog Open(Logbook book, Disk disk) =>
        TransparencyLog.Open(book.Signer, disk.Files, disk.Index(book.Signer.Key.ToString()), null, options: new LogOptions { SettleBytes = 0 });

    TransparencyLog Open(Disk disk) => Open(book, disk);

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

        foreach (int failAt in FaultSample.Of(operations, 9))
        {
            using var fresh = new Logbook();
            var disk = new Disk(fresh.Folder) { FailAt = failAt, How = how };
            TransparencyLog? log = null;
            TransparencyLog Opened() => log ??= Open(fresh, disk);
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

    /// <summary>Files whose writes are in memory until they are flushed; a loss of power leaves any of them, torn, and the checkpoint as it was, new, or empty.</summary>
    sealed class VolatileFiles(string folder) : ILogFiles
    {
        readonly PlainFiles device = new(folder);
        readonly OverlaidFiles seen = new(new PlainFiles(folder));
        readonly List<FileWrite> pending = [];
        readonly Dictionary<string, byte[]> replaced = [];
        bool off;

        public byte[] Read(string path, int length) => replaced.TryGetValue(path, out var bytes) ? bytes[..Math.Min(length, bytes.Length)] : seen.Read(path, length);

        public void Write(IReadOnlyList<FileWrite> writes)
        {
            lock (pending) pending.AddRange(writes);
            seen.Write(writes);
        }

        public void Flush()
        {
            if (off) throw new IOException("there is no power");
            FileWrite[] now;
            lock (pending)
            {
                now = [.. pending];
                pending.Clear();
            }
            device.Write(now);
        }

        public void Replace(string path, ReadOnlySpan<byte> bytes) => replaced[path] = bytes.ToArray();

        public void LosePower(Random random)
        {
            off = true;
            lock (pending)
                foreach (var write in pending)
                    if (random.Next(2) == 0) device.Write([write with { Bytes = write.Bytes[..random.Next(write.Bytes.Length + 1)] }]);
            foreach (var (path, bytes) in replaced)
                if (random.Next(3) is > 0 and var how) device.Replace(path, how == 1 ? bytes : []);
        }
    }

    [Fact]
    public async Task Loss_of_power_at_any_moment_takes_nothing_that_was_acknowledged()
    {
        var random = FaultSample.Seeded();
        for (int run = 0; run < (Surroundings.IsCampaign ? 500 : 6); run++)
        {
            using var fresh = new Logbook();
            for (int life = 0; life < 3; life++)
            {
                var files = new VolatileFiles(fresh.Folder);
                var log = TransparencyLog.Open(fresh.Signer, files, SqliteIndex.Open(Path.Combine(fresh.Folder, "index.db"), fresh.Signer.Key.ToString()), null, Path.Combine(fresh.Folder, "places"),
                    new LogOptions { SettleBytes = random.Next(3) switch { 0 => 0, 1 => 5000, _ => 1 << 30 } });
                for (int batch = random.Next(1, 6); batch > 0; batch--)
                    await Task.WhenAll(Enumerable.Range(0, random.Next(1, 300)).Select(i => fresh.Append(log, Logbook.Entry(life * 10 + batch, i))));
                files.LosePower(random);
                await log.DisposeAsync();
            }
            Assert.DoesNotContain((await LogCheck.RunAsync(fresh.Folder, fresh.Signer.Key)).Findings, f => f.Check != LogStorageChecks.Checkpoint); // what the opening will do again counts as done
            await using var again = fresh.Open();
            await fresh.HoldsItsPromises(again);
        }
    }

    [Fact]
    public async Task A_table_of_places_that_is_lost_or_torn_is_made_again()
    {
        await using (var log = book.Open()) await Task.WhenAll(Enumerable.Range(0, 700).Select(i => book.Append(log, Logbook.Entry(0, i))));
        string places = Path.Combine(book.Folder, "places");
        foreach (Action harm in (Action[])[() => { }, () => File.Delete(places), () => File.WriteAllBytes(places, File.ReadAllBytes(places)[..5000]), () => File.WriteAllBytes(places, new byte[9000])])
        {
            harm();
            await using var log = book.Open();
            foreach (int i in (int[])[0, 255, 256, 699]) Assert.True((await log.AppendAsync(Logbook.Entry(0, i))).AlreadyPresent);
        }
        // One that says another place is found by fsck, and by the comparison with the tile.
        using (var wrong = LeafPlaces.Open(places)) wrong.Add(Core.Digests.Sha256.Hash([1]));
        Assert.Contains((await LogCheck.RunAsync(book.Folder, book.Signer.Key)).Findings, f => f.Check == LogStorageChecks.Index);
        await using var again = book.Open();
        await book.HoldsItsPromises(again);
    }

    [Fact]
    public async Task The_checkpoint_is_published_after_all_it_commits_to()
    {
        var disk = new Disk(book.Folder);
        await using (var log = Open(disk)) await book.Append(log, Logbook.Entry(0, 0));
        // Who appends is answered before the tiles are flushed: the index keeps the entries until they are.
        Assert.Equal(["replace checkpoint", "commit", "write tile/0/000 at 0", "write tile/entries/000 at 0", "replace checkpoint", "flush"], disk.Journal.Take(6));
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
