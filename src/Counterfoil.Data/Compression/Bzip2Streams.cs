using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Counterfoil.Data.Compression;

/// <summary>bzip2: streams one after another, all read; each block's and each stream's CRC are SharpCompress's to check.</summary>
sealed class Bzip2Streams(Stream stored) : ReadOnlyStream
{
    BZip2Stream? bzip2; // made at the first read: making it reads already, and bad data must show there

    public override int Read(Span<byte> buffer) =>
        (bzip2 ??= BZip2Stream.Create(stored, CompressionMode.Decompress, decompressConcatenated: true, leaveOpen: true)).Read(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing) bzip2?.Dispose();
        base.Dispose(disposing);
    }
}
