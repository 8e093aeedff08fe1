namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>Section 2: what was trained on, by kind of source.</summary>
public sealed partial class FilledSummary
{
    /// <summary>For each kind of source, the question that it answers, the field that lists it, and the field of its modality.</summary>
    static readonly Dictionary<string, (string Question, string List, string? Modality)> Kinds = new()
    {
        ["public"] = ("2.1a", "2.1c", "2.1b"), ["licensed"] = ("2.2.1a", "2.2.1a", "2.2.1b"), ["private"] = ("2.2.2a", "2.2.2c", "2.2.2b"), ["crawled"] = ("2.3a", "2.3f", "2.3g"),
        ["interactions"] = ("2.4a", "2.4a", "2.4d"), ["user"] = ("2.4b", "2.4c", "2.4d"), ["synthetic"] = ("2.5a", "2.5a", "2.5b"), ["other"] = ("2.6a", "2.6b", null),
    };

    void Sources()
    {
        var about = facts.About;
        var kinds = facts.Sources.Select(source => (Source: source, Key: Key(source))).ToList();
        foreach (var (kind, fields) in Kinds)
        {
            var ofKind = kinds.Where(k => k.Key is { } key && about.Sources![key] == kind).ToList();
            // An answer in the provider's own words counts before one that follows from its map of sources.
            bool isAnswered = about.Fields?.ContainsKey(fields.Question) == true;
            if (!isAnswered && ofKind.Count > 0) Provide(fields.Question, $"Yes: {(ofKind.Count == 1 ? "one source" : $"{ofKind.Count} sources")} of {kinds.Count}", Pointer(ofKind[0].Key!));
            // No is said where the provider has placed every source elsewhere, and not where it is silent about one.
            if (!isAnswered && ofKind.Count == 0 && kinds.All(k => k.Key is not null)) Provide(fields.Question, $"No: of {kinds.Count} committed source{(kinds.Count == 1 ? "" : "s")} the provider places none here", "/sources");
            foreach (var (source, key) in ofKind) Commit(fields.List, $"{Described(source)}; its place in this section is the provider's word", [.. Facts(source), about.Place(Pointer(key!))!]);
            if (ofKind.Count > 0 && fields.Modality is { } modality && !about.Kinds.IsDefault && about.Kinds.Length == 1 && said[modality].Count == 0) Provide(modality, about.Kinds[0], "/kinds");
        }
        foreach (var (source, _) in kinds.Where(k => k.Key is null)) Commit("2.6b", $"{Described(source)}; what kind of source it is, the provider does not say", Facts(source));
    }

    /// <summary>How the provider's map names a source: by its statement, or by its name.</summary>
    string? Key(CommittedDataset source) => ((string[])[source.Statement.ToString(), source.Commitment.Name]).FirstOrDefault(k => facts.About.Sources?.ContainsKey(k) == true);

    static string Pointer(string key) => $"/sources/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    static string Described(CommittedDataset source) =>
        $"{source.Commitment.Name}: {Size(source.Commitment.Records, source.Commitment.Bytes)}, {(source.Commitment.Licence == "NOASSERTION" ? "no licence is asserted" : $"licence {source.Commitment.Licence} as committed")}, ordered root {source.Commitment.OrderedRoot}";

    static IEnumerable<string> Facts(CommittedDataset source) => [source.Place("name"), source.Place("licence"), source.Place("orderedRoot")];
}
