using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Log.Notes;

/// <summary>What a signature line means, by the identifier byte of C2SP signed-note.</summary>
public enum NoteSignatureType : byte
{
    /// <summary>Ed25519 over the text (signed-note).</summary>
    Ed25519 = 0x01,

    /// <summary>A witness's Ed25519 over time and text (tlog-cosignature).</summary>
    Cosignature = 0x04,
}

/// <summary>A key that verifies notes, with the name it signs under. Its text is <c>name+id+base64(type ‖ key)</c>.</summary>
public sealed record VerifierKey
{
    /// <summary>The longest name: what tlog-cosignature can carry.</summary>
    public const int MaxNameLength = 255;

    /// <summary>The name: for a log, its origin.</summary>
    public string Name { get; }

    /// <summary>What its signatures sign.</summary>
    public NoteSignatureType Type { get; }

    /// <summary>The Ed25519 key.</summary>
    public PublicKey Key { get; }

    /// <summary>The first four bytes, big-endian, of SHA-256(name ‖ 0x0A ‖ type ‖ key).</summary>
    public uint Id { get; }

    /// <summary>Names a key.</summary>
    /// <exception cref="ArgumentException">Not a name, or not an Ed25519 key.</exception>
    public VerifierKey(string name, PublicKey key, NoteSignatureType type = NoteSignatureType.Ed25519)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsName(name)) throw new ArgumentException("a key's name has no white space and no plus sign", nameof(name));
        if (key.Algorithm != SignatureAlgorithm.Ed25519) throw new ArgumentException($"notes are signed with Ed25519, not {key.Algorithm}", nameof(key));
        (Name, Key, Type, Id) = (name, key, type, IdOf(name, type, key.Bytes));
    }

    /// <summary>Reads the text form; the id in it must be the one that follows from the rest.</summary>
    public static Verdict Parse(string? text, out VerifierKey? key)
    {
        key = null;
        var parts = (text ?? "").Split('+', 3); // base64 may hold a plus sign, a name cannot
        if (parts.Length != 3 || !IsName(parts[0]))
            return Verdict.Reject(LogChecks.VerifierKey, "<name>+<id>+<base64>", text is { Length: <= 160 } ? $"\"{text}\"" : "other text");
        var blob = new byte[33];
        if (parts[2].Length != 44 || !Convert.TryFromBase64String(parts[2], blob, out int length) || length != 33 || Convert.ToBase64String(blob) != parts[2])
            return Verdict.Reject(LogChecks.VerifierKey, "canonical base64 of 33 bytes", $"\"{(parts[2].Length <= 80 ? parts[2] : parts[2][..80])}\"");
        var type = (NoteSignatureType)blob[0];
        if (type is not (NoteSignatureType.Ed25519 or NoteSignatureType.Cosignature))
            return Verdict.Reject(LogChecks.VerifierKey, "type 01 or 04", $"{blob[0]:x2}");
        string id = $"{IdOf(parts[0], type, blob.AsSpan(1)):x8}";
        if (parts[1] != id) return Verdict.Reject(LogChecks.VerifierKey, $"id {id}", parts[1].Length <= 16 ? parts[1] : "another");
        var verdict = PublicKey.Decode(SignatureAlgorithm.Ed25519, blob.AsSpan(1), out var publicKey);
        if (verdict.IsAccepted) key = new VerifierKey(parts[0], publicKey!, type);
        return verdict;
    }

    /// <summary>Verifies one signature over a note's text.</summary>
    public Verdict Verify(string text, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Type == NoteSignatureType.Ed25519) return Key.Verify(Encoding.UTF8.GetBytes(text), signature);
        if (!Cosignature.TryReadTime(signature, out long time)) return Verdict.Reject(LogChecks.NoteSignature, "8 bytes of time and 64 of signature", $"{signature.Length} bytes");
        return Key.Verify(Cosignature.Message(text, time), signature[8..]);
    }

    /// <summary><c>name+id+base64(type ‖ key)</c>, as other tools of the ecosystem read it.</summary>
    public override string ToString() => $"{Name}+{Id:x8}+{Convert.ToBase64String([(byte)Type, .. Key.Bytes])}";

    /// <summary>Whether signed-note allows <paramref name="name"/> as a key's name.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxNameLength) return false;
        foreach (char c in name)
            if (c == '+' || c < ' ' || char.IsWhiteSpace(c)) return false;
        return true;
    }

    static uint IdOf(string name, NoteSignatureType type, ReadOnlySpan<byte> key) =>
        BinaryPrimitives.ReadUInt32BigEndian(Sha256.Hash([.. Encoding.UTF8.GetBytes(name), 0x0A, (byte)type, .. key]).ToArray());
}
