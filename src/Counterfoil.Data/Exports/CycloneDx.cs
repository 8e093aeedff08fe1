using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;

namespace Counterfoil.Data.Exports;

/// <summary>Writes CycloneDX 1.7 (ECMA-424): a component of type <c>data</c> for each dataset, dependencies for lineage, and for each fact a property <c>counterfoil:evidence:…</c> with its place.</summary>
public static class CycloneDx
{
    /// <summary>The bill of a dataset and of what it was made from.</summary>
    /// <param name="datasets">The dataset first, then those that it was made from.</param>
    /// <param name="about">What the provider states of the first.</param>
    /// <param name="files">The files of the first.</param>
    /// <param name="tool">What writes this.</param>
    public static JsonObject Write(ImmutableArray<CommittedDataset> datasets, AboutData about, ImmutableArray<DatasetFile> files, string tool)
    {
        ArgumentOutOfRangeException.ThrowIfZero(datasets.Length);
        ArgumentNullException.ThrowIfNull(about);
        var main = datasets[0];
        // A serial number is a UUID; this one follows from the statement, so that the same facts give the same bill (RFC 9562 §5.8, version 8).
        var bytes = main.Statement.ToArray()[..16];
        (bytes[6], bytes[8]) = ((byte)(0x80 | bytes[6] & 0x0f), (byte)(0x80 | bytes[8] & 0x3f));
        var parts = tool.Split(' ', 2);
        return new()
        {
            ["bomFormat"] = "CycloneDX", ["specVersion"] = "1.7", ["serialNumber"] = $"urn:uuid:{new Guid(bytes, bigEndian: true)}", ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = main.Commitment.CommittedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["tools"] = new JsonObject { ["components"] = new JsonArray(new JsonObject { ["type"] = "application", ["name"] = parts[0], ["version"] = parts.ElementAtOrDefault(1) ?? "0" }) },
                ["component"] = Component(main, about, files),
            },
            ["components"] = new JsonArray([.. datasets.Skip(1).Select(d => (JsonNode)Component(d, AboutData.Nothing, []))]),
            ["dependencies"] = new JsonArray([.. datasets.Select(d => (JsonNode)new JsonObject
            {
                ["ref"] = d.Urn,
                ["dependsOn"] = new JsonArray([.. d.Commitment.Parents.Distinct().Where(p => datasets.Any(o => o.Statement == p)).Select(p => (JsonNode)$"urn:counterfoil:dataset:{p}")]),
            })]),
        };
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
            ["type"] = "data", ["bom-ref"] = dataset.Urn, ["name"] = c.Name, ["version"] = $"sha256:{c.OrderedRoot}",
            ["licenses"] = new JsonArray(Licence(c.Licence)),
            ["data"] = new JsonArray(data), ["properties"] = new JsonArray([.. properties]),
        };
        if (files.Length > 0)
            component["components"] = new JsonArray([.. files.Select(f => (JsonNode)new JsonObject
            {
                ["type"] = "file", ["bom-ref"] = $"{dataset.Urn}#file/{Uri.EscapeDataString(f.Name)}", ["name"] = f.Name, ["mime-type"] = f.MediaType,
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
