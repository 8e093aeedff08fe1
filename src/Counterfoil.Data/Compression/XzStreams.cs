using System.Buffers.Binary;
using SharpCompress.Compressors.Xz;
using Crc32 = System.IO.Hashing.Crc32;

namespace Counterfoil.Data.Compression;

/// <summary>xz (the .xz file format 1.2.1): streams one after another, with padding between, all read.</summary>
/// <remarks>
/// LZMA2, its filters and the blocks' checks are SharpCompress's. The container is read here, because that library neither checks the index, nor reads a second stream, nor bounds the
/// dictionary it allocates. A stream without checks is refused: a changed byte in it could not be told.
/// </remarks>
sealed class XzStreams(Stream stored, int largestDictionary) : ReadOnlyStream
{
    const int HeaderSize = 12;
    readonly List<(long Padded, long Header, ulong? Compressed, long Inside)> blocks = [];
    byte check;
    XZBlock? block;
    long begin, inside;
    int header, streams;
    bool isWithin;

    int CheckSize => check switch { 1 => 4, 4 => 8, _ => 32 };

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (block is null && !Next()) return 0;
            int read = block!.Read(buffer);
            inside += read;
            if (read > 0) return read;
            if (block.UncompressedSize is { } stated && stated != (ulong)inside) throw new InvalidDataException("a block's length differs");
            blocks.Add((stored.Position - begin, header, block.CompressedSize, inside));
            block = null;
        }
    }

    /// <summary>Begins the next block, in this stream or in one behind it; false at the end.</summary>
    bool Next()
    {
        while (true)
        {
            if (!isWithin && !BeginStream()) return false;
            int size = stored.ReadByte();
            if (size > 0)
            {
                BeginBlock(4 * (size + 1));
                return true;
            }
            if (size < 0) throw new EndOfStreamException();
            EndStream();
        }
    }

    bool BeginStream()
    {
        Span<byte> head = stackalloc byte[HeaderSize];
        while (true)
        {
            if (stored.Position == stored.Length && streams > 0) return false;
            stored.ReadExactly(head[..4]);
            if (streams == 0 || head[..4].IndexOfAnyExcept((byte)0) >= 0) break; // stream padding: zeros, a multiple of four
        }
        stored.ReadExactly(head[4..]);
        if (head is not [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, _, ..]) throw new InvalidDataException("no xz stream");
        if (Crc32.HashToUInt32(head[6..8]) != BinaryPrimitives.ReadUInt32LittleEndian(head[8..])) throw new InvalidDataException("the header's CRC differs");
        check = head[7];
        if (check is not (1 or 4 or 10)) throw new InvalidDataException(check == 0 ? "a stream without checks" : "an unknown check");
        streams++;
        isWithin = true;
        blocks.Clear();
        return true;
    }

    void BeginBlock(int size)
    {
        begin = stored.Position - 1;
        stored.Position = begin;
        Span<byte> head = stackalloc byte[1024];
        head = head[..size];
        stored.ReadExactly(head);
        if (Crc32.HashToUInt32(head[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(head[^4..])) throw new InvalidDataException("a block header's CRC differs");
        int at = 2;
        if ((head[1] & 0x40) != 0) Number(head, ref at);
        if ((head[1] & 0x80) != 0) Number(head, ref at);
        for (int filters = (head[1] & 3) + 1; filters > 0; filters--)
        {
            ulong id = Number(head, ref at), properties = Number(head, ref at);
            if (properties > (ulong)(size - at)) throw new InvalidDataException("a block header too short");
            if (id == 0x21 && (properties != 1 || Dictionary(head[at]) > largestDictionary)) throw new InvalidDataException($"a dictionary of more than {largestDictionary} bytes");
            at += (int)properties;
        }
        stored.Position = begin;
        (header, inside) = (size, 0);
        block = new(stored, (CheckType)check, CheckSize);
    }

    /// <summary>§5.3.1: 2 or 3 shifted left.</summary>
    static long Dictionary(byte bits) => bits > 40 ? long.MaxValue : bits == 40 ? uint.MaxValue : (2L | (uint)bits & 1) << (bits / 2 + 11);

    /// <summary>The index, whose indicator was read, and the footer (§4, §2.1.2).</summary>
    void EndStream()
    {
        long index = stored.Position - 1;
        var crc = new Crc32();
        crc.Append([0]);
        if (Number(crc) != (ulong)blocks.Count) throw new InvalidDataException("the index counts other blocks");
        foreach (var (padded, head, compressed, inner) in blocks)
        {
            ulong unpadded = Number(crc);
            bool isRight = (unpadded + 3 & ~3UL) == (ulong)padded && (compressed is null || compressed == unpadded - (ulong)head - (ulong)CheckSize) && Number(crc) == (ulong)inner;
            if (!isRight) throw new InvalidDataException("the index differs from the blocks");
        }
        Span<byte> four = stackalloc byte[4], foot = stackalloc byte[HeaderSize];
        while ((stored.Position - index) % 4 != 0)
            if (Next(crc) != 0) throw new InvalidDataException("padding other than zeros");
        stored.ReadExactly(four);
        if (BinaryPrimitives.ReadUInt32LittleEndian(four) != crc.GetCurrentHashAsUInt32()) throw new InvalidDataException("the index's CRC differs");
        long size = stored.Position - index;
        stored.ReadExactly(foot);
        if (BinaryPrimitives.ReadUInt32LittleEndian(foot) != Crc32.HashToUInt32(foot[4..10]) || foot is not [_, _, _, _, _, _, _, _, 0, _, 0x59, 0x5a] || foot[9] != check
            || 4 * (BinaryPrimitives.ReadUInt32LittleEndian(foot[4..]) + 1L) != size)
            throw new InvalidDataException("the footer differs");
        isWithin = false;
    }

    byte Next(Crc32 crc)
    {
        int next = stored.ReadByte();
        if (next < 0) throw new EndOfStreamException();
        crc.Append([(byte)next]);
        return (byte)next;
    }

    ulong Number(Crc32 crc)
    {
        ulong value = 0;
        for (int i = 0; i < 9; i++)
        {
            byte next = Next(crc);
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80) return value;
        }
        throw new InvalidDataException("a number too long");
    }

    static ulong Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int i = 0; i < 9 && at < bytes.Length; i++)
        {
            byte next = bytes[at++];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80) return value;
        }
        throw new InvalidDataException("a number too long");
    }
}
