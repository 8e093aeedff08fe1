using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
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
    public async Task Every_record_is_provably_in_and_no_other()
    {
        var pictures = Pictures.Make(67);
        var (result, leaves) = await Pictures.Commit(pictures);
        for (int i = 0; i < pictures.Count; i++)
        {
            var file = RecordInclusion.Make(result, leaves, i).ToBytes();
            Assert.Equal(Verdict.Accept, RecordInclusion.Verify(file, result, pictures[i]));
            Refused(CoreChecks.MerkleInclusion, RecordInclusion.Verify(file, result, pictures[(i + 1) % 67]));
        }
    }

    [Fact]
    public async Task Forged_inclusion_proofs_are_refused_by_the_check_for_it()
    {
        var pictures = Pictures.Make(67);
        var (result, leaves) = await Pictures.Commit(pictures);
        var proof = RecordInclusion.Make(result, leaves, 5);
        Refused(CoreChecks.MerkleInclusion, (proof with { Place = 6 }).Verify(result, pictures[5]));
        Refused(CoreChecks.MerkleRange, (proof with { Place = 67 }).Verify(result, pictures[5]));
        Refused(CoreChecks.MerklePathLength, (proof with { Path = proof.Path[1..] }).Verify(result, pictures[5]));
        Refused(CoreChecks.MerkleInclusion, (proof with { Path = proof.Path.SetItem(0, proof.Path[1]) }).Verify(result, pictures[5]));
        Refused(DataChecks.ProofDataset, (proof with { Records = 68 }).Verify(result, pictures[5])); // a forged count
        Refused(DataChecks.ProofDataset, (proof with { Root = result.SortedRoot }).Verify(result, pictures[5]));
        Refused(DataChecks.ProofDataset, proof.Verify(result with { OrderedRoot = result.SortedRoot }, pictures[5]));
        Refused(DataChecks.ProofDataset, proof.Verify(result with { Canonicaliser = Canonicaliser.JsonLines }, pictures[5]));
    }

    [Fact]
    public async Task An_inner_node_is_not_taken_for_a_record()
    {
        // Two leaf hashes side by side are a node's input, 64 bytes. Given out as a record, its leaf hash has another prefix and a tag.
        var (result, leaves) = await Pictures.Commit(Pictures.Make(4));
        byte[] node = [.. leaves[0].ToArray(), .. leaves[1].ToArray()];
        var proof = new RecordInclusion(result.Canonicaliser, result.OrderedRoot, 4, 0, [MerkleTree.NodeHash(leaves[2], leaves[3])]);
        Refused(CoreChecks.MerklePathLength, proof.Verify(result, node));
        Refused(DataChecks.ProofDataset, (proof with { Records = 2 }).Verify(result, node));
        Refused(CoreChecks.MerkleInclusion, (proof with { Records = 2 }).Verify(result with { Records = 2 }, node));
    }

    [Fact]
    public async Task A_last_record_given_twice_is_another_data_set()
    {
        // Where odd nodes are doubled, three leaves and four with the last doubled have one root. Not here.
        var pictures = Pictures.Make(3);
        var (three, _) = await Pictures.Commit(pictures);
        var (four, _) = await Pictures.Commit([.. pictures, pictures[2]]);
        Assert.NotEqual(three.OrderedRoot, four.OrderedRoot);
    }

    [Fact]
    public async Task Every_other_record_is_provably_out()
    {
        var pictures = Pictures.Make(200);
        var (result, leaves) = await Pictures.Commit(pictures);
        var tree = PrefixTree.Of(leaves);
        foreach (var stranger in Pictures.Make(100, seed: 2))
        {
            var proof = RecordAbsence.Make(result, tree, stranger)!;
            Assert.Equal(Verdict.Accept, RecordAbsence.Verify(proof.ToBytes(), result, stranger));
        }
        foreach (var member in pictures) Assert.Null(RecordAbsence.Make(result, tree, member));
    }

    [Fact]
    public async Task Nothing_shows_a_present_record_absent()
    {
        var pictures = Pictures.Make(200);
        var (result, leaves) = await Pictures.Commit(pictures);
        var tree = PrefixTree.Of(leaves);
        var leaf = new RecordLeaf(Canonicaliser.IdxLabelled);
        foreach (var member in pictures[..20])
        {
            var key = RecordLeaf.Key(leaf.Hash(member));
            var own = tree.Prove(key);
            Refused(DataChecks.PrefixPath, own.VerifyAbsent(result.SortedRoot, key)); // its own path ends at itself
            Refused(DataChecks.PrefixRoot, (own with { End = null }).VerifyAbsent(result.SortedRoot, key));
            foreach (var stranger in Pictures.Make(20, seed: 3)) // other keys' paths
            {
                var other = RecordAbsence.Make(result, tree, stranger)!;
                Assert.False(other.Verify(result, member).IsAccepted);
            }
            // A shorter path: the inner node above the leaf taken for another key's leaf, which needs a second input of its hash.
            Assert.False(new PrefixProof(own.Siblings[..^1], null).VerifyAbsent(result.SortedRoot, key).IsAccepted);
        }
    }

    [Fact]
    public async Task Another_keys_path_does_not_show_absence()
    {
        var (result, leaves) = await Pictures.Commit(Pictures.Make(200));
        var tree = PrefixTree.Of(leaves);
        var (a, b) = (Sha256.Hash([1]), Sha256.Hash([2]));
        Assert.NotEqual(a.Value.Bit(0), b.Value.Bit(0)); // they part at the root
        var proof = tree.Prove(a);
        Assert.Equal(Verdict.Accept, proof.VerifyAbsent(result.SortedRoot, a));
        Assert.False(proof.VerifyAbsent(result.SortedRoot, b).IsAccepted);
        if (proof.End is not null) Refused(DataChecks.PrefixPath, proof.VerifyAbsent(result.SortedRoot, b));
    }

    [Fact]
    public async Task A_commitment_whose_roots_hold_different_sets_is_shown_to_be_a_fraud()
    {
        var pictures = Pictures.Make(50);
        var (honest, leaves) = await Pictures.Commit(pictures);
        var (without, fewer) = await Pictures.Commit(pictures[1..]);
        var lie = honest with { SortedRoot = without.SortedRoot };
        var inclusion = RecordInclusion.Make(lie, leaves, 0);
        var absence = RecordAbsence.Make(lie, PrefixTree.Of(fewer), pictures[0])!;
        Assert.Equal(Verdict.Accept, CommitmentFraud.Verify(lie, pictures[0], inclusion, absence));
        Refused(DataChecks.ProofDataset, CommitmentFraud.Verify(honest, pictures[0], inclusion, absence)); // an honest commitment is not shown to be one
    }

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
    public async Task Any_changed_byte_of_a_proof_file_is_refused()
    {
        var pictures = Pictures.Make(40);
        var (result, leaves) = await Pictures.Commit(pictures);
        var stranger = Pictures.Make(1, seed: 9)[0];
        var inclusion = RecordInclusion.Make(result, leaves, 11).ToBytes();
        var absence = RecordAbsence.Make(result, PrefixTree.Of(leaves), stranger)!.ToBytes();
        for (int flip = 1; flip < 256; flip <<= 1)
        {
            for (int i = 0; i < inclusion.Length; i++) Assert.False(RecordInclusion.Verify(With(inclusion, i, flip), result, pictures[11]).IsAccepted, $"byte {i}");
            for (int i = 0; i < absence.Length; i++) Assert.False(RecordAbsence.Verify(With(absence, i, flip), result, stranger).IsAccepted, $"byte {i}");
        }
        for (int i = 0; i < inclusion.Length; i++) Assert.False(RecordInclusion.Verify(inclusion.AsSpan(0, i), result, pictures[11]).IsAccepted);
        Assert.False(RecordInclusion.Verify([.. inclusion, 0], result, pictures[11]).IsAccepted);
        Assert.False(RecordAbsence.Verify([.. absence, 0], result, stranger).IsAccepted);
        Assert.False(RecordAbsence.Decode(inclusion, out _).IsAccepted);
        Assert.False(RecordInclusion.Decode(absence, out _).IsAccepted);
        static byte[] With(byte[] bytes, int at, int flip)
        {
            var changed = bytes.ToArray();
            changed[at] ^= (byte)flip;
            return changed;
        }
    }

    [Fact]
    public async Task Proof_decoders_never_throw_and_what_they_read_they_write_again()
    {
        var (result, leaves) = await Pictures.Commit(Pictures.Make(40));
        var stranger = Pictures.Make(1, seed: 9)[0];
        foreach (var valid in (byte[][])[RecordInclusion.Make(result, leaves, 11).ToBytes(), RecordAbsence.Make(result, PrefixTree.Of(leaves), stranger)!.ToBytes()])
            Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Int[0, 40], Gen.Byte.Array[0, 40]).Sample((at, cut, put) =>
            {
                byte[] mutated = [.. valid[..at], .. put, .. valid[Math.Min(valid.Length, at + cut)..]];
                if (RecordInclusion.Decode(mutated, out var inclusion).IsAccepted) Assert.Equal(mutated, inclusion!.ToBytes());
                if (RecordAbsence.Decode(mutated, out var absence).IsAccepted) Assert.Equal(mutated, absence!.ToBytes());
            });
        Gen.Byte.Array[0, 300].Sample(bytes => !RecordInclusion.Decode(bytes, out _).IsAccepted && !RecordAbsence.Decode(bytes, out _).IsAccepted);
    }

    [Fact]
    public async Task An_empty_sibling_has_one_encoding_and_a_pointless_branch_none()
    {
        var (result, _) = await Pictures.Commit(Pictures.Make(3));
        byte[] Absence(byte[] sibling)
        {
            var writer = new CborWriter();
            writer.BeginArray(5);
            writer.WriteText(RecordAbsence.Version);
            writer.WriteText("idx-labelled/v1");
            writer.WriteBytes(result.SortedRoot.ToArray());
            writer.BeginArray(1);
            writer.WriteBytes(sibling);
            writer.EndArray();
            writer.WriteNull();
            writer.EndArray();
            return writer.ToArray();
        }
        Refused(DataChecks.PrefixShape, RecordAbsence.Decode(Absence(PrefixTree.EmptyRoot.ToArray()), out _));
        Refused(DataChecks.PrefixShape, RecordAbsence.Decode(Absence([1]), out _));
        Refused(DataChecks.PrefixShape, RecordAbsence.Verify(Absence([]), result, [1]));
    }

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

    [Fact]
    public async Task An_audit_names_what_differs()
    {
        var pictures = Pictures.Make(40);
        var (result, leaves) = await Pictures.Commit(pictures);
        Assert.Equal(Verdict.Accept, (await DatasetAudit.RunAsync(result, Pictures.Open(pictures), leaves)).Verdict);
        pictures[7] = [.. pictures[7]];
        pictures[7][3] ^= 1;
        var audit = await DatasetAudit.RunAsync(result, Pictures.Open(pictures), leaves);
        Refused(DataChecks.Audit, audit.Verdict);
        Assert.Equal((QuarantineReason.Altered, 7), (Assert.Single(audit.Differences).Reason, audit.Differences[0].Record!.Value));
    }
}
