using System.Buffers.Binary;
using System.Numerics;

namespace Counterfoil.Evm;

/// <summary>An unsigned 256-bit integer: the EVM's word (Ethereum yellow paper, appendix H).</summary>
/// <remarks>
/// Plain operators wrap modulo 2^256 and divide by zero to zero, as the EVM defines. In a <see langword="checked"/> context
/// <c>+</c>, <c>-</c>, <c>*</c> and the narrowing conversions throw instead: money is added in one. Not constant-time: no secret is held in this type.
/// </remarks>
public readonly partial struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>
{
    // Limbs, least significant first.
    readonly ulong u0, u1, u2, u3;

    /// <summary>The number of bytes: 32.</summary>
    public const int Size = 32;

    /// <summary>A value of at most 64 bits.</summary>
    public UInt256(ulong value) => u0 = value;

    /// <summary>A value of four 64-bit limbs, the least significant first.</summary>
    public UInt256(ulong u0, ulong u1, ulong u2, ulong u3) => (this.u0, this.u1, this.u2, this.u3) = (u0, u1, u2, u3);

    /// <summary>0.</summary>
    public static UInt256 Zero => default;
    /// <summary>1.</summary>
    public static UInt256 One => new(1);
    /// <summary>2^256 − 1.</summary>
    public static UInt256 MaxValue => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    /// <summary>Bits 0 to 63.</summary>
    public ulong U0 => u0;
    /// <summary>Bits 64 to 127.</summary>
    public ulong U1 => u1;
    /// <summary>Bits 128 to 191.</summary>
    public ulong U2 => u2;
    /// <summary>Bits 192 to 255.</summary>
    public ulong U3 => u3;

    /// <summary>Whether the value is 0.</summary>
    public bool IsZero => (u0 | u1 | u2 | u3) == 0;
    /// <summary>Whether the value fits 64 bits.</summary>
    public bool IsUInt64 => (u1 | u2 | u3) == 0;
    /// <summary>The top bit: the sign, where the word is read as two's complement.</summary>
    public bool IsNegative => (long)u3 < 0;
    /// <summary>The number of bits without leading zeros: 0 for 0, at most 256.</summary>
    public int BitLength =>
        u3 != 0 ? 256 - BitOperations.LeadingZeroCount(u3) : u2 != 0 ? 192 - BitOperations.LeadingZeroCount(u2)
        : u1 != 0 ? 128 - BitOperations.LeadingZeroCount(u1) : 64 - BitOperations.LeadingZeroCount(u0);
    /// <summary>The number of bytes without leading zeros: 0 for 0, at most 32.</summary>
    public int ByteLength => (BitLength + 7) >> 3;

    /// <summary>Reads up to 32 big-endian bytes; a shorter span stands for leading zeros, an empty one for 0.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is longer than 32 bytes.</exception>
    public static UInt256 ReadBigEndian(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Size) throw new ArgumentException($"expected at most {Size} bytes, got {bytes.Length}", nameof(bytes));
        if (bytes.Length < Size)
        {
            Span<byte> padded = stackalloc byte[Size];
            padded.Clear();
            bytes.CopyTo(padded[(Size - bytes.Length)..]);
            return ReadWord(padded);
        }
        return ReadWord(bytes);
    }

    static UInt256 ReadWord(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));

    /// <summary>Writes 32 big-endian bytes to the start of <paramref name="destination"/>.</summary>
    public void WriteBigEndian(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, u3);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], u2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], u1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], u0);
    }

    /// <summary>A new array of 32 big-endian bytes.</summary>
    public byte[] ToBigEndian()
    {
        var bytes = new byte[Size];
        WriteBigEndian(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(UInt256 other) => ((u0 ^ other.u0) | (u1 ^ other.u1) | (u2 ^ other.u2) | (u3 ^ other.u3)) == 0;
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UInt256 other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(u0, u1, u2, u3);
    /// <inheritdoc/>
    public int CompareTo(UInt256 other) => this < other ? -1 : this == other ? 0 : 1;

    /// <summary>Compares the words as two's complement (SLT, SGT).</summary>
    public int CompareSigned(UInt256 other) => IsNegative == other.IsNegative ? CompareTo(other) : IsNegative ? -1 : 1;

    /// <summary>Equality of value.</summary>
    public static bool operator ==(UInt256 left, UInt256 right) => left.Equals(right);
    /// <summary>Inequality of value.</summary>
    public static bool operator !=(UInt256 left, UInt256 right) => !left.Equals(right);
    /// <summary>Compares as unsigned.</summary>
    public static bool operator <(UInt256 left, UInt256 right) =>
        left.u3 != right.u3 ? left.u3 < right.u3 : left.u2 != right.u2 ? left.u2 < right.u2
        : left.u1 != right.u1 ? left.u1 < right.u1 : left.u0 < right.u0;
    /// <summary>Compares as unsigned.</summary>
    public static bool operator >(UInt256 left, UInt256 right) => right < left;
    /// <summary>Compares as unsigned.</summary>
    public static bool operator <=(UInt256 left, UInt256 right) => !(right < left);
    /// <summary>Compares as unsigned.</summary>
    public static bool operator >=(UInt256 left, UInt256 right) => !(left < right);

    /// <summary>Every 64-bit value is a word.</summary>
    public static implicit operator UInt256(ulong value) => new(value);
    /// <summary>Every byte is a word.</summary>
    public static implicit operator UInt256(byte value) => new(value);
    /// <summary>A non-negative integer as a word.</summary>
    /// <exception cref="OverflowException">The integer is negative: it would otherwise become a very large amount.</exception>
    public static implicit operator UInt256(int value) => new(checked((ulong)value));
    /// <summary>The low 64 bits.</summary>
    public static explicit operator ulong(UInt256 value) => value.u0;
    /// <summary>The value, if it fits 64 bits.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static explicit operator checked ulong(UInt256 value) => value.IsUInt64 ? value.u0 : throw new OverflowException($"{value} does not fit 64 bits");

    /// <summary>The value as a <see cref="BigInteger"/>, never negative.</summary>
    public static explicit operator BigInteger(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        value.WriteBigEndian(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>The integer modulo 2^256; a negative one becomes its two's complement.</summary>
    public static explicit operator UInt256(BigInteger value)
    {
        var low = value & ((BigInteger.One << 256) - 1);
        Span<byte> bytes = stackalloc byte[Size];
        if (!low.TryWriteBytes(bytes, out int written, isUnsigned: true)) throw new OverflowException("a masked integer exceeds its mask");
        bytes[written..].Clear();
        return new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
    }
}
