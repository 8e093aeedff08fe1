using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Counterfoil.Data.Compression;

/// <summary>gzip (RFC 1952): members one after another, all read; anything else behind a member is refused.</summary>
/// <remarks>
/// The runtime's GZipStream takes a file that lacks its end for a whole one and stops silently at what is no member, so the framing is read here and
/// only DEFLATE is the runtime's. It reads ahead of what it needs and does not say how far it came. So the last byte before a lone member's trailer is handed to it alone:
/// a decoder that takes it and is done was done exactly there. Where it is done earlier (more members follow), the member is decoded once more, its last piece byte by byte.
/// </remarks>
sealed class GzipMembers(Stream stored) : ReadOnlyStream
{
    const int Trailer = 8, LongestText = 1 << 16;
    readonly Crc32 crc = new();
    Feed? feed;
    DeflateStream? deflate;
    long begin;
    uint inside;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (deflate is null && !BeginMember()) return 0;
            int read = deflate!.Read(buffer);
            if (read > 0)
            {
                crc.Append(buffer[..read]);
                inside += (uint)read; // ISIZE is modulo 2³²
                return read;
            }
            EndMember();
        }
    }

    bool BeginMember()
    {
        if (stored.Position == stored.Length && begin > 0) return false;
        Span<byte> head = stackalloc byte[10], two = stackalloc byte[2];
        stored.ReadExactly(head);
        if (head is not [0x1f, 0x8b, 8, ..]) throw new InvalidDataException(begin > 0 ? "bytes behind the last member" : "no gzip member");
        byte flags = head[3];
        if ((flags & 0xe0) != 0) throw new InvalidDataException("reserved flags");
        crc.Append(head);
        if ((flags & 4) != 0) // FEXTRA
        {
            Take(two);
            Span<byte> extra = new byte[BinaryPrimitives.ReadUInt16LittleEndian(two)];
            Take(extra);
        }
        if ((flags & 8) != 0) TakeText(); // FNAME
        if ((flags & 16) != 0) TakeText(); // FCOMMENT
        if ((flags & 2) != 0) // FHCRC: the lower half of the CRC of the header so far
        {
            ushort expected = (ushort)crc.GetCurrentHashAsUInt32();
            stored.ReadExactly(two);
            if (BinaryPrimitives.ReadUInt16LittleEndian(two) != expected) throw new InvalidDataException("the header's CRC differs");
        }
        crc.Reset();
        inside = 0;
        begin = stored.Position;
        feed = new(stored, long.MaxValue);
        deflate = new(feed, CompressionMode.Decompress, leaveOpen: true);
        return true;
    }

    void Take(Span<byte> header)
    {
        stored.ReadExactly(header);
        crc.Append(header);
    }

    void TakeText()
    {
        Span<byte> one = stackalloc byte[1];
        for (int i = 0; i < LongestText; i++)
        {
            Take(one);
            if (one[0] == 0) return;
        }
        throw new InvalidDataException("a name without end");
    }

    void EndMember()
    {
        deflate!.Dispose();
        if (feed!.IsExhausted) throw new InvalidDataException("the data ends within a member");
        if (feed.Piece > 1) FindEnd(feed.PieceBegin);
        deflate = null;
        Span<byte> trailer = stackalloc byte[Trailer];
        stored.ReadExactly(trailer);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != crc.GetCurrentHashAsUInt32()) throw new InvalidDataException("the CRC differs");
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != inside) throw new InvalidDataException("the length differs");
        crc.Reset();
    }

    void FindEnd(long from)
    {
        stored.Position = begin;
        using var again = new DeflateStream(new Feed(stored, from), CompressionMode.Decompress, leaveOpen: true);
        var nowhere = new byte[1 << 15];
        while (again.Read(nowhere) > 0) { }
    }

    /// <summary>Hands stored bytes on in pieces, and knows which was the last.</summary>
    sealed class Feed(Stream stored, long bytewiseFrom) : ReadOnlyStream
    {
        const int Largest = 4096;

        public long PieceBegin { get; private set; }

        public int Piece { get; private set; }

        public bool IsExhausted { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty) return 0;
            long at = stored.Position, last = stored.Length - Trailer - 1;
            long most = at == last ? 1 : at < last ? Math.Min(Largest, last - at) : Largest;
            if (at < bytewiseFrom) most = Math.Min(most, bytewiseFrom - at);
            else most = 1;
            int read = stored.Read(buffer[..(int)Math.Min(buffer.Length, most)]);
            (PieceBegin, Piece, IsExhausted) = (at, read, read == 0);
            return read;
        }
    }
}
