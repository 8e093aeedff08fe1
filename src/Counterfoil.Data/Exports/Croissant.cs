using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Lineage;

namespace Counterfoil.Data.Exports;

/// <summary>Writes Croissant 1.1 (MLCommons, 2026-01-29, <c>http://mlcommons.org/croissant/1.1</c>): JSON-LD over schema.org.</summary>
/// <remarks>
/// The evidence of each member stands in <c>cf:evidence</c>, a map from the member to a place. <c>description</c>, <c>url</c>, <c>creator</c>, <c>datePublished</c> and <c>version</c> are the provider's; where it says nothing they are written from
/// the commitment, since the format requires or recommends them, and their evidence says so. The context is that of Appendix 1, but for the namespace of schema.org: the specification has <c>http:</c>, and its own validator
/// takes <c>https:</c> alone, as all published documents do.
/// </remarks>
public static partial class Croissant
{
    /// <summary>What a document conforms to.</summary>
    public const string ConformsTo = "http://mlcommons.org/croissant/1.1";

    /// <summary>The document of one dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="about">What the provider states.</param>
    /// <param name="files">Its files, under names that are each one's own.</param>
    /// <param name="madeBy">The transformation that made it, if one is known.</param>
    public static JsonObject Write(CommittedDataset dataset, AboutData about, ImmutableArray<DatasetFile> files, DataTransformation? madeBy = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(about);
        var c = dataset.Commitment;
        var evidence = new JsonObject { ["name"] = dataset.Place("name"), ["license"] = dataset.Place("licence"), ["dateCreated"] = dataset.Place("committedAt"), ["identifier"] = $"sha256:{dataset.Statement}" };
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
            ["creator"] = new JsonObject { ["@type"] = "sc:Organization", ["name"] = Stated("creator", about.Creator, $"holder of key {string.Join(", ", dataset.Signers)}", $"sha256:{dataset.Statement}, signatures") },
            ["datePublished"] = Stated("datePublished", about.DatePublished, c.CommittedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), dataset.Place("committedAt")),
            ["dateCreated"] = c.CommittedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            // "Version" recommends Semantic Versioning. What follows its + takes no part in precedence: the root says which data, and 0.0.0 that nobody gave it a version.
            ["version"] = Stated("version", about.Version, $"0.0.0+sha256.{c.OrderedRoot}", dataset.Place("orderedRoot")),
            ["identifier"] = dataset.Urn,
        };
        if (about.CiteAs is { } citation) document["citeAs"] = Stated("citeAs", citation, "", "");
        if (!c.Parents.IsEmpty)
        {
            document["prov:wasDerivedFrom"] = new JsonArray([.. c.Parents.Select(p => (JsonNode)new JsonObject { ["@id"] = $"urn:counterfoil:dataset:{p}" })]);
            evidence["prov:wasDerivedFrom"] = dataset.Place("parents");
        }
        if (madeBy is not null) document["prov:wasGeneratedBy"] = new JsonObject { ["@type"] = "prov:Activity", ["prov:label"] = $"{madeBy.Operation} {madeBy.Parameters}".Trim() };
        var records = files.Where(f => f.MediaType == JsonLines).ToImmutableArray();
        var distribution = files.Select(File).ToList();
        // "Resources": files of one kind that are read as one are a FileSet.
        if (records.Length > 1) distribution.Add(new JsonObject { ["@type"] = "cr:FileSet", ["@id"] = SetId, ["name"] = SetId, ["encodingFormat"] = JsonLines, ["includes"] = new JsonArray([.. records.Select(r => (JsonNode)r.Name)]) });
        document["distribution"] = new JsonArray([.. distribution]);
        if (RecordSet(c.Records, records) is { } set)
        {
            document["recordSet"] = new JsonArray(set);
            evidence["recordSet"] = dataset.Place("records");
        }
        document["cf:evidence"] = evidence;
        return document;
    }

    /// <summary>A licence of the list by its address; another expression as a <c>CreativeWork</c> of that name ("Required": CreativeWork or URL).</summary>
    static JsonNode Licence(string licence) =>
        LicenceExpression.Parse(licence, out var read).IsAccepted && read is LicenceExpression.Licence { IsListed: true, OrLater: false, Addition: null } one
            ? JsonValue.Create($"https://spdx.org/licenses/{one.Id}")
            : new JsonObject { ["@type"] = "sc:CreativeWork", ["name"] = licence };

    static JsonNode File(DatasetFile file) => new JsonObject
    {
        ["@type"] = "cr:FileObject", ["@id"] = file.Iri, ["name"] = file.Name, ["contentUrl"] = file.Url ?? file.Iri, ["contentSize"] = $"{file.Bytes.ToString(CultureInfo.InvariantCulture)} B",
        ["encodingFormat"] = file.MediaType, ["sha256"] = file.Sha256.ToString(),
    };
}
