using System.Buffers;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records;

/// <summary>Bytes of a stream in a window that moves on and grows until the item at its beginning is whole.</summary>
sealed class ByteFeed(DataStream stream, int largest) : IDisposable
{
    byte[] window = ArrayPool<byte>.Shared.Rent(1 << 17);
    int begin, end;

    /// <summary>Bytes read and not passed over.</summary>
    public ReadOnlySpan<byte> Available => window.AsSpan(begin, end - begin);

    /// <summary>Whether no more will come.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Where the first available byte lies, inside.</summary>
    public long Position => stream.Position - (end - begin);

    public long BytesTaken => stream.BytesTaken - (stream.IsPlain ? end - begin : 0);

    /// <summary>Passes over available bytes.</summary>
    public void Skip(int count) => begin += count;

    /// <summary>Goes on to a position at or behind the stream's. Nothing may be available.</summary>
    public void MoveTo(long position)
    {
        if (position < Position) throw new RefusedDataException(DataChecks.Position, $"at least {Position}", $"{position}");
        if (position - Position <= end - begin) begin += (int)(position - Position);
        else if (stream.TryAdvance(position)) begin = end = 0;
        else throw new RefusedDataException(DataChecks.Position, "within the data", $"{position}");
    }

    /// <summary>Reads more; at the end sets <see cref="IsEnded"/>.</summary>
    /// <exception cref="RefusedDataException">The item at the beginning is longer than allowed.</exception>
    public void Fill()
    {
        if (end - begin >= largest) throw new RefusedDataException(DataChecks.RecordLength, $"at most {largest} bytes", "more");
        if (begin > 0 && end - begin <= window.Length / 2)
        {
            window.AsSpan(begin, end - begin).CopyTo(window);
            (begin, end) = (0, end - begin);
        }
        else if (end == window.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(2 * window.Length);
            window.AsSpan(begin, end - begin).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(window);
            (window, begin, end) = (larger, 0, end - begin);
        }
        int read = stream.Read(window.AsSpan(end));
        end += read;
        IsEnded = read == 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(window);
        window = [];
        (begin, end) = (0, 0);
        stream.Dispose();
    }
}
