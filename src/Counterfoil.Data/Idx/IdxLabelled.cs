using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Idx;

/// <summary>What an IDX file may say before any of it is believed.</summary>
public sealed record IdxLimits
{
    /// <summary>Images at most.</summary>
    public int Records { get; init; } = 100_000_000;

    /// <summary>Pixels of one image at most.</summary>
    public int Pixels { get; init; } = 1 << 24;

    /// <summary>Bytes of a file at most, after decompression.</summary>
    public long Bytes { get; init; } = 1 << 30;
}

/// <summary>Labelled grey images in two IDX files: MNIST's format (yann.lecun.com/exdb/mnist), gzip looked through.</summary>
/// <remarks>
/// Images: magic 0x00000803, count, rows, columns (four bytes each, big-endian), then a byte a pixel, row by row. Labels: magic 0x00000801,
/// count, then a byte each. A record of <c>idx-labelled/v1</c> is the label's byte and then the pixels. Rows and columns are not in the record:
/// they are of the file.
/// </remarks>
public sealed class IdxLabelled : IRecordSource, IDisposable
{
    const int ImagesMagic = 0x00000803, LabelsMagic = 0x00000801, ImagesHeader = 16, LabelsHeader = 8;
    readonly ByteRange images, labels;

    IdxLabelled(ByteRange images, ByteRange labels, int count, int rows, int columns) =>
        (this.images, this.labels, Count, Rows, Columns) = (images, labels, count, rows, columns);

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.IdxLabelled;

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>Rows of an image.</summary>
    public int Rows { get; }

    /// <summary>Columns of an image.</summary>
    public int Columns { get; }

    /// <inheritdoc/>
    public int MaxRecordBytes => 1 + Rows * Columns;

    /// <summary>Opens two files, which stay open until this is disposed.</summary>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    public static Verdict Open(string imagesPath, string labelsPath, out IdxLabelled? dataset, IdxLimits? limits = null)
    {
        limits ??= new();
        dataset = null;
        var verdict = ByteRange.Open(imagesPath, limits.Bytes, out var images);
        if (!verdict.IsAccepted) return verdict;
        verdict = ByteRange.Open(labelsPath, limits.Bytes, out var labels);
        if (verdict.IsAccepted) verdict = Open(images!, labels!, limits, out dataset);
        if (verdict.IsAccepted) return verdict;
        images!.Dispose();
        labels?.Dispose();
        return verdict;
    }

    /// <summary>Reads two files that are in memory.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> imagesFile, ReadOnlyMemory<byte> labelsFile, out IdxLabelled? dataset, IdxLimits? limits = null)
    {
        limits ??= new();
        dataset = null;
        var verdict = ByteRange.Open(imagesFile, limits.Bytes, out var images);
        if (!verdict.IsAccepted) return verdict;
        verdict = ByteRange.Open(labelsFile, limits.Bytes, out var labels);
        return verdict.IsAccepted ? Open(images!, labels!, limits, out dataset) : verdict;
    }

    static Verdict Open(ByteRange images, ByteRange labels, IdxLimits limits, out IdxLabelled? dataset)
    {
        dataset = null;
        Span<byte> header = stackalloc byte[ImagesHeader];
        if (images.Length < ImagesHeader) return Verdict.Reject(DataChecks.IdxLength, $"a header of {ImagesHeader} bytes", $"{images.Length} bytes of images");
        images.Read(0, header);
        var (magic, count, rows, columns) = (Number(header, 0), Number(header, 1), Number(header, 2), Number(header, 3));
        if (magic != ImagesMagic) return Verdict.Reject(DataChecks.IdxMagic, $"{ImagesMagic:x8} for images", $"{magic:x8}");
        if (count > (uint)limits.Records) return Verdict.Reject(DataChecks.IdxDimensions, $"at most {limits.Records} images", $"{count}");
        if (rows == 0 || columns == 0 || (ulong)rows * columns > (ulong)limits.Pixels)
            return Verdict.Reject(DataChecks.IdxDimensions, $"1 … {limits.Pixels} pixels an image", $"{rows} × {columns}");
        ulong length = ImagesHeader + (ulong)count * rows * columns;
        if ((ulong)images.Length != length) return Verdict.Reject(DataChecks.IdxLength, $"{length} bytes for {count} images of {rows} × {columns}", $"{images.Length} bytes");

        if (labels.Length < LabelsHeader) return Verdict.Reject(DataChecks.IdxLength, $"a header of {LabelsHeader} bytes", $"{labels.Length} bytes of labels");
        labels.Read(0, header[..LabelsHeader]);
        (magic, uint labelled) = (Number(header, 0), Number(header, 1));
        if (magic != LabelsMagic) return Verdict.Reject(DataChecks.IdxMagic, $"{LabelsMagic:x8} for labels", $"{magic:x8}");
        if (labels.Length != LabelsHeader + labelled) return Verdict.Reject(DataChecks.IdxLength, $"{LabelsHeader + (long)labelled} bytes for {labelled} labels", $"{labels.Length} bytes");
        if (labelled != count) return Verdict.Reject(DataChecks.IdxCounts, $"{count} labels, as images", $"{labelled}");
        dataset = new(images, labels, (int)count, (int)rows, (int)columns);
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(int place, Memory<byte> destination, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)Count, nameof(place));
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxRecordBytes, nameof(destination));
        labels.Read(LabelsHeader + place, destination.Span[..1]);
        images.Read(ImagesHeader + (long)place * (MaxRecordBytes - 1), destination.Span[1..MaxRecordBytes]);
        return new(MaxRecordBytes);
    }

    /// <summary>Closes both files.</summary>
    public void Dispose()
    {
        images.Dispose();
        labels.Dispose();
    }

    static uint Number(ReadOnlySpan<byte> header, int index) => BinaryPrimitives.ReadUInt32BigEndian(header[(4 * index)..]);
}
