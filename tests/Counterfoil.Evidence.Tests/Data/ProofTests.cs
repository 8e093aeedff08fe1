using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Records;
using Counterfoil.Evidence;
using CsCheck;
using static Counterfoil.Tests.Data.DataScene;

namespace Counterfoil.Tests.Data;

/// <summary>Proofs in and out: what holds, and for each thing that a forger changes the check that refuses it.</summary>
public sealed class ProofTests
{
    static readonly byte[] Stranger = Pictures.Make(1, seed: 9)[0];

    [Fact]
    public async Task Every_record_is_provably_in_and_no_other()
    {
        var scene = await MakeAsync(67);
        for (int i = 0; i < 67; i++)
        {
            byte[] file = scene.Inclusion(i).ToBytes();
            Assert.Equal(Verdict.Accept, ProofReport.Of(file, scene.Records[i], Policy).Verdict);
            Refused(CoreChecks.MerkleInclusion, ProofReport.Of(file, scene.Records[(i + 1) % 67], Policy).Verdict);
        }
    }

    [Fact]
    public async Task Every_other_record_is_provably_out()
    {
        var scene = await MakeAsync(200);
        foreach (var stranger in Pictures.Make(100, seed: 2)) Assert.Equal(Verdict.Accept, ProofReport.Of(scene.Absence(stranger).ToBytes(), stranger, Policy).Verdict);
        foreach (var member in scene.Records) Assert.Null(Claim.Absence.Make(scene.Leaves, member));
    }

    [Fact]
    public async Task A_proof_says_what_it_proves_and_what_not()
    {
        var scene = await MakeAsync(40);
        var report = ProofReport.Of(scene.Inclusion(3).ToBytes(), scene.Records[3], Policy);
        Assert.Equal("inclusion", report.Kind);
        Assert.Contains("place 3 of 40", report.Proves[0]);
        Assert.NotEmpty(report.DoesNotProve);
        Assert.Empty(ProofReport.Of(scene.Inclusion(3).ToBytes(), Stranger, Policy).Proves);
    }

    [Fact]
    public async Task Forged_inclusion_proofs_are_refused_by_the_check_for_it()
    {
        var scene = await MakeAsync(67);
        var record = scene.Records[5];
        var at = Placement.Of(scene.Leaves, 5);
        Verdict With(Placement forged) => new Claim.Inclusion(forged).Verify(scene.Set, record);
        Assert.Equal(Verdict.Accept, With(at));
        Refused(CoreChecks.MerkleInclusion, With(at with { Place = 6 })); // a forged index
        Refused(CoreChecks.MerkleRange, With(at with { Place = 67 }));
        Refused(CoreChecks.MerklePathLength, With(at with { Path = at.Path[1..] }));
        Refused(CoreChecks.MerkleInclusion, With(at with { Path = at.Path.SetItem(0, at.Path[1]) }));
        Refused(CoreChecks.MerkleInclusion, With(at with { Salt = new(at.Path[0].Value) })); // an unsalted leaf taken for a salted one
    }

    [Fact]
    public async Task A_proof_under_another_set_than_the_signed_one_is_refused()
    {
        var scene = await MakeAsync(67);
        var (proof, record) = (scene.Inclusion(5), scene.Records[5]);
        Verdict With(CommittedSet forged) => ProofReport.Of((proof with { Set = forged }).ToBytes(), record, Policy).Verdict;
        var set = scene.Set;
        // Each forged member but the roots leaves the claim true: it is the comparison with the statement that refuses.
        Refused(DataChecks.ProofDataset, With(set with { Statement = Sha256.Hash([1]) }));
        Refused(DataChecks.ProofDataset, With(set with { AbsenceRoot = set.OrderedRoot }));
        Refused(DataChecks.ProofDataset, With(set with { OrderedRoot = set.AbsenceRoot }));
        Refused(DataChecks.ProofDataset, With(set with { Records = 68 })); // a forged count
        Refused(DataChecks.ProofDataset, With(set with { Canonicaliser = Canonicaliser.JsonLines }));
        Refused(DataChecks.ProofDataset, proof.Verify(set with { Records = 68 }, record));
    }

    [Fact]
    public async Task Who_signed_the_commitment_is_for_the_policy_to_say()
    {
        var scene = await MakeAsync(5);
        byte[] file = scene.Inclusion(2).ToBytes();
        using var other = Signer.FromSeed(SignatureAlgorithm.P256, [.. Enumerable.Repeat((byte)9, 32)]);
        CannotTell(EvidenceChecks.PolicySigner, ProofReport.Of(file, scene.Records[2], null).Verdict);
        Refused(EvidenceChecks.PolicySigner, ProofReport.Of(file, scene.Records[2], PolicyOf(other.PublicKey)).Verdict);
        Refused(EvidenceChecks.PolicyTime, ProofReport.Of(file, scene.Records[2], PolicyOf(Committer.PublicKey, Then.AddSeconds(-1))).Verdict);
        Refused(EvidenceChecks.PolicyEncoding, ProofReport.Of(file, scene.Records[2], "{}"u8.ToArray()).Verdict);
        var forged = scene.Statement with { Signatures = [scene.Statement.Signatures[0] with { Signature = [.. new byte[64]] }] };
        Refused(CoreChecks.DsseSignature, ProofReport.Of((scene.Inclusion(2) with { Statement = forged }).ToBytes(), scene.Records[2], Policy).Verdict);
        var signedTwice = Core.Attestation.Envelope.Sign(scene.Statement.PayloadType, scene.Statement.Payload, Committer, other);
        Refused(EvidenceChecks.LinkSignature, ProofReport.Of((scene.Inclusion(2) with { Statement = signedTwice }).ToBytes(), scene.Records[2], Policy).Verdict);
        using var p256 = Signer.FromSeed(SignatureAlgorithm.P256, [.. Enumerable.Repeat((byte)9, 32)]);
        var byAnother = scene.Inclusion(2) with { Statement = Sign(scene.Result, p256) };
        Assert.Equal(Verdict.Accept, ProofReport.Of(byAnother.ToBytes(), scene.Records[2], PolicyOf(p256.PublicKey)).Verdict);
    }

    [Fact]
    public async Task What_is_missing_is_said_and_a_false_proof_is_false_without_it()
    {
        var scene = await MakeAsync(5);
        var bare = (scene.Inclusion(2) with { Statement = null }).ToBytes();
        CannotTell(DataChecks.ProofStatement, ProofReport.Of(bare, scene.Records[2], Policy).Verdict);
        Assert.Equal(Verdict.Accept, ProofReport.Of(bare, scene.Records[2], Policy, scene.Statement).Verdict);
        CannotTell(DataChecks.ProofRecord, ProofReport.Of(scene.Inclusion(2).ToBytes(), null, Policy).Verdict);
        Refused(CoreChecks.MerkleInclusion, ProofReport.Of(bare, scene.Records[3], null).Verdict);
        var other = await MakeAsync(5, seed: 2);
        Refused(DataChecks.ProofDataset, ProofReport.Of(bare, scene.Records[2], Policy, other.Statement).Verdict);
    }

    [Fact]
    public async Task A_statement_that_is_no_commitment_is_none()
    {
        var scene = await MakeAsync(5);
        var report = Evidence.Predicates.LinkStatement.Sign("guard", new Evidence.Predicates.GuardReport(scene.Set.Statement, scene.Set.OrderedRoot, 5, 5, [],
            new("fisher-yates/v1", new(new byte[32]), 0), new(1, 1, 5, scene.Set.OrderedRoot)), Committer);
        Refused(DataChecks.ProofStatement, ProofReport.Of((scene.Inclusion(2) with { Statement = report }).ToBytes(), scene.Records[2], Policy).Verdict);
    }

    [Fact]
    public async Task An_inner_node_is_not_taken_for_a_record()
    {
        // Two leaf hashes side by side are a node's input, 64 bytes. Given out as a record, its leaf hash has another prefix and a tag.
        var scene = await MakeAsync(4);
        byte[] node = [.. scene.Manifest[0].ToArray(), .. scene.Manifest[1].ToArray()];
        var claim = new Claim.Inclusion(new(0, [MerkleTree.NodeHash(scene.Manifest[2], scene.Manifest[3])]));
        Refused(CoreChecks.MerklePathLength, claim.Verify(scene.Set, node));
        Refused(CoreChecks.MerkleInclusion, claim.Verify(scene.Set with { Records = 2 }, node)); // where the count does not give it away
        // Taken out: were leaves hashed like nodes, this would be the root.
        Assert.Equal(scene.Set.OrderedRoot, MerkleTree.NodeHash(MerkleTree.NodeHash(scene.Manifest[0], scene.Manifest[1]), claim.At.Path[0]));
    }

    [Fact]
    public async Task A_last_record_given_twice_is_another_data_set()
    {
        // Where odd nodes are doubled, three leaves and four with the last doubled have one root, and place 3 of 4 has a proof. Not here.
        var scene = await MakeAsync(3);
        var (four, _) = await Pictures.Commit([.. scene.Records, scene.Records[2]]);
        Assert.NotEqual(four.OrderedRoot, scene.Result.OrderedRoot);
        var l = scene.Manifest;
        var doubled = new Claim.Inclusion(new(3, [l[2], MerkleTree.NodeHash(l[0], l[1])]));
        Refused(CoreChecks.MerkleRange, doubled.Verify(scene.Set, scene.Records[2]));
        Refused(CoreChecks.MerkleInclusion, doubled.Verify(scene.Set with { Records = 4 }, scene.Records[2]));
    }

    [Fact]
    public async Task Nothing_shows_a_present_record_absent()
    {
        var scene = await MakeAsync(200);
        foreach (var member in scene.Records[..20])
        {
            var key = RecordLeaf.Key(scene.Set.Leaf(member));
            var own = scene.Leaves.Absence(key);
            Refused(DataChecks.PrefixPath, new Claim.Absence(own).Verify(scene.Set, member)); // its own path ends at itself
            Refused(DataChecks.PrefixRoot, new Claim.Absence(own with { End = null }).Verify(scene.Set, member));
            foreach (var stranger in Pictures.Make(20, seed: 3)) // other keys' paths
                Assert.False(Claim.Absence.Make(scene.Leaves, stranger)!.Verify(scene.Set, member).IsAccepted);
            // A shorter path: the inner node above the leaf taken for nothing, which needs a second input of its hash.
            Assert.False(new Claim.Absence(new(own.Siblings[..^1], null)).Verify(scene.Set, member).IsAccepted);
        }
    }

    [Fact]
    public async Task Another_keys_path_does_not_show_absence()
    {
        var scene = await MakeAsync(200);
        var a = Pictures.Make(1, seed: 5)[0];
        var proof = scene.Absence(a);
        var path = ((Claim.Absence)proof.Claim).Path;
        Assert.Equal(Verdict.Accept, proof.Claim.Verify(scene.Set, a));
        var strangers = Pictures.Make(50, seed: 6);
        int byPath = 0, shared = 0;
        foreach (var b in strangers)
        {
            var key = RecordLeaf.Key(scene.Set.Leaf(b));
            bool shares = Enumerable.Range(0, path.Siblings.Length).All(i => key.Value.Bit(i) == RecordLeaf.Key(scene.Set.Leaf(a)).Value.Bit(i));
            if (shares) shared++;
            var verdict = proof.Claim.Verify(scene.Set, b);
            Assert.Equal(shares, verdict.IsAccepted);
            if (verdict is Verdict.Rejected { Reason.Check: var check } && check == DataChecks.PrefixPath) byPath++;
        }
        Assert.Equal(path.End is null ? 0 : strangers.Count - shared, byPath); // an entry off the key's path is refused for that, before any hash
    }

    [Fact]
    public async Task Absence_against_a_tree_that_the_ordered_root_contradicts_is_a_fraud_shown()
    {
        var honest = await MakeAsync(50);
        var without = await OfAsync(honest.Records[1..]);
        var lie = DataScene.Of(honest.Records, honest.Result with { SortedRoot = without.Result.SortedRoot }, honest.Manifest);
        var absence = Claim.Absence.Make(without.Leaves, honest.Records[0])!;
        Assert.Equal(Verdict.Accept, absence.Verify(lie.Set, honest.Records[0])); // it holds under the false root, and that is the evidence:
        var fraud = new Claim.MultiplicityFraud([Placement.Of(honest.Leaves, 0)], absence.Path);
        byte[] file = new DataProof(lie.Set, fraud, lie.Statement).ToBytes();
        Assert.Equal(Verdict.Accept, ProofReport.Of(file, honest.Records[0], Policy).Verdict);
        Assert.Contains("contradicts itself", ProofReport.Of(file, honest.Records[0], Policy).Proves[0]);
        Refused(DataChecks.PrefixRoot, fraud.Verify(honest.Set, honest.Records[0])); // an honest commitment is not shown to be one
        Refused(CoreChecks.MerkleInclusion, fraud.Verify(lie.Set, honest.Records[1]));
    }

    [Fact]
    public async Task A_wrong_multiplicity_is_a_fraud_shown()
    {
        var records = Pictures.Make(30);
        List<byte[]> thrice = [.. records, records[4], records[4]];
        var (honest, said) = (await OfAsync(thrice), await OfAsync([.. records, records[4]]));
        var lie = DataScene.Of(thrice, honest.Result with { SortedRoot = said.Result.SortedRoot }, honest.Manifest);
        var key = RecordLeaf.Key(honest.Set.Leaf(records[4]));
        var fraud = new Claim.MultiplicityFraud([.. honest.Leaves.Find(honest.Set.Leaf(records[4])).Select(p => Placement.Of(honest.Leaves, p))], said.Leaves.Absence(key));
        Assert.Equal(3, fraud.Places.Length);
        Assert.Equal(Verdict.Accept, fraud.Verify(lie.Set, records[4]));
        Refused(DataChecks.FraudShown, (fraud with { Places = fraud.Places[..2] }).Verify(lie.Set, records[4])); // two places and two said: no contradiction
        Refused(DataChecks.FraudPlaces, (fraud with { Places = [fraud.Places[0], .. fraud.Places] }).Verify(lie.Set, records[4])); // one place counted twice
        Refused(DataChecks.FraudShown, (fraud with { Path = honest.Leaves.Absence(key) }).Verify(honest.Set, records[4])); // the truth
        Refused(DataChecks.PrefixRoot, (fraud with { Path = fraud.Path with { End = new(key, 1) } }).Verify(lie.Set, records[4])); // a multiplicity that was not said
    }

    [Fact]
    public void A_wrong_count_is_a_fraud_shown_whichever_it_is() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70]).Sample((actual, stated) =>
        {
            var records = Pictures.Make(actual);
            var scene = OfAsync(records).GetAwaiter().GetResult();
            var claim = Claim.CountFraud.Make(scene.Leaves, stated, out long place);
            Assert.Equal(actual == stated, claim is null);
            if (claim is null) return;
            Assert.Equal(Verdict.Accept, claim.Verify(scene.Set with { Records = stated }, claim.NeedsRecord ? records[(int)place] : []));
            Refused(DataChecks.FraudShown, claim.Verify(scene.Set, claim.NeedsRecord ? records[(int)place] : [])); // the true count is not shown to be false
        }, iter: 300);

    [Fact]
    public async Task An_honest_count_cannot_be_shown_to_be_wrong()
    {
        var scene = await MakeAsync(5);
        var path = scene.Leaves.InclusionPath(1);
        Assert.Equal(3, path.Length);
        Refused(DataChecks.FraudShown, new Claim.CountFraud(0b100, path, null).Verify(scene.Set, scene.Records[1]));
        Refused(DataChecks.FraudPlaces, new Claim.CountFraud(0b1100, path, null).Verify(scene.Set, scene.Records[1])); // more directions than steps
        Refused(CoreChecks.MerkleInclusion, new Claim.CountFraud(0b10, path[1..], null).Verify(scene.Set, scene.Records[1]));
        Refused(DataChecks.FraudShown, new Claim.CountFraud(0, path[1..], (scene.Manifest[0], scene.Manifest[1])).Verify(scene.Set, [])); // a node where a node belongs
    }

    [Fact]
    public async Task Any_changed_byte_of_a_proof_file_is_refused()
    {
        var scene = await MakeAsync(40);
        byte[] inclusion = scene.Inclusion(11).ToBytes(), absence = scene.Absence(Stranger).ToBytes();
        foreach (var (file, record) in new[] { (inclusion, scene.Records[11]), (absence, Stranger) })
        {
            Assert.Equal(Verdict.Accept, ProofReport.Of(file, record, Policy).Verdict);
            for (int i = 0; i < file.Length; i++) Assert.False(ProofReport.Of(Flip(file, i, 1 << i % 8), record, Policy).Verdict.IsAccepted, $"byte {i}");
            for (int i = 0; i < file.Length; i++) Assert.False(ProofReport.Of(file.AsSpan(0, i), record, Policy).Verdict.IsAccepted);
            Assert.False(ProofReport.Of([.. file, 0], record, Policy).Verdict.IsAccepted);
        }
    }

    [Fact]
    public async Task The_decoder_never_throws_and_what_it_reads_it_writes_again()
    {
        var scene = await MakeAsync(40);
        var fraud = new DataProof(scene.Set, new Claim.MultiplicityFraud([Placement.Of(scene.Leaves, 1)], scene.Leaves.Absence(default)), null);
        var count = new DataProof(scene.Set, Claim.CountFraud.Make(scene.Leaves, 41, out _)!, null);
        foreach (var valid in (byte[][])[scene.Inclusion(11).ToBytes(), scene.Absence(Stranger).ToBytes(), fraud.ToBytes(), count.ToBytes()])
        {
            Assert.Equal(Verdict.Accept, DataProof.Decode(valid, out var again));
            Assert.Equal(valid, again!.ToBytes());
            Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Int[0, 40], Gen.Byte.Array[0, 40]).Sample((at, cut, put) =>
            {
                byte[] mutated = [.. valid[..at], .. put, .. valid[Math.Min(valid.Length, at + cut)..]];
                if (DataProof.Decode(mutated, out var read).IsAccepted) Assert.Equal(mutated, read!.ToBytes());
            }, iter: 400);
        }
        Gen.Byte.Array[0, 300].Sample(bytes => !DataProof.Decode(bytes, out _).IsAccepted);
        Refused(DataChecks.ProofVersion, DataProof.Decode([0x84, 0x61, (byte)'x', 0xf6, 0xf6, 0xf6], out _));
    }

    [Fact]
    public async Task An_empty_sibling_has_one_encoding_and_a_pointless_branch_none()
    {
        var scene = await MakeAsync(3);
        byte[] File(byte[] sibling)
        {
            var writer = new CborWriter();
            writer.BeginArray(2);
            writer.BeginArray(1);
            writer.WriteBytes(sibling);
            writer.EndArray();
            writer.WriteNull();
            writer.EndArray();
            return writer.ToArray();
        }
        Verdict Read(byte[] file, out PrefixProof proof)
        {
            var reader = new CborReader(file);
            reader.BeginArray(2, 2);
            proof = PrefixProof.ReadFrom(ref reader);
            reader.EndArray();
            return reader.Finish();
        }
        Refused(DataChecks.PrefixShape, Read(File(PrefixTree.EmptyRoot.ToArray()), out _));
        Refused(DataChecks.PrefixShape, Read(File([1]), out _));
        Assert.Equal(Verdict.Accept, Read(File([]), out var pointless));
        Refused(DataChecks.PrefixShape, new Claim.Absence(pointless).Verify(scene.Set, Stranger));
        Refused(DataChecks.PrefixShape, new PrefixProof([], new(default, 1, default(Sha256Digest))).VerifyAbsent(scene.Set.AbsenceRoot, RecordLeaf.Key(scene.Set.Leaf(Stranger)))); // a keyed entry in a tree that is not
    }

    /// <summary>Ten million records: 24 levels, and a path in the absence tree two bits longer than most. Sizes follow from the format, so this is the figure at that size.</summary>
    [Fact]
    public async Task At_ten_million_records_a_proof_with_its_statement_is_at_most_two_thousand_bytes()
    {
        var scene = await MakeAsync(5);
        var set = scene.Set with { Records = 10_000_000 };
        var path = Enumerable.Range(0, 24).Select(i => Sha256.Hash([(byte)i])).ToArray();
        int inclusion = new DataProof(set, new Claim.Inclusion(new(9_999_999, [.. path])), scene.Statement).ToBytes().Length;
        int absence = new DataProof(set, new Claim.Absence(new([.. path, path[0], path[1]], new(path[2], 1))), scene.Statement).ToBytes().Length;
        Assert.InRange(inclusion, 1000, 2000);
        Assert.InRange(absence, 1000, 2000);
        TestContext.Current.TestOutputHelper?.WriteLine($"inclusion {inclusion} bytes, absence {absence} bytes, statement {scene.Statement.EncodeCbor().Length} of them");
    }

    /// <summary>What verification costs once the committer's statement is believed. Measured, best of many: a busy machine only makes it slower.</summary>
    [Fact]
    public async Task A_proof_is_verified_in_microseconds()
    {
        var scene = await MakeAsync(20_000);
        byte[] inclusion = scene.Inclusion(12_345).ToBytes(), absence = scene.Absence(Stranger).ToBytes();
        double Best(byte[] file, byte[] record)
        {
            double best = double.MaxValue;
            for (int round = 0; round < 200; round++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < 20; i++)
                {
                    DataProof.Decode(file, out var proof);
                    Assert.True(proof!.Verify(scene.Set, record).IsAccepted);
                }
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / 20);
            }
            return best;
        }
        var (into, outOf) = (Best(inclusion, scene.Records[12_345]), Best(absence, Stranger));
        TestContext.Current.TestOutputHelper?.WriteLine($"inclusion {into:F1} µs, absence {outOf:F1} µs, at 20,000 records");
        Assert.True(into < 200 && outOf < 200, $"inclusion {into:F1} µs, absence {outOf:F1} µs"); // wide of the aim (50 µs), so that load cannot fail it
    }
}
