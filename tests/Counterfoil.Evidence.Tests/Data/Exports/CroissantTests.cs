using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Counterfoil.Data.Exports;
using Counterfoil.Data.Lineage;
using static Counterfoil.Tests.Data.Exports.ExportScene;

namespace Counterfoil.Tests.Data.Exports;

/// <summary>Croissant 1.1 as its specification (2026-01-29) has it: a reader that expands the context, then asks each node what the tables of its class demand. Section titles are the specification's.</summary>
public sealed class CroissantTests
{
    const string Sc = "https://schema.org/", Cr = "http://mlcommons.org/croissant/", Dct = "http://purl.org/dc/terms/";

    /// <summary>An IRI in full: by a term, by a prefix, or by the vocabulary (JSON-LD 1.1 §5.2, IRI expansion).</summary>
    static string Expand(JsonNode context, string term)
    {
        if (term.StartsWith('@')) return term;
        if (context[term] is { } defined) return Expand(context, defined is JsonObject map ? (string?)map["@id"] ?? Prefixed(context, term) : (string)defined!);
        return Prefixed(context, term);
    }

    static string Prefixed(JsonNode context, string term)
    {
        int colon = term.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return (string)context["@vocab"]! + term;
        return !term[(colon + 1)..].StartsWith("//", StringComparison.Ordinal) && context[term[..colon]] is JsonValue prefix ? (string)prefix! + term[(colon + 1)..] : term;
    }

    /// <summary>A node with expanded keys and types.</summary>
    static Dictionary<string, JsonNode?> Node(JsonNode context, JsonNode node) => node.AsObject().ToDictionary(m => Expand(context, m.Key), m => m.Value);

    static JsonArray Many(JsonNode? value) => value as JsonArray ?? new JsonArray(value?.DeepClone());

    /// <summary>What the document breaks of the rules that apply to it.</summary>
    static List<string> Broken(JsonObject document)
    {
        var broken = new List<string>();
        var context = document["@context"]!;
        void Demand(bool holds, string rule)
        {
            if (!holds) broken.Add(rule);
        }
        var dataset = Node(context, document);
        // "Required" of "schema.org/Dataset", and "Modified and Added Properties".
        Demand(Expand(context, (string?)dataset["@type"] ?? "") == Sc + "Dataset", "@type is schema.org/Dataset");
        Demand(Many(dataset.GetValueOrDefault(Dct + "conformsTo")).Any(c => (string?)c == "http://mlcommons.org/croissant/1.1"), "dct:conformsTo");
        foreach (string text in (string[])["name", "description", "url", "datePublished"]) Demand(dataset.GetValueOrDefault(Sc + text) is JsonValue v && v.TryGetValue(out string? said) && said.Length > 0, text);
        Demand(Uri.IsWellFormedUriString((string?)dataset.GetValueOrDefault(Sc + "url"), UriKind.Absolute), "url is a URL");
        foreach (var licence in Many(dataset.GetValueOrDefault(Sc + "license")))
            Demand(licence is JsonObject work ? Expand(context, (string)work["@type"]!) == Sc + "CreativeWork" : Uri.IsWellFormedUriString((string?)licence, UriKind.Absolute), "license is a CreativeWork or URL");
        foreach (var creator in Many(dataset.GetValueOrDefault(Sc + "creator"))) Demand(creator is JsonObject c && Expand(context, (string)c["@type"]!) is Sc + "Organization" or Sc + "Person", "creator is an Organization or Person");
        // "Version": MAJOR.MINOR.PATCH.
        Demand(System.Text.RegularExpressions.Regex.IsMatch((string?)dataset.GetValueOrDefault(Sc + "version") ?? "", @"^\d+\.\d+\.\d+(\+[0-9A-Za-z.-]+)?$"), "version by Semantic Versioning");
        var ids = new List<string>();
        var resources = new Dictionary<string, string>();
        foreach (var resource in dataset.GetValueOrDefault(Sc + "distribution")?.AsArray() ?? [])
        {
            // "FileObject", "FileSet".
            var node = Node(context, resource!);
            string type = Expand(context, (string)node["@type"]!), id = (string?)node.GetValueOrDefault("@id") ?? "";
            ids.Add(id);
            resources[id] = type;
            Demand(Uri.IsWellFormedUriString(id, UriKind.RelativeOrAbsolute), $"{id} is an IRI");
            Demand(node.ContainsKey(Sc + "name") && node.ContainsKey(Sc + "encodingFormat"), $"name and encodingFormat of {id}");
            if (type == Cr + "FileObject")
            {
                Demand(Uri.IsWellFormedUriString((string?)node.GetValueOrDefault(Sc + "contentUrl"), UriKind.RelativeOrAbsolute), $"contentUrl of {id}");
                Demand(((string?)node.GetValueOrDefault(Sc + "sha256"))?.Length == 64, $"sha256 of {id}");
                Demand(((string?)node.GetValueOrDefault(Sc + "contentSize"))?.EndsWith(" B", StringComparison.Ordinal) == true, $"contentSize of {id}");
            }
            else Demand(type == Cr + "FileSet" && node.ContainsKey(Cr + "includes"), $"{id} is a FileObject, or a FileSet with includes");
        }
        foreach (var set in dataset.GetValueOrDefault(Cr + "recordSet")?.AsArray() ?? [])
        {
            // "RecordSet", "Field", "DataSource", "Extract", "DataType".
            var node = Node(context, set!);
            string setId = (string)node["@id"]!;
            ids.Add(setId);
            Demand(Expand(context, (string)node["@type"]!) == Cr + "RecordSet", "a RecordSet");
            foreach (var each in node[Cr + "field"]!.AsArray())
            {
                var field = Node(context, each!);
                string id = (string)field["@id"]!;
                ids.Add(id);
                Demand(Expand(context, (string)field["@type"]!) == Cr + "Field" && id.StartsWith(setId + "/", StringComparison.Ordinal), $"{id} is a Field under {setId}");
                Demand(Expand(context, (string)field[Cr + "dataType"]!) is Sc + "Boolean" or Sc + "Integer" or Sc + "Float" or Sc + "Text", $"{id} has an atomic type");
                var source = Node(context, field[Cr + "source"]!);
                foreach (var (property, type) in ((string, string)[])[("fileObject", "FileObject"), ("fileSet", "FileSet")])
                    if (source.GetValueOrDefault(Cr + property) is { } to) Demand(to.AsObject().Count == 1 && resources.GetValueOrDefault((string)to["@id"]!) == Cr + type, $"{id} refers to a {type}");
                Demand(source.ContainsKey(Cr + "fileObject") != source.ContainsKey(Cr + "fileSet"), $"{id} has one source");
                Demand(Node(context, source[Cr + "extract"]!).GetValueOrDefault(Cr + "column") is JsonValue, $"{id} says its column");
            }
        }
        // "ID and Reference Mechanism".
        Demand(ids.Distinct().Count() == ids.Count, "unique IDs");
        return broken;
    }

    [Fact]
    public void Whatever_is_known_the_document_keeps_every_rule()
    {
        foreach (var dataset in (CommittedDataset[])[Mixed.Dataset, Web.Dataset, Books.Dataset, Bare.Dataset])
            foreach (var about in (AboutData[])[About(), AboutData.Nothing])
                foreach (var files in (ImmutableArray<DatasetFile>[])[Files, [Files[0]], [], [new("a b/ü#1.png", Digest("png"), 3, "image/png")]])
                    Assert.Empty(Broken(Croissant.Write(dataset, about, files)));
    }

    [Fact]
    public void A_rule_that_is_broken_is_found()
    {
        JsonObject Whole() => Croissant.Write(Mixed.Dataset, About(), Files);
        void Finds(string rule, Action<JsonObject> change)
        {
            var document = Whole();
            change(document);
            Assert.Contains(Broken(document), b => b.Contains(rule, StringComparison.Ordinal));
        }
        foreach (string required in (string[])["name", "description", "url", "datePublished", "license", "creator", "conformsTo", "version"]) Finds(required, d => d.Remove(required));
        Finds("conformsTo", d => d["@context"]!.AsObject().Remove("conformsTo"));
        Finds("FileSet", d => d["@context"]!["includes"] = "sc:includes");
        Finds("license", d => d["license"] = "CC0-1.0 OR MIT");
        Finds("sha256", d => d["distribution"]![0]!.AsObject().Remove("sha256"));
        Finds("unique", d => d["distribution"]![1]!["@id"] = (string)d["distribution"]![0]!["@id"]!);
        Finds("atomic type", d => d["recordSet"]![0]!["field"]![0]!["dataType"] = "sc:Thing");
        Finds("refers to", d => d["recordSet"]![0]!["field"]![0]!["source"]!["fileSet"]!["@id"] = "nowhere");
    }

    [Fact]
    public void Every_term_of_Appendix_1_is_in_the_context()
    {
        var context = Croissant.Write(Mixed.Dataset, AboutData.Nothing, [])["@context"]!;
        foreach (string term in "annotation arrayShape citeAs column containedIn data dataType equivalentProperty examples excludes extract field fileProperty fileObject fileSet format includes isArray isLiveDataset jsonPath key md5 parentField recordSet references regex readLines sdVersion separator source subField transform unArchive value".Split(' '))
            Assert.Equal(Cr + term, Expand(context, term));
        Assert.Equal(Dct + "conformsTo", Expand(context, "conformsTo"));
        Assert.Equal("http://www.w3.org/ns/prov#wasDerivedFrom", Expand(context, "prov:wasDerivedFrom"));
    }

    [Fact]
    public void Records_of_several_files_are_read_through_one_set_and_by_what_all_have()
    {
        var document = Croissant.Write(Mixed.Dataset, About(), Files);
        // n is an integer in one file and a float in the other: no field of both.
        Assert.Equal("text", (string?)Assert.Single(document["recordSet"]![0]!["field"]!.AsArray())!["name"]);
        Assert.Equal(["part 1/train.jsonl", "more.jsonl"], document["distribution"]![2]!["includes"]!.AsArray().Select(i => (string?)i));
        Assert.Equal("part%201/train.jsonl", (string?)document["distribution"]![0]!["contentUrl"]);
        var one = Croissant.Write(Mixed.Dataset, About(), [Files[0]]);
        Assert.Equal(["n", "text"], one["recordSet"]![0]!["field"]!.AsArray().Select(f => (string?)f!["name"]));
        Assert.Null(Croissant.Write(Mixed.Dataset, About(), [Files[0] with { Members = [] }])["recordSet"]);
    }

    [Fact]
    public void Whatever_is_said_points_at_where_it_stands()
    {
        foreach (var about in (AboutData[])[About(), AboutData.Nothing])
        {
            var document = Croissant.Write(Mixed.Dataset, about, Files);
            var evidence = document["cf:evidence"]!.AsObject();
            foreach (var (member, place) in evidence)
            {
                Assert.NotNull(document[member]);
                Resolves((string)place!);
            }
            foreach (string said in (string[])["name", "description", "license", "url", "creator", "datePublished", "dateCreated", "version", "identifier", "prov:wasDerivedFrom", "recordSet"]) Assert.NotNull(evidence[said]);
        }
        TransformedDataset Node(CommittedDataset d) => new(d.Statement, d.Commitment.OrderedRoot, d.Commitment.Records);
        var made = new DataTransformation([Node(Web.Dataset)], Node(Mixed.Dataset), "filter/v1", "/lang == \"el\"", Digest("tool"), "test");
        Assert.Equal("filter/v1 /lang == \"el\"", (string?)Croissant.Write(Mixed.Dataset, About(), [], made)["prov:wasGeneratedBy"]!["prov:label"]);
        Assert.Equal("https://spdx.org/licenses/CC-BY-4.0", (string?)Croissant.Write(Web.Dataset, AboutData.Nothing, [])["license"]);
    }
}
