using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Counterfoil.Core.Digests;

/// <summary>A BLAKE3 digest. A type of its own, so that digests of different algorithms cannot be mixed up.</summary>
/// <param name="Value">The 32 bytes.</param>
[JsonConverter(typeof(HexJsonConverter<Blake3Digest>))]
public readonly record struct Blake3Digest(Bytes32 Value) : IComparable<Blake3Digest>, IHexText<Blake3Digest>
{
    /// <summary>Reads exactly 32 bytes.</summary>
    public Blake3Digest(ReadOnlySpan<byte> bytes) : this(new Bytes32(bytes)) { }

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    /// <summary>A new array of the 32 bytes.</summary>
    public byte[] ToArray() => Value.ToArray();

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Blake3Digest digest)
    {
        bool read = Bytes32.TryParseHex(text, out var value);
        digest = new Blake3Digest(value);
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(Blake3Digest other) => Value.CompareTo(other.Value);

    /// <summary>Orders by bytes.</summary>
    public static bool operator <(Blake3Digest left, Blake3Digest right) => left.Value < right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >(Blake3Digest left, Blake3Digest right) => left.Value > right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator <=(Blake3Digest left, Blake3Digest right) => left.Value <= right.Value;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >=(Blake3Digest left, Blake3Digest right) => left.Value >= right.Value;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString();
}
