using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Records;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Idx;

/// <summary>Labelled grey images as records of <c>idx-labelled/v1</c>; a part is a file of images with its file of labels. Positions count images.</summary>
/// <remarks>Files belong together by their names: <c>x-images-idx3-ubyte</c> and <c>x-labels-idx1-ubyte</c>. The layout is that of <see cref="IdxLabelled"/>.</remarks>
/// <param name="limits">What the files may say.</param>
/// <param name="compression">What may come out of compressed files.</param>
public sealed class IdxLabelledFormat(IdxLimits? limits = null, CompressionLimits? compression = null) : ISplittableFormat
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
        foreach (var images in objects.Where(o => !labels.ContainsKey(o.Name)).ToList()) // as it is now: pairs leave the labels
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
    public bool CanSplit(RecordPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.Objects.All(o =>
        {
            using var stream = DataStream.Open(o, compression);
            return stream.IsPlain;
        });
    }

    /// <inheritdoc/>
    public Verdict Locate(RecordPart part, long storedByte, out long position)
    {
        ArgumentNullException.ThrowIfNull(part);
        position = 0;
        var verdict = Open(part, 0, out var reader);
        using (reader)
            if (verdict.IsAccepted) position = (long)(((UInt128)(ulong)storedByte * (ulong)((Reader)reader!).Count + (ulong)part.Length - 1) / (ulong)part.Length);
        return verdict;
    }

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader) => Open(part, position, long.MaxValue, out reader);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, long end, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        reader = null;
        DataStream? images = null, labels = null;
        try
        {
            images = DataStream.Open(part.Objects[0], compression);
            labels = DataStream.Open(part.Objects[1], compression);
            var verdict = Header(part, images, labels, out uint count, out int pixels);
            if (!verdict.IsAccepted) return verdict;
            if (position > count || !images.TryAdvance(ImagesHeader + position * pixels) || !labels.TryAdvance(LabelsHeader + position))
                return Verdict.Reject(DataChecks.IdxLength, $"a place of 0 … {count} in '{part.Name}'", $"{position}");
            reader = new Reader(images, labels, pixels, position, Math.Min(end, count), count);
            return Verdict.Accept;
        }
        catch (RefusedDataException refused)
        {
            return refused.Verdict;
        }
        finally
        {
            if (reader is null)
            {
                images?.Dispose();
                labels?.Dispose();
            }
        }
    }

    /// <summary>Reads both headers. Of compressed files the lengths are known only at their ends, and compared there.</summary>
    Verdict Header(RecordPart part, DataStream images, DataStream labels, out uint count, out int pixels)
    {
        (count, pixels) = (0, 0);
        Span<byte> header = stackalloc byte[ImagesHeader];
        if (images.ReadAtLeast(header, ImagesHeader, throwOnEndOfStream: false) < ImagesHeader) return Verdict.Reject(DataChecks.IdxLength, $"a header of {ImagesHeader} bytes", $"{images.Position} bytes of images");
        var (magic, stated, rows, columns) = (Number(header, 0), Number(header, 1), Number(header, 2), Number(header, 3));
        if (magic != ImagesMagic) return Verdict.Reject(DataChecks.IdxMagic, $"{ImagesMagic:x8} for images", $"{magic:x8}");
        if (stated > (uint)limits.Records) return Verdict.Reject(DataChecks.IdxDimensions, $"at most {limits.Records} images", $"{stated}");
        if (rows == 0 || columns == 0 || (ulong)rows * columns > (ulong)limits.Pixels)
            return Verdict.Reject(DataChecks.IdxDimensions, $"1 … {limits.Pixels} pixels an image", $"{rows} × {columns}");
        ulong length = ImagesHeader + (ulong)stated * rows * columns;
        if (images.IsPlain && (ulong)part.Objects[0].Length != length) return Verdict.Reject(DataChecks.IdxLength, $"{length} bytes for {stated} images of {rows} × {columns}", $"{part.Objects[0].Length} bytes");
        if (labels.ReadAtLeast(header[..LabelsHeader], LabelsHeader, throwOnEndOfStream: false) < LabelsHeader) return Verdict.Reject(DataChecks.IdxLength, $"a header of {LabelsHeader} bytes", $"{labels.Position} bytes of labels");
        (magic, uint labelled) = (Number(header, 0), Number(header, 1));
        if (magic != LabelsMagic) return Verdict.Reject(DataChecks.IdxMagic, $"{LabelsMagic:x8} for labels", $"{magic:x8}");
        if (labels.IsPlain && part.Objects[1].Length != LabelsHeader + (long)labelled) return Verdict.Reject(DataChecks.IdxLength, $"{LabelsHeader + (long)labelled} bytes for {labelled} labels", $"{part.Objects[1].Length} bytes");
        if (labelled != stated) return Verdict.Reject(DataChecks.IdxCounts, $"{stated} labels, as images", $"{labelled}");
        (count, pixels) = (stated, (int)(rows * columns));
        return Verdict.Accept;
    }

    static uint Number(ReadOnlySpan<byte> header, int index) => BinaryPrimitives.ReadUInt32BigEndian(header[(4 * index)..]);

    sealed class Reader : IRecordReader
    {
        readonly DataStream images, labels;
        readonly int pixels;
        readonly long end, count;
        readonly byte[] imagePiece, labelPiece; // many images, and as many labels
        int taken, read;

        public Reader(DataStream images, DataStream labels, int pixels, long position, long end, long count)
        {
            (this.images, this.labels, this.pixels, this.end, this.count, Position) = (images, labels, pixels, end, count, position);
            labelPiece = new byte[Math.Max(1, (1 << 18) / pixels)];
            imagePiece = new byte[labelPiece.Length * pixels];
        }

        public long Count => count;
        public long Position { get; private set; }
        public long BytesTaken => images.IsPlain && labels.IsPlain ? Position * (pixels + 1) : images.BytesTaken + labels.BytesTaken;

        public Verdict Read(RecordBatch batch)
        {
            if (pixels + 1 > batch.LongestRecord) return Verdict.Reject(DataChecks.IdxDimensions, $"at most {batch.LongestRecord - 1} pixels an image", $"{pixels}");
            try
            {
                for (; Position < end && batch.TryReserve(1 + pixels); taken++, Position++)
                {
                    if (taken == read && !TryFill()) return Verdict.Reject(DataChecks.IdxLength, $"{count} images and labels", $"the end of a file behind {Position} or fewer");
                    var record = batch.Free;
                    record[0] = labelPiece[taken];
                    imagePiece.AsSpan(taken * pixels, pixels).CopyTo(record[1..]);
                    batch.Take(1 + pixels);
                }
                if (Position == count && (images.ReadByte() >= 0 || labels.ReadByte() >= 0)) return Verdict.Reject(DataChecks.IdxLength, $"the end of the files behind {count} images and labels", "more bytes");
                return Verdict.Accept;
            }
            catch (RefusedDataException refused)
            {
                return refused.Verdict;
            }
        }

        bool TryFill()
        {
            (taken, read) = (0, (int)Math.Min(labelPiece.Length, end - Position));
            return images.ReadAtLeast(imagePiece.AsSpan(0, read * pixels), read * pixels, throwOnEndOfStream: false) == read * pixels
                && labels.ReadAtLeast(labelPiece.AsSpan(0, read), read, throwOnEndOfStream: false) == read;
        }

        public void Dispose()
        {
            images.Dispose();
            labels.Dispose();
        }
    }
}
