using System.Buffers.Binary;
using System.Numerics;

namespace Counterfoil.DevChain.State;

/// <summary>A key of a secure trie: a 32-byte hash read as 64 nibbles, the most significant first.</summary>
readonly struct TriePath : IEquatable<TriePath>
{
    public const int Nibbles = 64;

    readonly ulong a, b, c, d;

    public TriePath(ReadOnlySpan<byte> hash)
    {
        a = BinaryPrimitives.ReadUInt64BigEndian(hash);
        b = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        c = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        d = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    TriePath(ulong a, ulong b, ulong c, ulong d) => (this.a, this.b, this.c, this.d) = (a, b, c, d);

    public int this[int index] => (int)(Word(index >> 4) >> (60 - 4 * (index & 15))) & 15;

    ulong Word(int index) => index switch { 0 => a, 1 => b, 2 => c, _ => d };

    /// <summary>How many nibbles from <paramref name="start"/> on are equal.</summary>
    public int CommonFrom(int start, in TriePath other)
    {
        for (int word = start >> 4; word < 4; word++)
        {
            ulong differ = Word(word) ^ other.Word(word);
            if (word == start >> 4) differ &= ulong.MaxValue >> (4 * (start & 15));
            if (differ != 0) return 16 * word + BitOperations.LeadingZeroCount(differ) / 4 - start;
        }
        return Nibbles - start;
    }

    /// <summary>The same path with another nibble at <paramref name="index"/>.</summary>
    public TriePath With(int index, int nibble)
    {
        int shift = 60 - 4 * (index & 15);
        ulong word = Word(index >> 4) & ~(15UL << shift) | (ulong)nibble << shift;
        return (index >> 4) switch { 0 => new(word, b, c, d), 1 => new(a, word, c, d), 2 => new(a, b, word, d), _ => new(a, b, c, word) };
    }

    /// <summary>Writes nibbles in hex-prefix form (Yellow Paper, appendix C) and returns the number of bytes.</summary>
    public int WriteHexPrefix(int start, int count, bool leaf, Span<byte> destination)
    {
        int odd = count & 1;
        destination[0] = (byte)((leaf ? 0x20 : 0) | (odd != 0 ? 0x10 | this[start] : 0));
        for (int i = 0; i < count >> 1; i++) destination[1 + i] = (byte)(this[start + odd + 2 * i] << 4 | this[start + odd + 2 * i + 1]);
        return 1 + (count >> 1);
    }

    public bool Equals(TriePath other) => ((a ^ other.a) | (b ^ other.b) | (c ^ other.c) | (d ^ other.d)) == 0;
    public override bool Equals(object? obj) => obj is TriePath other && Equals(other);
    public override int GetHashCode() => (int)(a ^ a >> 32);
}
