using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Counterfoil.Core.Digests;

/// <summary>Thirty-two bytes by value, in the order they are written. What they mean is said by the type that wraps them.</summary>
public readonly record struct Bytes32 : IComparable<Bytes32>
{
    // Big-endian words, so that comparing words compares bytes.
    readonly ulong a, b, c, d;

    /// <summary>The number of bytes: 32.</summary>
    public const int Size = 32;

    /// <summary>Reads exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"expected {Size} bytes, got {bytes.Length}", nameof(bytes));
        a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>Four words, big-endian, first bytes first.</summary>
    internal Bytes32(ulong a, ulong b, ulong c, ulong d) => (this.a, this.b, this.c, this.d) = (a, b, c, d);

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], d);
    }

    /// <summary>A new array of the 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Bit <paramref name="index"/> counted from the most significant bit of the first byte, 0 to 255.</summary>
    public bool Bit(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)index, 255u);
        return (Word(index >> 6) >> (63 - (index & 63)) & 1) != 0;
    }

    /// <summary>Some bits as a number, the first of them the most significant; <see cref="Bit"/> says how they are counted.</summary>
    /// <param name="first">Where they begin, 0 to 256.</param>
    /// <param name="count">How many, 0 to 32; none may lie behind the last.</param>
    public uint Bits(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, 32u, nameof(count));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)first, (uint)(256 - count), nameof(first));
        if (count == 0) return 0;
        int shift = first & 63;
        ulong bits = Word(first >> 6) << shift;
        if (shift + count > 64) bits |= Word((first >> 6) + 1) >> (64 - shift);
        return (uint)(bits >> (64 - count));
    }

    ulong Word(int index) => index switch { 0 => a, 1 => b, 2 => c, _ => d };

    /// <summary>
    /// Reads 64 lower-case hexadecimal digits, with or without a leading <c>0x</c>. Upper case is refused: one value, one spelling.
    /// </summary>
    public static bool TryParseHex([NotNullWhen(true)] string? text, out Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        value = default;
        if (text is null || !Hex.TryDecode(text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text, bytes)) return false;
        value = new Bytes32(bytes);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(Bytes32 other) =>
        a != other.a ? a.CompareTo(other.a) : b != other.b ? b.CompareTo(other.b) : c != other.c ? c.CompareTo(other.c) : d.CompareTo(other.d);

    /// <summary>Orders by bytes.</summary>
    public static bool operator <(Bytes32 left, Bytes32 right) => left.CompareTo(right) < 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >(Bytes32 left, Bytes32 right) => left.CompareTo(right) > 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator <=(Bytes32 left, Bytes32 right) => left.CompareTo(right) <= 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >=(Bytes32 left, Bytes32 right) => left.CompareTo(right) >= 0;

    /// <summary>64 lower-case hexadecimal digits, without a prefix.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
