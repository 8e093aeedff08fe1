using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Idx;

/// <summary>Labelled grey images as records of <c>idx-labelled/v1</c>; a part is a file of images with its file of labels. Positions count images.</summary>
/// <remarks>Files belong together by their names: <c>x-images-idx3-ubyte</c> and <c>x-labels-idx1-ubyte</c>. The layout is that of <see cref="IdxLabelled"/>.</remarks>
/// <param name="limits">What the files may say.</param>
public sealed class IdxLabelledFormat(IdxLimits? limits = null) : ISplittableFormat
{
    const int ImagesMagic = 0x00000803, LabelsMagic = 0x00000801, ImagesHeader = 16, LabelsHeader = 8;
    readonly IdxLimits limits = limits ?? new();

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.IdxLabelled;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts)
    {
        ArgumentNullException.ThrowIfNull(objects);
        parts = null;
        var made = new List<RecordPart>();
        var labels = objects.Where(o => o.Name.Contains("labels-idx1", StringComparison.Ordinal)).ToDictionary(o => o.Name);
        foreach (var images in objects.Where(o => !labels.ContainsKey(o.Name)))
        {
            if (!labels.Remove(images.Name.Replace("images-idx3", "labels-idx1", StringComparison.Ordinal), out var its))
                return Verdict.Reject(DataChecks.IdxCounts, $"images and labels in files named …images-idx3… and …labels-idx1…", $"'{images.Name}' alone");
            made.Add(new([images, its]));
        }
        if (labels.Count > 0) return Verdict.Reject(DataChecks.IdxCounts, "a file of images for each of labels", $"'{labels.Keys.First()}' alone");
        parts = made;
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public bool CanSplit(RecordPart part) => true;

    /// <inheritdoc/>
    public Verdict Locate(RecordPart part, long storedByte, out long position)
    {
        ArgumentNullException.ThrowIfNull(part);
        position = 0;
        var verdict = Header(part, out uint count, out _);
        if (verdict.IsAccepted) position = (long)(((UInt128)(ulong)storedByte * count + (ulong)part.Length - 1) / (ulong)part.Length);
        return verdict;
    }

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader) => Open(part, position, long.MaxValue, out reader);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, long end, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        reader = null;
        var verdict = Header(part, out uint count, out int pixels);
        if (!verdict.IsAccepted) return verdict;
        var opened = new Reader(part.Objects[0].Open(), part.Objects[1].Open(), pixels, position, Math.Min(end, count));
        reader = opened;
        return verdict;
    }

    Verdict Header(RecordPart part, out uint count, out int pixels)
    {
        (count, pixels) = (0, 0);
        Span<byte> header = stackalloc byte[ImagesHeader];
        using (var images = part.Objects[0].Open())
            if (images.ReadAtLeast(header, ImagesHeader, throwOnEndOfStream: false) < ImagesHeader)
                return Verdict.Reject(DataChecks.IdxLength, $"a header of {ImagesHeader} bytes", $"{images.Length} bytes of images");
        var (magic, images_, rows, columns) = (Number(header, 0), Number(header, 1), Number(header, 2), Number(header, 3));
        if (magic != ImagesMagic) return Verdict.Reject(DataChecks.IdxMagic, $"{ImagesMagic:x8} for images", $"{magic:x8}");
        if (images_ > (uint)limits.Records) return Verdict.Reject(DataChecks.IdxDimensions, $"at most {limits.Records} images", $"{images_}");
        if (rows == 0 || columns == 0 || (ulong)rows * columns > (ulong)limits.Pixels)
            return Verdict.Reject(DataChecks.IdxDimensions, $"1 … {limits.Pixels} pixels an image", $"{rows} × {columns}");
        ulong length = ImagesHeader + (ulong)images_ * rows * columns;
        if ((ulong)part.Objects[0].Length != length) return Verdict.Reject(DataChecks.IdxLength, $"{length} bytes for {images_} images of {rows} × {columns}", $"{part.Objects[0].Length} bytes");
        using (var labels = part.Objects[1].Open())
            if (labels.ReadAtLeast(header[..LabelsHeader], LabelsHeader, throwOnEndOfStream: false) < LabelsHeader)
                return Verdict.Reject(DataChecks.IdxLength, $"a header of {LabelsHeader} bytes", $"{labels.Length} bytes of labels");
        (magic, uint labelled) = (Number(header, 0), Number(header, 1));
        if (magic != LabelsMagic) return Verdict.Reject(DataChecks.IdxMagic, $"{LabelsMagic:x8} for labels", $"{magic:x8}");
        if (part.Objects[1].Length != LabelsHeader + labelled) return Verdict.Reject(DataChecks.IdxLength, $"{LabelsHeader + (long)labelled} bytes for {labelled} labels", $"{part.Objects[1].Length} bytes");
        if (labelled != images_) return Verdict.Reject(DataChecks.IdxCounts, $"{images_} labels, as images", $"{labelled}");
        (count, pixels) = (images_, (int)(rows * columns));
        return Verdict.Accept;
    }

    static uint Number(ReadOnlySpan<byte> header, int index) => BinaryPrimitives.ReadUInt32BigEndian(header[(4 * index)..]);

    sealed class Reader : IRecordReader
    {
        readonly Stream images, labels;
        readonly int pixels;
        readonly long end;
        readonly byte[] imagePiece, labelPiece; // many images, and as many labels
        int taken, read;

        public Reader(Stream images, Stream labels, int pixels, long position, long end)
        {
            (this.images, this.labels, this.pixels, this.end, Position) = (images, labels, pixels, end, position);
            images.Position = ImagesHeader + position * pixels;
            labels.Position = LabelsHeader + position;
            labelPiece = new byte[Math.Max(1, (1 << 18) / pixels)];
            imagePiece = new byte[labelPiece.Length * pixels];
        }

        public long Position { get; private set; }
        public long BytesTaken => Position * (pixels + 1);

        public Verdict Read(RecordBatch batch)
        {
            if (pixels + 1 > batch.LongestRecord) return Verdict.Reject(DataChecks.IdxDimensions, $"at most {batch.LongestRecord - 1} pixels an image", $"{pixels}");
            for (; Position < end && batch.TryReserve(1 + pixels); taken++, Position++)
            {
                if (taken == read)
                {
                    (taken, read) = (0, (int)Math.Min(labelPiece.Length, end - Position));
                    images.ReadExactly(imagePiece.AsSpan(0, read * pixels));
                    labels.ReadExactly(labelPiece.AsSpan(0, read));
                }
                var record = batch.Free;
                record[0] = labelPiece[taken];
                imagePiece.AsSpan(taken * pixels, pixels).CopyTo(record[1..]);
                batch.Take(1 + pixels);
            }
            return Verdict.Accept;
        }

        public void Dispose()
        {
            images.Dispose();
            labels.Dispose();
        }
    }
}
