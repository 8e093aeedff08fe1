using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Log.Notes;

/// <summary>A text with signature lines under it.</summary>
/// <remarks>C2SP signed-note. The parser accepts only bytes that <see cref="ToBytes"/> would write again: base64 is canonical.</remarks>
public sealed class SignedNote
{
    /// <summary>The longest note read: sixteen signatures of any kind assigned so far fit.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>The most signature lines read; the specification asks for at least 16.</summary>
    public const int MaxSignatures = 64;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is signed: ends in a newline.</summary>
    public string Text { get; }

    /// <summary>The signature lines, in order.</summary>
    public ImmutableArray<NoteSignature> Signatures { get; }

    /// <summary>A note of a text and its signatures.</summary>
    /// <exception cref="ArgumentException">The text does not end in a newline or holds control characters, or there is no signature.</exception>
    public SignedNote(string text, ImmutableArray<NoteSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.EndsWith('\n') || HasControls(text)) throw new ArgumentException("a note's text is lines, each ended by a newline", nameof(text));
        if (signatures.IsDefaultOrEmpty) throw new ArgumentException("a note has at least one signature", nameof(signatures));
        (Text, Signatures) = (text, signatures);
    }

    /// <summary>The exact bytes of the note.</summary>
    public byte[] ToBytes() => Utf8.GetBytes(Text + "\n" + string.Concat(Signatures));

    /// <summary>Reads a note. Says nothing of its signatures: <see cref="Verify"/> does.</summary>
    public static Verdict Parse(ReadOnlySpan<byte> bytes, out SignedNote? note)
    {
        note = null;
        if (bytes.Length > MaxBytes) return Verdict.Reject(LogChecks.NoteSize, $"at most {MaxBytes} bytes", $"{bytes.Length} bytes");
        string all;
        try
        {
            all = Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            return Verdict.Reject(LogChecks.NoteEncoding, "UTF-8", $"other bytes at {e.Index}");
        }
        if (HasControls(all)) return Verdict.Reject(LogChecks.NoteEncoding, "no control character but newline", "a control character");
        // The last empty line parts text and signatures: a text may hold empty lines, signature lines none.
        int split = all.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !all.EndsWith('\n') || split + 2 == all.Length)
            return Verdict.Reject(LogChecks.NoteForm, "a text, an empty line, and signature lines", $"{bytes.Length} bytes without them");
        var lines = all[(split + 2)..^1].Split('\n');
        if (lines.Length > MaxSignatures) return Verdict.Reject(LogChecks.NoteForm, $"at most {MaxSignatures} signatures", $"{lines.Length}");
        var signatures = ImmutableArray.CreateBuilder<NoteSignature>(lines.Length);
        foreach (string line in lines)
        {
            if (ParseLine(line) is not { } signature)
                return Verdict.Reject(LogChecks.NoteSignatureLine, "\u2014 <key name> <canonical base64>", line.Length <= 160 ? line : line[..160] + "…");
            signatures.Add(signature);
        }
        note = new SignedNote(all[..(split + 1)], signatures.MoveToImmutable());
        return Verdict.Accept;
    }

    /// <summary>Verifies that exactly <paramref name="keys"/> signed, in that order, and that every signature holds.</summary>
    public Verdict Verify(IReadOnlyList<VerifierKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count != Signatures.Length) return Verdict.Reject(LogChecks.NoteSigners, $"{keys.Count} signatures", $"{Signatures.Length}");
        for (int i = 0; i < keys.Count; i++)
        {
            var (key, signature) = (keys[i], Signatures[i]);
            if (key.Name != signature.KeyName || key.Id != signature.KeyId)
                return Verdict.Reject(LogChecks.NoteSigners, $"{key.Name}+{key.Id:x8}", $"{signature.KeyName}+{signature.KeyId:x8}");
            if (key.Verify(Text, signature.Bytes.Span) is Verdict.Rejected rejected)
                return Verdict.Reject(LogChecks.NoteSignature, $"a signature by {key.Name}+{key.Id:x8}", rejected.Reason.ToString());
        }
        return Verdict.Accept;
    }

    /// <summary>Verifies that <paramref name="key"/> signed, whoever else did: what a witness asks of a log's note, and C2SP of any verifier.</summary>
    /// <remarks>Evidence asks <see cref="Verify"/> instead: there, a line that nobody checks would be bytes that anyone can change.</remarks>
    public Verdict VerifyFrom(VerifierKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var own = Signatures.Where(s => s.KeyName == key.Name && s.KeyId == key.Id).Distinct().ToList(); // a line that is there sixty times is verified once
        if (own.Count == 0) return Verdict.Reject(LogChecks.NoteSigners, $"a signature by {key.Name}+{key.Id:x8}", "none");
        foreach (var signature in own) // a line of a known key that fails fails the note
            if (key.Verify(Text, signature.Bytes.Span) is Verdict.Rejected rejected)
                return Verdict.Reject(LogChecks.NoteSignature, $"a signature by {key.Name}+{key.Id:x8}", rejected.Reason.ToString());
        return Verdict.Accept;
    }

    /// <summary>Verifies that one of <paramref name="keys"/> signed, and that no line by any of them fails: what a log that changes its key is asked while both count.</summary>
    /// <param name="keys">The keys that are trusted; at least one.</param>
    /// <param name="signer">The first of them that signed.</param>
    public Verdict VerifyFromAny(IReadOnlyList<VerifierKey> keys, out VerifierKey? signer)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count, nameof(keys));
        signer = null;
        Verdict? first = null;
        foreach (var key in keys)
        {
            var verdict = VerifyFrom(key);
            if (verdict.IsAccepted) signer ??= key;
            else if (verdict is Verdict.Rejected { Reason.Check: var check } && check != LogChecks.NoteSigners)
            {
                signer = null;
                return verdict;
            }
            first ??= verdict;
        }
        return signer is not null ? Verdict.Accept : first!;
    }

    static NoteSignature? ParseLine(string line)
    {
        if (!line.StartsWith("\u2014 ", StringComparison.Ordinal)) return null;
        int space = line.IndexOf(' ', 2);
        if (space < 0 || !VerifierKey.IsName(line.AsSpan(2, space - 2))) return null;
        string base64 = line[(space + 1)..];
        var blob = new byte[base64.Length / 4 * 3];
        if (!Convert.TryFromBase64String(base64, blob, out int length) || length <= 4) return null;
        if (Convert.ToBase64String(blob, 0, length) != base64) return null;
        return new NoteSignature(line[2..space], BinaryPrimitives.ReadUInt32BigEndian(blob), blob.AsMemory(4, length - 4));
    }

    static bool HasControls(string text) => text.Any(c => c < ' ' && c != '\n');
}
