namespace Counterfoil.Evm;

public readonly partial struct UInt256
{
    /// <summary>Bit <paramref name="index"/>, 0 the least significant; false from 256 on.</summary>
    public bool Bit(int index) => index < 256 && (Limb(index >> 6) >> (index & 63) & 1) != 0;

    /// <summary>Byte <paramref name="index"/>, 0 the most significant; 0 from 32 on (BYTE).</summary>
    public static byte Byte(UInt256 index, UInt256 value)
    {
        if (!index.IsUInt64 || index.u0 > 31) return 0;
        int bit = (31 - (int)index.u0) * 8;
        return (byte)(value.Limb(bit >> 6) >> (bit & 63));
    }

    /// <summary>Extends the sign of the value's low <paramref name="index"/> + 1 bytes over the word; from 31 on, the value itself (SIGNEXTEND).</summary>
    public static UInt256 SignExtend(UInt256 index, UInt256 value)
    {
        if (!index.IsUInt64 || index.u0 > 30) return value;
        int bits = ((int)index.u0 + 1) * 8;
        var mask = (One << bits) - One;
        return value.Bit(bits - 1) ? value | ~mask : value & mask;
    }

    /// <summary>Bitwise and.</summary>
    public static UInt256 operator &(UInt256 left, UInt256 right) => new(left.u0 & right.u0, left.u1 & right.u1, left.u2 & right.u2, left.u3 & right.u3);
    /// <summary>Bitwise or.</summary>
    public static UInt256 operator |(UInt256 left, UInt256 right) => new(left.u0 | right.u0, left.u1 | right.u1, left.u2 | right.u2, left.u3 | right.u3);
    /// <summary>Bitwise exclusive or.</summary>
    public static UInt256 operator ^(UInt256 left, UInt256 right) => new(left.u0 ^ right.u0, left.u1 ^ right.u1, left.u2 ^ right.u2, left.u3 ^ right.u3);
    /// <summary>Bitwise complement.</summary>
    public static UInt256 operator ~(UInt256 value) => new(~value.u0, ~value.u1, ~value.u2, ~value.u3);

    /// <summary>Shifts towards the most significant bit; 0 from 256 on.</summary>
    public static UInt256 operator <<(UInt256 value, int shift)
    {
        if ((uint)shift > 255) return default;
        int bits = shift & 63;
        var (a, b, c, d) = (shift >> 6) switch
        {
            0 => (value.u0, value.u1, value.u2, value.u3),
            1 => (0UL, value.u0, value.u1, value.u2),
            2 => (0UL, 0UL, value.u0, value.u1),
            _ => (0UL, 0UL, 0UL, value.u0),
        };
        if (bits == 0) return new(a, b, c, d);
        int rest = 64 - bits;
        return new(a << bits, b << bits | a >> rest, c << bits | b >> rest, d << bits | c >> rest);
    }

    /// <summary>Shifts towards the least significant bit, filling with zeros; 0 from 256 on.</summary>
    public static UInt256 operator >> (UInt256 value, int shift) => (uint)shift > 255 ? default : ShiftRight(value, shift, 0);

    /// <summary>Shifts left by a word (SHL).</summary>
    public static UInt256 ShiftLeft(UInt256 shift, UInt256 value) => shift.IsUInt64 && shift.u0 < 256 ? value << (int)shift.u0 : default;

    /// <summary>Shifts right by a word, filling with zeros (SHR).</summary>
    public static UInt256 ShiftRight(UInt256 shift, UInt256 value) => shift.IsUInt64 && shift.u0 < 256 ? value >> (int)shift.u0 : default;

    /// <summary>Shifts right by a word, filling with the sign bit (SAR).</summary>
    public static UInt256 ShiftRightSigned(UInt256 shift, UInt256 value)
    {
        ulong fill = value.IsNegative ? ulong.MaxValue : 0;
        return shift.IsUInt64 && shift.u0 < 256 ? ShiftRight(value, (int)shift.u0, fill) : new(fill, fill, fill, fill);
    }

    static UInt256 ShiftRight(in UInt256 value, int shift, ulong fill)
    {
        int bits = shift & 63;
        var (a, b, c, d) = (shift >> 6) switch
        {
            0 => (value.u0, value.u1, value.u2, value.u3),
            1 => (value.u1, value.u2, value.u3, fill),
            2 => (value.u2, value.u3, fill, fill),
            _ => (value.u3, fill, fill, fill),
        };
        if (bits == 0) return new(a, b, c, d);
        int rest = 64 - bits;
        return new(a >> bits | b << rest, b >> bits | c << rest, c >> bits | d << rest, d >> bits | fill << rest);
    }

    ulong Limb(int index) => index switch { 0 => u0, 1 => u1, 2 => u2, _ => u3 };
}
