using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Counterfoil.Data.Exports;

/// <summary>Records and context.</summary>
public static partial class Croissant
{
    const string SetId = "record-files", RecordsId = "records", JsonLines = "application/jsonlines";

    /// <summary>
    /// The records of JSON Lines files: a field for each member that every file has with one type ("DataSource", "Extract": column). Without members that are known there is none. A field of whole lines
    /// (<c>fileProperty</c> <c>lines</c>) is not written: loaders read such a file as a table first, and the reference one then yields each line once for every line.
    /// </summary>
    static JsonObject? RecordSet(long records, ImmutableArray<DatasetFile> files)
    {
        if (files.Length == 0 || files.Any(f => f.Members.IsDefaultOrEmpty)) return null;
        var members = files[0].Members.Where(m => files.All(f => f.Members.Contains(m))).ToList();
        if (members.Count == 0) return null;
        return new JsonObject
        {
            ["@type"] = "cr:RecordSet", ["@id"] = RecordsId, ["name"] = RecordsId, ["description"] = $"{records} records were committed; one is a line.",
            ["field"] = new JsonArray([.. members.Select(member => (JsonNode)new JsonObject
            {
                ["@type"] = "cr:Field", ["@id"] = $"{RecordsId}/{Uri.EscapeDataString(member.Name)}", ["name"] = member.Name, ["dataType"] = $"sc:{member.DataType}",
                ["source"] = new JsonObject
                {
                    [files.Length == 1 ? "fileObject" : "fileSet"] = new JsonObject { ["@id"] = files.Length == 1 ? files[0].Iri : SetId },
                    ["extract"] = new JsonObject { ["column"] = member.Name },
                },
            })]),
        };
    }

    /// <summary>The terms of the vocabulary that are aliases and nothing more (Appendix 1).</summary>
    static readonly ImmutableArray<string> Terms =
    [
        "annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "excludes", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key",
        "md5", "parentField", "readLines", "recordSet", "references", "regex", "sdVersion", "separator", "source", "subField", "transform", "unArchive", "value",
    ];

    static JsonObject Context()
    {
        var context = new JsonObject
        {
            ["@language"] = "en", ["@vocab"] = "https://schema.org/", ["sc"] = "https://schema.org/", ["cr"] = "http://mlcommons.org/croissant/", ["rai"] = "http://mlcommons.org/croissant/RAI/", ["dct"] = "http://purl.org/dc/terms/",
            ["conformsTo"] = "dct:conformsTo",
            ["data"] = new JsonObject { ["@id"] = "cr:data", ["@type"] = "@json" },
            ["dataType"] = new JsonObject { ["@id"] = "cr:dataType", ["@type"] = "@vocab" },
            ["examples"] = new JsonObject { ["@id"] = "cr:examples", ["@type"] = "@json" },
        };
        foreach (string term in Terms) context[term] = $"cr:{term}";
        // "Provenance Representation"; and ours.
        context["prov"] = "http://www.w3.org/ns/prov#";
        context["cf"] = "urn:counterfoil:terms:";
        context["cf:evidence"] = new JsonObject { ["@type"] = "@json" };
        return context;
    }
}
