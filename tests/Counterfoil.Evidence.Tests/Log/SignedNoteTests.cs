using System.Text;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Log;

public sealed class SignedNoteTests
{
    // The key, text and signature of golang.org/x/mod/sumdb/note's note_test.go (BSD-3-Clause), the reference implementation.
    const string PeterKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const string PeterText = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const string PeterNote = PeterText + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const string PeterSecret = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    static VerifierKey Key(string text)
    {
        Assert.Equal(Verdict.Accept, VerifierKey.Parse(text, out var key));
        return key!;
    }

    static SignedNote Note(string text)
    {
        Assert.Equal(Verdict.Accept, SignedNote.Parse(Encoding.UTF8.GetBytes(text), out var note));
        return note!;
    }

    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    [Fact]
    public void The_reference_implementations_note_verifies()
    {
        var note = Note(PeterNote);
        Assert.Equal(PeterText, note.Text);
        Assert.Equal(Verdict.Accept, note.Verify([Key(PeterKey)]));
    }

    [Fact]
    public void Signing_with_the_reference_key_gives_the_reference_note_byte_for_byte()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, Convert.FromBase64String(PeterSecret).AsSpan(1));
        var peter = new NoteSigner("PeterNeumann", signer);
        Assert.Equal(PeterKey, peter.Key.ToString());
        Assert.Equal(PeterNote, Encoding.UTF8.GetString(new SignedNote(PeterText, [peter.Sign(PeterText)]).ToBytes()));
    }

    [Fact]
    public void A_piece_of_a_verifier_key_is_no_verifier_key()
    {
        for (int i = 0; i <= PeterKey.Length; i++)
            for (int j = i; j <= PeterKey.Length; j++)
                if (j - i < PeterKey.Length) Refused(LogChecks.VerifierKey, VerifierKey.Parse(PeterKey[i..j], out _));
    }

    [Theory]
    [InlineData("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")] // wrong length, right id
    [InlineData("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")] // unknown algorithm, right id
    [InlineData("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData(null)]
    public void A_damaged_verifier_key_is_refused(string? text) => Refused(LogChecks.VerifierKey, VerifierKey.Parse(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(PeterText)] // no signature
    [InlineData(PeterText + "\n")] // an empty line, and nothing under it
    [InlineData(PeterText + "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n")] // no empty line
    [InlineData(PeterText + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=")] // no last newline
    public void Text_that_is_no_note_is_refused_for_its_form(string text) => Refused(LogChecks.NoteForm, SignedNote.Parse(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("- PeterNeumann x08go/ZJkuBS9Q==")] // a hyphen
    [InlineData("— Peter+Neumann x08go/ZJkuBS9Q==")]
    [InlineData("—  x08go/ZJkuBS9Q==")] // no name
    [InlineData("— PeterNeumann x08gow==")] // an id without a signature
    [InlineData("— PeterNeumann x08go/ZJkuBS9R==")] // padding bits set
    [InlineData("— PeterNeumann x08go/ZJ kuBS9Q==")] // white space in base64
    [InlineData("— PeterNeumann x08go_ZJkuBS9Q==")] // another alphabet
    [InlineData("— PeterNeumann\u00a0x08go/ZJkuBS9Q==")] // another space
    public void A_damaged_signature_line_is_refused(string line) =>
        Refused(LogChecks.NoteSignatureLine, SignedNote.Parse(Encoding.UTF8.GetBytes(PeterText + "\n" + line + "\n"), out _));

    [Fact]
    public void Control_characters_and_other_encodings_are_refused()
    {
        Refused(LogChecks.NoteEncoding, SignedNote.Parse(Encoding.UTF8.GetBytes(PeterNote.Replace("\n", "\r\n")), out _));
        Refused(LogChecks.NoteEncoding, SignedNote.Parse([0xff, .. Encoding.UTF8.GetBytes(PeterNote)], out _));
        Refused(LogChecks.NoteEncoding, SignedNote.Parse([0xc0, 0xae, .. Encoding.UTF8.GetBytes(PeterNote)], out _)); // an overlong dot
        Refused(LogChecks.NoteSize, SignedNote.Parse(new byte[SignedNote.MaxBytes + 1], out _));
    }

    [Fact]
    public void A_text_may_hold_empty_lines()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var author = new NoteSigner("quasimodo.example/salvatore", signer);
        const string text = "Ognuno sta solo\n\ned è subito sera.\n";
        var note = Note(Encoding.UTF8.GetString(new SignedNote(text, [author.Sign(text)]).ToBytes()));
        Assert.Equal(text, note.Text);
        Assert.Equal(Verdict.Accept, note.Verify([author.Key]));
    }

    [Fact]
    public void Any_changed_byte_of_a_note_is_refused()
    {
        var key = Key(PeterKey);
        var bytes = Encoding.UTF8.GetBytes(PeterNote);
        for (int i = 0; i < bytes.Length; i++)
            foreach (byte flip in (byte[])[0x01, 0x20, 0x80])
            {
                var changed = bytes.ToArray();
                changed[i] ^= flip;
                Assert.False(SignedNote.Parse(changed, out var note).Then(() => note!.Verify([key])).IsAccepted, $"byte {i} ^ {flip:x2}");
            }
    }

    [Fact]
    public void What_parses_is_written_again_byte_for_byte_and_nothing_throws() =>
        Gen.Select(Gen.Int[0, PeterNote.Length - 1], Gen.Int[0, 12], Gen.Byte.Array[0, 12]).Sample((at, cut, put) =>
        {
            var bytes = Encoding.UTF8.GetBytes(PeterNote);
            byte[] mutated = [.. bytes[..at], .. put, .. bytes[Math.Min(bytes.Length, at + cut)..]];
            return !SignedNote.Parse(mutated, out var note).IsAccepted || note!.ToBytes().AsSpan().SequenceEqual(mutated);
        });

    [Fact]
    public void Random_bytes_are_refused() => Gen.Byte.Array[0, 300].Sample(bytes => !SignedNote.Parse(bytes, out _).IsAccepted);
}
