using System.IO.Compression;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Files;
using Counterfoil.Data.Idx;
using Counterfoil.Data.Records;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data.Commits;

public sealed class ShardTests
{
    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    static List<IDurableFiles> Shards(CommitPlan plan, int n) => [.. Enumerable.Range(1, n).Select(i =>
    {
        var files = new FragileFiles();
        var verdict = ShardCommit.Run(plan, i, n, files, new() { BatchRecords = 64 }, default, out _);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return (IDurableFiles)files;
    })];

    static Verdict Merge(IReadOnlyList<IDurableFiles> shards, out CommitmentResult? result) => FolderCommit.Merge(shards, new FragileFiles(), out result, new(), default);

    [Fact]
    public void However_the_work_is_divided_the_roots_are_those_of_one_run() =>
        Gen.Select(Gen.Int[0, 1500], Gen.Int[1, 6], Gen.Int[1, 9], Gen.Bool).Sample((count, objects, shards, last) =>
        {
            var records = Lines.Make(count, repeat: 10);
            var verdict = Merge(Shards(Lines.Plan(records, objects, last), shards), out var result);
            Assert.True(verdict.IsAccepted, verdict.ToString());
            Assert.Equal(Lines.Expected(records), result);
        }, iter: 25);

    [Fact]
    public void Shards_share_the_bytes_evenly_where_parts_can_be_cut()
    {
        var records = Lines.Make(10_000);
        foreach (var shard in Shards(Lines.Plan(records, 1), 4))
        {
            Assert.True(ShardFacts.Decode(shard.Read(ShardFacts.FileName, 4096), out var facts).IsAccepted);
            Assert.InRange(facts!.Records, 2_300, 2_700);
        }
    }

    [Fact]
    public void Whole_files_are_never_cut()
    {
        Assert.True(CommitPlan.Of(new FilesFormat(), [.. Enumerable.Range(0, 10).Select(i => new MemoryObject($"{i}", new byte[i * 100]))], out var plan).IsAccepted);
        Assert.True(Merge(Shards(plan!, 3), out var sharded).IsAccepted);
        Assert.True(FolderCommit.Run(plan!, new FragileFiles(), out var whole, new(), default).IsAccepted);
        Assert.Equal(whole, sharded);
        Assert.Equal(10, whole!.Records);
    }

    [Fact]
    public async Task Labelled_images_are_committed_whole_in_shards_and_through_gzip_to_the_same_roots()
    {
        string folder = Path.Combine(Surroundings.Root, "samples", "fashion-mnist");
        string[] names = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
        Assert.True(IdxLabelled.Open(Path.Combine(folder, names[0] + ".gz"), Path.Combine(folder, names[1] + ".gz"), out var source).IsAccepted);
        using var images = source!;
        var (expected, _) = await DatasetCommitment.BuildAsync(images, cancellation: TestContext.Current.CancellationToken);
        byte[] Packed(string name) => File.ReadAllBytes(Path.Combine(folder, name + ".gz"));
        byte[] Plain(string name)
        {
            var bytes = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(Packed(name)), CompressionMode.Decompress);
            gzip.CopyTo(bytes);
            return bytes.ToArray();
        }
        Assert.True(CommitPlan.Of(new IdxLabelledFormat(), [.. names.Select(n => new MemoryObject(n + ".gz", Packed(n)))], out var packed).IsAccepted);
        Assert.True(CommitPlan.Of(new IdxLabelledFormat(), [.. names.Select(n => new MemoryObject(n, Plain(n)))], out var plain).IsAccepted);
        foreach (var plan in (CommitPlan[])[packed!, plain!])
        {
            var verdict = Merge(Shards(plan, 3), out var result);
            Assert.True(verdict.IsAccepted, verdict.ToString());
            Assert.Equal(expected, result);
        }
        Refused(DataChecks.IdxCounts, CommitPlan.Of(new IdxLabelledFormat(), [new MemoryObject(names[0], Plain(names[0]))], out _));
        Refused(DataChecks.IdxCounts, CommitPlan.Of(new IdxLabelledFormat(), [new MemoryObject(names[1], Plain(names[1]))], out _));
        // Compressed files tell their lengths only at their ends.
        Assert.True(CommitPlan.Of(new IdxLabelledFormat(), [.. names.Select(n => new MemoryObject(n + ".gz", Gzip(Plain(n)[..^1])))], out var cut).IsAccepted);
        Refused(DataChecks.IdxLength, ShardCommit.Run(cut!, 1, 1, new FragileFiles(), new(), default, out _));
        Assert.True(CommitPlan.Of(new IdxLabelledFormat(), [.. names.Select(n => new MemoryObject(n + ".gz", Gzip([.. Plain(n), 0])))], out var longer).IsAccepted);
        Refused(DataChecks.IdxLength, ShardCommit.Run(longer!, 1, 1, new FragileFiles(), new(), default, out _));
    }

    [Fact]
    public void Lines_are_committed_through_gzip_to_the_same_roots()
    {
        var records = Lines.Make(3_000);
        byte[] lines = [.. records.SelectMany(r => (byte[])[.. r, (byte)'\n'])];
        Assert.True(CommitPlan.Of(new JsonLinesFormat(), [new MemoryObject("a.jsonl.gz", Gzip(lines))], out var plan).IsAccepted);
        Assert.True(Merge(Shards(plan!, 2), out var result).IsAccepted);
        Assert.Equal(Lines.Expected(records), result);
        Assert.True(CommitPlan.Of(new JsonLinesFormat(), [new MemoryObject("a.jsonl.gz", Gzip(lines)[..^4])], out var cut).IsAccepted);
        Refused(DataChecks.Gzip, ShardCommit.Run(cut!, 1, 1, new FragileFiles(), new(), default, out _));
    }

    static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    [Fact]
    public void A_shard_that_is_missing_doubled_out_of_order_or_of_another_plan_is_refused()
    {
        var records = Lines.Make(1000);
        var all = Shards(Lines.Plan(records, 2), 3);
        Refused(DataChecks.ShardMissing, Merge(all[..2], out _));
        Refused(DataChecks.ShardMissing, Merge([], out _));
        Refused(DataChecks.ShardMissing, Merge([all[0], all[2]], out _));
        Refused(DataChecks.ShardOrder, Merge([all[1], all[0], all[2]], out _));
        Refused(DataChecks.ShardTwice, Merge([all[0], all[1], all[1], all[2]], out _));
        Refused(DataChecks.ShardPlan, Merge([all[0], all[1], Shards(Lines.Plan(records, 3), 3)[2]], out _));
        Refused(DataChecks.ShardPlan, Merge([all[0], all[1], Shards(Lines.Plan(records, 2), 4)[2]], out _));
        Refused(DataChecks.ShardForm, Merge([all[0], all[1], new FragileFiles()], out _));
        Assert.True(Merge(all, out _).IsAccepted);
    }

    [Fact]
    public void A_shard_whose_range_leaves_a_gap_is_refused()
    {
        var all = Shards(Lines.Plan(Lines.Make(1000), 2), 3);
        foreach (var (i, change) in ((int, Func<ShardFacts, ShardFacts>)[])[(1, f => f with { From = f.From with { Position = f.From.Position + 30 } }), (2, f => f with { To = new(1, 7) })])
        {
            var honest = all[i].Read(ShardFacts.FileName, 4096)!;
            Assert.True(ShardFacts.Decode(honest, out var facts).IsAccepted);
            all[i].Replace(ShardFacts.FileName, change(facts!).ToBytes());
            Refused(DataChecks.ShardRange, Merge(all, out _));
            all[i].Replace(ShardFacts.FileName, honest);
        }
    }

    [Fact]
    public void A_shard_whose_leaves_are_not_those_it_signed_off_is_refused()
    {
        var all = Shards(Lines.Plan(Lines.Make(1000), 2), 3);
        var leaves = all[1].Read("leaves", int.MaxValue)!;
        var swapped = leaves.ToArray(); // two leaves change places: as many, and all of them genuine
        leaves.AsSpan(30, 32).CopyTo(swapped.AsSpan(62));
        leaves.AsSpan(62, 32).CopyTo(swapped.AsSpan(30));
        all[1].Replace("leaves", swapped);
        Refused(DataChecks.ShardLeaves, Merge(all, out _));
        all[1].Replace("leaves", leaves.AsSpan(0, leaves.Length - 32));
        Refused(DataChecks.ShardLeaves, Merge(all, out _));
        all[1].Delete("leaves");
        Refused(DataChecks.ShardLeaves, Merge(all, out _));
    }

    [Fact]
    public void Any_changed_byte_of_a_shards_facts_is_refused_or_changes_what_they_say()
    {
        var facts = Shards(Lines.Plan(Lines.Make(10), 1), 2)[1].Read(ShardFacts.FileName, 4096)!;
        Assert.True(ShardFacts.Decode(facts, out var honest).IsAccepted);
        for (int i = 0; i < facts.Length; i++)
        {
            var changed = facts.ToArray();
            changed[i] ^= 1;
            if (ShardFacts.Decode(changed, out var read).IsAccepted) Assert.NotEqual(honest, read);
        }
        Refused(DataChecks.ShardForm, ShardFacts.Decode((honest! with { Shard = 3, Shards = 2 }).ToBytes(), out _));
    }

    [Fact]
    public void A_merge_goes_into_no_shards_folder_and_over_no_other_commitment()
    {
        var all = Shards(Lines.Plan(Lines.Make(100), 2), 2);
        Refused(DataChecks.CommitFolder, FolderCommit.Merge(all, all[0], out _, new(), default));
        var files = new FragileFiles();
        Assert.True(FolderCommit.Merge(all, files, out var first, new(), default).IsAccepted);
        Assert.True(FolderCommit.Merge(all, files, out var again, new(), default).IsAccepted);
        Assert.Equal(first, again);
        Refused(DataChecks.CommitFolder, FolderCommit.Merge(Shards(Lines.Plan(Lines.Make(101), 2), 2), files, out _, new(), default));
    }
}
