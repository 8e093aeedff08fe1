using System.Buffers.Binary;
using System.Text;

namespace Counterfoil.Core.Encoding;

/// <summary>
/// Writes one item of deterministic CBOR (RFC 8949 §4.2.1): shortest integers, definite lengths, map keys sorted by their encoded bytes.
/// </summary>
/// <remarks>
/// The order of keys is the caller's to keep, since a writer that sorted would have to buffer; it is checked as the keys arrive. Every
/// misuse throws <see cref="InvalidOperationException"/>: too few or too many items, a key out of order, a key that is an array or a map.
/// </remarks>
public sealed class CborWriter
{
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    struct Frame
    {
        public bool IsMap;
        public long Left;           // items still to come; a pair counts two
        public int Key, KeyLength;  // where the previous key lies
    }

    byte[] buffer = new byte[256];
    Frame[] frames = new Frame[4];
    int length, depth;
    bool done;

    /// <summary>Bytes written so far.</summary>
    public int Length => length;

    /// <summary>The finished document.</summary>
    /// <exception cref="InvalidOperationException">An array or map is still open, or nothing was written.</exception>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>The finished document, without a copy. Valid until the writer is used again.</summary>
    public ReadOnlySpan<byte> WrittenSpan =>
        done && depth == 0 ? buffer.AsSpan(0, length) : throw new InvalidOperationException("the document is not finished");

    /// <summary>Writes an integer of at least 0.</summary>
    public void WriteUInt(ulong value)
    {
        int start = Begin();
        Head(0, value);
        End(start, isKey: true);
    }

    /// <summary>Writes an integer of either sign.</summary>
    public void WriteInt(long value)
    {
        int start = Begin();
        if (value >= 0) Head(0, (ulong)value);
        else Head(1, (ulong)~value); // −1 − n
        End(start, isKey: true);
    }

    /// <summary>Writes bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        int start = Begin();
        Head(2, (ulong)value.Length);
        value.CopyTo(Room(value.Length));
        length += value.Length;
        End(start, isKey: true);
    }

    /// <summary>Writes text as UTF-8.</summary>
    /// <exception cref="EncoderFallbackException">Half of a surrogate pair: no UTF-8 for it.</exception>
    public void WriteText(ReadOnlySpan<char> value)
    {
        int start = Begin();
        int size = Utf8.GetByteCount(value);
        Head(3, (ulong)size);
        length += Utf8.GetBytes(value, Room(size));
        End(start, isKey: true);
    }

    /// <summary>Writes false or true.</summary>
    public void WriteBool(bool value) => Simple(value ? (byte)0xf5 : (byte)0xf4);

    /// <summary>Writes null.</summary>
    public void WriteNull() => Simple(0xf6);

    /// <summary>Begins an array of <paramref name="count"/> items, which <see cref="EndArray"/> ends.</summary>
    public void BeginArray(int count) => BeginContainer(4, count, isMap: false);

    /// <summary>
    /// Begins a map of <paramref name="count"/> pairs, which <see cref="EndMap"/> ends. Key, value, key, value …, keys ascending.
    /// </summary>
    public void BeginMap(int count) => BeginContainer(5, count, isMap: true);

    /// <summary>Ends the array at hand.</summary>
    public void EndArray() => EndContainer(isMap: false);

    /// <summary>Ends the map at hand.</summary>
    public void EndMap() => EndContainer(isMap: true);

    void BeginContainer(byte major, int count, bool isMap)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int start = Begin();
        Head(major, (ulong)count);
        End(start, isKey: false);
        if (depth == frames.Length) Array.Resize(ref frames, 2 * depth);
        frames[depth++] = new Frame { IsMap = isMap, Left = isMap ? 2L * count : count, Key = -1 };
    }

    void EndContainer(bool isMap)
    {
        if (depth == 0 || frames[depth - 1].IsMap != isMap)
            throw new InvalidOperationException(isMap ? "no map is open here" : "no array is open here");
        if (frames[depth - 1].Left != 0) throw new InvalidOperationException($"{frames[depth - 1].Left} items are missing");
        depth--;
    }

    void Simple(byte value)
    {
        int start = Begin();
        Room(1)[0] = value;
        length++;
        End(start, isKey: false);
    }

    int Begin()
    {
        if (depth == 0 ? done : frames[depth - 1].Left == 0) throw new InvalidOperationException("one item too many");
        return length;
    }

    void End(int start, bool isKey)
    {
        done = true;
        if (depth == 0) return;
        ref var frame = ref frames[depth - 1];
        if (frame.IsMap && (frame.Left & 1) == 0)
        {
            if (!isKey) throw new InvalidOperationException("a key is an integer, bytes or text");
            var key = buffer.AsSpan(start, length - start);
            if (frame.Key >= 0 && buffer.AsSpan(frame.Key, frame.KeyLength).SequenceCompareTo(key) >= 0)
                throw new InvalidOperationException($"map keys must ascend by their encoded bytes: {Convert.ToHexStringLower(key)} comes too late or twice");
            (frame.Key, frame.KeyLength) = (start, key.Length);
        }
        frame.Left--;
    }

    void Head(byte major, ulong value)
    {
        var room = Room(9);
        int type = major << 5;
        if (value < 24)
        {
            room[0] = (byte)(type | (int)value);
            length += 1;
        }
        else if (value <= byte.MaxValue)
        {
            (room[0], room[1]) = ((byte)(type | 24), (byte)value);
            length += 2;
        }
        else if (value <= ushort.MaxValue)
        {
            room[0] = (byte)(type | 25);
            BinaryPrimitives.WriteUInt16BigEndian(room[1..], (ushort)value);
            length += 3;
        }
        else if (value <= uint.MaxValue)
        {
            room[0] = (byte)(type | 26);
            BinaryPrimitives.WriteUInt32BigEndian(room[1..], (uint)value);
            length += 5;
        }
        else
        {
            room[0] = (byte)(type | 27);
            BinaryPrimitives.WriteUInt64BigEndian(room[1..], value);
            length += 9;
        }
    }

    Span<byte> Room(int size)
    {
        if (buffer.Length - length < size)
            Array.Resize(ref buffer, Math.Max(checked(length + size), (int)Math.Min(2L * buffer.Length, Array.MaxLength)));
        return buffer.AsSpan(length);
    }
}
