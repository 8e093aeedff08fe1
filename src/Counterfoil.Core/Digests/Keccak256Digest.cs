using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Counterfoil.Core.Digests;

/// <summary>
/// A Keccak-256 (the original padding, as Ethereum uses it; not SHA3-256) digest. A type of its own, so that digests of different
/// algorithms cannot be mixed up.
/// </summary>
/// <param name="Value">The 32 bytes.</param>
[JsonConverter(typeof(HexJsonConverter<Keccak256Digest>))]
public readonly record struct Keccak256Digest(Bytes32 Value) : IComparable<Keccak256Digest>, IHexText<Keccak256Digest>
{
    /// <summary>Reads exactly 32 bytes.</summary>
    public Keccak256Digest(ReadOnlySpan<byte> bytes) : this(new Bytes32(bytes)) { }

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    /// <summary>A new array of the 32 bytes.</summary>
    public byte[] ToArray() => Value.ToArray();

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Keccak256Digest digest)
    {
        bool read = Bytes32.TryParseHex(text, out var value);
        digest = new Keccak256Digest(value);
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(Keccak256Digest other) => Value.CompareTo(other.Value);

    /// <summary>Orders by bytes.</summary>
    public static bool operator <(Keccak256Digest left, Keccak256Digest right) => left.Value < right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >(Keccak256Digest left, Keccak256Digest right) => left.Value > right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator <=(Keccak256Digest left, Keccak256Digest right) => left.Value <= right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >=(Keccak256Digest left, Keccak256Digest right) => left.Value >= right.Value;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString();
}
