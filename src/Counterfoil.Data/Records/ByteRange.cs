using System.Buffers.Binary;
using System.IO.Compression;
using Counterfoil.Core.Verdicts;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Data.Records;

/// <summary>Bytes read by offset: a file that stays on disk, or memory. A gzip file is looked through, into memory.</summary>
public abstract class ByteRange : IDisposable
{
    /// <summary>How many bytes there are.</summary>
    public abstract long Length { get; }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/> on.</summary>
    /// <exception cref="EndOfStreamException">The bytes are not there, or no longer.</exception>
    public abstract void Read(long offset, Span<byte> destination);

    /// <summary>Bytes in memory.</summary>
    public static ByteRange Of(ReadOnlyMemory<byte> bytes) => new InMemory(bytes);

    /// <summary>Opens a file; one that begins like gzip is decompressed, up to <paramref name="maxBytes"/>.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static Verdict Open(string path, long maxBytes, out ByteRange? range)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> magic = stackalloc byte[2];
        if (RandomAccess.Read(file, magic, 0) < 2 || magic is not [0x1f, 0x8b])
        {
            range = new InFile(file);
            if (range.Length <= maxBytes) return Verdict.Accept;
            var verdict = Verdict.Reject(DataChecks.Files, $"at most {maxBytes} bytes", $"{range.Length} bytes");
            range.Dispose();
            range = null;
            return verdict;
        }
        using (file)
        using (var stream = new FileStream(file, FileAccess.Read))
            return Gunzip(stream, maxBytes, out range);
    }

    /// <summary>Looks through gzip in memory; other bytes are taken as they are.</summary>
    public static Verdict Open(ReadOnlyMemory<byte> bytes, long maxBytes, out ByteRange? range)
    {
        if (bytes.Span is [0x1f, 0x8b, ..]) return Gunzip(new MemoryStream(bytes.ToArray()), maxBytes, out range);
        range = bytes.Length <= maxBytes ? Of(bytes) : null;
        return range is null ? Verdict.Reject(DataChecks.Files, $"at most {maxBytes} bytes", $"{bytes.Length} bytes") : Verdict.Accept;
    }

    /// <summary>Decompresses piece by piece, so that what is small outside and huge inside stops at the limit.</summary>
    /// <remarks>
    /// The runtime takes a file that lacks its last bytes for a whole one, so the length at the end (RFC 1952 §2.3.1, ISIZE) is compared here. That
    /// length is the last member's alone: a file of several members is refused.
    /// </remarks>
    static Verdict Gunzip(Stream compressed, long maxBytes, out ByteRange? range)
    {
        range = null;
        Span<byte> size = stackalloc byte[4];
        if (compressed.Length < 18) return Verdict.Reject(DataChecks.Gzip, "whole gzip data", $"{compressed.Length} bytes");
        compressed.Position = compressed.Length - size.Length;
        compressed.ReadExactly(size);
        compressed.Position = 0;
        try
        {
            using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
            using var bytes = new MemoryStream();
            var piece = new byte[1 << 16];
            while (gzip.Read(piece) is > 0 and var read)
            {
                if (bytes.Length + read > maxBytes) return Verdict.Reject(DataChecks.Gzip, $"at most {maxBytes} bytes inside", "more");
                bytes.Write(piece, 0, read);
            }
            if (BinaryPrimitives.ReadUInt32LittleEndian(size) != (uint)bytes.Length)
                return Verdict.Reject(DataChecks.Gzip, $"one whole member, {BinaryPrimitives.ReadUInt32LittleEndian(size)} bytes inside", $"{bytes.Length} bytes");
            range = Of(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
            return Verdict.Accept;
        }
        catch (InvalidDataException e)
        {
            return Verdict.Reject(DataChecks.Gzip, "whole gzip data", e.Message);
        }
    }

    /// <summary>Closes the file, if there is one.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what is open.</summary>
    protected virtual void Dispose(bool disposing) { }

    sealed class InMemory(ReadOnlyMemory<byte> bytes) : ByteRange
    {
        public override long Length => bytes.Length;

        public override void Read(long offset, Span<byte> destination)
        {
            if (offset < 0 || offset + destination.Length > bytes.Length) throw new EndOfStreamException($"no {destination.Length} bytes at {offset}");
            bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
        }
    }

    sealed class InFile(SafeFileHandle file) : ByteRange
    {
        public override long Length => RandomAccess.GetLength(file);

        public override void Read(long offset, Span<byte> destination)
        {
            while (destination.Length > 0)
            {
                int read = RandomAccess.Read(file, destination, offset);
                if (read == 0) throw new EndOfStreamException($"no {destination.Length} bytes at {offset}");
                destination = destination[read..];
                offset += read;
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
            base.Dispose(disposing);
        }
    }
}
