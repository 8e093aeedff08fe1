using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Exports;

/// <summary>What a provider says of itself and its data, beyond what is committed: a file of its own, whose digest stands beside whatever is taken from it.</summary>
/// <param name="Description">What the data is, in a sentence or two.</param>
/// <param name="Url">Its page.</param>
/// <param name="Creator">Who made it.</param>
/// <param name="DatePublished">When it was published, such as <c>2026-11-24</c>.</param>
/// <param name="Kinds">What its records are: <c>text</c>, <c>image</c>, <c>audio</c>, <c>video</c>, <c>structured</c>, <c>other</c>.</param>
/// <param name="Sources">What kind of source each dataset is (the EU summary's section 2), by name or statement digest: <c>public</c>, <c>licensed</c>, <c>private</c>, <c>crawled</c>, <c>user</c>, <c>synthetic</c>, <c>other</c>.</param>
/// <param name="Fields">Fields of the EU summary, by their numbers in <c>docs/exports.md</c>.</param>
public sealed record AboutData(string? Description = null, string? Url = null, string? Creator = null, string? DatePublished = null, ImmutableArray<string> Kinds = default,
    Dictionary<string, string>? Sources = null, Dictionary<string, string>? Fields = null)
{
    const int MaxBytes = 1 << 20;

    /// <summary>Nothing is said.</summary>
    public static AboutData Nothing { get; } = new();

    /// <summary>The kinds of source that the EU template tells apart.</summary>
    public static IReadOnlyList<string> SourceKinds { get; } = ["public", "licensed", "private", "crawled", "user", "synthetic", "other"];

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
        foreach (string field in read.Fields?.Keys ?? Enumerable.Empty<string>())
            if (!TrainingSummary.SummaryTemplate.Fields.Any(f => f.Number == field)) return Verdict.Reject(ReportChecks.About, "a field of the EU summary, by its number", field);
        about = read with { Digest = Sha256.Hash(bytes.Span), Kinds = read.Kinds.IsDefault ? [] : read.Kinds };
        return Verdict.Accept;
    }

    /// <summary>Where a member stands.</summary>
    public string? Place(string pointer) => Digest is { } digest ? $"sha256:{digest}#{pointer}" : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(AboutData))]
sealed partial class AboutJson : JsonSerializerContext;
