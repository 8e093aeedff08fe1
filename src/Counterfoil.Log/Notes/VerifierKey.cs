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

    /// <summary>ML-DSA-44 over name, time and checkpoint (tlog-cosignature).</summary>
    MlDsa44Cosignature = 0x06,
}

/// <summary>A key that verifies notes, with the name it signs under. Its text is <c>name+id+base64(type ‖ key)</c>.</summary>
public sealed record VerifierKey
{
    /// <summary>The longest name in bytes of UTF-8: what tlog-cosignature can carry.</summary>
    public const int MaxNameLength = 255;

    /// <summary>The name: for a log, its origin.</summary>
    public string Name { get; }

    /// <summary>What its signatures sign.</summary>
    public NoteSignatureType Type { get; }

    /// <summary>The Ed25519 key; null for a key of ML-DSA-44.</summary>
    public PublicKey? Key { get; }

    readonly byte[] bytes;

    /// <summary>The first four bytes, big-endian, of SHA-256(name ‖ 0x0A ‖ type ‖ key).</summary>
    public uint Id { get; }

    /// <summary>Names a key.</summary>
    /// <exception cref="ArgumentException">Not a name, or not an Ed25519 key.</exception>
    public VerifierKey(string name, PublicKey key, NoteSignatureType type = NoteSignatureType.Ed25519)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsName(name)) throw new ArgumentException("a key's name has no white space and no plus sign", nameof(name));
        if (key.Algorithm != SignatureAlgorithm.Ed25519) throw new ArgumentException($"notes are signed with Ed25519, not {key.Algorithm}", nameof(key));
        if (type == NoteSignatureType.MlDsa44Cosignature) throw new ArgumentException("a key of ML-DSA-44 is no Ed25519 key", nameof(type));
        (Name, Key, Type, bytes, Id) = (name, key, type, key.Bytes.ToArray(), IdOf(name, type, key.Bytes));
    }

    /// <summary>Names a key of ML-DSA-44.</summary>
    /// <exception cref="ArgumentException">Not a name, or not 1,312 bytes.</exception>
    public VerifierKey(string name, ReadOnlySpan<byte> mlDsa44Key)
    {
        if (!IsName(name)) throw new ArgumentException("a key's name has no white space and no plus sign", nameof(name));
        if (mlDsa44Key.Length != MlDsa44.PublicKeySize) throw new ArgumentException($"a key of ML-DSA-44 has {MlDsa44.PublicKeySize} bytes, not {mlDsa44Key.Length}", nameof(mlDsa44Key));
        (Name, Type, bytes, Id) = (name, NoteSignatureType.MlDsa44Cosignature, mlDsa44Key.ToArray(), IdOf(name, NoteSignatureType.MlDsa44Cosignature, mlDsa44Key));
    }

    /// <summary>Reads the text form; the id in it must be the one that follows from the rest.</summary>
    public static Verdict Parse(string? text, out VerifierKey? key)
    {
        key = null;
        var parts = (text ?? "").Split('+', 3); // base64 may hold a plus sign, a name cannot
        if (parts.Length != 3 || !IsName(parts[0]))
            return Verdict.Reject(LogChecks.VerifierKey, "<name>+<id>+<base64>", text is { Length: <= 160 } ? $"\"{text}\"" : "other text");
        int size = parts[2].Length == 44 ? 1 + 32 : 1 + MlDsa44.PublicKeySize;
        var blob = new byte[size];
        if (parts[2].Length != (size + 2) / 3 * 4 || !Convert.TryFromBase64String(parts[2], blob, out int length) || length != size || Convert.ToBase64String(blob) != parts[2])
            return Verdict.Reject(LogChecks.VerifierKey, $"canonical base64 of 33 or {1 + MlDsa44.PublicKeySize} bytes", $"\"{(parts[2].Length <= 80 ? parts[2] : parts[2][..80])}\"");
        var type = (NoteSignatureType)blob[0];
        if (size == 33 ? type is not (NoteSignatureType.Ed25519 or NoteSignatureType.Cosignature) : type != NoteSignatureType.MlDsa44Cosignature)
            return Verdict.Reject(LogChecks.VerifierKey, size == 33 ? "type 01 or 04" : "type 06", $"{blob[0]:x2}");
        string id = $"{IdOf(parts[0], type, blob.AsSpan(1)):x8}";
        if (parts[1] != id) return Verdict.Reject(LogChecks.VerifierKey, $"id {id}", parts[1].Length <= 16 ? parts[1] : "another");
        if (type == NoteSignatureType.MlDsa44Cosignature)
        {
            key = new VerifierKey(parts[0], blob.AsSpan(1));
            return Verdict.Accept;
        }
        var verdict = PublicKey.Decode(SignatureAlgorithm.Ed25519, blob.AsSpan(1), out var publicKey);
        if (verdict.IsAccepted) key = new VerifierKey(parts[0], publicKey!, type);
        return verdict;
    }

    /// <summary>Verifies one signature over a note's text.</summary>
    public Verdict Verify(string text, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Type == NoteSignatureType.Ed25519) return Key!.Verify(Encoding.UTF8.GetBytes(text), signature);
        int size = Type == NoteSignatureType.Cosignature ? Cosignature.Size : Cosignature.MlDsa44Size;
        if (signature.Length != size || !Cosignature.TryReadTime(signature, out long time)) return Verdict.Reject(LogChecks.NoteSignature, $"8 bytes of time and {size - 8} of signature", $"{signature.Length} bytes");
        if (Type == NoteSignatureType.Cosignature) return Key!.Verify(Cosignature.Message(text, time), signature[8..]);
        var verdict = Checkpoint.Parse(text, out var checkpoint);
        if (!verdict.IsAccepted) return verdict;
        verdict = Cosignature.Message(Name, checkpoint!, time, out var message);
        return verdict.IsAccepted ? MlDsa44.Verify(bytes, message, signature[8..]) : verdict;
    }

    /// <summary>Verifies a log's signature over bytes that no note's text can be: the caller is a format of this room.</summary>
    internal Verdict VerifyBytes(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Type == NoteSignatureType.Ed25519 ? Key!.Verify(message, signature) : Verdict.Reject(LogChecks.VerifierKey, "a log's key (type 01)", $"{(byte)Type:x2}");

    /// <summary>Whether two keys are of the same material, whatever they are called.</summary>
    public bool IsSameKey(VerifierKey other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return bytes.AsSpan().SequenceEqual(other.bytes);
    }

    /// <summary>Same name, type and key.</summary>
    public bool Equals(VerifierKey? other) => other is not null && Name == other.Name && Type == other.Type && IsSameKey(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Id);

    /// <summary><c>name+id+base64(type ‖ key)</c>, as other tools of the ecosystem read it.</summary>
    public override string ToString() => $"{Name}+{Id:x8}+{Convert.ToBase64String([(byte)Type, .. bytes])}";

    /// <summary>Whether signed-note allows <paramref name="name"/> as a key's name.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxNameLength || Encoding.UTF8.GetByteCount(name) > MaxNameLength) return false;
        foreach (char c in name)
            if (c == '+' || c < ' ' || char.IsWhiteSpace(c)) return false;
        return true;
    }

    static uint IdOf(string name, NoteSignatureType type, ReadOnlySpan<byte> key) =>
        BinaryPrimitives.ReadUInt32BigEndian(Sha256.Hash([.. Encoding.UTF8.GetBytes(name), 0x0A, (byte)type, .. key]).ToArray());
}
