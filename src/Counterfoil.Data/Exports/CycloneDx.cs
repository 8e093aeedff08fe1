using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;

namespace Counterfoil.Data.Exports;

/// <summary>
/// Writes CycloneDX 1.7 (ECMA-424): a component of type <c>data</c> for each dataset, dependencies for lineage, and for each fact a property <c>counterfoil:evidence:…</c> with its place. With a model it is an ML-BOM: the model is the bill's
/// subject, a component of type <c>machine-learning-model</c> whose card refers to the dataset.
/// </summary>
public static class CycloneDx
{
    /// <summary>The bill of a dataset and of what it was made from.</summary>
    /// <param name="datasets">The dataset first, then those that it was made from.</param>
    /// <param name="model">The model that was trained on the first, or null.</param>
    /// <param name="about">What the provider states of the first.</param>
    /// <param name="files">The files of the first.</param>
    /// <param name="tool">What writes this.</param>
    public static JsonObject Write(ImmutableArray<CommittedDataset> datasets, CommittedModel? model, AboutData about, ImmutableArray<DatasetFile> files, string tool)
    {
        ArgumentOutOfRangeException.ThrowIfZero(datasets.Length);
        ArgumentNullException.ThrowIfNull(about);
        var main = datasets[0];
        // A serial number is a UUID; this one follows from the statement, so that the same facts give the same bill (RFC 9562 §5.8, version 8).
        var bytes = (model?.Statement ?? main.Statement).ToArray()[..16];
        (bytes[6], bytes[8]) = ((byte)(0x80 | bytes[6] & 0x0f), (byte)(0x80 | bytes[8] & 0x3f));
        var parts = tool.Split(' ', 2);
        return new()
        {
            ["bomFormat"] = "CycloneDX", ["specVersion"] = "1.7", ["serialNumber"] = $"urn:uuid:{new Guid(bytes, bigEndian: true)}", ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = (model?.Training.RunDetails.Metadata.FinishedOn ?? main.Commitment.CommittedAt).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["tools"] = new JsonObject { ["components"] = new JsonArray(new JsonObject { ["type"] = "application", ["name"] = parts[0], ["version"] = parts.ElementAtOrDefault(1) ?? "0" }) },
                ["component"] = model is null ? Component(main, about, files) : Model(model, main, about.Model ?? new()),
            },
            ["components"] = new JsonArray([.. model is null ? [] : new JsonNode[] { Component(main, about, files) }, .. datasets.Skip(1).Select(d => (JsonNode)Component(d, AboutData.Nothing, []))]),
            ["dependencies"] = new JsonArray(
            [
                .. model is null ? [] : new JsonNode[] { new JsonObject { ["ref"] = model.Urn, ["dependsOn"] = new JsonArray(main.Urn) } },
                .. datasets.Select(d => (JsonNode)new JsonObject
                {
                    ["ref"] = d.Urn,
                    ["dependsOn"] = new JsonArray([.. d.Commitment.Parents.Distinct().Where(p => datasets.Any(o => o.Statement == p)).Select(p => (JsonNode)$"urn:counterfoil:dataset:{p}")]),
                }),
            ]),
        };
    }

    /// <summary>The model, and in its card the dataset that it was trained on and what its owner claims of its quality.</summary>
    static JsonObject Model(CommittedModel model, CommittedDataset dataset, AboutModel about)
    {
        var c = model.Commitment;
        var card = new JsonObject
        {
            ["bom-ref"] = $"{model.Urn}#card",
            ["modelParameters"] = new JsonObject { ["datasets"] = new JsonArray(new JsonObject { ["ref"] = dataset.Urn }) },
        };
        if (about.Type is { } type) card["modelParameters"]!["architectureFamily"] = type;
        if (c.Evaluation is { Records: > 0 } e)
            card["quantitativeAnalysis"] = new JsonObject { ["performanceMetrics"] = new JsonArray(new JsonObject { ["type"] = "accuracy", ["value"] = (e.Correct / (double)e.Records).ToString("0.####", CultureInfo.InvariantCulture), ["slice"] = $"{e.Records.ToString(CultureInfo.InvariantCulture)} held-back records" }) };
        if (about.Limitation is { } limitation) card["considerations"] = new JsonObject { ["technicalLimitations"] = new JsonArray(limitation) };
        var component = new JsonObject { ["type"] = "machine-learning-model", ["bom-ref"] = model.Urn, ["name"] = c.Name, ["version"] = about.Version ?? $"sha256:{c.Onnx}" };
        if (about.Supplier is { } supplier) component["supplier"] = new JsonObject { ["name"] = supplier };
        if (about.Licence is { } licence) component["licenses"] = new JsonArray(Licence(licence));
        component["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-256", ["content"] = c.Onnx.ToString() });
        if (about.Url is { } url) component["externalReferences"] = new JsonArray(new JsonObject { ["type"] = "distribution", ["url"] = url });
        component["modelCard"] = card;
        component["properties"] = new JsonArray([.. model.Places.Select(p => (JsonNode)new JsonObject { ["name"] = $"counterfoil:evidence:{p.Key}", ["value"] = p.Value })]);
        return component;
    }

    static JsonObject Component(CommittedDataset dataset, AboutData about, ImmutableArray<DatasetFile> files)
    {
        var c = dataset.Commitment;
        var properties = new List<JsonNode?>();
        void Property(string name, string value) => properties.Add(new JsonObject { ["name"] = $"counterfoil:{name}", ["value"] = value });
        Property("records", c.Records.ToString(CultureInfo.InvariantCulture));
        Property("bytes", c.Bytes.ToString(CultureInfo.InvariantCulture));
        Property("canonicaliser", c.Canonicaliser);
        Property("orderedRoot", c.OrderedRoot.ToString());
        Property("sortedRoot", c.SortedRoot.ToString());
        foreach (var (fact, place) in dataset.Places) Property($"evidence:{fact}", place);
        var data = new JsonObject { ["bom-ref"] = $"{dataset.Urn}#data", ["type"] = "dataset", ["name"] = c.Name };
        if (about.Description is { } description) data["description"] = description;
        if (about.Url is { } url) data["contents"] = new JsonObject { ["url"] = url };
        data["governance"] = new JsonObject { ["owners"] = new JsonArray(new JsonObject { ["organization"] = new JsonObject { ["name"] = about.Creator ?? $"holder of key {string.Join(", ", dataset.Signers)}" } }) };
        var component = new JsonObject
        {
            ["type"] = "data", ["bom-ref"] = dataset.Urn, ["name"] = c.Name, ["version"] = about.Version ?? $"sha256:{c.OrderedRoot}",
            ["licenses"] = new JsonArray(Licence(c.Licence)),
            ["data"] = new JsonArray(data), ["properties"] = new JsonArray([.. properties]),
        };
        if (files.Length > 0)
            component["components"] = new JsonArray([.. files.Select(f => (JsonNode)new JsonObject
            {
                ["type"] = "file", ["bom-ref"] = $"{dataset.Urn}#file/{f.Iri}", ["name"] = f.Name, ["mime-type"] = f.MediaType,
                ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-256", ["content"] = f.Sha256.ToString() }),
            })]);
        return component;
    }

    /// <summary>A licence of the list as its id, another expression as one, and what is no expression as a name.</summary>
    static JsonObject Licence(string licence)
    {
        if (!LicenceExpression.Parse(licence, out var read).IsAccepted || read!.Licences.Any(l => l.IsAbsent)) return new JsonObject { ["license"] = new JsonObject { ["name"] = licence } };
        return read is LicenceExpression.Licence { IsListed: true, OrLater: false, Addition: null } one
            ? new JsonObject { ["license"] = new JsonObject { ["id"] = one.Id } }
            : new JsonObject { ["expression"] = licence };
    }
}
