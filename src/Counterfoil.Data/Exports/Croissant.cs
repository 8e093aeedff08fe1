using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;

namespace Counterfoil.Data.Exports;

/// <summary>Writes Croissant 1.1 (MLCommons, <c>http://mlcommons.org/croissant/1.1</c>): JSON-LD over schema.org.</summary>
/// <remarks>
/// The evidence of each member stands in <c>cf:evidence</c>, a map from the member to a place. <c>description</c>, <c>url</c>, <c>creator</c> and <c>datePublished</c> are the provider's; where it says nothing they are written from the commitment,
/// since the format requires them, and their evidence says so.
/// </remarks>
public static class Croissant
{
    /// <summary>What a document conforms to.</summary>
    public const string ConformsTo = "http://mlcommons.org/croissant/1.1";

    /// <summary>The document of one dataset.</summary>
    public static JsonObject Write(CommittedDataset dataset, AboutData about, ImmutableArray<DatasetFile> files)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(about);
        var c = dataset.Commitment;
        var evidence = new JsonObject { ["name"] = dataset.Place("name"), ["license"] = dataset.Place("licence"), ["version"] = dataset.Place("orderedRoot"), ["dateCreated"] = dataset.Place("committedAt") };
        JsonNode Stated(string member, string? said, JsonNode otherwise, string place)
        {
            evidence[member] = said is null ? place : about.Place($"/{member}");
            return said is null ? otherwise : JsonValue.Create(said);
        }
        var document = new JsonObject
        {
            ["@context"] = Context(),
            ["@type"] = "sc:Dataset",
            ["conformsTo"] = ConformsTo,
            ["name"] = c.Name,
            ["description"] = Stated("description", about.Description, $"{c.Records.ToString("N0", CultureInfo.InvariantCulture)} records of {c.Canonicaliser}, {c.Bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes, ordered root {c.OrderedRoot}.", dataset.Place("records")),
            ["license"] = Licence(c.Licence),
            ["url"] = Stated("url", about.Url, dataset.Urn, $"sha256:{dataset.Statement}"),
            ["creator"] = about.Creator is { } creator
                ? new JsonObject { ["@type"] = "sc:Organization", ["name"] = Stated("creator", creator, "", "") }
                : new JsonObject { ["@type"] = "sc:Organization", ["name"] = Stated("creator", null, $"holder of key {string.Join(", ", dataset.Signers)}", $"sha256:{dataset.Statement}, signatures") },
            ["datePublished"] = Stated("datePublished", about.DatePublished, c.CommittedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), dataset.Place("committedAt")),
            ["dateCreated"] = c.CommittedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["version"] = $"sha256:{c.OrderedRoot}",
            ["identifier"] = dataset.Urn,
        };
        if (!c.Parents.IsEmpty)
        {
            document["prov:wasDerivedFrom"] = new JsonArray([.. c.Parents.Select(p => (JsonNode)new JsonObject { ["@id"] = $"urn:counterfoil:dataset:{p}" })]);
            evidence["prov:wasDerivedFrom"] = dataset.Place("parents");
        }
        document["distribution"] = new JsonArray([.. files.Select(File)]);
        if (c.Canonicaliser == "jsonl/v1" && files.Length > 0) document["recordSet"] = new JsonArray(Lines(c.Records, files, dataset, evidence));
        document["cf:evidence"] = evidence;
        return document;
    }

    /// <summary>A licence of the list by its address, anything else as the expression it is.</summary>
    static string Licence(string licence) =>
        LicenceExpression.Parse(licence, out var read).IsAccepted && read is LicenceExpression.Licence { IsListed: true, OrLater: false, Addition: null } one ? $"https://spdx.org/licenses/{one.Id}" : licence;

    static JsonNode File(DatasetFile file) => new JsonObject
    {
        ["@type"] = "cr:FileObject", ["@id"] = file.Name, ["name"] = file.Name, ["contentUrl"] = file.Url ?? file.Name, ["contentSize"] = $"{file.Bytes} B",
        ["encodingFormat"] = file.MediaType, ["sha256"] = file.Sha256.ToString(),
    };

    static JsonObject Lines(long records, ImmutableArray<DatasetFile> files, CommittedDataset dataset, JsonObject evidence)
    {
        evidence["recordSet"] = dataset.Place("records");
        return new JsonObject
        {
            ["@type"] = "cr:RecordSet", ["@id"] = "records", ["name"] = "records", ["description"] = $"{records} lines, in the order of the ordered root.",
            ["field"] = new JsonArray(new JsonObject
            {
                ["@type"] = "cr:Field", ["@id"] = "records/line", ["name"] = "records/line", ["description"] = "A line's bytes without its terminator.", ["dataType"] = "sc:Text",
                ["source"] = new JsonObject { ["fileObject"] = new JsonObject { ["@id"] = files[0].Name }, ["extract"] = new JsonObject { ["fileProperty"] = "lines" } },
            }),
        };
    }

    static JsonObject Context()
    {
        var context = new JsonObject { ["@language"] = "en", ["@vocab"] = "https://schema.org/" };
        foreach (string term in (string[])["citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path",
            "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"]) context[term] = $"cr:{term}";
        context["conformsTo"] = "dct:conformsTo";
        context["cr"] = "http://mlcommons.org/croissant/";
        context["data"] = new JsonObject { ["@id"] = "cr:data", ["@type"] = "@json" };
        context["dataType"] = new JsonObject { ["@id"] = "cr:dataType", ["@type"] = "@vocab" };
        context["examples"] = new JsonObject { ["@id"] = "cr:examples", ["@type"] = "@json" };
        context["dct"] = "http://purl.org/dc/terms/";
        context["prov"] = "http://www.w3.org/ns/prov#";
        context["rai"] = "http://mlcommons.org/croissant/RAI/";
        context["sc"] = "https://schema.org/";
        context["cf"] = "urn:counterfoil:terms:";
        context["cf:evidence"] = new JsonObject { ["@type"] = "@json" };
        return context;
    }
}
