using System.Runtime.CompilerServices;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm.Rlp;

/// <summary>
/// Reads Recursive Length Prefix from a stranger. The first failure sticks: from then on every read gives a default value and nothing is
/// left to read, so a decoder reads straight through and asks for the verdict once, with <see cref="Finish"/>.
/// </summary>
/// <remarks>
/// Yellow paper, appendix B. Only canonical encodings are read: shortest header, a byte below 0x80 is itself, integers without leading
/// zeros. Depth is at most <see cref="MaxDepth"/>; lengths never exceed the span, so memory is bounded by the input.
/// </remarks>
public ref struct RlpReader
{
    /// <summary>How deep lists may nest.</summary>
    public const int MaxDepth = 16;

    readonly ReadOnlySpan<byte> bytes;
    readonly int maxLength;
    Ends ends;
    int position, depth;
    Verdict? failure;

    /// <summary>Reads the items in <paramref name="bytes"/>.</summary>
    /// <param name="bytes">The encoding, whole.</param>
    /// <param name="maxLength">The most bytes to accept.</param>
    public RlpReader(ReadOnlySpan<byte> bytes, int maxLength = 1 << 24)
    {
        this.bytes = bytes;
        this.maxLength = maxLength;
        ends[0] = bytes.Length;
        if (bytes.Length > maxLength) Fail(EvmChecks.RlpLimit, $"at most {maxLength} bytes", $"{bytes.Length}");
    }

    /// <summary>Whether an earlier read failed.</summary>
    public readonly bool HasFailed => failure is not null;

    /// <summary>Whether the innermost open list (or the input) holds another item.</summary>
    public readonly bool HasMore => failure is null && position < ends[depth];

    /// <summary>Whether the next item is a list.</summary>
    public readonly bool IsAtList => HasMore && bytes[position] >= 0xc0;

    /// <summary>Where the next item starts.</summary>
    public readonly int Position => position;

    /// <summary>Enters the list that comes next; its items follow until <see cref="EndList"/>.</summary>
    public bool BeginList()
    {
        if (!Header(list: true, out int start, out int length)) return false;
        if (depth + 1 == MaxDepth) return Fail(EvmChecks.RlpLimit, $"at most {MaxDepth} levels of lists", "more");
        position = start;
        ends[++depth] = start + length;
        return true;
    }

    /// <summary>Leaves the innermost list; fails where it holds more items.</summary>
    public bool EndList()
    {
        if (failure is not null) return false;
        if (depth == 0) throw new InvalidOperationException("no list is open");
        if (position != ends[depth]) return Fail(EvmChecks.RlpItemCount, "the end of a list", $"more items at byte {position}");
        depth--;
        return true;
    }

    /// <summary>Reads a string of at most <paramref name="max"/> bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int max = int.MaxValue)
    {
        if (!Header(list: false, out int start, out int length)) return default;
        if (length > max)
        {
            Fail(EvmChecks.RlpLimit, $"at most {max} bytes", $"{length} at byte {position}");
            return default;
        }
        position = start + length;
        return bytes.Slice(start, length);
    }

    /// <summary>Reads a string of exactly <paramref name="size"/> bytes; on failure the span is empty.</summary>
    public ReadOnlySpan<byte> ReadExactly(int size)
    {
        int at = position;
        var read = ReadBytes();
        if (failure is null && read.Length != size) Fail(EvmChecks.RlpItemSize, $"{size} bytes", $"{read.Length} at byte {at}");
        return failure is null ? read : default;
    }

    /// <summary>Reads an integer below 2^256.</summary>
    public UInt256 ReadUInt256() => UInt256.ReadBigEndian(ReadInteger(32));

    /// <summary>Reads an integer below 2^64.</summary>
    public ulong ReadUInt64() => UInt256.ReadBigEndian(ReadInteger(8)).U0;

    ReadOnlySpan<byte> ReadInteger(int size)
    {
        int at = position;
        var read = ReadBytes();
        if (read.Length > size) Fail(EvmChecks.RlpItemSize, $"an integer of at most {size} bytes", $"{read.Length} at byte {at}");
        else if (read.Length > 0 && read[0] == 0) Fail(EvmChecks.RlpCanonical, "an integer without leading zeros", $"a zero byte at byte {at}");
        return failure is null ? read : default;
    }

    /// <summary>Reads an address.</summary>
    public Address ReadAddress() => ReadExactly(Address.Size) is { Length: > 0 } read ? new Address(read) : default;

    /// <summary>Reads an address, or nothing where the string is empty.</summary>
    public Address? ReadOptionalAddress()
    {
        if (HasMore && bytes[position] == 0x80)
        {
            position++;
            return null;
        }
        return ReadAddress();
    }

    /// <summary>Reads 32 bytes.</summary>
    public Bytes32 ReadBytes32() => ReadExactly(Bytes32.Size) is { Length: > 0 } read ? new Bytes32(read) : default;

    /// <summary>Reads the next item whole, header included, without looking into a list.</summary>
    public ReadOnlySpan<byte> ReadItem()
    {
        if (!Header(IsAtList, out int start, out int length)) return default;
        var item = bytes[position..(start + length)];
        position = start + length;
        return item;
    }

    /// <summary>Records that what was read does not hold, unless an earlier failure stands. Returns false.</summary>
    public bool Fail(Check check, string expected, string found)
    {
        failure ??= Verdict.Reject(check, expected, found);
        return false;
    }

    /// <summary>The verdict over everything read: the first failure, or a rejection of bytes left over, or acceptance.</summary>
    public Verdict Finish()
    {
        if (failure is null && (depth > 0 || position != bytes.Length))
            Fail(EvmChecks.RlpTrailing, "the end of the input", $"{bytes.Length - position} more bytes");
        return failure ?? Verdict.Accept;
    }

    bool Header(bool list, out int start, out int length)
    {
        (start, length) = (position, 0);
        if (failure is not null) return false;
        int end = ends[depth];
        if (position >= end) return Fail(EvmChecks.RlpItemCount, "another item", $"the end of a list at byte {position}");
        byte first = bytes[position];
        if (first >= 0xc0 != list) return Fail(EvmChecks.RlpItemKind, list ? "a list" : "a string", $"{(list ? "a string" : "a list")} at byte {position}");
        if (first < 0x80)
        {
            length = 1;
            return true;
        }
        int small = first - (list ? 0xc0 : 0x80), lengthOfLength = Math.Max(0, small - 55);
        start = position + 1 + lengthOfLength;
        if (start > end) return Fail(EvmChecks.RlpLength, $"{lengthOfLength} bytes of length", $"the end at byte {end}");
        ulong count = (ulong)small;
        if (lengthOfLength > 0)
        {
            var digits = bytes.Slice(position + 1, lengthOfLength);
            count = UInt256.ReadBigEndian(digits).U0;
            if (digits[0] == 0 || count < 56) return Fail(EvmChecks.RlpCanonical, "the shortest length", $"a longer one at byte {position}");
        }
        if (count > (ulong)(end - start)) return Fail(EvmChecks.RlpLength, $"{count} bytes at byte {start}", $"{end - start}");
        length = (int)count;
        return list || length != 1 || bytes[start] >= 0x80 || Fail(EvmChecks.RlpCanonical, "a byte below 0x80 as itself", $"a header at byte {position}");
    }

    [InlineArray(MaxDepth)]
    struct Ends
    {
        int end;
    }
}
