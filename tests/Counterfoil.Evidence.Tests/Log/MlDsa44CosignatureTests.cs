using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Http.Witnessing;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Tests.Log;

/// <summary>Cosignatures of ML-DSA-44: what they sign, what refuses them, and witnesses that give both kinds.</summary>
public sealed class MlDsa44CosignatureTests : IDisposable
{
    readonly Logbook book = new();
    readonly MlDsa44Signer secret = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    public void Dispose()
    {
        secret.Dispose();
        book.Dispose();
    }

    NoteSigner Witness(string name = "witness.example/w1") => new(name, secret);

    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    static Checkpoint Sofa
    {
        get
        {
            Assert.Equal(Verdict.Accept, Checkpoint.Parse("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", out var checkpoint));
            return checkpoint!;
        }
    }

    [Fact]
    public void Keys_and_signatures_are_those_of_another_implementation()
    {
        // @noble/post-quantum 0.7.1: ml_dsa44.keygen of the seed 00 01 … 1f, and its deterministic signature of "counterfoil".
        Assert.Equal("9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46", Sha256.Hash(secret.PublicKey).ToString());
        byte[] signature = secret.Sign("counterfoil"u8);
        Assert.Equal("aaea6548f00487a0e3e05ca779fd995b9fe2b4ee12b6924385b4c3fac98f85dd", Sha256.Hash(signature).ToString());
        Assert.Equal(Verdict.Accept, MlDsa44.Verify(secret.PublicKey, "counterfoil"u8, signature));
    }

    [Fact]
    public void A_cosignature_line_is_the_one_that_another_program_writes_by_the_specification()
    {
        // Composed in JavaScript from tlog-cosignature's structure, and signed by @noble/post-quantum 0.7.1.
        var line = Witness().Cosign(Sofa.Text, DateTimeOffset.FromUnixTimeSeconds(1679315147));
        Assert.Equal("dcccf9ec", $"{line.KeyId:x8}");
        Assert.Equal("7ff0f2e32cfef09d7ddf68f0c5047a39e93eaceeba33a57eca66ad6bf9fd415a", Sha256.Hash(Encoding.UTF8.GetBytes(line.ToString())).ToString());
        Assert.Equal(Verdict.Accept, Witness().Key.Verify(Sofa.Text, line.Bytes.Span));
    }

    [Fact]
    public void Any_changed_claim_is_refused()
    {
        var (key, at) = (Witness().Key, DateTimeOffset.FromUnixTimeSeconds(1679315147));
        byte[] signature = Witness().Cosign(Sofa.Text, at).Bytes.ToArray();
        Verdict Of(Checkpoint checkpoint, VerifierKey? by = null, byte[]? bytes = null) => (by ?? key).Verify(checkpoint.Text, bytes ?? signature);
        Assert.Equal(Verdict.Accept, Of(Sofa));
        Refused(CoreChecks.SignatureEquation, Of(new(Sofa.Origin + "s", Sofa.Size, Sofa.Root)));
        Refused(CoreChecks.SignatureEquation, Of(new(Sofa.Origin, Sofa.Size + 1, Sofa.Root)));
        Refused(CoreChecks.SignatureEquation, Of(new(Sofa.Origin, Sofa.Size, MerkleTree.EmptyRoot)));
        Refused(CoreChecks.SignatureEquation, Of(Sofa, Witness("witness.example/w2").Key)); // it commits to the witness's name, as Ed25519's does not
        Refused(CoreChecks.SignatureEquation, Of(Sofa, bytes: [.. signature[..7], (byte)(signature[7] ^ 1), .. signature[8..]])); // another time
        Refused(LogChecks.NoteSignature, Of(Sofa, bytes: signature[..^1]));
        Refused(LogChecks.NoteSignature, Of(Sofa, bytes: [.. signature, 0]));
        Refused(LogChecks.NoteSignature, Of(Sofa, bytes: [0x80, .. signature[1..]])); // a time beyond 2^63 - 1
        Refused(LogChecks.CheckpointForm, key.Verify("no checkpoint\n", signature));
        // One in each of the signature's three parts, and in the hints' padding, where a lax decoder looks away.
        foreach (int part in (int[])[8, 8 + 32, 8 + 1200, signature.Length - 84, signature.Length - 1])
        {
            byte[] changed = [.. signature];
            changed[part] ^= 1;
            Refused(CoreChecks.SignatureEquation, Of(Sofa, bytes: changed));
        }
        // What such a witness does not vouch for: lines after the third.
        Assert.Equal(Verdict.Accept, Of(new(Sofa.Origin, Sofa.Size, Sofa.Root, ["more"])));
    }

    [Fact]
    public void An_origin_that_the_structure_cannot_hold_is_neither_cosigned_nor_verified()
    {
        var far = new Checkpoint(new string('o', 256), 1, MerkleTree.EmptyRoot);
        Assert.Throws<ArgumentException>(() => Witness().Cosign(far.Text, DateTimeOffset.UtcNow));
        Refused(LogChecks.CheckpointOrigin, Witness().Key.Verify(far.Text, new byte[Cosignature.MlDsa44Size]));
        var near = new Checkpoint(new string('o', 255), 1, MerkleTree.EmptyRoot);
        Assert.Equal(Verdict.Accept, Witness().Key.Verify(near.Text, Witness().Cosign(near.Text, DateTimeOffset.UtcNow).Bytes.Span));
    }

    [Fact]
    public void A_log_may_sign_so_itself_and_then_its_checkpoints_have_three_lines_and_no_more()
    {
        var log = Witness("example.com/behind-the-sofa");
        var line = log.Cosign(Sofa.Text, DateTimeOffset.UnixEpoch); // a log states no time
        Assert.Equal(Verdict.Accept, SignedCheckpoint.Verify(new SignedNote(Sofa.Text, [line]).ToBytes(), log.Key, out _));
        Assert.Equal(Verdict.Accept, TrustPolicy.Parse(Encoding.UTF8.GetBytes($"log {log.Key}\nquorum none\n"), out var policy));
        Assert.Equal(Verdict.Accept, policy!.Verify(new SignedNote(Sofa.Text, [line]).ToBytes(), DateTimeOffset.UtcNow, out _));
        byte[] longer = new SignedNote(Sofa.Text + "anyone's line\n", [line]).ToBytes();
        Refused(LogChecks.CheckpointForm, SignedCheckpoint.Verify(longer, log.Key, out _));
        Refused(LogChecks.CheckpointForm, SignedCheckpoint.VerifyFrom(longer, log.Key, out _));
        Refused(LogChecks.CheckpointForm, policy.Verify(longer, DateTimeOffset.UtcNow, out _));
    }

    [Fact]
    public void A_verifier_key_has_one_text()
    {
        string text = Witness().Key.ToString();
        Assert.Equal(Verdict.Accept, VerifierKey.Parse(text, out var key));
        Assert.Equal(Witness().Key, key);
        Assert.Null(key!.Key);
        Assert.NotEqual(Witness("witness.example/w2").Key, key);
        Assert.True(Witness("witness.example/w2").Key.IsSameKey(key));
        int at = text.IndexOf('+', text.IndexOf('+', StringComparison.Ordinal) + 1);
        byte[] blob = Convert.FromBase64String(text[(at + 1)..]);
        string Named(byte[] bytes) => $"witness.example/w1+{Convert.ToHexStringLower(Sha256.Hash([.. "witness.example/w1\n"u8, .. bytes]).ToArray()[..4])}+{Convert.ToBase64String(bytes)}";
        Assert.Equal(text, Named(blob));
        foreach (byte[] other in (byte[][])[blob[..^1], [.. blob, 0], [4, .. blob[1..]], [1, .. blob[1..]], [6, .. blob[1..33]]]) Refused(LogChecks.VerifierKey, VerifierKey.Parse(Named(other), out _));
        Refused(LogChecks.VerifierKey, VerifierKey.Parse(text[..at] + "=" + text[(at + 1)..], out _));
    }

    [Fact]
    public async Task A_witness_gives_both_kinds_and_a_policy_may_ask_for_either()
    {
        await using var log = book.Open();
        await log.AppendAsync(new byte[1]);
        var classic = new NoteSigner("witness.example/w1", Signer.FromSeed(SignatureAlgorithm.Ed25519, [.. Enumerable.Repeat((byte)7, 32)]), NoteSignatureType.Cosignature);
        string memory = Path.Combine(book.Folder, "witness");
        using (var store = new WitnessStore(memory, [classic, Witness()], [log.Key], TimeProvider.System))
        {
            var (_, lines) = await store.AddAsync(new AddCheckpoint(0, [], log.Checkpoint.Note).ToBytes());
            Assert.Equal([classic.Key.Id, Witness().Key.Id], lines.Select(l => l.KeyId));
            var note = lines.Aggregate(log.Checkpoint, (signed, line) => signed.With(line));
            Assert.Equal(Verdict.Accept, SignedCheckpoint.Verify(note.Note.Span, [log.Key, classic.Key, Witness().Key], out _)); // evidence: every line
            foreach (var key in (VerifierKey[])[classic.Key, Witness().Key])
            {
                Assert.Equal(Verdict.Accept, TrustPolicy.Parse(Encoding.UTF8.GetBytes($"log {log.Key}\nwitness W {key}\nquorum W\n"), out var policy));
                Assert.Equal(Verdict.Accept, policy!.Verify(note.Note.Span, DateTimeOffset.UtcNow.AddSeconds(1), out _));
                Refused(LogChecks.PolicyTime, policy.Verify(note.Note.Span, DateTimeOffset.UtcNow.AddHours(-1), out _));
                Refused(LogChecks.PolicyQuorum, policy.Verify(log.Checkpoint.Note.Span, DateTimeOffset.UtcNow, out _));
            }
        }
        // It remembers by both, and a line of its own that was changed is damage.
        using (new WitnessStore(memory, [classic, Witness()], [log.Key], TimeProvider.System)) { }
        string file = Directory.GetFiles(memory).Single(f => Path.GetFileName(f).Length == 64);
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        int middle = text.Length - 1000;
        await File.WriteAllTextAsync(file, $"{text[..middle]}{(text[middle] == 'A' ? 'B' : 'A')}{text[(middle + 1)..]}", TestContext.Current.CancellationToken);
        Assert.Throws<InvalidDataException>(() => new WitnessStore(memory, [classic, Witness()], [log.Key], TimeProvider.System));
        Assert.Throws<ArgumentException>(() => new WitnessStore(memory, [book.Signer], [log.Key], TimeProvider.System));
    }
}
