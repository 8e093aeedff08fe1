using System.Runtime.ExceptionServices;

namespace Counterfoil.Data.Compression;

/// <summary>An object's stored bytes on their way into a decoder. Remembers the store's own failure, so that it is not taken for bad data.</summary>
sealed class StoredStream(Stream stream, bool leaveOpen = false) : ReadOnlyStream
{
    ExceptionDispatchInfo? failure;

    public override bool CanSeek => true;

    public override long Length => stream.Length;

    public override long Position
    {
        get => stream.Position;
        set => stream.Position = value;
    }

    /// <summary>How far the stored bytes were ever read.</summary>
    public long Furthest { get; private set; }

    /// <summary>Throws the store's own failure again, if there was one.</summary>
    public void ThrowFailure() => failure?.Throw();

    public override int Read(Span<byte> buffer)
    {
        try
        {
            int read = stream.Read(buffer);
            Furthest = Math.Max(Furthest, stream.Position);
            return read;
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen) stream.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A stream that is read from front to back, at least.</summary>
public abstract class ReadOnlyStream : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public abstract override int Read(Span<byte> buffer);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int ReadByte()
    {
        byte one = 0;
        return Read(new Span<byte>(ref one)) == 0 ? -1 : one;
    }

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
