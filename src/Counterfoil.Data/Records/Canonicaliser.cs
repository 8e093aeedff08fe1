using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Records;

/// <summary>Names the rule that turns a source into records. It is part of every leaf: the same bytes under another rule are another record.</summary>
/// <remarks><c>docs/data.md</c> specifies each. A rule never changes under its name; a change is a new version.</remarks>
public sealed record Canonicaliser
{
    /// <summary>The name, such as <c>idx-labelled/v1</c>: at most 64 characters of ASCII.</summary>
    public string Id { get; }

    /// <summary>How many bytes at the start of a record are its label; 0 where records have none.</summary>
    public int LabelBytes { get; }

    Canonicaliser(string id, int labelBytes) => (Id, LabelBytes) = (id, labelBytes);

    /// <summary>IDX images and labels (MNIST's format): one byte of label, then the pixels row by row.</summary>
    public static Canonicaliser IdxLabelled { get; } = new("idx-labelled/v1", 1);

    /// <summary>JSON lines: the raw bytes of a line without its terminator.</summary>
    public static Canonicaliser JsonLines { get; } = new("jsonl/v1", 0);

    /// <summary>Files of a folder: the path's length in four bytes, the path, the file's bytes.</summary>
    public static Canonicaliser Files { get; } = new("files/v1", 0);

    /// <summary>Files of a store: path, length and BLAKE3 digest of the bytes.</summary>
    public static Canonicaliser FileDigests { get; } = new("files/v2", 0);

    /// <summary>Members of tar archives: path, length and BLAKE3 digest of the bytes.</summary>
    public static Canonicaliser Tar { get; } = new("tar/v1", 0);

    /// <summary>Samples of tar archives: the neighbouring members of one key, each by extension, length and BLAKE3 digest.</summary>
    public static Canonicaliser WebDataset { get; } = new("webdataset/v1", 0);

    /// <summary>Images in folders that name their class: class, path, length and BLAKE3 digest of the bytes.</summary>
    public static Canonicaliser ImageFolder { get; } = new("image-folder/v1", 0);

    /// <summary>Rows of CSV with a header: a map from the columns' names to the fields.</summary>
    public static Canonicaliser Csv { get; } = new("csv/v1", 0);

    /// <summary>Rows of CSV without a header: an array of the fields.</summary>
    public static Canonicaliser CsvHeaderless { get; } = new("csv-headerless/v1", 0);

    /// <summary>JSON lines, each in the canonical form of RFC 8785.</summary>
    public static Canonicaliser CanonicalJsonLines { get; } = new("jsonl-jcs/v1", 0);

    /// <summary>Tensors of safetensors files: name, dtype, shape, length and BLAKE3 digest of the bytes.</summary>
    public static Canonicaliser Safetensors { get; } = new("safetensors/v1", 0);

    /// <summary>Rows of Parquet files: a map from the columns' names to values.</summary>
    public static Canonicaliser Parquet { get; } = new("parquet/v1", 0);

    /// <summary>Rows of Arrow's files and streams: the maps of <see cref="Parquet"/>.</summary>
    public static Canonicaliser Arrow { get; } = new("arrow/v1", 0);

    /// <summary>Every rule known here.</summary>
    public static IReadOnlyList<Canonicaliser> All { get; } =
        [IdxLabelled, JsonLines, Files, FileDigests, Tar, WebDataset, ImageFolder, Csv, CsvHeaderless, CanonicalJsonLines, Safetensors, Parquet, Arrow];

    /// <summary>Finds a rule by its name.</summary>
    public static Verdict Parse(string? id, out Canonicaliser? canonicaliser)
    {
        canonicaliser = All.FirstOrDefault(c => c.Id == id);
        return canonicaliser is not null
            ? Verdict.Accept
            : Verdict.Reject(DataChecks.Canonicaliser, string.Join(", ", All.Select(c => c.Id)), id is { Length: <= 64 } ? $"\"{id}\"" : "another name");
    }

    /// <summary>The name.</summary>
    public override string ToString() => Id;
}
