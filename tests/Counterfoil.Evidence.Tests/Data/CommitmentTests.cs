using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Records;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data;

public sealed class CommitmentTests
{
    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    /// <summary>Twenty records and one of them again.</summary>
    static List<byte[]> Vector() =>
        [.. Enumerable.Range(0, 20).Select(i => (byte[])[(byte)(i % 10), .. Enumerable.Range(0, 4).Select(j => (byte)(i * 7 + j))]), [0, 0, 1, 2, 3]];

    [Fact]
    public async Task The_roots_are_those_of_an_independent_implementation()
    {
        // Computed with Python's hashlib from docs/data.md, by the definitions written out recursively.
        var (result, leaves) = await DatasetCommitment.BuildAsync(new Shelf(Vector()));
        Assert.Equal("85e56e163b4aae95aebb6abc9b83ecf6a9c9ad9a321e25001cf018086e63aaa7", leaves[0].ToString());
        Assert.Equal("f4c317deb58c26bbc3b81d5fa4a4ffdc0e85c2d25873f509e8e4014963c851a4", RecordLeaf.Key(leaves[0]).ToString());
        Assert.Equal("d29977e7528e0f596d289b60961af0c39e381a1a47c5026d555b94cc97dff3c5", result.OrderedRoot.ToString());
        Assert.Equal("11f3ecd64c6af5d881bba5f717167099b9280eba9054972475328ef2062e707f", result.SortedRoot.ToString());
        Assert.Equal((21, 20, 105), (result.Records, result.DistinctRecords, result.Bytes));
    }

    [Fact]
    public async Task An_empty_data_set_has_the_empty_roots()
    {
        var (result, _) = await DatasetCommitment.BuildAsync(new Shelf([]));
        Assert.Equal((0, MerkleTree.EmptyRoot, PrefixTree.EmptyRoot), (result.Records, result.OrderedRoot, result.SortedRoot));
    }

    [Fact]
    public async Task The_absence_root_does_not_depend_on_the_order_and_the_ordered_root_does()
    {
        var pictures = Pictures.Make(100);
        var (one, _) = await Pictures.Commit(pictures);
        var (other, _) = await Pictures.Commit([.. Enumerable.Reverse(pictures)]);
        Assert.Equal(one.SortedRoot, other.SortedRoot);
        Assert.NotEqual(one.OrderedRoot, other.OrderedRoot);
    }

    [Fact]
    public async Task How_often_a_record_occurs_is_part_of_the_absence_root()
    {
        var pictures = Pictures.Make(10);
        var (once, _) = await Pictures.Commit(pictures);
        var (twice, leaves) = await Pictures.Commit([.. pictures, pictures[3]]);
        Assert.NotEqual(once.SortedRoot, twice.SortedRoot);
        Assert.Equal((11, 10), (twice.Records, twice.DistinctRecords));
        var key = RecordLeaf.Key(leaves[3]);
        var proof = PrefixTree.Of(leaves).Prove(key);
        Assert.Equal(Verdict.Accept, proof.VerifyPresent(twice.SortedRoot, key, 2));
        Refused(DataChecks.PrefixPath, proof.VerifyPresent(twice.SortedRoot, key, 1));
        Refused(DataChecks.PrefixRoot, (proof with { End = new(key, 1) }).VerifyPresent(twice.SortedRoot, key, 1));
    }

    [Fact]
    public async Task The_same_bytes_under_another_rule_are_another_record()
    {
        var idx = new RecordLeaf(Canonicaliser.IdxLabelled).Hash([1, 2, 3]);
        Assert.NotEqual(idx, new RecordLeaf(Canonicaliser.JsonLines).Hash([1, 2, 3]));
        var (result, leaves) = await Pictures.Commit(Pictures.Make(4));
        Assert.NotEqual(MerkleTree.LeafHash(Pictures.Make(4)[0]), leaves[0]);
        Assert.Equal(leaves.Root, result.OrderedRoot);
    }

    [Fact]
    public void Leaves_hashed_together_are_those_hashed_one_by_one() =>
        Gen.Int[0, 3].SelectMany(n => Gen.Byte.Array[n, n + Math.Max(0, n - 2)]).Array[0, 80].Sample(records =>
        {
            var (_, leaves) = DatasetCommitment.BuildAsync(new Shelf(records)).GetAwaiter().GetResult();
            var leaf = new RecordLeaf(Canonicaliser.IdxLabelled);
            Assert.Equal(records.Select(r => leaf.Hash(r)), leaves.Leaves.ToArray());
            Assert.Equal(records.Select(r => RecordLeaf.Key(leaf.Hash(r))).Distinct().Count(), PrefixTree.Of(leaves).Count);
        }, iter: 200);

    [Fact]
    public void A_prefix_tree_agrees_with_its_definition() =>
        Gen.Select(Gen.Byte[0, 7], Gen.Byte).Array[0, 40].Sample(parts =>
        {
            // Keys that share long prefixes, and repeat: two bytes of freedom at the ends.
            var keys = parts.Select(p => new Sha256Digest([(byte)(p.Item1 << 5), .. new byte[30], p.Item2])).ToArray();
            var counts = keys.GroupBy(k => k).ToDictionary(g => g.Key, g => (long)g.Count());
            var tree = PrefixTree.Of(keys.ToArray());
            Assert.Equal(Defined(counts.ToList(), 0), tree.Root);
            Assert.Equal(counts.Count, tree.Count);
            for (int i = 0; i < 8; i++)
                foreach (byte last in (byte[])[0, 1, 128, 255])
                {
                    var key = new Sha256Digest([(byte)(i << 5), .. new byte[30], last]);
                    var proof = tree.Prove(key);
                    bool present = counts.TryGetValue(key, out long count);
                    Assert.Equal(!present, proof.VerifyAbsent(tree.Root, key).IsAccepted);
                    Assert.Equal(present, proof.VerifyPresent(tree.Root, key, count).IsAccepted);
                }
        }, iter: 60);

    static Sha256Digest Defined(List<KeyValuePair<Sha256Digest, long>> entries, int depth) => entries.Count switch
    {
        0 => Sha256.Hash([4]),
        1 => Sha256.Hash([2, .. entries[0].Key.ToArray(), .. BitConverter.GetBytes(entries[0].Value).Reverse()]),
        _ => Sha256.Hash([3, .. Defined(entries.FindAll(e => !e.Key.Value.Bit(depth)), depth + 1).ToArray(), .. Defined(entries.FindAll(e => e.Key.Value.Bit(depth)), depth + 1).ToArray()]),
    };

    [Fact]
    public async Task A_manifest_is_believed_when_its_root_is_the_commitments()
    {
        var (result, leaves) = await Pictures.Commit(Pictures.Make(40));
        var file = leaves.ToBytes();
        Assert.Equal(Verdict.Accept, LeafManifest.Read(file, result, out var read));
        Assert.Equal(leaves.Leaves, read!.Leaves);
        Refused(DataChecks.ManifestForm, LeafManifest.Read(file.AsSpan(0, file.Length - 1), result, out _));
        Refused(DataChecks.ManifestForm, LeafManifest.Read([.. file, .. new byte[32]], result, out _));
        Refused(DataChecks.ManifestForm, LeafManifest.Read([], result, out _));
        Refused(DataChecks.ManifestCount, LeafManifest.Read(file, result with { Records = 39 }, out _));
        for (int i = 0; i < file.Length; i++)
        {
            var changed = file.ToArray();
            changed[i] ^= 1;
            Assert.False(LeafManifest.Read(changed, result, out _).IsAccepted);
        }
        file[^1] ^= 1;
        Refused(DataChecks.ManifestRoot, LeafManifest.Read(file, result, out _));
    }
}
