using System.Text;
using Counterfoil.Core.Signing;

namespace Counterfoil.Log.Notes;

/// <summary>Signs notes as a log, or cosigns them as a witness, under one name.</summary>
public sealed class NoteSigner
{
    readonly Signer? signer;
    readonly MlDsa44Signer? mlDsa44;

    /// <summary>Signs as <paramref name="name"/> with an Ed25519 signer, which stays the caller's to dispose.</summary>
    public NoteSigner(string name, Signer signer, NoteSignatureType type = NoteSignatureType.Ed25519)
    {
        ArgumentNullException.ThrowIfNull(signer);
        this.signer = signer;
        Key = new VerifierKey(name, signer.PublicKey, type);
    }

    /// <summary>Cosigns as <paramref name="name"/> with an ML-DSA-44 signer, which stays the caller's to dispose.</summary>
    public NoteSigner(string name, MlDsa44Signer signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        mlDsa44 = signer;
        Key = new VerifierKey(name, signer.PublicKey);
    }

    /// <summary>The key that verifies what this signs.</summary>
    public VerifierKey Key { get; }

    /// <summary>Signs a note's text.</summary>
    public NoteSignature Sign(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Key.Type != NoteSignatureType.Ed25519) throw new InvalidOperationException("a witness states a time: call Cosign");
        return new(Key.Name, Key.Id, signer!.Sign(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Signs bytes that no note's text can be: the caller is a format of this room.</summary>
    internal byte[] SignBytes(ReadOnlySpan<byte> message) =>
        Key.Type == NoteSignatureType.Ed25519 ? signer!.Sign(message) : throw new InvalidOperationException("a witness signs cosignatures alone");

    /// <summary>Cosigns a checkpoint's text as seen at <paramref name="time"/>. The caller has verified consistency with all it cosigned before.</summary>
    /// <exception cref="ArgumentException">No checkpoint's text, or of an origin too long for ML-DSA-44 cosignatures.</exception>
    public NoteSignature Cosign(string text, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Key.Type == NoteSignatureType.Ed25519) throw new InvalidOperationException("a log signs its text: call Sign");
        long seconds = time.ToUnixTimeSeconds();
        if (mlDsa44 is null) return new(Key.Name, Key.Id, Cosignature.Encode(seconds, signer!.Sign(Cosignature.Message(text, seconds))));
        var verdict = Checkpoint.Parse(text, out var checkpoint);
        byte[] message = [];
        if (verdict.IsAccepted) verdict = Cosignature.Message(Key.Name, checkpoint!, seconds, out message);
        return verdict.IsAccepted ? new(Key.Name, Key.Id, Cosignature.Encode(seconds, mlDsa44.Sign(message))) : throw new ArgumentException($"that cannot be cosigned: {verdict}", nameof(text));
    }
}
