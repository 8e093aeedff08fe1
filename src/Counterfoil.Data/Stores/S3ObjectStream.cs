using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Stores;

/// <summary>Fills a buffer with an object's bytes from an offset on.</summary>
delegate void FillPiece(long offset, Span<byte> buffer);

/// <summary>An object read by ranges. A first and a random read ask for little, reads in sequence for more and more, up to a piece's size.</summary>
sealed class S3ObjectStream(FillPiece fill, long length, int pieceBytes) : ReadOnlyStream
{
    const int Least = 1 << 16;
    byte[] piece = [];
    long begin; // where the piece lies
    int held, next = Least;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || Position >= length) return 0;
        if (Position < begin || Position >= begin + held)
        {
            next = held > 0 && Position == begin + held ? Math.Min(pieceBytes, 2 * next) : Math.Min(pieceBytes, Least);
            int size = (int)Math.Min(next, length - Position);
            if (piece.Length < size) piece = new byte[size];
            held = 0; // a fill that fails leaves nothing to be taken for bytes
            fill(Position, piece.AsSpan(0, size));
            (begin, held) = (Position, size);
        }
        int at = (int)(Position - begin), some = Math.Min(buffer.Length, held - at);
        piece.AsSpan(at, some).CopyTo(buffer);
        Position += some;
        return some;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long to = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => length + offset };
        if (to < 0) throw new IOException("before the beginning");
        return Position = to;
    }
}
