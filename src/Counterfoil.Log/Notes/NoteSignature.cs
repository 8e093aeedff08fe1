using System.Buffers.Binary;

namespace Counterfoil.Log.Notes;

/// <summary>One signature line of a note: who signed, and the bytes.</summary>
/// <param name="KeyName">The key's name: not empty, without white space and plus signs.</param>
/// <param name="KeyId">Four bytes of a hash of name and key: a hint which key to try, no fingerprint.</param>
/// <param name="Bytes">What the algorithm made: 64 bytes for Ed25519, 72 for a cosignature of Ed25519, 2,428 for one of ML-DSA-44.</param>
public sealed record NoteSignature(string KeyName, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The line, with its newline.</summary>
    public override string ToString()
    {
        var blob = new byte[4 + Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(blob, KeyId);
        Bytes.Span.CopyTo(blob.AsSpan(4));
        return $"\u2014 {KeyName} {Convert.ToBase64String(blob)}\n";
    }

    /// <summary>Same line, same signature.</summary>
    public bool Equals(NoteSignature? other) =>
        other is not null && KeyName == other.KeyName && KeyId == other.KeyId && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(KeyName, KeyId);
}
