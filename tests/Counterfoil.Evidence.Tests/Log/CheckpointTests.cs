using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Log;

public sealed class CheckpointTests : IDisposable
{
    readonly Signer secret = Signer.FromSeed(SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)7, 32).ToArray());
    readonly Signer witnessSecret = Signer.FromSeed(SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)8, 32).ToArray());
    readonly NoteSigner log, witness;
    static readonly Checkpoint Sample = new("example.com/log", 3, Sha256.Hash([1, 2, 3]));

    public CheckpointTests() =>
        (log, witness) = (new NoteSigner("example.com/log", secret), new NoteSigner("witness.example/w1", witnessSecret, NoteSignatureType.Cosignature));

    public void Dispose()
    {
        secret.Dispose();
        witnessSecret.Dispose();
    }

    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    [Fact]
    public void The_specifications_example_is_read_and_written_again()
    {
        // C2SP tlog-checkpoint, its first example.
        const string text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        Assert.Equal(Verdict.Accept, Checkpoint.Parse(text, out var checkpoint));
        Assert.Equal(("example.com/behind-the-sofa", 20852163L), (checkpoint!.Origin, checkpoint.Size));
        Assert.Equal("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62", checkpoint.Root.ToString());
        Assert.Equal(text, checkpoint.Text);
    }

    [Fact]
    public void Extension_lines_are_kept()
    {
        Assert.Equal(Verdict.Accept, Checkpoint.Parse(Sample.Text + "one\ntwo\n", out var checkpoint));
        Assert.Equal(["one", "two"], checkpoint!.Extensions);
    }

    [Theory]
    [InlineData("log\n3\n", "log.checkpoint.form")]
    [InlineData("log\n3\n{root}", "log.checkpoint.form")] // no last newline
    [InlineData("\n3\n{root}\n", "log.checkpoint.form")]
    [InlineData("log\n3\n{root}\n\n", "log.checkpoint.form")]
    [InlineData("log\n03\n{root}\n", "log.checkpoint.size")]
    [InlineData("log\n+3\n{root}\n", "log.checkpoint.size")]
    [InlineData("log\n 3\n{root}\n", "log.checkpoint.size")]
    [InlineData("log\n-1\n{root}\n", "log.checkpoint.size")]
    [InlineData("log\n9223372036854775808\n{root}\n", "log.checkpoint.size")]
    [InlineData("log\n٣\n{root}\n", "log.checkpoint.size")] // a digit, not an ASCII one
    [InlineData("log\n3\nAAAA\n", "log.checkpoint.root")]
    [InlineData("log\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", "log.checkpoint.root")] // padding bits
    [InlineData("log\n0\n{root}\n", "log.checkpoint.root")] // size 0 has one root
    public void A_damaged_checkpoint_is_refused_by_the_check_for_it(string text, string check) =>
        Refused(new Check(check), Checkpoint.Parse(text.Replace("{root}", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="), out _));

    [Fact]
    public void A_signed_checkpoint_verifies_under_its_logs_key()
    {
        var signed = SignedCheckpoint.Sign(Sample, log);
        Assert.Equal(Verdict.Accept, SignedCheckpoint.Verify(signed.Note.Span, log.Key, out var read));
        Assert.Equal(Sample, read!.Checkpoint);
    }

    [Fact]
    public void Any_changed_byte_is_refused()
    {
        var note = SignedCheckpoint.Sign(Sample, log).Note.ToArray();
        for (int i = 0; i < note.Length; i++)
        {
            var changed = note.ToArray();
            changed[i] ^= 1;
            Assert.False(SignedCheckpoint.Verify(changed, log.Key, out _).IsAccepted, $"byte {i}");
        }
        for (int length = 0; length < note.Length; length++) Assert.False(SignedCheckpoint.Verify(note.AsSpan(0, length), log.Key, out _).IsAccepted);
        Assert.False(SignedCheckpoint.Verify([.. note, (byte)'\n'], log.Key, out _).IsAccepted);
    }

    [Fact]
    public void A_signature_line_that_nobody_asked_for_is_refused()
    {
        var note = SignedCheckpoint.Sign(Sample, log).Note.Span;
        Refused(LogChecks.NoteSigners, SignedCheckpoint.Verify([.. note, .. "— stranger AAAAAAAA\n"u8], log.Key, out _));
        Refused(LogChecks.NoteSigners, SignedCheckpoint.Verify([.. note, .. Encoding.UTF8.GetBytes(log.Sign(Sample.Text).ToString())], log.Key, out _));
    }

    [Fact]
    public void Another_logs_checkpoint_is_refused_even_when_its_key_is_the_same()
    {
        var other = new NoteSigner("example.com/other", secret);
        var text = Sample.Text; // signed as "other", though it says "example.com/log"
        var note = new SignedNote(text, [other.Sign(text)]).ToBytes();
        Refused(LogChecks.CheckpointOrigin, SignedCheckpoint.Verify(note, other.Key, out _));
        Refused(LogChecks.NoteSigners, SignedCheckpoint.Verify(note, log.Key, out _));
        Assert.Throws<ArgumentException>(() => SignedCheckpoint.Sign(Sample, other));
    }

    [Fact]
    public void A_witness_cosigns_with_its_time()
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1679315147);
        var signed = SignedCheckpoint.Sign(Sample, log).With(witness.Cosign(Sample.Text, time));
        Assert.Equal(Verdict.Accept, SignedCheckpoint.Verify(signed.Note.Span, [log.Key, witness.Key], out _));
        Refused(LogChecks.NoteSigners, SignedCheckpoint.Verify(signed.Note.Span, [witness.Key, log.Key], out _));
        Refused(LogChecks.NoteSigners, SignedCheckpoint.Verify(signed.Note.Span, log.Key, out _));
        Assert.Equal(Verdict.Accept, SignedNote.Parse(signed.Note.Span, out var note));
        Assert.True(Cosignature.TryReadTime(note!.Signatures[1].Bytes.Span, out long seconds));
        Assert.Equal(1679315147, seconds);
        var later = note.Signatures[1].Bytes.ToArray();
        later[7] ^= 1; // another time under the same signature
        var forged = new SignedNote(note.Text, [note.Signatures[0], note.Signatures[1] with { Bytes = later }]).ToBytes();
        Refused(LogChecks.NoteSignature, SignedCheckpoint.Verify(forged, [log.Key, witness.Key], out _));
    }

    [Fact]
    public void The_id_of_a_log_binds_origin_and_key()
    {
        Assert.Equal(Sha256.Hash(Encoding.UTF8.GetBytes(log.Key.ToString())), LogId.Of(log.Key).Digest);
        Assert.NotEqual(LogId.Of(log.Key), LogId.Of(new NoteSigner("example.com/log2", secret).Key));
        Assert.NotEqual(LogId.Of(log.Key), LogId.Of(new NoteSigner("example.com/log", witnessSecret).Key));
    }

    [Fact]
    public void An_empty_log_has_a_checkpoint() =>
        Assert.Equal(Verdict.Accept, SignedCheckpoint.Verify(SignedCheckpoint.Sign(new("example.com/log", 0, MerkleTree.EmptyRoot), log).Note.Span, log.Key, out _));

    [Fact]
    public void Text_that_parses_is_the_text_that_would_be_written() =>
        Gen.Select(Gen.Int[0, 70], Gen.Int[0, 4], Gen.String[0, 4]).Sample((at, cut, put) =>
        {
            string text = Sample.Text;
            string mutated = text[..Math.Min(at, text.Length)] + put + text[Math.Min(at + cut, text.Length)..];
            return !Checkpoint.Parse(mutated, out var checkpoint).IsAccepted || checkpoint!.Text == mutated;
        });
}
