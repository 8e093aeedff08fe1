using System.Numerics;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.Rlp;

/// <summary>Writes Recursive Length Prefix (yellow paper, appendix B): strings of bytes and lists of them, each in its one canonical form.</summary>
/// <param name="capacity">Bytes to start with; the writer grows.</param>
public sealed class RlpWriter(int capacity = 256)
{
    byte[] buffer = new byte[capacity];
    int length;
    readonly Stack<int> openLists = new();

    /// <summary>The items written so far.</summary>
    /// <exception cref="InvalidOperationException">A list is still open.</exception>
    public ReadOnlySpan<byte> WrittenSpan => openLists.Count == 0 ? buffer.AsSpan(0, length) : throw new InvalidOperationException("a list is still open");

    /// <summary>A new array of the items written so far.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Opens a list; every item until the matching <see cref="EndList"/> is inside.</summary>
    public void BeginList() => openLists.Push(length);

    /// <summary>Closes the innermost list.</summary>
    public void EndList()
    {
        int start = openLists.Pop(), content = length - start;
        int header = HeaderSize(content);
        Reserve(header);
        buffer.AsSpan(start, content).CopyTo(buffer.AsSpan(start + header));
        WriteHeader(buffer.AsSpan(start), content, 0xc0);
        length += header;
    }

    /// <summary>Writes a string of bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bool single = bytes.Length == 1 && bytes[0] < 0x80;
        int header = single ? 0 : HeaderSize(bytes.Length);
        Reserve(header + bytes.Length);
        if (!single) WriteHeader(buffer.AsSpan(length), bytes.Length, 0x80);
        bytes.CopyTo(buffer.AsSpan(length + header));
        length += header + bytes.Length;
    }

    /// <summary>Writes an integer: big-endian without leading zeros, so that 0 is the empty string.</summary>
    public void Write(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        value.WriteBigEndian(bytes);
        Write((ReadOnlySpan<byte>)bytes[(UInt256.Size - value.ByteLength)..]);
    }

    /// <summary>Writes an integer: big-endian without leading zeros, so that 0 is the empty string.</summary>
    public void Write(ulong value) => Write((UInt256)value);

    /// <summary>Writes the 20 bytes of an address.</summary>
    public void Write(Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        address.CopyTo(bytes);
        Write((ReadOnlySpan<byte>)bytes);
    }

    /// <summary>Writes the 20 bytes of an address, or the empty string where there is none.</summary>
    public void Write(Address? address)
    {
        if (address is { } present) Write(present);
        else Write([]);
    }

    /// <summary>Writes 32 bytes.</summary>
    public void Write(Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        value.CopyTo(bytes);
        Write((ReadOnlySpan<byte>)bytes);
    }

    /// <summary>Writes items that are encoded already.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> items)
    {
        Reserve(items.Length);
        items.CopyTo(buffer.AsSpan(length));
        length += items.Length;
    }

    /// <summary>The string of bytes as one item.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> bytes)
    {
        var writer = new RlpWriter(bytes.Length + 9);
        writer.Write(bytes);
        return writer.ToArray();
    }

    /// <summary>The integer as one item.</summary>
    public static byte[] Encode(UInt256 value)
    {
        var writer = new RlpWriter(33);
        writer.Write(value);
        return writer.ToArray();
    }

    void Reserve(int more)
    {
        if (length + more > buffer.Length) Array.Resize(ref buffer, Math.Max(length + more, buffer.Length * 2));
    }

    static int HeaderSize(int content) => content < 56 ? 1 : 1 + LengthOfLength(content);

    static int LengthOfLength(int content) => (71 - BitOperations.LeadingZeroCount((ulong)content)) >> 3;

    static void WriteHeader(Span<byte> destination, int content, byte offset)
    {
        if (content < 56)
        {
            destination[0] = (byte)(offset + content);
            return;
        }
        int size = LengthOfLength(content);
        destination[0] = (byte)(offset + 55 + size);
        for (int i = size; i > 0; i--, content >>= 8) destination[i] = (byte)content;
    }
}
