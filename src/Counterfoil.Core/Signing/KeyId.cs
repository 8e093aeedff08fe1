using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;

namespace Counterfoil.Core.Signing;

/// <summary>The fingerprint of a public key: SHA-256 of its SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7).</summary>
/// <param name="Fingerprint">The 32 bytes.</param>
[JsonConverter(typeof(HexJsonConverter<KeyId>))]
public readonly record struct KeyId(Sha256Digest Fingerprint) : IComparable<KeyId>, IHexText<KeyId>
{
    /// <summary>Reads 64 lower-case hexadecimal digits, without a prefix.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out KeyId id)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        bool read = Hex.TryDecode(text, bytes);
        id = read ? new KeyId(new Sha256Digest(bytes)) : default;
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(KeyId other) => Fingerprint.CompareTo(other.Fingerprint);

    /// <summary>Orders by bytes.</summary>
    public static bool operator <(KeyId left, KeyId right) => left.CompareTo(right) < 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >(KeyId left, KeyId right) => left.CompareTo(right) > 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator <=(KeyId left, KeyId right) => left.CompareTo(right) <= 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >=(KeyId left, KeyId right) => left.CompareTo(right) >= 0;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Fingerprint.ToString();
}
