using System.Buffers.Binary;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Records;

/// <summary>Writes one record into the free memory of a batch: deterministic CBOR (RFC 8949 §4.2.1) or plain fields. What does not fit is not written, and it says so.</summary>
/// <remarks>Beside Core's writer, which checks every item and knows no binary64, because a record is written for each row: it allocates nothing. The order of a map's keys is the caller's.</remarks>
ref partial struct RecordWriter(Span<byte> into)
{
    readonly Span<byte> into = into;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Whether all of it fitted.</summary>
    public bool Fits { get; private set; } = true;

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => into[..Length];

    /// <summary>Room for the next bytes; empty when they do not fit.</summary>
    Span<byte> Room(int size)
    {
        if (!Fits || size > into.Length - Length)
        {
            Fits = false;
            return [];
        }
        var room = into.Slice(Length, size);
        Length += size;
        return room;
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        var room = Room(bytes.Length);
        if (Fits) bytes.CopyTo(room);
    }

    /// <summary>Four bytes, big-endian.</summary>
    public void U32(uint value)
    {
        if (Room(4) is { Length: 4 } room) BinaryPrimitives.WriteUInt32BigEndian(room, value);
    }

    /// <summary>Eight bytes, big-endian.</summary>
    public void U64(ulong value)
    {
        if (Room(8) is { Length: 8 } room) BinaryPrimitives.WriteUInt64BigEndian(room, value);
    }

    /// <summary>The head of an item: its major type, and its number in the shortest form.</summary>
    public void Head(int major, ulong value)
    {
        int type = major << 5;
        if (value < 24) Raw([(byte)(type | (int)value)]);
        else if (value <= byte.MaxValue) Raw([(byte)(type | 24), (byte)value]);
        else if (value <= ushort.MaxValue)
        {
            if (Room(3) is not { Length: 3 } room) return;
            room[0] = (byte)(type | 25);
            BinaryPrimitives.WriteUInt16BigEndian(room[1..], (ushort)value);
        }
        else if (value <= uint.MaxValue)
        {
            Raw([(byte)(type | 26)]);
            U32((uint)value);
        }
        else
        {
            Raw([(byte)(type | 27)]);
            U64(value);
        }
    }

    /// <summary>A text, given in valid UTF-8.</summary>
    public void Text(scoped ReadOnlySpan<byte> utf8)
    {
        Head(3, (ulong)utf8.Length);
        Raw(utf8);
    }

    /// <summary>Bytes.</summary>
    public void Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        Head(2, (ulong)bytes.Length);
        Raw(bytes);
    }

    /// <summary>A large object's digest, as an item of bytes.</summary>
    public void Digest(Blake3Digest digest)
    {
        Head(2, Bytes32.Size);
        RawDigest(digest);
    }

    /// <summary>A large object's digest, its 32 bytes.</summary>
    public void RawDigest(Blake3Digest digest)
    {
        if (Room(Bytes32.Size) is { Length: > 0 } room) digest.CopyTo(room);
    }

    /// <summary>path: u32 length ‖ path ‖ u64 length of the content ‖ BLAKE3 digest of the content.</summary>
    public void File(scoped ReadOnlySpan<byte> path, long length, Blake3Digest digest)
    {
        U32((uint)path.Length);
        Raw(path);
        U64((ulong)length);
        RawDigest(digest);
    }
}
