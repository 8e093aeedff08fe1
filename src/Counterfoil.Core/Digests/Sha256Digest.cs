using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Counterfoil.Core.Digests;

/// <summary>A SHA-256 (FIPS 180-4) digest. A type of its own, so that digests of different algorithms cannot be mixed up.</summary>
/// <param name="Value">The 32 bytes.</param>
[JsonConverter(typeof(HexJsonConverter<Sha256Digest>))]
public readonly record struct Sha256Digest(Bytes32 Value) : IComparable<Sha256Digest>, IHexText<Sha256Digest>
{
    /// <summary>Reads exactly 32 bytes.</summary>
    public Sha256Digest(ReadOnlySpan<byte> bytes) : this(new Bytes32(bytes)) { }

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    /// <summary>A new array of the 32 bytes.</summary>
    public byte[] ToArray() => Value.ToArray();

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Sha256Digest digest)
    {
        bool read = Bytes32.TryParseHex(text, out var value);
        digest = new Sha256Digest(value);
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(Sha256Digest other) => Value.CompareTo(other.Value);

    /// <summary>Orders by bytes.</summary>
    public static bool operator <(Sha256Digest left, Sha256Digest right) => left.Value < right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >(Sha256Digest left, Sha256Digest right) => left.Value > right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator <=(Sha256Digest left, Sha256Digest right) => left.Value <= right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >=(Sha256Digest left, Sha256Digest right) => left.Value >= right.Value;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString();
}
