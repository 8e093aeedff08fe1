using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Lineage;

namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>What a summary is filled from.</summary>
/// <param name="Datasets">The dataset that was trained on first, then those that it was made from.</param>
/// <param name="About">What the provider states.</param>
/// <param name="Tool">What fills it.</param>
public sealed record SummaryFacts(ImmutableArray<CommittedDataset> Datasets, AboutData About, string Tool)
{
    /// <summary>The transformations between the datasets.</summary>
    public ImmutableArray<DataTransformation> Transformations { get; init; } = [];

    /// <summary>What a licence policy makes of the sources, if one was applied.</summary>
    public LicenceMixture? Mixture { get; init; }

    /// <summary>Signed readings of opt-outs, each about one of the datasets.</summary>
    public ImmutableArray<SignedReading> Readings { get; init; } = [];

    /// <summary>The model that was trained on the first dataset, if its statements are at hand.</summary>
    public CommittedModel? Model { get; init; }

    /// <summary>The sources: the datasets that were made from no other; where there is one alone, it is its own source.</summary>
    public ImmutableArray<CommittedDataset> Sources => Datasets.Length == 1 ? Datasets : [.. Datasets.Where(d => d.Commitment.Parents.IsEmpty)];
}

/// <summary>The EU summary of training content, each field with its evidence.</summary>
public sealed partial class FilledSummary
{
    /// <summary>What a field says that the provider leaves empty.</summary>
    public const string NotStated = "not stated by the provider";

    readonly SummaryFacts facts;
    readonly Dictionary<string, List<SummaryStatement>> said = SummaryTemplate.Fields.ToDictionary(f => f.Number, _ => new List<SummaryStatement>());

    FilledSummary(SummaryFacts facts)
    {
        this.facts = facts;
        General();
        Sources();
        OptOuts();
        foreach (var made in facts.Transformations)
            Commit("3.3a", $"{made.Operation} {made.Parameters}: {string.Join(" + ", made.Inputs.Select(i => Number(i.Records)))} records became {Number(made.Output.Records)}".Replace('\n', ' '), [.. made.Inputs.Append(made.Output).Select(d => $"sha256:{d.Statement}")]);
        foreach (var (field, text) in facts.About.Fields ?? []) Provide(field, text, $"/fields/{field}");
        Fields = [.. SummaryTemplate.Fields.Select(f => new FilledField(f, [.. said[f.Number] is { Count: > 0 } statements ? statements : [Empty(f)]]))];
    }

    /// <summary>Fills the template.</summary>
    public static FilledSummary Fill(SummaryFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentOutOfRangeException.ThrowIfZero(facts.Datasets.Length);
        return new(facts);
    }

    /// <summary>What it is about.</summary>
    public string Title => facts.Model?.Commitment.Name ?? facts.Datasets[0].Commitment.Name;

    /// <summary>All fields of the template, in order.</summary>
    public ImmutableArray<FilledField> Fields { get; }

    /// <summary>What filled it.</summary>
    public string Tool => facts.Tool;

    /// <summary>How many fields rest on what.</summary>
    public int Count(SummaryEvidence evidence) => Fields.Count(f => f.Evidence == evidence);

    /// <summary>How many fields the template demands and nobody fills.</summary>
    public int Missing => Fields.Count(f => f.IsMissing);

    void Commit(string field, string text, params IEnumerable<string> places) => said[field].Add(new(text, SummaryEvidence.Committed, [.. places]));

    void Provide(string field, string text, string pointer) => said[field].Add(new(text, SummaryEvidence.Provider, [facts.About.Place(pointer)!]));

    void General()
    {
        var main = facts.Datasets[0];
        var c = main.Commitment;
        if (facts.Model is { } model)
        {
            Commit("1.2a", $"{model.Commitment.Name}, model {model.Commitment.ModelId.Value}, ONNX file {model.Commitment.Onnx}", model.Place("name"), model.Place("modelId"), model.Place("onnx"));
            var run = model.Training;
            Commit("3.3a", $"trained in {Number(run.BuildDefinition.InternalParameters.Steps)} steps, finished on {Date(run.RunDetails.Metadata.FinishedOn)}; what was consumed, in order, has root {run.BuildDefinition.InternalParameters.BatchesRoot}",
                model.RunPlace("buildDefinition/internalParameters/dataset"), model.RunPlace("buildDefinition/internalParameters/batchesRoot"), model.RunPlace("runDetails/metadata/finishedOn"));
        }
        var kinds = facts.About.Kinds;
        if (!kinds.IsDefaultOrEmpty) Provide("1.3a", string.Join(", ", kinds), "/kinds");
        Commit("1.3b", $"{Size(c.Records, c.Bytes)}{Range(c.Records, c.Canonicaliser, kinds)}", main.Place("records"), main.Place("bytes"), main.Place("orderedRoot"));
        Commit("1.3d", $"not after {Date(c.CommittedAt)}, when the data was committed (the committer's clock; an anchor says it better)", main.Place("committedAt"));
        Commit("1.3f", $"records are made by {c.Canonicaliser}; whether a work is among them can be shown, either way, under the two roots", main.Place("canonicaliser"), main.Place("orderedRoot"), main.Place("sortedRoot"));
    }

    /// <summary>
    /// The box of the template that a size falls into, where records are what the template counts: images of a picture format. Text is counted in tokens, sound and film in hours, which no commitment holds;
    /// for these the template takes another unit, and records and bytes stand.
    /// </summary>
    static string Range(long records, string canonicaliser, ImmutableArray<string> kinds)
    {
        if (kinds is not { IsDefault: false } || !kinds.SequenceEqual(["image"]) || canonicaliser is not ("image-folder/v1" or "idx-labelled/v1")) return "; in these units, since the template's own are not committed to";
        return records switch
        {
            < 1_000_000 => "; image: less than 1 million images",
            <= 1_000_000_000 => "; image: 1 million to 1 billion images",
            _ => "; image: more than 1 billion images",
        };
    }

    SummaryStatement Empty(SummaryField field)
    {
        if (field.Demand == SummaryDemand.Optional) return new("nothing is added", SummaryEvidence.NotStated, []);
        bool isAsked = SummaryTemplate.Fields.Any(f => f.Section == field.Section && f.IsQuestion) && field.Demand == SummaryDemand.Conditional;
        var answers = SummaryTemplate.Fields.Where(f => f.Section == field.Section && f.IsQuestion).Select(f => said[f.Number]).ToList();
        return isAsked && answers.All(a => a.Count > 0 && a.All(s => s.Text.StartsWith("No", StringComparison.OrdinalIgnoreCase) && !char.IsLetter(s.Text.ElementAtOrDefault(2))))
            ? new("does not apply: the answer is no", SummaryEvidence.NotApplicable, [])
            : new(NotStated, SummaryEvidence.NotStated, []);
    }

    /// <summary>The same as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["title"] = Title, ["template"] = "Regulation (EU) 2024/1689, Article 53(1)(d), template of 24 July 2025, C(2025) 8311", ["tool"] = Tool, ["missing"] = Missing,
        ["fields"] = new JsonArray([.. Fields.Select(f => (JsonNode)new JsonObject
        {
            ["number"] = f.Field.Number, ["section"] = f.Field.Section, ["title"] = f.Field.Title, ["demand"] = Word(f.Field.Demand),
            ["statements"] = new JsonArray([.. f.Statements.Select(s => (JsonNode)new JsonObject { ["text"] = s.Text, ["evidence"] = Word(s.Evidence), ["places"] = new JsonArray([.. s.Places.Select(p => (JsonNode)p)]) })]),
        })]),
    };

    /// <summary>What a kind of evidence is called.</summary>
    public static string Word(SummaryEvidence evidence) => evidence switch
    {
        SummaryEvidence.Committed => "committed",
        SummaryEvidence.Provider => "provider",
        SummaryEvidence.NotApplicable => "not applicable",
        _ => "not stated",
    };

    static string Word(SummaryDemand demand) => demand switch { SummaryDemand.Required => "required", SummaryDemand.Conditional => "conditional", _ => "optional" };

    static string Size(long records, long bytes) => $"{Number(records)} record{(records == 1 ? "" : "s")}, {Number(bytes)} bytes";

    static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
