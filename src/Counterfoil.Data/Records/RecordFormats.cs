using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Idx;
using Counterfoil.Data.Records.Archives;
using Counterfoil.Data.Records.Tables;
using Counterfoil.Data.Records.Tensors;
using Counterfoil.Data.Records.Text;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records;

/// <summary>The formats by their names, and which of them objects show to be.</summary>
public static class RecordFormats
{
    static readonly Dictionary<string, Func<CompressionLimits, IRecordFormat>> Makers = new()
    {
        [Canonicaliser.JsonLines.Id] = limits => new JsonLinesFormat(limits),
        [Canonicaliser.IdxLabelled.Id] = limits => new IdxLabelledFormat(compression: limits),
        [Canonicaliser.Files.Id] = _ => new FilesFormat(),
        [Canonicaliser.FileDigests.Id] = _ => new FileRecords(),
        [Canonicaliser.ImageFolder.Id] = _ => new ImageFolderRecords(),
        [Canonicaliser.Tar.Id] = limits => new TarRecords(limits),
        [Canonicaliser.WebDataset.Id] = limits => new WebDatasetRecords(limits),
        [Canonicaliser.Csv.Id] = limits => new CsvRecords(new CsvOptions { Compression = limits }),
        [Canonicaliser.CsvHeaderless.Id] = limits => new CsvRecords(new CsvOptions { HasHeader = false, Compression = limits }),
        [Canonicaliser.CanonicalJsonLines.Id] = limits => new CanonicalJsonLines(limits),
        [Canonicaliser.Safetensors.Id] = limits => new SafetensorsRecords(limits),
        [Canonicaliser.Parquet.Id] = _ => new ParquetRecords(),
        [Canonicaliser.Arrow.Id] = limits => new ArrowRecords(limits),
    };

    /// <summary>Names of the formats.</summary>
    public static IReadOnlyCollection<string> Names => Makers.Keys;

    /// <summary>Finds a format by its canonicaliser's name; without a version, the latest.</summary>
    public static Verdict Parse(string? name, out IRecordFormat? format, CompressionLimits? limits = null)
    {
        if (name is not null && !name.Contains('/')) name = Names.LastOrDefault(known => known.StartsWith(name + "/", StringComparison.Ordinal)) ?? name;
        format = name is not null && Makers.TryGetValue(name, out var make) ? make(limits ?? CompressionLimits.Default) : null;
        return format is not null ? Verdict.Accept : Verdict.Reject(DataChecks.Format, string.Join(", ", Names), name is { Length: <= 64 } ? $"\"{name}\"" : "another name");
    }

    /// <summary>Finds the format that objects show to be: by the endings of their names, all alike, and the first bytes of the first.</summary>
    /// <remarks>
    /// Where two rules would do, none is guessed but the plainest: an archive is <c>tar/v1</c>, a folder of images in folders <c>image-folder/v1</c>. Endings of compression are passed over.
    /// Everything else is refused, with the names to choose from.
    /// </remarks>
    /// <exception cref="IOException">The store cannot read the first object.</exception>
    public static Verdict Detect(IReadOnlyList<StoredObject> objects, out IRecordFormat? format, CompressionLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(objects);
        format = null;
        if (objects.Count == 0) return Refuse("no objects");
        var kinds = objects.Select(o => Kind(o.Name)).Distinct().Take(2).ToArray();
        if (kinds.Length > 1) return Refuse($"'{objects[0].Name}' and others of other kinds");
        if (kinds[0] is not { } kind) return Refuse($"'{objects[0].Name}'");
        if (!HasMagic(objects[0], kind, limits, out var refused)) return refused ?? Refuse($"'{objects[0].Name}', whose first bytes are of another kind");
        return Parse(kind, out format, limits);
    }

    static Verdict Refuse(string found) => Verdict.Reject(DataChecks.Format, "objects of one kind, known by their names' endings", found);

    static string? Kind(string name)
    {
        string ending = Path.GetExtension(name).ToLowerInvariant();
        if (ending is ".gz" or ".zst" or ".bz2" or ".xz") ending = Path.GetExtension(name[..^ending.Length]).ToLowerInvariant();
        return ending switch
        {
            ".jsonl" or ".ndjson" => Canonicaliser.JsonLines.Id,
            ".csv" => Canonicaliser.Csv.Id,
            ".tar" or ".tgz" => Canonicaliser.Tar.Id,
            ".safetensors" => Canonicaliser.Safetensors.Id,
            _ when name.Contains("-idx3-ubyte", StringComparison.Ordinal) || name.Contains("-idx1-ubyte", StringComparison.Ordinal) => Canonicaliser.IdxLabelled.Id,
            ".parquet" => Canonicaliser.Parquet.Id,
            ".arrow" or ".arrows" or ".feather" => Canonicaliser.Arrow.Id,
            _ when name.Contains('/') && ImageFolderRecords.IsImage(name) => Canonicaliser.ImageFolder.Id,
            _ => null,
        };
    }

    static bool HasMagic(StoredObject stored, string kind, CompressionLimits? limits, out Verdict? refused)
    {
        refused = null;
        Span<byte> head = stackalloc byte[512];
        try
        {
            using var stream = DataStream.Open(stored, limits);
            head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (RefusedDataException e)
        {
            refused = e.Verdict;
            return false;
        }
        if (kind == Canonicaliser.Tar.Id) return head.Length == 512 && (head[257..262].SequenceEqual("ustar"u8) || head.IndexOfAnyExcept((byte)0) < 0 || head[0] != 0);
        if (kind == Canonicaliser.Safetensors.Id) return head.Length > 8 && head[8] == '{';
        if (kind == Canonicaliser.Parquet.Id) return head.StartsWith("PAR1"u8);
        if (kind == Canonicaliser.Arrow.Id) return head.StartsWith("ARROW1"u8) || head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xff, 0xff, 0xff]);
        if (kind == Canonicaliser.Csv.Id) return head.IndexOf((byte)0) < 0;
        return true;
    }

    /// <summary>Each object a part, in their order.</summary>
    internal static Verdict EachAPart(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts)
    {
        ArgumentNullException.ThrowIfNull(objects);
        parts = [.. objects.Select(o => new RecordPart([o]))];
        return Verdict.Accept;
    }
}
