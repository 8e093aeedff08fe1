using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Counterfoil.Data.Exports;

/// <summary>Writes SPDX 3.0.1 (JSON-LD), profiles Core, Software, SimpleLicensing and Dataset: one package a dataset, its parents beside it, and an annotation that points at the evidence of each member.</summary>
public static class Spdx
{
    const string Created = "_:creation";

    /// <summary>The document of a dataset and of what it was made from.</summary>
    /// <param name="datasets">The dataset first, then those that it was made from, in any order.</param>
    /// <param name="about">What the provider states of the first.</param>
    /// <param name="files">The files of the first.</param>
    /// <param name="tool">What writes this.</param>
    public static JsonObject Write(ImmutableArray<CommittedDataset> datasets, AboutData about, ImmutableArray<DatasetFile> files, string tool)
    {
        ArgumentOutOfRangeException.ThrowIfZero(datasets.Length);
        ArgumentNullException.ThrowIfNull(about);
        var main = datasets[0];
        string when = Time(datasets.Max(d => d.Commitment.CommittedAt)), agent = $"{main.Urn}#tool", document = $"{main.Urn}#document";
        var elements = new List<JsonNode?>
        {
            new JsonObject { ["type"] = "CreationInfo", ["@id"] = Created, ["specVersion"] = "3.0.1", ["created"] = when, ["createdBy"] = new JsonArray(agent) },
            new JsonObject { ["type"] = "SoftwareAgent", ["spdxId"] = agent, ["creationInfo"] = Created, ["name"] = tool },
        };
        foreach (var dataset in datasets)
        {
            bool isMain = dataset == main;
            Dataset(elements, dataset, isMain ? about : AboutData.Nothing, isMain ? files : []);
            var known = dataset.Commitment.Parents.Where(p => datasets.Any(d => d.Statement == p)).Select(p => $"urn:counterfoil:dataset:{p}").Distinct().ToList();
            if (known.Count > 0) elements.Add(Relationship($"{dataset.Urn}#made-from", dataset.Urn, "descendantOf", [.. known]));
        }
        var ids = elements.Skip(1).Select(e => (string)e!["spdxId"]!).ToList();
        elements.Add(new JsonObject
        {
            ["type"] = "SpdxDocument", ["spdxId"] = document, ["creationInfo"] = Created, ["name"] = main.Commitment.Name,
            ["profileConformance"] = Texts("core", "software", "simpleLicensing", "dataset"), ["rootElement"] = Texts(main.Urn), ["element"] = Texts([.. ids]),
        });
        return new() { ["@context"] = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", ["@graph"] = new JsonArray([.. elements]) };
    }

    static void Dataset(List<JsonNode?> elements, CommittedDataset dataset, AboutData about, ImmutableArray<DatasetFile> files)
    {
        var c = dataset.Commitment;
        string holder = $"{dataset.Urn}#signer", licence = $"{dataset.Urn}#licence";
        elements.Add(new JsonObject { ["type"] = "Agent", ["spdxId"] = holder, ["creationInfo"] = Created, ["name"] = about.Creator ?? $"holder of key {string.Join(", ", dataset.Signers)}" });
        string[] kinds = [.. about.Kinds.IsDefaultOrEmpty ? ["noAssertion"] : about.Kinds.Select(k => k is "text" or "image" or "audio" or "video" or "structured" ? k : "other").Distinct()];
        var package = new JsonObject
        {
            ["type"] = "dataset_DatasetPackage", ["spdxId"] = dataset.Urn, ["creationInfo"] = Created, ["name"] = c.Name,
            ["originatedBy"] = Texts(holder), ["builtTime"] = Time(c.CommittedAt), ["releaseTime"] = about.DatePublished is { } date ? $"{date}T00:00:00Z" : Time(c.CommittedAt),
            ["software_downloadLocation"] = about.Url ?? dataset.Urn, ["software_primaryPurpose"] = "data", ["software_packageVersion"] = $"sha256:{c.OrderedRoot}",
            ["dataset_datasetType"] = Texts(kinds), ["dataset_datasetSize"] = c.Bytes,
            ["dataset_dataPreprocessing"] = Texts($"records by {c.Canonicaliser}, committed by {c.Tool}"),
            ["verifiedUsing"] = new JsonArray(new JsonObject { ["type"] = "Hash", ["algorithm"] = "sha256", ["hashValue"] = dataset.Statement.ToString(), ["comment"] = "of the signed statement that commits to the dataset" }),
        };
        if (about.Description is { } description) package["description"] = description;
        elements.Add(package);
        var expression = new JsonObject { ["type"] = "simplelicensing_LicenseExpression", ["spdxId"] = licence, ["creationInfo"] = Created, ["simplelicensing_licenseExpression"] = c.Licence };
        elements.Add(expression);
        elements.Add(Relationship($"{dataset.Urn}#declared", dataset.Urn, "hasDeclaredLicense", [licence]));
        // The Dataset profile asks for a concluded licence too. Nobody has concluded another than the declared one.
        elements.Add(Relationship($"{dataset.Urn}#concluded", dataset.Urn, "hasConcludedLicense", [licence]));
        var evidence = new JsonObject([.. dataset.Places.Select(p => new KeyValuePair<string, JsonNode?>(p.Key, p.Value))]);
        elements.Add(new JsonObject { ["type"] = "Annotation", ["spdxId"] = $"{dataset.Urn}#evidence", ["creationInfo"] = Created, ["annotationType"] = "other", ["subject"] = dataset.Urn, ["contentType"] = "application/json", ["statement"] = evidence.ToJsonString() });
        foreach (var file in files)
            elements.Add(new JsonObject
            {
                ["type"] = "software_File", ["spdxId"] = $"{dataset.Urn}#file/{Uri.EscapeDataString(file.Name)}", ["creationInfo"] = Created, ["name"] = file.Name, ["contentType"] = file.MediaType,
                ["verifiedUsing"] = new JsonArray(new JsonObject { ["type"] = "Hash", ["algorithm"] = "sha256", ["hashValue"] = file.Sha256.ToString() }),
            });
        if (files.Length > 0) elements.Add(Relationship($"{dataset.Urn}#files", dataset.Urn, "contains", [.. files.Select(f => $"{dataset.Urn}#file/{Uri.EscapeDataString(f.Name)}")]));
    }

    static JsonObject Relationship(string id, string from, string type, string[] to) =>
        new() { ["type"] = "Relationship", ["spdxId"] = id, ["creationInfo"] = Created, ["from"] = from, ["relationshipType"] = type, ["to"] = Texts(to) };

    static JsonArray Texts(params string[] texts) => new([.. texts.Select(t => (JsonNode)t)]);

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
