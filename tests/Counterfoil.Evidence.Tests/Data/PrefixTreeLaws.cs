using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Absence;
using CsCheck;
using static Counterfoil.Tests.Data.DataScene;

namespace Counterfoil.Tests.Data;

/// <summary>The absence tree's laws, over keys that share long prefixes and repeat.</summary>
public sealed class PrefixTreeLaws
{
    /// <summary>Two bytes of freedom at the ends: paths part early or after 240 bits.</summary>
    static readonly Gen<Sha256Digest> Key = Gen.Select(Gen.Byte[0, 7], Gen.Byte[0, 15]).Select((head, tail) => new Sha256Digest([(byte)(head << 5), .. new byte[30], tail]));
    static readonly Gen<Sha256Digest[]> Keys = Key.Array[0, 40];

    [Fact]
    public void The_root_follows_from_the_set_alone() =>
        Gen.Select(Keys, Gen.Int).Sample((keys, seed) =>
        {
            var shuffled = keys.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(PrefixTree.Of(keys.ToArray()).Root, PrefixTree.Of(shuffled).Root);
        });

    [Fact]
    public void One_more_occurrence_or_one_fewer_is_another_root() =>
        Keys.Where(k => k.Length > 0).Sample(keys =>
        {
            var root = PrefixTree.Of(keys.ToArray()).Root;
            Assert.NotEqual(root, PrefixTree.Of([.. keys, keys[0]]).Root);
            Assert.NotEqual(root, PrefixTree.Of(keys[1..]).Root);
        });

    [Fact]
    public void Every_key_is_provably_either_present_or_absent_and_never_both() =>
        Gen.Select(Keys, Key).Sample((keys, asked) =>
        {
            var tree = PrefixTree.Of(keys.ToArray());
            var proof = tree.Prove(asked);
            long times = keys.Count(k => k == asked);
            Assert.Equal(times == 0, proof.VerifyAbsent(tree.Root, asked).IsAccepted);
            Assert.Equal(times > 0, proof.VerifyPresent(tree.Root, asked, Math.Max(1, times)).IsAccepted);
            Assert.False(proof.VerifyPresent(tree.Root, asked, times + 1).IsAccepted);
        });

    [Fact]
    public void A_keyed_tree_has_a_value_for_each_key_and_passes_for_no_unkeyed_one() =>
        Keys.Select(keys => keys.Distinct().ToArray()).Where(k => k.Length > 0).Sample(keys =>
        {
            var tree = PrefixTree.Of(keys.Select((k, i) => new PrefixEntry(k, 1, Sha256.Hash([(byte)i]))));
            Assert.NotEqual(PrefixTree.Of(keys.ToArray()).Root, tree.Root);
            Assert.Equal(Sha256.Hash([0]), tree.Prove(keys[0]).End!.Value.Value);
            Refused(DataChecks.PrefixShape, tree.Prove(keys[0]).VerifyPresent(tree.Root, keys[0], 1));
        });

    [Fact]
    public void A_pruned_tree_proves_what_all_its_paths_prove() =>
        Gen.Select(Keys, Key.Array[1, 8]).Sample((keys, asked) =>
        {
            var tree = PrefixTree.Of(keys.ToArray());
            var pruned = Again(PrunedPrefixTree.Make(tree.Prove, asked));
            Assert.Equal(tree.Root, pruned.Root);
            foreach (var key in asked)
            {
                Assert.Equal(Verdict.Accept, pruned.Find(key, out var entry));
                Assert.Equal(tree.Prove(key).End, entry);
            }
        });

    [Fact]
    public void Removal_in_a_pruned_tree_gives_the_root_of_the_tree_without() =>
        Gen.Select(Keys.Where(k => k.Length > 0), Gen.Int[1, 12], Gen.Int).Sample((keys, count, seed) =>
        {
            var shuffled = keys.ToArray();
            new Random(seed).Shuffle(shuffled);
            count = Math.Min(count, keys.Length);
            var removed = shuffled[..count].GroupBy(k => k).ToDictionary(g => g.Key, g => (long)g.Count());
            var pruned = Again(PrunedPrefixTree.ForRemoval(PrefixTree.Of(keys.ToArray()).Prove, removed));
            Assert.Equal(PrefixTree.Of(keys.ToArray()).Root, pruned.Root);
            Assert.Equal(Verdict.Accept, pruned.Remove(removed, out var root));
            Assert.Equal(PrefixTree.Of(shuffled[count..]).Root, root);
        }, iter: 150);

    [Fact]
    public void What_is_not_there_so_often_cannot_be_removed()
    {
        Sha256Digest[] keys = [.. Enumerable.Range(0, 20).Select(i => Sha256.Hash([(byte)i]))];
        var tree = PrefixTree.Of(keys.ToArray());
        var pruned = PrunedPrefixTree.Make(tree.Prove, [keys[0], Sha256.Hash([99])]);
        Refused(DataChecks.DeltaRemoved, pruned.Remove(new Dictionary<Sha256Digest, long> { [Sha256.Hash([99])] = 1 }, out _));
        Refused(DataChecks.DeltaRemoved, pruned.Remove(new Dictionary<Sha256Digest, long> { [keys[0]] = 2 }, out _));
        Assert.Throws<ArgumentException>(() => PrunedPrefixTree.ForRemoval(tree.Prove, new Dictionary<Sha256Digest, long> { [keys[0]] = 2 }));
    }

    /// <summary>Two keys that part at bit 3: with one gone, the other's leaf moves up to the root. Hidden, it could pass for a branch that stays.</summary>
    [Fact]
    public void What_would_be_left_alone_must_be_shown()
    {
        Sha256Digest a = new([0b0000_0000, .. new byte[31]]), b = new([0b0001_0000, .. new byte[31]]);
        var tree = PrefixTree.Of([a, b]);
        var gone = new Dictionary<Sha256Digest, long> { [a] = 1 };
        Refused(DataChecks.PrunedTree, PrunedPrefixTree.Make(tree.Prove, [a]).Remove(gone, out _));
        Assert.Equal(Verdict.Accept, PrunedPrefixTree.ForRemoval(tree.Prove, gone).Remove(gone, out var root));
        Assert.Equal(PrefixTree.Of([b]).Root, root);
    }

    [Theory]
    [InlineData("82f6f6")] // more tokens than one tree
    [InlineData("81f5")] // a branch without its sides
    [InlineData("83f5f6f6")] // a branch of nothing
    [InlineData("81f4")] // false
    [InlineData("8183582000000000000000000000000000000000000000000000000000000000000000000158200000000000000000000000000000000000000000000000000000000000000000ff")] // trailing
    [InlineData("815820e52d9c508c502347344d8c07ad91cbd6068afc75ff6292f062a09ca381c89e71")] // SHA-256(04): an empty subtree as its hash
    [InlineData("83f5f6825820000000000000000000000000000000000000000000000000000000000000000001")] // one key under a branch
    [InlineData("83f5582011111111111111111111111111111111111111111111111111111111111111118258200000000000000000000000000000000000000000000000000000000000000000 01")] // an entry off its path
    public void A_part_of_no_whole_tree_is_refused(string hex)
    {
        byte[] file = Convert.FromHexString(hex.Replace(" ", ""));
        Assert.IsType<Verdict.Rejected>(Read(file, out _));
    }

    static PrunedPrefixTree Again(PrunedPrefixTree tree)
    {
        var writer = new CborWriter();
        tree.WriteTo(writer);
        Assert.Equal(Verdict.Accept, Read(writer.ToArray(), out var read));
        var second = new CborWriter();
        read!.WriteTo(second);
        Assert.Equal(writer.ToArray(), second.ToArray());
        return read;
    }

    static Verdict Read(byte[] file, out PrunedPrefixTree? tree)
    {
        var reader = new CborReader(file);
        tree = PrunedPrefixTree.ReadFrom(ref reader);
        return reader.Finish();
    }
}
