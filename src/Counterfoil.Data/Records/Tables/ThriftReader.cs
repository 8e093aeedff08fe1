using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records.Tables;

/// <summary>Reads the bytes and numbers of Thrift's compact protocol, and never beyond where they must have ended.</summary>
/// <param name="bytes">Where they are, from the position on.</param>
/// <param name="end">Where they must have ended.</param>
/// <param name="check">The check that refuses.</param>
sealed class ThriftReader(Stream bytes, long end, Check check)
{
    /// <summary>Bytes until the end.</summary>
    public ulong Left => (ulong)Math.Max(0, end - bytes.Position);

    /// <summary>The next byte.</summary>
    public int Byte()
    {
        int next = bytes.Position < end ? bytes.ReadByte() : -1;
        return next >= 0 ? next : throw Bad("metadata that ends before its bytes do", "its end too early");
    }

    /// <summary>A number of seven bits a byte, the lowest first.</summary>
    public ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
        throw Bad("numbers of at most ten bytes", "a longer one");
    }

    /// <summary>The same with a sign, by zigzag.</summary>
    public long Signed() => Number() is var zigzag ? (long)(zigzag >> 1) ^ -(long)(zigzag & 1) : 0;

    /// <summary>The number of the field that a head byte begins.</summary>
    /// <param name="head">The byte.</param>
    /// <param name="before">The field before it, 0 if it is the first.</param>
    public long Field(int head, long before) => head >> 4 == 0 ? Signed() : before + (head >> 4);

    /// <summary>Passes over bytes.</summary>
    public void Skip(ulong length)
    {
        if (length > Left) throw Bad("bytes within the metadata", $"{length}");
        bytes.Position += (long)length;
    }

    /// <summary>A refusal by the check.</summary>
    public RefusedDataException Bad(string expected, string found) => new(check, expected, found);
}
