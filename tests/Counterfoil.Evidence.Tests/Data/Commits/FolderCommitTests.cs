using Counterfoil.Core.Merkle;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Commitments.Keys;
using Counterfoil.Data.Records;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data.Commits;

public sealed class FolderCommitTests
{
    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    static CommitmentResult Commit(CommitPlan plan, FragileFiles files, CommitOptions? options = null)
    {
        var verdict = FolderCommit.Run(plan, files, out var result, options ?? new(), default);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return result!;
    }

    static CommitmentFolder Open(FragileFiles files)
    {
        var verdict = CommitmentFolder.Open(files, out var folder);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return folder!;
    }

    /// <summary>Everything small, so that every path is taken: few records a batch, few keys in memory.</summary>
    static CommitOptions Tight => new() { BatchBytes = 512, BatchRecords = 50, SortedAtOnce = 100, CheckpointInterval = TimeSpan.Zero };

    [Theory, InlineData(0, 1), InlineData(1, 1), InlineData(2, 1), InlineData(255, 2), InlineData(256, 3), InlineData(257, 1), InlineData(5_000, 7), InlineData(70_000, 3)]
    public void The_roots_are_those_of_the_commitment_in_memory(int count, int objects)
    {
        var records = Lines.Make(count, repeat: 9);
        Assert.Equal(Lines.Expected(records), Commit(Lines.Plan(records, objects, lastNewline: count % 2 == 0), new()));
    }

    [Fact]
    public void How_much_is_held_in_memory_changes_nothing()
    {
        var records = Lines.Make(20_000, repeat: 3); // 3,333 times each of two records, which no memory of a hundred keys holds
        FragileFiles roomy = new(), tight = new();
        Assert.Equal(Lines.Expected(records), Commit(Lines.Plan(records, 4), roomy));
        Assert.Equal(Lines.Expected(records), Commit(Lines.Plan(records, 4), tight, Tight));
        Assert.Equal(roomy.Names, tight.Names);
        foreach (string name in roomy.Names.Where(n => n != KeyIndex.FileName)) Assert.Equal(roomy.Read(name, int.MaxValue), tight.Read(name, int.MaxValue));
    }

    [Fact]
    public void A_folder_keeps_no_scratch()
    {
        var files = new FragileFiles();
        Commit(Lines.Plan(Lines.Make(70_000), 1), files);
        Assert.Equal(["commitment", "index", "keys", "leaves", "nodes.16", "nodes.8", "objects", "repeats", "shard"], files.Names);
        Assert.True(LeafManifest.Read(files.Read("leaves", int.MaxValue), Lines.Expected(Lines.Make(70_000)), out _).IsAccepted);
    }

    [Theory, InlineData(1, 1), InlineData(300, 5), InlineData(20_000, 100), InlineData(70_001, 300)]
    public void Every_record_is_found_and_proven_in_and_every_other_out(int count, int repeat)
    {
        var records = Lines.Make(count, repeat: repeat);
        foreach (var options in (CommitOptions[])[new(), Tight])
        {
            var files = new FragileFiles();
            var result = Commit(Lines.Plan(records, 2), files, options);
            using var folder = Open(files);
            Assert.Equal(result, folder.Result);
            var leaf = new RecordLeaf(Canonicaliser.JsonLines);
            var places = records.Select((r, i) => (Leaf: leaf.Hash(r), Place: (long)i)).ToLookup(p => p.Leaf, p => p.Place);
            for (int i = 0; i < count; i += 1 + count / 200)
            {
                Assert.True(folder.Find(leaf.Hash(records[i]), out var found, int.MaxValue).IsAccepted);
                Assert.Equal(places[leaf.Hash(records[i])], found);
                Assert.True(folder.Inclusion(i, out var siblings).IsAccepted);
                Assert.True(InclusionProof.Verify(result.OrderedRoot, count, i, leaf.Hash(records[i]), siblings).IsAccepted);
                Assert.True(folder.Prove(RecordLeaf.Key(leaf.Hash(records[i])), out var path).IsAccepted);
                Assert.Equal(found.Length, path!.End!.Value.Multiplicity);
            }
            foreach (var stranger in Lines.Make(200, seed: 2))
            {
                Assert.True(folder.Find(leaf.Hash(stranger), out var nowhere).IsAccepted);
                Assert.Empty(nowhere);
                Assert.True(folder.Prove(RecordLeaf.Key(leaf.Hash(stranger)), out var path).IsAccepted);
                Assert.True(path!.VerifyAbsent(result.SortedRoot, RecordLeaf.Key(leaf.Hash(stranger))).IsAccepted);
            }
        }
    }

    [Fact]
    public void An_empty_data_set_has_no_record_and_every_record_is_out()
    {
        var files = new FragileFiles();
        var result = Commit(Lines.Plan([], 1), files);
        using var folder = Open(files);
        var key = RecordLeaf.Key(new RecordLeaf(Canonicaliser.JsonLines).Hash("x"u8));
        Assert.True(folder.Prove(key, out var path).IsAccepted);
        Assert.True(path!.VerifyAbsent(result.SortedRoot, key).IsAccepted);
        Assert.Throws<ArgumentOutOfRangeException>(() => folder.Inclusion(0, out _));
    }

    [Fact]
    public void What_is_refused_names_its_place_and_leaves_no_commitment()
    {
        var files = new FragileFiles();
        Refused(DataChecks.JsonLines, FolderCommit.Run(Lines.Plan([[1], [], [2]], 1), files, out _, new(), default));
        Refused(DataChecks.FolderForm, CommitmentFolder.Open(files, out _));
    }

    [Fact]
    public void Keys_are_sorted_whatever_they_share() =>
        Gen.Select(Gen.Byte[0, 3], Gen.Byte[0, 7], Gen.Byte).Array[0, 400].Sample(parts =>
        {
            var keys = parts.Select((p, i) => new PlacedKey(new Sha256Digest([0xa0, (byte)(p.Item1 << 6 | p.Item2), .. new byte[29], p.Item3]), i)).ToArray();
            var sorted = new PlacedKey[keys.Length];
            KeySort.Sort(keys, sorted, 8, new int[(1 << 16) + 1]);
            Assert.Equal(keys.Order(), sorted);
        }, iter: 200);

    [Fact]
    public void A_subtree_over_keys_that_differ_in_their_last_bits_has_the_deepest_path()
    {
        var keys = new[] { new Sha256Digest(new byte[32]), new Sha256Digest([.. new byte[31], 1]) };
        var subtree = new PrefixSubtree();
        Assert.Equal(Counterfoil.Data.Absence.PrefixTree.Of([.. keys]).Root, subtree.HashOf(subtree.Build(keys, [1, 1], 2, 0)));
    }

    [Theory, InlineData("leaves"), InlineData("keys"), InlineData("index"), InlineData("nodes.8"), InlineData("repeats")]
    public void A_damaged_folder_makes_no_proof(string name)
    {
        var records = Lines.Make(3_000, repeat: 7);
        var files = new FragileFiles();
        Commit(Lines.Plan(records, 1), files);
        var leaf = new RecordLeaf(Canonicaliser.JsonLines);
        var good = files.Read(name, int.MaxValue)!;
        int refused = 0, made = 0;
        for (int at = name == "leaves" ? 40 : 0; at < good.Length; at += 1 + good.Length / 150)
        {
            var bad = good.ToArray();
            bad[at] ^= 0x40;
            files.Replace(name, bad);
            if (!CommitmentFolder.Open(files, out var folder).IsAccepted)
            {
                refused++;
                continue;
            }
            using (folder)
                for (int i = 0; i < 3_000; i += 307)
                {
                    // Whatever is handed out holds; what would not is refused by one of the two checks, never by an exception.
                    foreach (var verdict in (Verdict[])[folder!.Inclusion(i, out var proof), folder.Find(leaf.Hash(records[i]), out _), folder.Prove(RecordLeaf.Key(leaf.Hash([9])), out var path)])
                        if (verdict is Verdict.Rejected { Reason.Check: var check })
                        {
                            Assert.Contains(check, (Check[])[DataChecks.FolderRoot, DataChecks.FolderForm]);
                            refused++;
                        }
                        else made++;
                }
        }
        Assert.True(refused > 0, $"{made} made");
    }

    [Theory, InlineData("leaves"), InlineData("keys"), InlineData("index"), InlineData("nodes.8"), InlineData("repeats"), InlineData("commitment")]
    public void A_folder_that_lacks_a_file_or_a_part_of_one_is_refused(string name)
    {
        var files = new FragileFiles();
        Commit(Lines.Plan(Lines.Make(1_000), 1), files);
        var bytes = files.Read(name, int.MaxValue)!;
        if (bytes.Length > 0)
        {
            files.Replace(name, bytes.AsSpan(0, bytes.Length - 1));
            Assert.False(CommitmentFolder.Open(files, out _).IsAccepted);
        }
        files.Delete(name);
        Refused(DataChecks.FolderForm, CommitmentFolder.Open(files, out _));
    }
}
