using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Encoding;

public ref partial struct CborReader
{
    int BeginContainer(CborKind kind, int least, int most)
    {
        int start = position;
        bool isMap = kind == CborKind.Map;
        ulong count = Head(kind);
        // An item is at least a byte: a count beyond what is left is a lie, found before anyone allocates for it.
        if (!Failed && count > (ulong)(input.Length - position) / (isMap ? 2u : 1u))
            Fail(CoreChecks.CborTruncated, $"{count} {(isMap ? "pairs" : "items")}", $"{input.Length - position} bytes");
        if (!Failed && (count < (ulong)least || count > (ulong)most))
            Fail(CoreChecks.CborArity, least == most ? $"{least} items" : $"{least} … {most} items", $"{count}");
        if (!Failed && depth >= limits.Depth) Fail(CoreChecks.CborDepth, $"at most {limits.Depth} levels", "one more");
        Done(start, isContainer: true);
        if (Failed) return 0;
        frames ??= new Frame[limits.Depth];
        frames[depth++] = new Frame { IsMap = isMap, Left = isMap ? 2 * (long)count : (long)count, Key = -1 };
        return (int)count;
    }

    void EndContainer(bool isMap)
    {
        if (Failed) return;
        if (depth == 0 || frames![depth - 1].IsMap != isMap)
            throw new InvalidOperationException(isMap ? "no map is open here" : "no array is open here");
        if (frames[depth - 1].Left != 0) Fail(CoreChecks.CborArity, "no more items", $"{frames[depth - 1].Left} more");
        else depth--;
    }

    ReadOnlySpan<byte> Take(CborKind kind, int most)
    {
        ulong length = Head(kind);
        if (!Failed && length > (ulong)(input.Length - position))
            Fail(CoreChecks.CborTruncated, $"{length} bytes", $"{input.Length - position}");
        if (!Failed && length > (ulong)most) Fail(CoreChecks.CborRange, $"at most {most} bytes", $"{length}");
        if (Failed) return [];
        position += (int)length;
        return input[(position - (int)length)..position];
    }

    // The first byte and the number after it (§3). Returns the number; for booleans and null the simple value.
    ulong Head(CborKind expected)
    {
        if (Failed) return 0;
        if (depth == 0 ? items > 0 : frames![depth - 1].Left == 0)
            return Refuse(CoreChecks.CborArity, "no more items", "a read of one more");
        if (position >= input.Length) return Refuse(CoreChecks.CborTruncated, Name(expected), "the end");
        if (++items > limits.Items) return Refuse(CoreChecks.CborCount, $"at most {limits.Items} items", "one more");
        var kind = Peek();
        int info = input[position] & 0x1f;
        if (kind == CborKind.Other || kind <= CborKind.Map && info > 27)
            return Refuse(CoreChecks.CborSubset, "an integer, bytes, text, array, map, boolean or null of definite length", $"0x{input[position]:x2}");
        if (kind != expected) return Refuse(CoreChecks.CborType, Name(expected), Name(kind));
        if (info < 24)
        {
            position++;
            return (ulong)info;
        }
        int size = 1 << (info - 24);
        if (input.Length - position - 1 < size)
            return Refuse(CoreChecks.CborTruncated, $"{size} bytes of a number", $"{input.Length - position - 1}");
        var number = input.Slice(position + 1, size);
        (ulong value, ulong atLeast) = size switch
        {
            1 => (number[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(number), 1UL << 8),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(number), 1UL << 16),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(number), 1UL << 32),
        };
        if (value < atLeast) return Refuse(CoreChecks.CborShortest, "the shortest form", $"{value} in {size + 1} bytes");
        position += 1 + size;
        return value;
    }

    // Counts the item that began at start, and holds keys to their order.
    void Done(int start, bool isContainer = false)
    {
        if (Failed || depth == 0) return;
        ref var frame = ref frames![depth - 1];
        if (frame.IsMap && (frame.Left & 1) == 0)
        {
            var key = input[start..position];
            if (isContainer || key[0] >= 0xe0) Fail(CoreChecks.CborType, "an integer, bytes or text as key", $"0x{key[0]:x2}");
            else if (frame.Key >= 0 && input.Slice(frame.Key, frame.KeyLength).SequenceCompareTo(key) >= 0)
                Fail(CoreChecks.CborKeyOrder, "keys that ascend by their encoded bytes", "a key too late or twice");
            (frame.Key, frame.KeyLength) = (start, key.Length);
        }
        frame.Left--;
    }

    ulong Refuse(Check check, string expected, string found)
    {
        Fail(check, expected, found);
        return 0;
    }

    static string Name(CborKind kind) => kind switch
    {
        CborKind.Unsigned => "an unsigned integer",
        CborKind.Negative => "a negative integer",
        CborKind.Bytes => "bytes",
        CborKind.Text => "text",
        CborKind.Array => "an array",
        CborKind.Map => "a map",
        CborKind.Bool => "a boolean",
        CborKind.Null => "null",
        _ => "something else",
    };
}
