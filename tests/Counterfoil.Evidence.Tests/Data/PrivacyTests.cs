using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Privacy;
using Counterfoil.Data.Proofs;
using static Counterfoil.Tests.Data.DataScene;

namespace Counterfoil.Tests.Data;

/// <summary>Salts, erasure, and look-ups by keyed and by blind functions.</summary>
public sealed class PrivacyTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-salts").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    SaltFile Salts(long count) => SaltFile.Create(Path.Combine(folder, Guid.NewGuid().ToString("N")), count, RandomNumberGenerator.Fill);

    static VrfKey Vrf(byte seed = 5) => new([.. Enumerable.Repeat(seed, 32)]);

    static VoprfKey Voprf(byte seed = 5) => VoprfKey.Derive([.. Enumerable.Repeat(seed, 32)], "look-ups"u8);

    static (CommittedSet Set, Core.Attestation.Envelope Statement) Committed(KeyedSet set)
    {
        var statement = Sign(set.Result);
        Assert.Equal(Verdict.Accept, CommittedSet.Read(statement, out var read, out _));
        return (read!, statement);
    }

    [Fact]
    public async Task A_salted_record_is_provably_in_with_its_salt_alone()
    {
        var records = Pictures.Make(12);
        using var salts = Salts(12);
        using var key = Vrf();
        var set = await KeyedSet.BuildAsync(Pictures.Open(records), salts, key);
        var (committed, statement) = Committed(set);
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(Verdict.Accept, set.Place(i, salts, out var placement));
            byte[] file = new DataProof(committed, new Claim.Inclusion(placement!), statement).ToBytes();
            Assert.Equal(Verdict.Accept, ProofReport.Of(file, records[i], Policy).Verdict);
            Refused(CoreChecks.MerkleInclusion, ProofReport.Of(file, records[(i + 1) % 12], Policy).Verdict);
            // No other record's salt is in it.
            for (int j = 0; j < 12; j++)
            {
                salts.Read(j, out var salt);
                Assert.Equal(i == j, file.AsSpan().IndexOf(salt.Value.ToArray()) >= 0);
            }
        }
    }

    /// <summary>The set's records are known, all of them. With a leaf and without its salt, trying them all links nothing; with the salt it does.</summary>
    [Fact]
    public async Task After_erasure_nobody_can_link_the_leaf_to_its_record()
    {
        var records = Pictures.Make(12);
        using var salts = Salts(12);
        using var key = Vrf();
        var set = await KeyedSet.BuildAsync(Pictures.Open(records), salts, key);
        var leaf = new RecordLeaf(set.Result.Canonicaliser);
        salts.Read(3, out var salt);
        bool Links(IEnumerable<Salt> tried) => records.Any(r => leaf.Hash(r) == set.Leaves[3] || tried.Any(s => SaltedLeaf.Hash(set.Result.Canonicaliser, s, r) == set.Leaves[3]));
        Assert.True(Links([salt]));
        salts.Erase(3);
        Refused(DataChecks.SaltErased, salts.Read(3, out var gone));
        Refused(DataChecks.SaltErased, set.Place(3, salts, out _));
        Assert.Equal(default, gone);
        var left = Enumerable.Range(0, 12).Where(i => i != 3).Select(i => { Assert.Equal(Verdict.Accept, salts.Read(i, out var s)); return s; }).ToList();
        Assert.False(Links([.. left, default]));
        Assert.Equal(Verdict.Accept, set.Place(4, salts, out _)); // the others' proofs go on
    }

    [Fact]
    public void An_erased_salt_is_no_longer_in_the_file_and_the_file_is_its_owners()
    {
        string path = Path.Combine(folder, "salts");
        byte[] before, salt;
        using (var salts = SaltFile.Create(path, 2000, RandomNumberGenerator.Fill))
        {
            salts.Read(1500, out var read);
            salt = read.Value.ToArray();
            before = ReadAll(path);
            Assert.Equal(1, Occurrences(before, salt));
            salts.Erase(1500);
        }
        byte[] after = ReadAll(path);
        Assert.Equal(0, Occurrences(after, salt));
        Assert.False(after.AsSpan(29 + 1500 * 33, 33).ContainsAnyExcept((byte)0));
        Assert.True(before.AsSpan(0, 29 + 1500 * 33).SequenceEqual(after.AsSpan(0, 29 + 1500 * 33)) && before.AsSpan(29 + 1501 * 33).SequenceEqual(after.AsSpan(29 + 1501 * 33)));
        Assert.Equal(Verdict.Accept, SaltFile.Open(path, out var again));
        using (again) Refused(DataChecks.SaltErased, again!.Read(1500, out _));
        Assert.Equal(2000, Enumerable.Range(0, 2000).Select(i => Convert.ToHexString(before.AsSpan(30 + i * 33, 32))).Distinct().Count()); // independent
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Refused(DataChecks.SaltForm, SaltFile.Open(path, out _));

        static int Occurrences(byte[] bytes, byte[] what)
        {
            int count = 0;
            for (int at = 0, next; (next = bytes.AsSpan(at).IndexOf(what)) >= 0; at += next + 1) count++;
            return count;
        }
    }

    [Fact]
    public void A_file_of_salts_that_is_cut_or_has_another_header_is_refused()
    {
        string path = Path.Combine(folder, "salts");
        SaltFile.Create(path, 3, RandomNumberGenerator.Fill).Dispose();
        Assert.Throws<IOException>(() => SaltFile.Create(path, 3, RandomNumberGenerator.Fill)); // never over another set's
        byte[] whole = ReadAll(path);
        foreach (var bad in (byte[][])[whole[..^1], [.. whole, 0], Flip(whole, 0, 1), Flip(whole, 28, 1), []])
        {
            using (var file = File.Open(path, FileMode.Truncate)) file.Write(bad);
            Refused(DataChecks.SaltForm, SaltFile.Open(path, out _));
        }
        using (var file = File.Open(path, FileMode.Truncate)) file.Write(Flip(whole, 29, 2));
        SaltFile.Open(path, out var salts);
        using (salts) Refused(DataChecks.SaltForm, salts!.Read(0, out _));
    }

    [Fact]
    public async Task A_keyed_look_up_is_answered_with_proof_of_presence_or_absence()
    {
        List<byte[]> records = [.. Pictures.Make(10), Pictures.Make(1)[0]];
        using var salts = Salts(11);
        using var key = Vrf();
        var set = await KeyedSet.BuildAsync(Pictures.Open(records), salts, key);
        var (committed, statement) = Committed(set);
        Assert.Equal((11, 10), (set.Result.Records, set.Result.DistinctRecords));
        foreach (var record in records)
        {
            var claim = Assert.IsType<Claim.Presence>(set.Answer(key, committed.Leaf(record)));
            Assert.Equal(Verdict.Accept, ProofReport.Of(new DataProof(committed, claim, statement).ToBytes(), record, Policy).Verdict);
        }
        // The value is the salted leaf; of a record that is there twice, the root over both.
        Assert.Equal(set.Leaves[4], ((Claim.Presence)set.Answer(key, committed.Leaf(records[4]))).Path.End!.Value.Value);
        Assert.Equal(Core.Merkle.MerkleTree.NodeHash(set.Leaves[0], set.Leaves[10]), ((Claim.Presence)set.Answer(key, committed.Leaf(records[0]))).Path.End!.Value.Value);
        foreach (var stranger in Pictures.Make(10, seed: 4))
        {
            var claim = Assert.IsType<Claim.Absence>(set.Answer(key, committed.Leaf(stranger)));
            Assert.Equal(Verdict.Accept, ProofReport.Of(new DataProof(committed, claim, statement).ToBytes(), stranger, Policy).Verdict);
            Assert.False(claim.Verify(committed, records[0]).IsAccepted);
        }
    }

    [Fact]
    public async Task Nobody_looks_up_under_a_key_of_their_own_choice()
    {
        var records = Pictures.Make(10);
        using var salts = Salts(10);
        using var key = Vrf();
        using var other = Vrf(6);
        var set = await KeyedSet.BuildAsync(Pictures.Open(records), salts, key);
        var (committed, _) = Committed(set);
        // Under another key the record has another place in the tree, where it is not; the path there is a true one.
        byte[] proof = other.Prove(committed.Leaf(records[0]).ToArray(), out var elsewhere);
        var lie = Assert.IsType<Claim.Absence>(set.Answer(elsewhere, new Lookup.Open(other.PublicKey.Bytes.ToArray(), proof)));
        Refused(DataChecks.PrefixRoot, lie.Verify(committed, records[0])); // the root binds the key
        Refused(CoreChecks.VrfProof, (lie with { Lookup = new Lookup.Open(key.PublicKey.Bytes.ToArray(), proof) }).Verify(committed, records[0]));
        Refused(CoreChecks.VrfKey, (lie with { Lookup = new Lookup.Open(new byte[33], proof) }).Verify(committed, records[0]));
        Refused(DataChecks.PrefixRoot, new Claim.Absence(lie.Path with { End = null }).Verify(committed, records[0])); // nor without any
        var shown = (Claim.Presence)set.Answer(key, committed.Leaf(records[0]));
        Refused(DataChecks.PrefixShape, (shown with { Path = shown.Path with { End = shown.Path.End!.Value with { Value = null } } }).Verify(committed, records[0]));
        Refused(DataChecks.PrefixRoot, (shown with { Path = shown.Path with { End = shown.Path.End!.Value with { Value = default(Sha256Digest) } } }).Verify(committed, records[0])); // another leaf in its name
    }

    [Fact]
    public async Task A_blind_look_up_is_verified_by_anyone_to_whom_the_client_gives_the_blind()
    {
        var records = Pictures.Make(6);
        using var salts = Salts(6);
        using var key = Voprf();
        var set = await KeyedSet.BuildAsync(Pictures.Open(records), salts, key);
        var (committed, statement) = Committed(set);
        var stranger = Pictures.Make(1, seed: 4)[0];
        foreach (var (record, present) in new[] { (records[2], true), (stranger, false) })
        {
            // The client blinds; the service evaluates; the client unblinds and asks for the path of a key that tells the service nothing.
            byte[] digest = committed.Leaf(record).ToArray(), blind = VoprfPublicKey.NewBlind(RandomNumberGenerator.Fill);
            Assert.Equal(Verdict.Accept, key.BlindEvaluate([VoprfPublicKey.Blind(digest, blind)], RandomNumberGenerator.Fill, out var answer));
            Assert.Equal(Verdict.Accept, key.PublicKey.Finalize([digest], [blind], answer!, out var outputs));
            var lookup = new Lookup.Blinded(key.PublicKey.Bytes.ToArray(), blind, answer!.Elements[0], answer.Proof);
            var claim = set.Answer(new(outputs[0]), lookup);
            Assert.Equal(present, claim is Claim.Presence);
            byte[] file = new DataProof(committed, claim, statement).ToBytes();
            Assert.Equal(Verdict.Accept, ProofReport.Of(file, record, Policy).Verdict);
            for (int i = 0; i < file.Length; i += 41) Assert.False(ProofReport.Of(Flip(file, i, 1 << i % 8), record, Policy).Verdict.IsAccepted, $"byte {i}");
            Refused(CoreChecks.VoprfProof, Verify(claim, lookup with { Proof = new byte[64] }, committed, record));
            Refused(CoreChecks.VoprfBlind, Verify(claim, lookup with { Blind = new byte[32] }, committed, record));
        }
        static Verdict Verify(Claim claim, Lookup lookup, CommittedSet set, byte[] record) =>
            (claim is Claim.Presence p ? (Claim)(p with { Lookup = lookup }) : (Claim.Absence)claim with { Lookup = lookup }).Verify(set, record);
    }

    [Fact]
    public async Task A_keyed_commitment_that_contradicts_itself_is_a_fraud_shown()
    {
        var records = Pictures.Make(6);
        using var salts = Salts(6);
        using var key = Vrf();
        var set = await KeyedSet.BuildAsync(Pictures.Open(records), salts, key);
        using var fewer = Salts(5);
        var without = await KeyedSet.BuildAsync(Pictures.Open(records[1..]), fewer, key);
        var lie = set.Result with { SortedRoot = without.Result.SortedRoot };
        Assert.Equal(Verdict.Accept, CommittedSet.Read(Sign(lie), out var committed, out _));
        set.Place(0, salts, out var placement);
        var absent = (Claim.Absence)without.Answer(key, committed!.Leaf(records[0]));
        Assert.Equal(Verdict.Accept, new Claim.MultiplicityFraud([placement!], absent.Path, absent.Lookup).Verify(committed, records[0]));
    }

    static readonly LookupScheme[] Schemes = [LookupScheme.Vrf, LookupScheme.Voprf];

    [Fact]
    public async Task A_salted_folder_answers_for_its_records_again_after_it_was_closed()
    {
        List<byte[]> records = [.. Pictures.Make(5), Pictures.Make(1)[0]];
        foreach (var scheme in Schemes)
        {
            string path = Path.Combine(folder, $"{scheme}");
            await SaltedFolder.CreateAsync(path, Pictures.Open(records), scheme, RandomNumberGenerator.Fill);
            Assert.Equal(Verdict.Accept, SaltedFolder.Open(path, out var salted));
            var (committed, statement) = Committed(salted!.Set);
            Assert.Equal((6, 5), (salted.Set.Result.Records, salted.Set.Result.DistinctRecords));
            Assert.Equal(Verdict.Accept, salted.Find(records[0], out var places));
            Assert.Equal([0, 5], places);
            foreach (var (record, present) in new[] { (records[3], true), (Pictures.Make(1, seed: 4)[0], false) })
            {
                Assert.Equal(Verdict.Accept, salted.Answer(committed.Leaf(record), RandomNumberGenerator.Fill, out var claim));
                Assert.Equal(present, claim is Claim.Presence);
                Assert.Equal(Verdict.Accept, ProofReport.Of(new DataProof(committed, claim!, statement).ToBytes(), record, Policy).Verdict);
            }
            await Assert.ThrowsAsync<IOException>(() => SaltedFolder.CreateAsync(path, Pictures.Open(records), scheme, RandomNumberGenerator.Fill)); // salts are never written over
            if (!OperatingSystem.IsWindows())
                foreach (string secret in (string[])[salted.SaltsPath, salted.SecretPath]) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
            // The tree that is given away holds neither leaf nor key of any record.
            byte[] tree = await File.ReadAllBytesAsync(salted.TreePath);
            Assert.DoesNotContain(records, r => tree.AsSpan().IndexOf(committed.Leaf(r).ToArray()) >= 0 || tree.AsSpan().IndexOf(RecordLeaf.Key(committed.Leaf(r)).ToArray()) >= 0);
            LookupSecret.Erase(salted.SecretPath);
            Assert.False(File.Exists(salted.SecretPath));
        }
    }

    [Fact]
    public async Task A_salted_folder_that_was_changed_is_refused_by_name()
    {
        string path = Path.Combine(folder, "set");
        await SaltedFolder.CreateAsync(path, Pictures.Open(Pictures.Make(5)), LookupScheme.Vrf, RandomNumberGenerator.Fill);
        void Refuses(string file, int at, Core.Verdicts.Check check, int flip = 1)
        {
            string full = Path.Combine(path, file);
            byte[] whole = File.ReadAllBytes(full);
            File.WriteAllBytes(full, Flip(whole, at < 0 ? whole.Length + at : at, flip));
            Refused(check, SaltedFolder.Open(path, out _));
            File.WriteAllBytes(full, whole);
        }
        Refuses("leaves", -1, DataChecks.ManifestRoot);
        Refuses("keyed-tree", 0, DataChecks.LookupForm);
        Refuses("keyed-tree", 26, DataChecks.LookupForm); // a scheme that there is not
        Refuses("keyed-tree", 26, DataChecks.LookupTree, flip: 3); // the scheme is bound, as is each byte of the key
        Refuses("keyed-tree", 30, DataChecks.LookupTree);
        Refuses("keyed-tree", -1, DataChecks.LookupTree);
        Refuses("keyed-tree", 67, DataChecks.LookupForm); // the count
        Refuses("salted", 5, DataChecks.SaltedFolder);
        Assert.Equal(Verdict.Accept, SaltedFolder.Open(path, out var salted));
        File.Move(salted!.SecretPath, salted.SecretPath + ".own");
        LookupSecret.Create(salted.SecretPath, LookupScheme.Vrf, RandomNumberGenerator.Fill).Dispose();
        Refused(DataChecks.LookupKey, salted.OpenSecret(out _));
        File.WriteAllBytes(salted.SecretPath, Flip(ReadAll(salted.SecretPath), 3, 1));
        Refused(DataChecks.LookupForm, salted.OpenSecret(out _));
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(salted.SecretPath + ".own", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Refused(DataChecks.LookupForm, LookupSecret.Open(salted.SecretPath + ".own", out _));
    }

    /// <summary>Question, answer and tree go between two who share nothing else; what the committer sees is one element.</summary>
    [Fact]
    public async Task A_blind_question_is_finished_from_the_answer_and_the_tree_alone()
    {
        var records = Pictures.Make(6);
        string path = Path.Combine(folder, "set"), kept = Path.Combine(folder, "kept");
        var salted = await SaltedFolder.CreateAsync(path, Pictures.Open(records), LookupScheme.Voprf, RandomNumberGenerator.Fill);
        var (committed, statement) = Committed(salted.Set);
        Assert.Equal(Verdict.Accept, LookupKey.Parse(salted.Set.Tree.Key.ToString(), out var key));
        foreach (var (record, present) in new[] { (records[2], true), (Pictures.Make(1, seed: 4)[0], false) })
        {
            var asked = BlindedQuestion.Make(key!, committed.Leaf(record), RandomNumberGenerator.Fill);
            asked.Save(kept);
            Assert.Throws<IOException>(() => asked.Save(kept));
            byte[] sent = asked.Question.ToBytes();
            Assert.True(sent.AsSpan().IndexOf(committed.Leaf(record).ToArray()) < 0);
            Assert.Equal(Verdict.Accept, LookupQuestion.Decode(sent, out var question));
            Assert.Equal(Verdict.Accept, salted.OpenSecret(out var secret));
            LookupAnswer answer;
            using (secret)
            {
                Assert.Equal(Verdict.Accept, secret!.Evaluate(question!.Asked, RandomNumberGenerator.Fill, out var evaluation));
                Assert.Equal(Verdict.Accept, LookupAnswer.Decode(new LookupAnswer(key!.Key, evaluation!.Elements[0], evaluation.Proof).ToBytes(), out var read));
                answer = read!;
            }
            Assert.Equal(Verdict.Accept, KeyedTree.Read(await File.ReadAllBytesAsync(salted.TreePath), committed.AbsenceRoot, out var tree));
            Assert.Equal(Verdict.Accept, BlindedQuestion.Open(kept, out var own));
            Assert.Equal(Verdict.Accept, own!.Finish(answer, tree!, out var claim));
            Assert.Equal(present, claim is Claim.Presence);
            Assert.Equal(Verdict.Accept, ProofReport.Of(new DataProof(committed, claim!, statement).ToBytes(), record, Policy).Verdict);
            // Another key's answer, even with that key in it; and an answer to another question.
            using var other = Voprf(9);
            other.BlindEvaluate([question.Asked], RandomNumberGenerator.Fill, out var elsewhere);
            Refused(DataChecks.LookupKey, own.Finish(new(other.PublicKey.Bytes.ToArray(), elsewhere!.Elements[0], elsewhere.Proof), tree!, out _));
            Refused(CoreChecks.VoprfProof, own.Finish(answer with { Element = elsewhere.Elements[0], Proof = elsewhere.Proof }, tree!, out _));
            Refused(DataChecks.LookupKey, (own with { Key = LookupKey.Of(other.PublicKey) }).Finish(answer, tree!, out _));
            File.Delete(kept);
        }
        foreach (var bad in (byte[][])[[], new LookupQuestion(LookupScheme.Vrf, new byte[33]).ToBytes(), new LookupQuestion(LookupScheme.Voprf, new byte[32]).ToBytes(), new LookupAnswer(new byte[33], new byte[33], new byte[64]).ToBytes()])
            Assert.False(LookupQuestion.Decode(bad, out _).IsAccepted);
        foreach (string text in (string[])["", "open:", "shut:" + new string('0', 66), $"open:{Convert.ToHexString(key!.Key.Span)}", $"{key}0", "blind:" + new string('0', 66)])
            Assert.False(LookupKey.Parse(text, out _).IsAccepted, text);
    }

    static byte[] ReadAll(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
