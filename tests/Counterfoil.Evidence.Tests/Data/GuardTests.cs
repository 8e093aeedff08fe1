using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Records;
using CsCheck;

namespace Counterfoil.Tests.Data;

public sealed class GuardTests
{
    static readonly Bytes32 Seed = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    static async Task<(Guard Guard, Shelf Shelf)> Inspect(List<byte[]> committed, IEnumerable<byte[]> found)
    {
        var (result, leaves) = await Pictures.Commit(committed);
        var shelf = new Shelf(found);
        return (await Guard.InspectAsync(result, leaves, shelf), shelf);
    }

    static byte[] Changed(byte[] record, int at)
    {
        var changed = record.ToArray();
        changed[at] ^= 0x40;
        return changed;
    }

    [Fact]
    public async Task Untouched_data_passes_whole()
    {
        var pictures = Pictures.Make(300);
        var (guard, _) = await Inspect(pictures, pictures);
        Assert.Equal((300, 300), (guard.Report.Checked, guard.Report.Passed));
        Assert.Empty(guard.Report.Quarantined);
    }

    [Fact]
    public async Task Tampered_records_of_every_kind_are_kept_back_and_no_other()
    {
        var pictures = Pictures.Make(1000, pixels: 784);
        var copy = pictures.Select(p => p.ToArray()).ToList();
        for (int i = 0; i < 10; i++) copy[40 * i + 3] = Changed(copy[40 * i + 3], 100 + i); // ten pixels
        for (int i = 0; i < 8; i++) copy[50 * i + 17][0] = (byte)((copy[50 * i + 17][0] + 1) % 10); // eight labels
        (copy[500], copy[600]) = (copy[600], copy[500]); // two swapped
        (copy[700], copy[701]) = (copy[701], copy[700]); // two neighbours swapped
        copy[800] = copy[810].ToArray(); // one twice, in place of another
        copy.RemoveAt(850); // one missing
        copy.Insert(900, pictures[100].ToArray()); // one twice, between others
        copy.Add(Pictures.Make(1, pixels: 784, seed: 77)[0]); // one too many, at the end
        var (guard, _) = await Inspect(pictures, copy);

        var byReason = guard.Report.Quarantined.GroupBy(q => q.Reason).ToDictionary(g => g.Key, g => g.Select(q => q.Record ?? -1).Order().ToArray());
        Assert.Equal(26, guard.Report.Quarantined.Length); // 10 + 8 + 2 + 2 + 1 + 1 + 1 + 1
        Assert.Equal(Enumerable.Range(0, 10).Select(i => 40 * i + 3).Concat(Enumerable.Range(0, 8).Select(i => 50 * i + 17)).Order(), byReason[QuarantineReason.Altered]);
        Assert.Equal([500, 600, 700, 701], byReason[QuarantineReason.Misplaced]);
        Assert.Equal([-1, 800], byReason[QuarantineReason.Duplicate]);
        Assert.Equal([850], byReason[QuarantineReason.Missing]);
        Assert.Equal([-1], byReason[QuarantineReason.Extra]);
    }

    [Fact]
    public async Task Twenty_five_changed_records_of_ten_thousand_are_kept_back_and_no_other()
    {
        var pictures = Pictures.Make(10_000);
        var copy = pictures.Select(p => p.ToArray()).ToList();
        int[] changed = [.. HeldBackSplit.Choose(Seed, 10_000, 25).HeldBack];
        foreach (int i in changed) copy[i] = Changed(copy[i], i % 17);
        var (guard, _) = await Inspect(pictures, copy);
        Assert.Equal(changed, guard.Report.Quarantined.Select(q => q.Record!.Value));
        Assert.Equal(9975, guard.Report.Passed);
    }

    [Fact]
    public async Task A_receipt_says_which_record_what_was_expected_and_what_was_found()
    {
        var pictures = Pictures.Make(20);
        var copy = pictures.ToList();
        copy[7] = Changed(copy[7], 2);
        var (guard, _) = await Inspect(pictures, copy);
        var leaf = new RecordLeaf(Canonicaliser.IdxLabelled);
        Assert.Equal(new Quarantine(QuarantineReason.Altered, 7, 7, leaf.Hash(pictures[7]), leaf.Hash(copy[7])), Assert.Single(guard.Report.Quarantined));
    }

    [Fact]
    public void Aligned_steps_are_an_edit_script_of_least_cost() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 14], Gen.Int[0, 5].Array[0, 14]).Sample((a, b) =>
        {
            Sha256Digest[] committed = [.. a.Select(i => Sha256.Hash([(byte)i]))], found = [.. b.Select(i => Sha256.Hash([(byte)i]))];
            var steps = Alignment.Align(new LeafArray(committed), new LeafArray(found));
            Assert.Equal(Enumerable.Range(0, a.Length).Select(i => (long)i), steps.Where(s => s.Record >= 0).Select(s => s.Record));
            Assert.Equal(Enumerable.Range(0, b.Length).Select(i => (long)i), steps.Where(s => s.Position >= 0).Select(s => s.Position));
            Assert.All(steps.Where(s => s.Matched), s => Assert.Equal(committed[s.Record], found[s.Position]));
            Assert.Equal(Distance(a, b), steps.Count(s => !s.Matched));
        });

    static int Distance(int[] a, int[] b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++) (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }

    [Fact]
    public async Task Another_data_set_does_not_pass_at_all()
    {
        var (guard, _) = await Inspect(Pictures.Make(3000), Pictures.Make(3000, seed: 2));
        Assert.Equal((0, 3000), (guard.Report.Passed, guard.Report.Quarantined.Length));
    }

    [Fact]
    public async Task Whatever_is_done_to_a_copy_only_committed_bytes_are_delivered() =>
        await Gen.Select(Gen.Int[0, 60], Gen.Int[0, 3], Gen.Int[0, 60]).Array[0, 12].SampleAsync(async edits =>
        {
            var pictures = Pictures.Make(60);
            var copy = pictures.Select(p => p.ToArray()).ToList();
            foreach (var (at, kind, other) in edits)
            {
                if (copy.Count < 2) break;
                int i = at % copy.Count, j = other % copy.Count;
                if (kind == 0) copy[i] = Changed(copy[i], 1 + j % 16);
                else if (kind == 1) copy.RemoveAt(i);
                else if (kind == 2) copy.Insert(i, copy[j].ToArray());
                else (copy[i], copy[j]) = (copy[j], copy[i]);
            }
            var (guard, _) = await Inspect(pictures, copy);
            var seen = new List<int>();
            await foreach (var batch in guard.ReadAsync([.. Enumerable.Range(0, 60)], 7))
                for (int i = 0; i < batch.Count; i++)
                {
                    Assert.True(batch.Record(i).Span.SequenceEqual(pictures[batch.Places[i]]));
                    seen.Add(batch.Places[i]);
                }
            // Delivered and receipts together name every committed record once.
            Assert.Equal(guard.Report.Passed, seen.Count);
            Assert.Equal(Enumerable.Range(0, 60), seen.Concat(guard.Report.Quarantined.Where(q => q.Record is not null).Select(q => q.Record!.Value)).Order());
            Assert.Equal(copy.Count, seen.Count + guard.Report.Quarantined.Count(q => q.Position is not null));
        }, iter: 60);

    [Fact]
    public async Task A_source_that_changes_after_inspection_is_caught_where_it_does()
    {
        var pictures = Pictures.Make(100);
        var (guard, shelf) = await Inspect(pictures, pictures);
        int reads = 0;
        shelf.OnRead = (place, record) =>
        {
            reads++;
            return place % 10 == 4 ? Changed(record, 5) : record; // another face, now that it was inspected
        };
        var delivered = new List<int>();
        await foreach (var batch in guard.ReadAsync([.. Enumerable.Range(0, 100)], 8))
            for (int i = 0; i < batch.Count; i++)
            {
                Assert.True(batch.Record(i).Span.SequenceEqual(pictures[batch.Places[i]]));
                delivered.Add(batch.Places[i]);
            }
        Assert.Equal(Enumerable.Range(0, 100).Where(i => i % 10 != 4), delivered);
        Assert.Equal(100, reads); // one read a record: none between check and use
        Assert.Equal(Enumerable.Range(0, 10).Select(i => 10 * i + 4), guard.Report.Quarantined.Select(q => q.Record!.Value));
        Assert.All(guard.Report.Quarantined, q => Assert.Equal(QuarantineReason.ChangedAfterInspection, q.Reason));
        Assert.Equal(90, guard.Report.Passed);
    }

    [Fact]
    public async Task A_source_that_changes_at_every_read_delivers_nothing_it_did_not_commit_to()
    {
        var pictures = Pictures.Make(64);
        var (guard, shelf) = await Inspect(pictures, pictures);
        var random = new Random(5);
        shelf.OnRead = (_, record) => random.Next(3) == 0 ? Changed(record, random.Next(record.Length)) : record;
        var split = HeldBackSplit.Choose(Seed, 64, 0);
        await foreach (var batch in guard.TrainAsync(split, 5, 8))
            for (int i = 0; i < batch.Count; i++) Assert.True(batch.Record(i).Span.SequenceEqual(pictures[batch.Places[i]]));
    }

    [Fact]
    public async Task Batches_bind_what_was_delivered_and_in_which_order()
    {
        var pictures = Pictures.Make(100);
        var copy = pictures.ToList();
        copy[9] = Changed(copy[9], 1);
        var (guard, _) = await Inspect(pictures, copy);
        var split = HeldBackSplit.Choose(Seed, 100, 20);
        var leaf = new RecordLeaf(Canonicaliser.IdxLabelled);
        var (roots, steps, trained) = (new List<Sha256Digest>(), 0, new List<int>());
        await foreach (var batch in guard.TrainAsync(split, epochs: 3, batchSize: 16))
        {
            Assert.Equal(steps++, batch.Step);
            Assert.Equal(batch.Root, MerkleTree.Root(Enumerable.Range(0, batch.Count).Select(i => leaf.Hash(batch.Record(i).Span)).ToArray()));
            for (int i = 0; i < batch.Count; i++)
            {
                Assert.Equal(pictures[batch.Places[i]][0], batch.Label(i));
                Assert.True(batch.Input(i).Span.SequenceEqual(pictures[batch.Places[i]].AsSpan(1)));
            }
            roots.Add(batch.Root);
            trained.AddRange(batch.Places);
        }
        int perEpoch = 80 - (split.Training.Contains(9) ? 1 : 0);
        Assert.Equal(new Delivery(roots.Count, 3 * perEpoch, MerkleTree.Root(roots.Select(r => MerkleTree.LeafHash(r.ToArray())).ToArray())), guard.Report.Delivered);
        Assert.DoesNotContain(9, trained);
        Assert.Empty(trained.Intersect(split.HeldBack));
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(e => split.EpochOrder(e)).Where(p => p != 9), trained);
    }

    [Fact]
    public async Task The_same_seed_and_data_give_the_same_batches()
    {
        async Task<Sha256Digest> Run(Bytes32 seed)
        {
            var (guard, _) = await Inspect(Pictures.Make(50), Pictures.Make(50));
            await foreach (var _ in guard.TrainAsync(HeldBackSplit.Choose(seed, 50, 5), 2, 10)) { }
            return guard.Report.Delivered.BatchesRoot;
        }
        Assert.Equal(await Run(Seed), await Run(Seed));
        Assert.NotEqual(await Run(Seed), await Run(new Bytes32(new byte[32])));
    }

    [Fact]
    public void The_split_and_the_orders_are_those_of_an_independent_implementation()
    {
        // Computed with Python's hashlib from docs/data.md.
        var small = HeldBackSplit.Choose(Seed, 50, 8);
        Assert.Equal([9, 14, 20, 25, 31, 35, 48, 49], small.HeldBack);
        Assert.Equal([6, 41, 32, 23, 46, 15, 13, 34, 37, 45, 40, 29, 36, 2, 47, 7, 3, 19, 30, 24, 12, 1, 27, 5, 26, 8, 28, 4, 0, 18, 43, 21, 16, 44, 17, 22, 39, 11, 33, 38, 10, 42], small.EpochOrder(0));
        Assert.Equal([39, 24, 5, 12, 18, 7, 23, 11, 10, 8, 22, 42, 6, 1, 44, 0, 26, 32, 27, 19, 13, 16, 21, 3, 28, 40, 15, 4, 29, 36, 47, 34, 38, 2, 17, 37, 46, 41, 30, 43, 33, 45], small.EpochOrder(1));
        var large = HeldBackSplit.Choose(Seed, 10_000, 1000);
        Assert.Equal("6f00de84092fb4cb153ba6cd2331270223782908a4ec13a2fa61b151cbdda738", Digest(large.HeldBack));
        Assert.Equal("bcc914f982dd65e58f3be86f4b82a27ef27d62388c2d2c0511016a87a3c7a878", Digest(large.EpochOrder(3)));
        static string Digest(ImmutableArray<int> places) => Sha256.Hash([.. places.SelectMany(p => BitConverter.GetBytes(p).Reverse())]).ToString();
    }

    [Fact]
    public void A_split_parts_all_records_and_is_spread_evenly()
    {
        var hits = new int[20];
        for (int s = 0; s < 400; s++)
        {
            var split = HeldBackSplit.Choose(new Bytes32(Sha256.Hash(BitConverter.GetBytes(s)).ToArray()), 20, 5);
            Assert.Equal(Enumerable.Range(0, 20), split.HeldBack.Concat(split.Training).Order());
            foreach (int place in split.HeldBack) hits[place]++;
        }
        // 400 × 5 ⁄ 20 = 100 each; the chi-squared with 19 degrees of freedom exceeds 43.8 once in a thousand, and these seeds are fixed.
        Assert.InRange(hits.Sum(h => (h - 100.0) * (h - 100.0) / 100.0 / 0.75), 0, 43.8);
        Assert.Equal(20, HeldBackSplit.Choose(Seed, 20, 20).HeldBack.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => HeldBackSplit.Choose(Seed, 20, 21));
    }

    [Fact]
    public async Task A_guard_takes_only_the_commitments_own_manifest_and_rule()
    {
        var (result, _) = await Pictures.Commit(Pictures.Make(10));
        var (_, other) = await Pictures.Commit(Pictures.Make(10, seed: 2));
        await Assert.ThrowsAsync<ArgumentException>(() => Guard.InspectAsync(result, other, new Shelf([])));
    }
}
