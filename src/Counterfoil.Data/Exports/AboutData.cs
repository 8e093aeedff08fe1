using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Exports;

/// <summary>What a provider says of itself and its data, beyond what is committed: a file of its own, whose digest stands beside whatever is taken from it.</summary>
/// <param name="Description">What the data is, in a sentence or two.</param>
/// <param name="Url">Its page.</param>
/// <param name="Creator">Who made it.</param>
/// <param name="DatePublished">When it was published, such as <c>2026-11-24</c>.</param>
/// <param name="Kinds">What its records are: <c>text</c>, <c>image</c>, <c>audio</c>, <c>video</c>, <c>structured</c>, <c>other</c>.</param>
/// <param name="Sources">What kind of source each dataset is (the EU summary's section 2), by name or statement digest: <c>public</c>, <c>licensed</c>, <c>private</c>, <c>crawled</c>, <c>interactions</c> (with the model), <c>user</c> (of other services), <c>synthetic</c>, <c>other</c>.</param>
/// <param name="Fields">Fields of the EU summary, by their numbers in <c>docs/exports.md</c>.</param>
/// <param name="Version">Its version, by Semantic Versioning.</param>
/// <param name="CiteAs">How it is to be cited, in BibTeX say.</param>
/// <param name="Model">What the provider says of the model that was trained on it, beyond what is committed.</param>
public sealed partial record AboutData(string? Description = null, string? Url = null, string? Creator = null, string? DatePublished = null, ImmutableArray<string> Kinds = default,
    Dictionary<string, string>? Sources = null, Dictionary<string, string>? Fields = null, string? Version = null, string? CiteAs = null, AboutModel? Model = null)
{
    const int MaxBytes = 1 << 20;

    /// <summary>Nothing is said.</summary>
    public static AboutData Nothing { get; } = new();

    /// <summary>The kinds of source that the EU template tells apart.</summary>
    public static IReadOnlyList<string> SourceKinds { get; } = ["public", "licensed", "private", "crawled", "interactions", "user", "synthetic", "other"];

    /// <summary>The kinds of record: the template's modalities, and <c>structured</c>.</summary>
    public static IReadOnlyList<string> RecordKinds { get; } = ["text", "image", "audio", "video", "structured", "other"];

    /// <summary>SHA-256 of the file, or null where there is none.</summary>
    [JsonIgnore] public Sha256Digest? Digest { get; private init; }

    /// <summary>Reads a file.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out AboutData? about)
    {
        about = null;
        if (bytes.Length > MaxBytes) return Verdict.Reject(ReportChecks.About, $"at most {MaxBytes} bytes", $"{bytes.Length}");
        AboutData? read;
        try
        {
            read = JsonSerializer.Deserialize(bytes.Span, AboutJson.Default.AboutData);
        }
        catch (JsonException e)
        {
            return Verdict.Reject(ReportChecks.About, "what the provider states, in JSON (docs/exports.md)", e.Message);
        }
        if (read is null) return Verdict.Reject(ReportChecks.About, "an object", "null");
        foreach (var (source, kind) in read.Sources ?? [])
            if (!SourceKinds.Contains(kind)) return Verdict.Reject(ReportChecks.About, $"one of {string.Join(", ", SourceKinds)} for {source}", kind);
        foreach (string kind in read.Kinds.IsDefault ? [] : read.Kinds)
            if (!RecordKinds.Contains(kind)) return Verdict.Reject(ReportChecks.About, $"one of {string.Join(", ", RecordKinds)}", kind);
        foreach (string? date in (string?[])[read.DatePublished, read.Model?.Released])
            if (date is not null && !DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)) return Verdict.Reject(ReportChecks.About, "a date such as 2026-11-24", date);
        foreach (string? address in (string?[])[read.Url, read.Model?.Url])
            if (address is not null && !Uri.IsWellFormedUriString(address, UriKind.Absolute)) return Verdict.Reject(ReportChecks.About, "an absolute URI", address);
        if (read.Version is { } version && !SemanticVersion().IsMatch(version)) return Verdict.Reject(ReportChecks.About, "a version MAJOR.MINOR.PATCH", version);
        foreach (string field in read.Fields?.Keys ?? Enumerable.Empty<string>())
            if (!TrainingSummary.SummaryTemplate.Fields.Any(f => f.Number == field)) return Verdict.Reject(ReportChecks.About, "a field of the EU summary, by its number", field);
        about = read with { Digest = Sha256.Hash(bytes.Span), Kinds = read.Kinds.IsDefault ? [] : read.Kinds };
        return Verdict.Accept;
    }

    /// <summary>Where a member stands.</summary>
    public string? Place(string pointer) => Digest is { } digest ? $"sha256:{digest}#{pointer}" : null;

    /// <summary>Semantic Versioning 2.0.0: three numbers, and what may follow them.</summary>
    [GeneratedRegex(@"^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9A-Za-z.-]{1,100})?(\+[0-9A-Za-z.-]{1,100})?\z")]
    private static partial Regex SemanticVersion();
}

/// <summary>What a provider says of a model.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Licence">Its licence, an SPDX expression.</param>
/// <param name="Url">Where it can be had.</param>
/// <param name="Supplier">Who supplies it.</param>
/// <param name="Released">When it was released, such as <c>2026-11-24</c>.</param>
/// <param name="Type">What kind of model it is, such as <c>multilayer perceptron</c>.</param>
/// <param name="Domain">What field it is for.</param>
/// <param name="Limitation">What it is not good for.</param>
public sealed record AboutModel(string? Version = null, string? Licence = null, string? Url = null, string? Supplier = null, string? Released = null, string? Type = null, string? Domain = null, string? Limitation = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(AboutData))]
sealed partial class AboutJson : JsonSerializerContext;
