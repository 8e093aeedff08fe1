using System.Buffers;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records;

/// <summary><c>files/v2</c>: each object a record of its path, its length and the BLAKE3 digest of its bytes, so that objects of any size stream. Compressed files are their stored bytes.</summary>
/// <remarks>record = u32 length of path ‖ path ‖ u64 length ‖ digest. In the order of the paths' bytes. A part is 1,024 objects; that divides the work, not the records.</remarks>
public sealed class FileRecords : IRecordFormat
{
    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.FileDigests;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts)
    {
        ArgumentNullException.ThrowIfNull(objects);
        parts = [.. objects.Chunk(1024).Select(some => new RecordPart(some))];
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new FilesReader(part, position, image: false), out reader);
    }
}

/// <summary><c>image-folder/v1</c>: each image a record of its class, which is the first folder of its path, its path, its length and the BLAKE3 digest of its bytes.</summary>
/// <remarks>record = u32 length of class ‖ class ‖ u32 length of path ‖ path ‖ u64 length ‖ digest. In the order of the paths' bytes. What is no image, by its name's ending, is refused.</remarks>
public sealed class ImageFolderRecords : IRecordFormat
{
    static readonly SearchValues<string> Endings = SearchValues.Create([".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"], StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.ImageFolder;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts)
    {
        ArgumentNullException.ThrowIfNull(objects);
        parts = null;
        foreach (var stored in objects)
        {
            if (!stored.Name.Contains('/')) return Verdict.Reject(DataChecks.ImageFolder, "each image in a folder that names its class", $"'{stored.Name}'");
            if (!IsImage(stored.Name)) return Verdict.Reject(DataChecks.ImageFolder, "images: .jpg .jpeg .png .gif .bmp .webp .tif .tiff .ppm .pgm", $"'{stored.Name}'");
        }
        parts = [.. objects.Chunk(1024).Select(some => new RecordPart(some))];
        return Verdict.Accept;
    }

    /// <summary>Whether a name ends as an image's does.</summary>
    internal static bool IsImage(string name) => Endings.Contains(Path.GetExtension(name));

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new FilesReader(part, position, image: true), out reader);
    }
}

/// <summary>Reads objects one by one. The position is the place within the part.</summary>
sealed class FilesReader : PartReader
{
    readonly RecordPart part;
    readonly bool image;
    readonly ContentDigest content = new();
    Blake3Digest? waiting; // of the object at the position, whose record did not fit
    int at;
    long taken;

    public FilesReader(RecordPart part, long position, bool image)
    {
        if (position < 0 || position > part.Objects.Count) throw new Compression.RefusedDataException(DataChecks.Position, $"0 … {part.Objects.Count}", $"{position}");
        (this.part, this.image, at) = (part, image, (int)position);
    }

    public override long Position => at;

    public override long BytesTaken => taken;

    protected override bool TryRead(RecordBatch batch)
    {
        if (at == part.Objects.Count) return false;
        var stored = part.Objects[at];
        if (waiting is null)
        {
            using var stream = stored.Open();
            waiting = content.ReadToEnd(stream, out long length);
            if (length != stored.Length) throw new IOException($"'{stored.Name}' has {length} bytes, and was listed with {stored.Length}");
            taken += length;
        }
        var path = Encoding.UTF8.GetBytes(stored.Name);
        var record = new RecordWriter(batch.Free);
        if (image)
        {
            int label = path.AsSpan().IndexOf((byte)'/');
            record.U32((uint)label);
            record.Raw(path.AsSpan(0, label));
        }
        record.File(path, stored.Length, waiting.Value);
        if (!TryTake(batch, record)) return false;
        waiting = null;
        at++;
        return true;
    }

    public override void Dispose() { }
}
