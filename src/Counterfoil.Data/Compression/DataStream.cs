using System.Numerics;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Stores;
using SharpCompress.Compressors.BZip2;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Counterfoil.Data.Compression;

/// <summary>
/// An object's bytes as readers of records see them, from front to back: gzip, zstd, bzip2 and xz are told by their first bytes and looked through, all else is passed on as it is.
/// </summary>
/// <remarks>
/// What is cut short, changed, followed by anything but a further member, or too large inside is refused as it streams: <see cref="Read(Span{byte})"/> throws <see cref="RefusedDataException"/>.
/// Compression is looked through once: gzip within gzip is bytes.
/// </remarks>
public sealed class DataStream : ReadOnlyStream
{
    readonly StoredStream stored;
    readonly Stream inside;
    readonly CompressionLimits limits;
    readonly Check check;
    readonly bool isPlain;
    readonly long length;
    RefusedDataException? refusal;
    long position;

    DataStream(StoredStream stored, Stream inside, CompressionLimits limits, Check check, bool isPlain)
    {
        (this.stored, this.inside, this.limits, this.check, this.isPlain) = (stored, inside, limits, check, isPlain);
        length = stored.Length;
    }

    /// <summary>Opens an object.</summary>
    /// <exception cref="IOException">The store cannot read it, or it changed since it was listed.</exception>
    public static DataStream Open(StoredObject stored, CompressionLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return Open(stored.Open(), limits);
    }

    /// <summary>Looks through a stream that can seek and stands at its beginning; disposed with this.</summary>
    internal static DataStream Open(Stream stream, CompressionLimits? limits = null)
    {
        limits ??= CompressionLimits.Default;
        var stored = new StoredStream(stream);
        try
        {
            Span<byte> magic = stackalloc byte[6];
            magic = magic[..stored.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false)];
            stored.Position = 0;
            return Kind(magic) switch
            {
                Compressed.Gzip => new(stored, new GzipMembers(stored), limits, DataChecks.Gzip, isPlain: false),
                Compressed.Zstd => new(stored, Zstd(stored, limits), limits, DataChecks.Zstd, isPlain: false),
                Compressed.Bzip2 => new(stored, new Bzip2Streams(stored), limits, DataChecks.Bzip2, isPlain: false),
                Compressed.Xz => new(stored, new XzStreams(stored, limits.Window), limits, DataChecks.Xz, isPlain: false),
                _ => new(stored, stored, limits, default, isPlain: true),
            };
        }
        catch
        {
            stored.Dispose();
            throw;
        }
    }

    internal enum Compressed { No, Gzip, Zstd, Bzip2, Xz }

    internal static Compressed Kind(ReadOnlySpan<byte> magic) => magic switch
    {
        [0x1f, 0x8b, ..] => Compressed.Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] or [>= 0x50 and <= 0x5f, 0x2a, 0x4d, 0x18, ..] => Compressed.Zstd, // a frame, or one to be skipped (RFC 8878 §3.1)
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => Compressed.Bzip2,
        [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, ..] => Compressed.Xz,
        _ => Compressed.No,
    };

    static DecompressionStream Zstd(Stream stored, CompressionLimits limits)
    {
        var zstd = new DecompressionStream(stored, 1 << 17, checkEndOfStream: true, leaveOpen: true);
        zstd.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, BitOperations.Log2((uint)limits.Window));
        return zstd;
    }

    /// <summary>Whether the bytes are stored as they are, uncompressed.</summary>
    public bool IsPlain => isPlain;

    /// <summary>Where the next byte comes from, counted inside.</summary>
    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    /// <summary>Stored bytes taken so far.</summary>
    public long BytesTaken => stored.Furthest;

    /// <inheritdoc/>
    /// <exception cref="RefusedDataException">The compressed data is bad, or too large inside.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (refusal is not null) throw refusal;
        if (buffer.IsEmpty) return 0;
        if (isPlain)
        {
            int some = stored.Read(buffer);
            position += some;
            if (some == 0 && position != length) throw new IOException($"{position} bytes came of an object of {length}");
            return some;
        }
        int read;
        try
        {
            read = inside.Read(buffer);
        }
        catch (Exception e) when (e is not OutOfMemoryException) // decoders of others throw what they like at bad data, index errors among it
        {
            stored.ThrowFailure();
            throw refusal = new(check, "whole and unchanged compressed data", e is EndOfStreamException ? "its end too early" : e.Message);
        }
        position += read;
        if (position > limits.BytesInside) throw refusal = new(DataChecks.Bomb, $"at most {limits.BytesInside} bytes inside", "more");
        if (position > limits.Unquestioned && position / limits.Ratio > stored.Furthest)
            throw refusal = new(DataChecks.Bomb, $"at most {limits.Ratio} bytes inside for one outside", $"{position} for {stored.Furthest}");
        return read;
    }

    /// <summary>Goes on to a position: by seeking where bytes are stored as they are, by reading where not.</summary>
    /// <returns>False when the bytes end before it.</returns>
    /// <exception cref="RefusedDataException">The compressed data is bad, or too large inside.</exception>
    internal bool TryAdvance(long to)
    {
        if (to < position) return false;
        if (isPlain)
        {
            if (to > length) return false;
            stored.Position = position = to;
            return true;
        }
        var nowhere = new byte[(int)Math.Min(1 << 16, Math.Max(1, to - position))];
        while (position < to)
            if (Read(nowhere.AsSpan(0, (int)Math.Min(nowhere.Length, to - position))) == 0) return false;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!isPlain) inside.Dispose();
            stored.Dispose();
        }
        base.Dispose(disposing);
    }
}
