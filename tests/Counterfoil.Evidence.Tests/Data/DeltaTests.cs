using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Deltas;
using Counterfoil.Data.Proofs;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Predicates;
using CsCheck;
using static Counterfoil.Tests.Data.DataScene;

namespace Counterfoil.Tests.Data;

/// <summary>Opt-outs: exactly these records went, and nothing else moved.</summary>
public sealed class DeltaTests
{
    static (DeltaProof Proof, DatasetDelta Statement) Make(DataScene scene, params long[] places)
    {
        var proof = DeltaProof.Make(scene.Leaves, places);
        var statement = proof.Statement(scene.Set.Statement, "opt-out", "counterfoil 0.1.0", Then);
        return (proof with { Statement = statement.Sign("pictures", Committer) }, statement);
    }

    static LeafManifest After(DataScene scene, IEnumerable<long> places)
    {
        var leaves = scene.Manifest.Leaves.ToArray();
        foreach (long place in places) leaves[place] = Tombstone.At(place);
        return new(leaves);
    }

    [Fact]
    public void The_roots_after_are_those_of_the_set_without_the_records() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 20], Gen.Int).Sample((count, gone, seed) =>
        {
            var records = Pictures.Make(count);
            for (int i = 0; i + 5 < count; i += 5) records[i] = records[i + 5]; // copies
            var scene = OfAsync(records).GetAwaiter().GetResult();
            var order = Enumerable.Range(0, count).Select(i => (long)i).ToArray();
            new Random(seed).Shuffle(order);
            var places = order[..Math.Min(gone, count)];
            var (proof, _) = Make(scene, places);
            var after = After(scene, places);
            Assert.Equal(after.Root, proof.After.Ordered);
            Assert.Equal(PrefixTree.Of(scene.Manifest.Leaves.ToArray().Where((_, i) => !places.Contains(i)).Select(RecordLeaf.Key).ToArray()).Root, proof.After.Absence);
            Assert.Equal(new ManifestLeaves(scene.Result.Canonicaliser, after).AbsenceRoot, proof.After.Absence);
            byte[] file = proof.ToBytes();
            Assert.Equal(Verdict.Accept, DeltaReport.Of(file, Policy).Verdict);
            Assert.Equal(Verdict.Accept, DeltaProof.Decode(file, out var read));
            Assert.Equal(file, read!.ToBytes());
        }, iter: 150);

    [Fact]
    public async Task Proofs_go_on_under_the_statement_of_the_delta()
    {
        var scene = await MakeAsync(60);
        var (proof, _) = Make(scene, 7, 20, 21);
        Assert.Equal(Verdict.Accept, CommittedSet.Read(proof.Statement!, out var set, out _));
        var leaves = new ManifestLeaves(set!.Canonicaliser, After(scene, [7, 20, 21]));
        Assert.Equal((set.OrderedRoot, set.AbsenceRoot), (leaves.OrderedRoot, leaves.AbsenceRoot));
        var removed = new DataProof(set, Claim.Absence.Make(leaves, scene.Records[20])!, proof.Statement);
        Assert.Equal(Verdict.Accept, ProofReport.Of(removed.ToBytes(), scene.Records[20], Policy).Verdict);
        var kept = new DataProof(set, new Claim.Inclusion(Placement.Of(leaves, 8)), proof.Statement);
        Assert.Equal(Verdict.Accept, ProofReport.Of(kept.ToBytes(), scene.Records[8], Policy).Verdict);
        // And a second delta from there.
        var second = DeltaProof.Make(leaves, [0, 59]);
        Assert.Equal(set.OrderedRoot, second.Before.Ordered);
        Assert.Equal(Verdict.Accept, second.Verify());
        Assert.Throws<ArgumentException>(() => DeltaProof.Make(leaves, [20])); // a tombstone cannot be removed
    }

    [Fact]
    public async Task Each_lie_of_a_delta_is_refused_by_the_check_for_it()
    {
        var scene = await MakeAsync(60);
        var proof = DeltaProof.Make(scene.Leaves, [7, 20]);
        var other = DeltaProof.Make(scene.Leaves, [7, 21]);
        Assert.Equal(Verdict.Accept, proof.Verify());
        Refused(DataChecks.DeltaOrderedBefore, (proof with { Before = proof.Before with { Ordered = other.After.Ordered } }).Verify());
        Refused(DataChecks.DeltaOrderedAfter, (proof with { After = proof.After with { Ordered = other.After.Ordered } }).Verify()); // something else changed too
        Refused(DataChecks.DeltaAbsenceBefore, (proof with { Before = proof.Before with { Absence = proof.After.Absence } }).Verify());
        Refused(DataChecks.DeltaAbsenceAfter, (proof with { After = proof.After with { Absence = other.After.Absence } }).Verify()); // a record slipped in or out of the look-ups
        Refused(DataChecks.DeltaAbsenceAfter, (proof with { After = proof.After with { Absence = proof.Before.Absence } }).Verify()); // a tombstone, and still looked up
        Refused(DataChecks.DeltaForm, (proof with { Untouched = proof.Untouched[1..] }).Verify());
        Refused(DataChecks.DeltaForm, (proof with { Untouched = proof.Untouched.Add(default) }).Verify());
        Refused(DataChecks.DeltaOrderedBefore, (proof with { Removed = proof.Removed.SetItem(0, new(7, scene.Manifest[8])) }).Verify()); // another record in its name
        Refused(DataChecks.DeltaOrderedBefore, (proof with { Untouched = proof.Untouched.SetItem(0, default) }).Verify());
        Refused(DataChecks.DeltaRemoved, (proof with { Tree = PrunedPrefixTree.Make(scene.Leaves.Absence, [RecordLeaf.Key(scene.Manifest[7])]) }).Verify());
        Refused(DataChecks.DeltaForm, DeltaProof.Decode((proof with { Removed = [proof.Removed[1], proof.Removed[0]] }).ToBytes(), out _));
        Refused(CoreChecks.CborRange, DeltaProof.Decode((proof with { Removed = [proof.Removed[0], new(60, default)] }).ToBytes(), out _));
        Refused(DataChecks.DeltaForm, DeltaProof.Decode([0x89, 0x61, (byte)'x', 0xf6, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6, 0xf6], out _));
    }

    [Fact]
    public async Task A_statement_that_says_otherwise_than_its_proof_is_refused()
    {
        var scene = await MakeAsync(60);
        var (proof, stated) = Make(scene, 7, 20);
        Verdict With(DatasetDelta lie, byte[]? policy = null) => DeltaReport.Of((proof with { Statement = lie.Sign("pictures", Committer) }).ToBytes(), policy ?? Policy).Verdict;
        Refused(DataChecks.DeltaStatement, With(stated with { Removed = 1 }));
        Refused(DataChecks.DeltaStatement, With(stated with { Records = 61 }));
        Refused(DataChecks.DeltaStatement, With(stated with { Canonicaliser = "jsonl/v1" }));
        Refused(DataChecks.DeltaStatement, With(stated with { OrderedRootBefore = default }));
        Refused(DataChecks.DeltaStatement, With(stated with { SortedRoot = default }));
        Refused(EvidenceChecks.LinkPredicate, With(stated with { Removed = 0 }));
        Refused(EvidenceChecks.LinkPredicate, With(stated with { Reason = "a whim" }));
        using var stranger = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        Refused(EvidenceChecks.PolicySigner, With(stated, PolicyOf(stranger.PublicKey)));
        CannotTell(EvidenceChecks.PolicySigner, DeltaReport.Of(proof.ToBytes(), null).Verdict);
        CannotTell(DataChecks.ProofStatement, DeltaReport.Of((proof with { Statement = null }).ToBytes(), Policy).Verdict);
        Assert.Equal(Verdict.Accept, DeltaReport.Of((proof with { Statement = null }).ToBytes(), Policy, proof.Statement).Verdict);
        Refused(CoreChecks.StatementJson, DeltaReport.Of((proof with { Statement = scene.Statement }).ToBytes(), Policy).Verdict);
    }

    /// <summary>A delta whose signer names a statement, and begins with other roots than that says: who believes the first statement alone is not led elsewhere.</summary>
    [Fact]
    public async Task A_delta_begins_where_the_statement_before_it_ends()
    {
        var scene = await MakeAsync(60);
        byte[] file = Make(scene, 7, 20).Proof.ToBytes();
        var report = DeltaReport.Of(file, Policy, null, scene.Statement);
        Assert.Equal(Verdict.Accept, report.Verdict);
        Assert.Contains(report.Proves, p => p.Contains($"{scene.Set.Statement}", StringComparison.Ordinal));
        Assert.Contains(DeltaReport.Of(file, Policy).DoesNotProve, d => d.Contains("--before", StringComparison.Ordinal));
        var elsewhere = await MakeAsync(60, seed: 2);
        Refused(DataChecks.DeltaPredecessor, DeltaReport.Of(file, Policy, null, elsewhere.Statement).Verdict); // another statement than the one named
        var proof = DeltaProof.Make(elsewhere.Leaves, [7]);
        byte[] lie = (proof with { Statement = proof.Statement(scene.Set.Statement, "opt-out", "counterfoil 0.1.0", Then).Sign("pictures", Committer) }).ToBytes();
        Assert.Equal(Verdict.Accept, DeltaReport.Of(lie, Policy).Verdict);
        Refused(DataChecks.DeltaPredecessor, DeltaReport.Of(lie, Policy, null, scene.Statement).Verdict);
        using var stranger = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var theirs = DataScene.Sign(scene.Result, stranger);
        var named = DeltaProof.Make(scene.Leaves, [7]);
        byte[] after = (named with { Statement = named.Statement(theirs.PayloadDigest, "opt-out", "counterfoil 0.1.0", Then).Sign("pictures", Committer) }).ToBytes();
        Refused(EvidenceChecks.PolicySigner, DeltaReport.Of(after, Policy, null, theirs).Verdict);
    }

    [Fact]
    public void The_folder_after_a_delta_has_its_roots_and_makes_proofs()
    {
        string root = Directory.CreateTempSubdirectory("counterfoil-delta-").FullName;
        try
        {
            var lines = Commits.Lines.Make(40_000, repeat: 9);
            var plan = Commits.Lines.Plan(lines, 3);
            Assert.Equal(Verdict.Accept, FolderCommit.Run(plan, Path.Combine(root, "before"), out _));
            string last = Path.Combine(root, "before");
            long[][] rounds = [[0, 8, 32_767, 32_768, 39_999], [1, 2, 17]];
            for (int round = 0; round < rounds.Length; round++)
            {
                Assert.Equal(Verdict.Accept, CommitmentFolder.Open(last, out var before));
                using var held = before;
                var proof = DeltaProof.Make(before!, rounds[round]);
                string next = Path.Combine(root, $"after{round}");
                var result = RevisedFolder.Write(before!, proof, next);
                Assert.Equal((proof.After.Ordered, proof.After.Absence), (result.OrderedRoot, result.SortedRoot));
                Assert.Equal(Verdict.Accept, CommitmentFolder.Open(next, out var after));
                using var open = after;
                Assert.Equal(result, after!.Result);
                foreach (long place in rounds[round])
                {
                    Assert.Equal(Tombstone.At(place), after.Leaf(place));
                    Assert.DoesNotContain(place, ((ICommittedLeaves)after).Find(before!.Leaf(place)));
                }
                foreach (long place in (long[])[3, 16_000, 39_998])
                {
                    Assert.Equal(Verdict.Accept, after.Inclusion(place, out _));
                    Assert.Contains(place, ((ICommittedLeaves)after).Find(after.Leaf(place)));
                    Assert.Equal(Verdict.Accept, after.Prove(RecordLeaf.Key(after.Leaf(place)), out _));
                }
                Assert.Throws<InvalidDataException>(() => RevisedFolder.Write(after, proof, Path.Combine(root, "none")));
                last = next;
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Any_changed_byte_of_a_delta_is_refused()
    {
        var scene = await MakeAsync(60);
        byte[] file = Make(scene, 7, 20).Proof.ToBytes();
        for (int i = 0; i < file.Length; i++) Assert.False(DeltaReport.Of(Flip(file, i, 1 << i % 8), Policy).Verdict.IsAccepted, $"byte {i}");
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Int[0, 40], Gen.Byte.Array[0, 40]).Sample((at, cut, put) =>
        {
            byte[] mutated = [.. file[..at], .. put, .. file[Math.Min(file.Length, at + cut)..]];
            if (DeltaProof.Decode(mutated, out var read).IsAccepted) Assert.Equal(mutated, read!.ToBytes());
        }, iter: 300);
    }

    [Fact]
    public async Task A_delta_grows_with_what_is_removed_and_not_with_the_set()
    {
        var small = DeltaProof.Make((await MakeAsync(1_000)).Leaves, [500]).ToBytes().Length;
        var large = DeltaProof.Make((await MakeAsync(16_000)).Leaves, [8000]).ToBytes().Length;
        Assert.InRange(large, small, small + 2 * 5 * 34 + 200); // sixteen times the records: four levels more in each tree, give or take
    }
}
