using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log;

/// <summary>A checkpoint as it travels: the note's exact bytes beside what they say.</summary>
public sealed class SignedCheckpoint
{
    readonly byte[] note;

    SignedCheckpoint(Checkpoint checkpoint, byte[] note) => (Checkpoint, this.note) = (checkpoint, note);

    /// <summary>What was signed.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The C2SP signed note: UTF-8 text, an empty line, signature lines.</summary>
    public ReadOnlyMemory<byte> Note => note;

    /// <summary>Signs a checkpoint of the log whose name is the signer's.</summary>
    /// <exception cref="ArgumentException">The checkpoint is another log's.</exception>
    public static SignedCheckpoint Sign(Checkpoint checkpoint, NoteSigner log)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(log);
        if (checkpoint.Origin != log.Key.Name)
            throw new ArgumentException($"'{log.Key.Name}' does not sign for '{checkpoint.Origin}'", nameof(checkpoint));
        return new(checkpoint, new SignedNote(checkpoint.Text, [log.Sign(checkpoint.Text)]).ToBytes());
    }

    /// <summary>The same checkpoint with one more signature line, as a witness returned it.</summary>
    public SignedCheckpoint With(NoteSignature cosignature)
    {
        ArgumentNullException.ThrowIfNull(cosignature);
        var verdict = SignedNote.Parse(note, out var parsed);
        if (!verdict.IsAccepted) throw new InvalidOperationException(verdict.ToString());
        return new(Checkpoint, new SignedNote(parsed!.Text, parsed.Signatures.Add(cosignature)).ToBytes());
    }

    /// <summary>Verifies a checkpoint signed by its log alone.</summary>
    public static Verdict Verify(ReadOnlySpan<byte> note, VerifierKey log, out SignedCheckpoint? checkpoint) => Verify(note, [log], out checkpoint);

    /// <summary>Verifies a checkpoint that carries the signatures of <paramref name="keys"/>: these lines, in this order, and no other.</summary>
    /// <remarks>
    /// Stricter than C2SP, which lets a verifier ignore unknown signatures: here a line more would be bytes that nobody vouches for, and evidence
    /// has one form. Ed25519 signatures are not malleable under <c>PublicKey.Verify</c>, so any changed byte is refused.
    /// </remarks>
    /// <param name="note">The note as received.</param>
    /// <param name="keys">The log's key first, whose name is the checkpoint's origin; then the witnesses'.</param>
    /// <param name="checkpoint">The checkpoint, when accepted.</param>
    public static Verdict Verify(ReadOnlySpan<byte> note, IReadOnlyList<VerifierKey> keys, out SignedCheckpoint? checkpoint)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count, nameof(keys));
        checkpoint = null;
        var verdict = SignedNote.Parse(note, out var parsed);
        if (!verdict.IsAccepted) return verdict;
        verdict = parsed!.Verify(keys);
        if (!verdict.IsAccepted) return verdict;
        verdict = Checkpoint.Parse(parsed.Text, out var content);
        if (!verdict.IsAccepted) return verdict;
        if (content!.Origin != keys[0].Name) return Verdict.Reject(LogChecks.CheckpointOrigin, keys[0].Name, content.Origin);
        if (!Covers(keys[0], content, out verdict)) return verdict;
        checkpoint = new SignedCheckpoint(content, note.ToArray());
        return Verdict.Accept;
    }

    /// <summary>Verifies a checkpoint of the log of <paramref name="log"/>, whoever else signed: what a monitor asks. Evidence asks for every line.</summary>
    public static Verdict VerifyFrom(ReadOnlySpan<byte> note, VerifierKey log, out SignedCheckpoint? checkpoint)
    {
        checkpoint = null;
        var verdict = SignedNote.Parse(note, out var parsed);
        return verdict.IsAccepted ? VerifyFrom(parsed!, log, out checkpoint) : verdict;
    }

    /// <summary>The lines of one key, which were verified, and no other.</summary>
    internal static SignedCheckpoint Of(SignedNote note, Checkpoint checkpoint, VerifierKey log) =>
        new(checkpoint, new SignedNote(note.Text, [note.Signatures.First(s => s.KeyName == log.Name && s.KeyId == log.Id)]).ToBytes());

    internal static Verdict VerifyFrom(SignedNote note, VerifierKey log, out SignedCheckpoint? checkpoint)
    {
        ArgumentNullException.ThrowIfNull(log);
        checkpoint = null;
        var verdict = note.VerifyFrom(log);
        if (!verdict.IsAccepted) return verdict;
        verdict = Checkpoint.Parse(note.Text, out var content);
        if (!verdict.IsAccepted) return verdict;
        if (content!.Origin != log.Name) return Verdict.Reject(LogChecks.CheckpointOrigin, log.Name, content.Origin);
        if (!Covers(log, content, out verdict)) return verdict;
        checkpoint = new SignedCheckpoint(content, note.ToBytes());
        return Verdict.Accept;
    }

    /// <summary>Whether the log signed every line: a key of ML-DSA-44 signs three, and what follows would be anyone's.</summary>
    static bool Covers(VerifierKey log, Checkpoint checkpoint, out Verdict verdict)
    {
        bool covers = log.Type != NoteSignatureType.MlDsa44Cosignature || checkpoint.Extensions.IsEmpty;
        verdict = covers ? Verdict.Accept : Verdict.Reject(LogChecks.CheckpointForm, "three lines, which are what a log signs with ML-DSA-44", $"{3 + checkpoint.Extensions.Length}");
        return covers;
    }

    /// <summary>The note's text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(note);
}
