using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;

namespace Counterfoil.Data.Exports;

/// <summary>Writes SPDX 3.0.1 (JSON-LD), profiles Core, Software, SimpleLicensing and Dataset, and AI where a model is given: one package a dataset, its parents beside it, and an annotation that points at the evidence of each member.</summary>
/// <remarks>
/// What the classes demand: <c>Dataset/DatasetPackage</c> one <c>originatedBy</c>, <c>builtTime</c>, <c>releaseTime</c>, <c>downloadLocation</c>, <c>primaryPurpose</c>, <c>datasetType</c>; <c>AI/AIPackage</c> <c>suppliedBy</c>, <c>releaseTime</c>,
/// <c>downloadLocation</c>, <c>packageVersion</c>, <c>primaryPurpose</c>; both profiles exactly one declared and one concluded licence a package.
/// </remarks>
public static partial class Spdx
{
    const string Created = "_:creation";

    /// <summary>The document of a dataset and of what it was made from.</summary>
    /// <param name="datasets">The dataset first, then those that it was made from, in any order.</param>
    /// <param name="model">The model that was trained on the first, or null.</param>
    /// <param name="about">What the provider states of the first, and of the model.</param>
    /// <param name="files">The files of the first.</param>
    /// <param name="tool">What writes this.</param>
    public static JsonObject Write(ImmutableArray<CommittedDataset> datasets, CommittedModel? model, AboutData about, ImmutableArray<DatasetFile> files, string tool)
    {
        ArgumentOutOfRangeException.ThrowIfZero(datasets.Length);
        ArgumentNullException.ThrowIfNull(about);
        var main = datasets[0];
        string agent = $"{main.Urn}#tool", document = $"{main.Urn}#document";
        // Core/CreationInfo/created: the time of the newest fact, not of this run, so that the same facts give the same document.
        var when = datasets.Select(d => d.Commitment.CommittedAt).Append(model?.Training.RunDetails.Metadata.FinishedOn ?? DateTimeOffset.MinValue).Max();
        var elements = new List<JsonNode?>
        {
            new JsonObject { ["type"] = "CreationInfo", ["@id"] = Created, ["specVersion"] = "3.0.1", ["created"] = Time(when), ["createdBy"] = Texts(agent) },
            Element("SoftwareAgent", agent, new() { ["name"] = tool }),
        };
        foreach (var dataset in datasets)
        {
            bool isMain = dataset == main;
            Dataset(elements, dataset, isMain ? about : AboutData.Nothing, isMain ? files : []);
            var known = dataset.Commitment.Parents.Where(p => datasets.Any(d => d.Statement == p)).Select(p => $"urn:counterfoil:dataset:{p}").Distinct().ToList();
            if (known.Count > 0) elements.Add(Relationship($"{dataset.Urn}#made-from", dataset.Urn, "descendantOf", [.. known]));
        }
        if (model is not null) Model(elements, model, main, about.Model ?? new());
        var ids = elements.Skip(1).Select(e => (string)e!["spdxId"]!).ToList();
        elements.Add(Element("SpdxDocument", document, new()
        {
            ["name"] = main.Commitment.Name, ["profileConformance"] = Texts(["core", "software", "simpleLicensing", "dataset", .. model is null ? [] : new[] { "ai" }]),
            ["rootElement"] = Texts(model?.Urn ?? main.Urn), ["element"] = Texts([.. ids]),
        }));
        return new() { ["@context"] = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", ["@graph"] = new JsonArray([.. elements]) };
    }

    static void Dataset(List<JsonNode?> elements, CommittedDataset dataset, AboutData about, ImmutableArray<DatasetFile> files)
    {
        var c = dataset.Commitment;
        string holder = $"{dataset.Urn}#signer";
        elements.Add(Element("Agent", holder, new() { ["name"] = about.Creator ?? $"holder of key {string.Join(", ", dataset.Signers)}" }));
        string[] kinds = [.. about.Kinds.IsDefaultOrEmpty ? ["noAssertion"] : about.Kinds.Distinct()];
        var package = new JsonObject
        {
            ["name"] = c.Name, ["originatedBy"] = Texts(holder), ["builtTime"] = Time(c.CommittedAt), ["releaseTime"] = about.DatePublished is { } date ? $"{date}T00:00:00Z" : Time(c.CommittedAt),
            ["software_downloadLocation"] = about.Url ?? dataset.Urn, ["software_primaryPurpose"] = "data", ["software_packageVersion"] = about.Version ?? $"sha256:{c.OrderedRoot}",
            ["dataset_datasetType"] = Texts(kinds), ["dataset_datasetSize"] = c.Bytes,
            ["dataset_dataPreprocessing"] = Texts($"records by {c.Canonicaliser}, committed by {c.Tool}"),
            ["verifiedUsing"] = Hash(dataset.Statement.ToString(), "of the signed statement that commits to the dataset"),
        };
        if (about.Description is { } description) package["description"] = description;
        if (about.Sources?.GetValueOrDefault(c.Name) is { } kind) package["dataset_dataCollectionProcess"] = $"{kind}, as the provider states";
        elements.Add(Element("dataset_DatasetPackage", dataset.Urn, package));
        Licensed(elements, dataset.Urn, c.Licence);
        Evidence(elements, dataset.Urn, dataset.Places);
        foreach (var file in files)
            elements.Add(Element("software_File", FileId(dataset, file), new() { ["name"] = file.Name, ["contentType"] = file.MediaType, ["verifiedUsing"] = Hash(file.Sha256.ToString(), null) }));
        if (files.Length > 0) elements.Add(Relationship($"{dataset.Urn}#files", dataset.Urn, "contains", [.. files.Select(f => FileId(dataset, f))]));
    }

    static void Model(List<JsonNode?> elements, CommittedModel model, CommittedDataset dataset, AboutModel about)
    {
        var (c, run) = (model.Commitment, model.Training.BuildDefinition);
        string holder = $"{model.Urn}#signer", trained = Time(model.Training.RunDetails.Metadata.FinishedOn);
        elements.Add(Element("Agent", holder, new() { ["name"] = about.Supplier ?? $"holder of key {string.Join(", ", model.Signers)}" }));
        var parameters = run.ExternalParameters;
        JsonNode Entry(string key, string value) => new JsonObject { ["type"] = "DictionaryEntry", ["key"] = key, ["value"] = value };
        var package = new JsonObject
        {
            ["name"] = c.Name, ["suppliedBy"] = holder, ["builtTime"] = trained, ["releaseTime"] = about.Released is { } date ? $"{date}T00:00:00Z" : trained,
            ["software_downloadLocation"] = about.Url ?? model.Urn, ["software_primaryPurpose"] = "model", ["software_packageVersion"] = about.Version ?? $"sha256:{c.Onnx}",
            ["ai_hyperparameter"] = new JsonArray(Entry("layers", string.Join(' ', parameters.Layers.Select(l => Number(l)))), Entry("epochs", Number(parameters.Epochs)), Entry("batchSize", Number(parameters.BatchSize)), Entry("learningRate", parameters.LearningRate), Entry("seed", parameters.Seed.ToString(CultureInfo.InvariantCulture))),
            ["ai_informationAboutTraining"] = $"{Number(run.InternalParameters.Steps)} steps by {model.Training.RunDetails.Builder.Id}, recipe {parameters.Recipe}, batches {run.InternalParameters.BatchesRoot}",
            ["ai_modelDataPreprocessing"] = Texts(c.Preprocessing),
            ["verifiedUsing"] = Hash(c.Onnx.ToString(), "of the ONNX file"),
        };
        if (c.Evaluation is { } e) package["ai_metric"] = new JsonArray(Entry("accuracy", $"{Number(e.Correct)} of {Number(e.Records)} held-back records"));
        if (about.Type is { } type) package["ai_typeOfModel"] = Texts(type);
        if (about.Domain is { } domain) package["ai_domain"] = Texts(domain);
        if (about.Limitation is { } limitation) package["ai_limitation"] = limitation;
        elements.Add(Element("ai_AIPackage", model.Urn, package));
        Licensed(elements, model.Urn, about.Licence ?? "NOASSERTION");
        Evidence(elements, model.Urn, model.Places);
        elements.Add(Relationship($"{model.Urn}#trained-on", model.Urn, "trainedOn", [dataset.Urn]));
    }

    /// <summary>The declared licence, and the same as concluded: the profiles ask for both, and nobody has concluded another.</summary>
    static void Licensed(List<JsonNode?> elements, string package, string licence)
    {
        string id = $"{package}#licence";
        bool isExpression = LicenceExpression.Parse(licence, out var read).IsAccepted;
        // NONE and NOASSERTION are no expressions of the grammar; the model has individuals for them.
        if (isExpression && read is LicenceExpression.Licence { IsAbsent: true } absent) id = $"https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/{(absent.Id == "NONE" ? "None" : "NoAssertion")}License";
        else elements.Add(isExpression ? Element("simplelicensing_LicenseExpression", id, new() { ["simplelicensing_licenseExpression"] = read!.ToString() }) : Element("simplelicensing_SimpleLicensingText", id, new() { ["simplelicensing_licenseText"] = licence }));
        elements.Add(Relationship($"{package}#declared", package, "hasDeclaredLicense", [id]));
        elements.Add(Relationship($"{package}#concluded", package, "hasConcludedLicense", [id]));
    }
}
