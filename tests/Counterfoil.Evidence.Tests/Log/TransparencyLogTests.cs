using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Tiles;
using CsCheck;

namespace Counterfoil.Tests.Log;

public sealed class TransparencyLogTests : IDisposable
{
    readonly Logbook book = new();

    public void Dispose() => book.Dispose();

    [Fact]
    public async Task A_new_log_publishes_the_checkpoint_of_an_empty_tree()
    {
        await using var log = book.Open();
        Assert.Equal(new Checkpoint("test.example/log", 0, MerkleTree.EmptyRoot), log.Checkpoint.Checkpoint);
        Assert.True(SignedCheckpoint.Verify(File.ReadAllBytes(Path.Combine(book.Folder, "checkpoint")), log.Key, out _).IsAccepted);
        await book.HoldsItsPromises(log);
    }

    [Fact]
    public async Task Every_entry_is_provable_as_soon_as_it_is_acknowledged()
    {
        await using var log = book.Open();
        for (int i = 0; i < 20; i++)
        {
            var appended = await book.Append(log, Logbook.Entry(0, i));
            Assert.Equal((i, i + 1, false), (appended.Index, appended.Checkpoint.Checkpoint.Size, appended.AlreadyPresent));
            await book.HoldsItsPromises(log);
        }
    }

    [Fact]
    public async Task Two_writers_whose_lock_was_taken_away_never_sign_two_histories()
    {
        TransparencyLog Unlocked() => TransparencyLog.Open(book.Signer, new DurableFiles(book.Folder), SqliteIndex.Open(Path.Combine(book.Folder, "index.db"), book.Signer.Key.ToString()), null);
        TransparencyLog[] writers = [Unlocked(), Unlocked()];
        int refused = 0;
        var random = new Random(5);
        for (int i = 0; i < 60; i++)
        {
            // As many at once as it happens: one writer's tree ends where the other's has no root of its own.
            var entries = Enumerable.Range(0, random.Next(1, 5)).Select(j => (ReadOnlyMemory<byte>)Logbook.Entry(i, j)).ToList();
            var writer = writers[random.Next(2)];
            try
            {
                var appended = await writer.AppendAsync(entries);
                lock (book.Acknowledged) book.Acknowledged.AddRange(appended.Select((a, j) => (entries[j].ToArray(), a)));
            }
            catch (IOException)
            {
                refused++; // the other has written: what is on disk is looked at before the next
            }
        }
        Assert.True(refused > 5);
        foreach (var writer in writers) await writer.DisposeAsync();
        await using var log = book.Open();
        await book.HoldsItsPromises(log); // every checkpoint that was ever signed is one history's, and every entry is where it was said to be
    }

    [Fact]
    public async Task The_same_bytes_have_one_place()
    {
        await using var log = book.Open();
        await book.Append(log, Logbook.Entry(0, 0));
        var second = await book.Append(log, Logbook.Entry(0, 1));
        var all = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => book.Append(log, Logbook.Entry(0, 1)).ContinueWith(t => t.Result)));
        Assert.All(all, again => Assert.Equal((second.Index, true), (again.Index, again.AlreadyPresent)));
        Assert.Equal(2, log.Checkpoint.Checkpoint.Size);
        await book.HoldsItsPromises(log);
    }

    [Fact]
    public async Task Equal_entries_of_one_batch_have_one_place()
    {
        await using var log = book.Open();
        var all = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => book.Append(log, Logbook.Entry(0, i % 100))));
        Assert.Equal(100, log.Checkpoint.Checkpoint.Size);
        Assert.Equal(100, all.Count(a => !a.AlreadyPresent));
        await book.HoldsItsPromises(log);
    }

    [Fact]
    public async Task A_log_goes_on_where_it_was_closed()
    {
        for (int run = 0; run < 4; run++)
        {
            await using var log = book.Open();
            Assert.Equal(run * 300, log.Checkpoint.Checkpoint.Size);
            await Task.WhenAll(Enumerable.Range(0, 300).Select(i => book.Append(log, Logbook.Entry(run, i))));
            await book.HoldsItsPromises(log);
        }
    }

    [Fact]
    public async Task Many_appends_at_once_share_their_flushes()
    {
        await using var log = book.Open();
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => book.Append(log, Logbook.Entry(0, i))));
        Assert.InRange(book.Acknowledged.Select(a => a.Appended.Checkpoint.Checkpoint.Size).Distinct().Count(), 1, 500);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (long)i), book.Acknowledged.Select(a => a.Appended.Index).Order());
        await book.HoldsItsPromises(log);
    }

    [Fact]
    public async Task Tiles_are_served_as_wide_as_the_published_tree_and_no_wider()
    {
        await using var log = book.Open();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => book.Append(log, Logbook.Entry(0, i))));
        Assert.Equal(256 * 32, (await log.TileAsync(new TileId(0, 0, 256)))!.Value.Length);
        Assert.Equal(44 * 32, (await log.TileAsync(new TileId(0, 1, 44)))!.Value.Length);
        Assert.Equal(7 * 32, (await log.TileAsync(new TileId(0, 1, 7)))!.Value.Length);
        Assert.Equal(32, (await log.TileAsync(new TileId(1, 0, 1)))!.Value.Length);
        Assert.Null(await log.TileAsync(new TileId(0, 1, 45)));
        Assert.Null(await log.TileAsync(new TileId(0, 2, 1)));
        Assert.Null(await log.TileAsync(new TileId(9, 0, 1)));
    }

    [Fact]
    public async Task A_proof_is_one_text_that_a_stranger_verifies_with_the_logs_key()
    {
        await using var log = book.Open();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => book.Append(log, Logbook.Entry(0, i))));
        foreach (var (entry, appended) in book.Acknowledged.Take(20))
        {
            var text = (await log.ProveAsync(appended.Index)).ToBytes();
            Assert.True(EntryProof.Parse(text, out var proof).IsAccepted);
            Assert.Equal(text, proof!.ToBytes());
            Assert.True(proof.Verify(entry, [log.Key], out var checkpoint).IsAccepted);
            Assert.Equal(300, checkpoint!.Checkpoint.Size);
            Assert.False(proof.Verify([.. entry, 0], [log.Key], out _).IsAccepted);
            Assert.False((proof with { Index = (proof.Index + 1) % 300 }).Verify(entry, [log.Key], out _).IsAccepted);
        }
    }

    [Fact]
    public async Task Any_changed_byte_of_a_proofs_text_is_refused()
    {
        await using var log = book.Open();
        await Task.WhenAll(Enumerable.Range(0, 9).Select(i => book.Append(log, Logbook.Entry(0, i))));
        var (entry, appended) = book.Acknowledged[3];
        var text = (await log.ProveAsync(appended.Index)).ToBytes();
        bool Accepted(byte[] bytes) => EntryProof.Parse(bytes, out var proof).IsAccepted && proof!.Verify(entry, [log.Key], out _).IsAccepted;
        Assert.True(Accepted(text));
        for (int i = 0; i < text.Length; i++)
            foreach (byte flip in (byte[])[1, 4, 0x20, 0x80])
            {
                var changed = text.ToArray();
                changed[i] ^= flip;
                Assert.False(Accepted(changed), $"byte {i} ^ {flip:x2}");
            }
        for (int i = 0; i < text.Length; i++) Assert.False(Accepted(text[..i]));
        string words = System.Text.Encoding.UTF8.GetString(text);
        foreach (string changed in (string[])[words + "\n", words.Replace("index ", "extra AAAA\nindex "), words.Replace("index ", "index 0"), words.Replace("@v1", "@v2")])
            Assert.False(Accepted(System.Text.Encoding.UTF8.GetBytes(changed)));
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Int[0, 60], Gen.Byte.Array[0, 60]).Sample((at, cut, put) =>
        {
            byte[] mutated = [.. text[..at], .. put, .. text[Math.Min(text.Length, at + cut)..]];
            return !EntryProof.Parse(mutated, out var proof).IsAccepted || proof!.ToBytes().AsSpan().SequenceEqual(mutated);
        });
    }

    [Fact]
    public async Task Readers_see_whole_trees_while_a_writer_appends()
    {
        await using var log = book.Open();
        await book.Append(log, Logbook.Entry(0, 0));
        var appending = Task.Run(async () =>
        {
            for (int i = 1; i < 400; i++) await book.Append(log, Logbook.Entry(0, i));
        });
        while (!appending.IsCompleted)
        {
            var proof = await log.ProveAsync(0);
            Assert.True(proof.Verify(Logbook.Entry(0, 0), [log.Key], out _).IsAccepted);
        }
        await appending;
        await book.HoldsItsPromises(log);
    }

    [Fact]
    public async Task A_log_has_one_writer()
    {
        await using var log = book.Open();
        Assert.Throws<IOException>(() => book.Open());
    }

    [Fact]
    public async Task Another_key_does_not_open_a_log()
    {
        await book.Open().DisposeAsync();
        using var secret = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        Assert.Throws<InvalidDataException>(() => TransparencyLog.Open(book.Folder, new NoteSigner("test.example/log", secret)));
    }

    [Fact]
    public async Task An_index_older_than_the_published_checkpoint_is_not_opened()
    {
        // A restored copy of the index alone would let the log sign a second root for a size.
        await using (var log = book.Open()) await book.Append(log, Logbook.Entry(0, 0));
        string index = Path.Combine(book.Folder, "index.db");
        File.Copy(index, index + ".old");
        await using (var log = book.Open()) await book.Append(log, Logbook.Entry(0, 1));
        File.Move(index + ".old", index, overwrite: true);
        Assert.Throws<InvalidDataException>(() => book.Open());
    }

    [Fact]
    public async Task An_entry_longer_than_a_bundle_can_say_is_refused_at_the_door()
    {
        await using var log = book.Open();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => log.AppendAsync(new byte[65_536]));
        await book.Append(log, new byte[65_535]);
        await book.Append(log, []);
        await book.HoldsItsPromises(log);
    }

    [Fact]
    public async Task A_closed_log_takes_no_entries()
    {
        var log = book.Open();
        await log.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => log.AppendAsync(new byte[1]));
    }

    [Theory]
    [InlineData("tile/entries/000", "log.fsck.tiles")]
    [InlineData("tile/0/000", "log.fsck.tiles")]
    [InlineData("tile/1/000", "log.fsck.tiles")]
    [InlineData("checkpoint", "log.fsck.checkpoint")]
    public async Task A_changed_byte_of_a_file_is_found(string path, string check)
    {
        await using (var log = book.Open()) await Task.WhenAll(Enumerable.Range(0, 600).Select(i => book.Append(log, Logbook.Entry(0, i))));
        string file = Path.Combine(book.Folder, path);
        var bytes = File.ReadAllBytes(file);
        bytes[20] ^= 1;
        File.WriteAllBytes(file, bytes);
        var report = await LogCheck.RunAsync(book.Folder, book.Signer.Key);
        Assert.False(report.IsSound);
        Assert.Contains(report.Findings, f => f.Check.Id == check);
    }

    [Fact]
    public async Task A_lost_file_is_found_and_the_log_is_not_opened()
    {
        await using (var log = book.Open()) await Task.WhenAll(Enumerable.Range(0, 300).Select(i => book.Append(log, Logbook.Entry(0, i))));
        File.Delete(Path.Combine(book.Folder, "tile/0/001"));
        Assert.Contains((await LogCheck.RunAsync(book.Folder, book.Signer.Key)).Findings, f => f.Check == LogStorageChecks.Tiles);
        Assert.Throws<InvalidDataException>(() => book.Open());
    }
}
