using System.Numerics;
using System.Text.Unicode;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records;

/// <summary>The values of tables, to the bit: what is the same value in Parquet and in Arrow is the same bytes.</summary>
ref partial struct RecordWriter
{
    /// <summary>No value.</summary>
    public void Null() => Raw([0xf6]);

    /// <summary>False or true.</summary>
    public void Bool(bool value) => Raw([value ? (byte)0xf5 : (byte)0xf4]);

    /// <summary>An integer of any width, in the shortest form.</summary>
    public void Int(long value)
    {
        if (value >= 0) Head(0, (ulong)value);
        else Head(1, (ulong)~value);
    }

    /// <summary>binary16, its bits as they are.</summary>
    public void Half(ushort bits) => Raw([0xf9, (byte)(bits >> 8), (byte)bits]);

    /// <summary>binary32, its bits as they are: a NaN keeps its payload and zero its sign, and the width is the column's, never a shorter one.</summary>
    public void Single(float value)
    {
        Raw([0xfa]);
        U32(BitConverter.SingleToUInt32Bits(value));
    }

    /// <summary>binary64, its bits as they are.</summary>
    public void Double(double value)
    {
        Raw([0xfb]);
        U64(BitConverter.DoubleToUInt64Bits(value));
    }

    /// <summary>A text, given in bytes that must be UTF-8.</summary>
    public void CheckedText(scoped ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) throw new RefusedDataException(DataChecks.TableValue, "text in UTF-8", "other bytes");
        Text(utf8);
    }

    /// <summary>A decimal fraction: tag 4, <c>[−scale, unscaled integer]</c>; the integer as a bignum (tags 2 and 3) where 64 bits do not hold it.</summary>
    public void Decimal(BigInteger unscaled, int scale)
    {
        Head(6, 4);
        Head(4, 2);
        Int(-(long)scale);
        if (unscaled >= -BigInteger.Pow(2, 64) && unscaled < BigInteger.Pow(2, 64))
        {
            if (unscaled.Sign >= 0) Head(0, (ulong)unscaled);
            else Head(1, (ulong)(-1 - unscaled));
            return;
        }
        Head(6, unscaled.Sign > 0 ? 2UL : 3);
        Bytes((unscaled.Sign > 0 ? unscaled : -1 - unscaled).ToByteArray(isUnsigned: true, isBigEndian: true));
    }

    /// <summary>A date: tag 100 (RFC 8943), days since 1970-01-01.</summary>
    public void Date(long days)
    {
        Head(6, 100);
        Int(days);
    }

    /// <summary>A time of day: nanoseconds since midnight.</summary>
    public void Time(long value, long perSecond)
    {
        if (value < 0 || value >= 86_400 * perSecond) throw new RefusedDataException(DataChecks.TableValue, "a time within a day", $"{value} of {perSecond} a second");
        Int(value * (1_000_000_000 / perSecond));
    }

    /// <summary>A point in time: <c>{1: seconds since 1970, −9: nanoseconds}</c>, the latter 0 … 999,999,999; under tag 1001 (RFC 9581) when it is one of UTC, without when it is one of no stated zone.</summary>
    public void Timestamp(long value, long perSecond, bool isUtc)
    {
        var (seconds, rest) = Math.DivRem(value, perSecond);
        if (rest < 0) (seconds, rest) = (seconds - 1, rest + perSecond);
        if (isUtc) Head(6, 1001);
        Head(5, 2);
        Head(0, 1);
        Int(seconds);
        Int(-9);
        Int(rest * (1_000_000_000 / perSecond));
    }
}
