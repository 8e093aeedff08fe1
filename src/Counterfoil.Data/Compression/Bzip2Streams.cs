using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Counterfoil.Data.Compression;

/// <summary>bzip2: streams one after another, all read; each block's and each stream's CRC are SharpCompress's to check.</summary>
sealed class Bzip2Streams(Stream stored) : ReadOnlyStream
{
    readonly BZip2Stream bzip2 = BZip2Stream.Create(stored, CompressionMode.Decompress, decompressConcatenated: true, leaveOpen: true);

    public override int Read(Span<byte> buffer) => bzip2.Read(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing) bzip2.Dispose();
        base.Dispose(disposing);
    }
}
