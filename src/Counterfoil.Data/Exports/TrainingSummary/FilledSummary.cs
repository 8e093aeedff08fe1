using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Lineage;

namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>What backs a statement of the summary.</summary>
public enum SummaryEvidence
{
    /// <summary>Nothing: the provider does not say.</summary>
    NotStated,
    /// <summary>The provider's word.</summary>
    Provider,
    /// <summary>A signed commitment or transformation.</summary>
    Committed,
}

/// <summary>One statement of a field, and what backs it.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Evidence">What kind of thing backs it.</param>
/// <param name="Places">Where that stands: digest and pointer.</param>
public sealed record SummaryStatement(string Text, SummaryEvidence Evidence, ImmutableArray<string> Places);

/// <summary>A field with all that is said in it; at least one statement.</summary>
/// <param name="Field">The field.</param>
/// <param name="Statements">What is said.</param>
public sealed record FilledField(SummaryField Field, ImmutableArray<SummaryStatement> Statements);

/// <summary>The EU summary of training content, each field with its evidence.</summary>
public sealed class FilledSummary
{
    FilledSummary(string title, ImmutableArray<FilledField> fields, string tool) => (Title, Fields, Tool) = (title, fields, tool);

    /// <summary>What it is about.</summary>
    public string Title { get; }

    /// <summary>All fields of the template, in order.</summary>
    public ImmutableArray<FilledField> Fields { get; }

    /// <summary>What filled it.</summary>
    public string Tool { get; }

    /// <summary>How many fields rest on what.</summary>
    public int Count(SummaryEvidence evidence) => Fields.Count(f => f.Statements.Max(s => s.Evidence) == evidence);

    /// <summary>Fills the template.</summary>
    /// <param name="datasets">The dataset that was trained on first, then those that it was made from.</param>
    /// <param name="transformations">The transformations between them.</param>
    /// <param name="about">What the provider states.</param>
    /// <param name="mixture">What a licence policy makes of the sources, if one was applied.</param>
    /// <param name="tool">What fills it.</param>
    public static FilledSummary Fill(ImmutableArray<CommittedDataset> datasets, ImmutableArray<DataTransformation> transformations, AboutData about, LicenceMixture? mixture, string tool)
    {
        ArgumentOutOfRangeException.ThrowIfZero(datasets.Length);
        ArgumentNullException.ThrowIfNull(about);
        var said = SummaryTemplate.Fields.ToDictionary(f => f.Number, _ => ImmutableArray.CreateBuilder<SummaryStatement>());
        void Commit(string field, string text, params IEnumerable<string> places) => said[field].Add(new(text, SummaryEvidence.Committed, [.. places]));

        var main = datasets[0];
        var c = main.Commitment;
        Commit("1.3.2", $"{Number(c.Records)} records, {Number(c.Bytes)} bytes, in the order and under the root that were committed; the template's ranges are the provider's to name", main.Place("records"), main.Place("bytes"), main.Place("orderedRoot"));
        Commit("1.3.4", $"not after {Date(c.CommittedAt)}, when the data was committed (the committer's clock; an anchor says it better)", main.Place("committedAt"));
        Commit("1.3.6", $"records are made by {c.Canonicaliser}; a record's presence or absence can be shown under the two roots", main.Place("canonicaliser"), main.Place("orderedRoot"), main.Place("sortedRoot"));
        if (!about.Kinds.IsDefaultOrEmpty) said["1.3.1"].Add(new(string.Join(", ", about.Kinds), SummaryEvidence.Provider, [about.Place("/kinds")!]));

        // The sources of section 2 are the datasets that were made from no other; where there is one alone, it is its own source.
        foreach (var source in datasets.Where(d => d.Commitment.Parents.IsEmpty || datasets.Length == 1))
        {
            string? key = about.Sources is null ? null : about.Sources.ContainsKey(source.Statement.ToString()) ? source.Statement.ToString() : about.Sources.ContainsKey(source.Commitment.Name) ? source.Commitment.Name : null;
            string field = key is null ? "2.6.1" : FieldOf(about.Sources![key]);
            string text = $"{source.Commitment.Name}: {Number(source.Commitment.Records)} records, {Number(source.Commitment.Bytes)} bytes, licence {source.Commitment.Licence}, ordered root {source.Commitment.OrderedRoot}{(key is null ? "; what kind of source it is, the provider does not say" : "")}";
            said[field].Add(new(text, SummaryEvidence.Committed, [source.Place("name"), source.Place("licence"), source.Place("orderedRoot"), .. key is null ? [] : new[] { about.Place($"/sources/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}")! }]));
        }
        foreach (var made in transformations) Commit("3.3.1", $"{made.Operation} {made.Parameters}: {string.Join(" + ", made.Inputs.Select(i => Number(i.Records)))} records became {Number(made.Output.Records)}".Replace('\n', ' '), [.. made.Inputs.Append(made.Output).Select(d => $"sha256:{d.Statement}")]);
        if (mixture is not null) Reservations(mixture, Commit);

        foreach (var (field, text) in about.Fields ?? []) said[field].Add(new(text, SummaryEvidence.Provider, [about.Place($"/fields/{field}")!]));
        foreach (var statements in said.Values)
            if (statements.Count == 0) statements.Add(new("not stated by the provider", SummaryEvidence.NotStated, []));
        return new(c.Name, [.. SummaryTemplate.Fields.Select(f => new FilledField(f, said[f.Number].ToImmutable()))], tool);
    }

    static void Reservations(LicenceMixture mixture, Action<string, string, IEnumerable<string>> commit)
    {
        var read = mixture.Sources.SelectMany(s => s.Source.OptOuts.Select(o => (s.Source.Name, OptOut: o))).ToList();
        var reserved = read.Where(r => r.OptOut.Answer is Licences.OptOuts.OptOutAnswer.Reserved or Licences.OptOuts.OptOutAnswer.Constrained).ToList();
        string places = reserved.Count == 0 ? "" : $": {string.Join("; ", reserved.Select(r => $"{r.Name}, {r.OptOut}"))}";
        commit("3.1.2", $"{read.Count} opt-out signals were read beside {mixture.Sources.Length} sources; {reserved.Count} reserve training{places}", read.Select(r => $"sha256:{r.OptOut.Evidence}").Distinct());
        var allows = string.Join(", or ", mixture.Options.Select(o => o.ToString()));
        commit("3.1.2", $"under the licence policy the mixture permits: {allows}", [$"sha256:{mixture.PolicyDigest}"]);
    }

    static string FieldOf(string kind) => kind switch
    {
        "public" => "2.1.2",
        "licensed" => "2.2.1",
        "private" => "2.2.2",
        "crawled" => "2.3.4",
        "user" => "2.4.2",
        "synthetic" => "2.5.1",
        _ => "2.6.1",
    };

    /// <summary>The same as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["title"] = Title, ["template"] = "Regulation (EU) 2024/1689, Article 53(1)(d), template of 24 July 2025", ["tool"] = Tool,
        ["fields"] = new JsonArray([.. Fields.Select(f => (JsonNode)new JsonObject
        {
            ["number"] = f.Field.Number, ["title"] = f.Field.Title,
            ["statements"] = new JsonArray([.. f.Statements.Select(s => (JsonNode)new JsonObject { ["text"] = s.Text, ["evidence"] = Word(s.Evidence), ["places"] = new JsonArray([.. s.Places.Select(p => (JsonNode)p)]) })]),
        })]),
    };

    /// <summary>What a kind of evidence is called.</summary>
    public static string Word(SummaryEvidence evidence) => evidence switch
    {
        SummaryEvidence.Committed => "committed",
        SummaryEvidence.Provider => "provider",
        _ => "not stated",
    };

    static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
