using System.Text.Json.Nodes;
using Counterfoil.Data.Exports;
using static Counterfoil.Tests.Data.Exports.ExportScene;

namespace Counterfoil.Tests.Data.Exports;

/// <summary>SPDX 3.0.1 and CycloneDX 1.7, held to what their models demand of the classes that are written. Each rule says where it stands.</summary>
public sealed class BillTests
{
    static JsonArray Graph(bool withModel = true, AboutData? about = null) => Spdx.Write(All, withModel ? Trained().Model : null, about ?? About(), Files, Tool)["@graph"]!.AsArray();

    static IEnumerable<JsonNode> OfType(JsonArray graph, string type) => graph.Where(e => (string?)e!["type"] == type).Select(e => e!);

    /// <summary>What a graph breaks of the model's rules (spdx-3-model: the class or profile is named).</summary>
    static List<string> Broken(JsonArray graph)
    {
        var broken = new List<string>();
        void Demand(bool holds, string rule)
        {
            if (!holds) broken.Add(rule);
        }
        string?[] individuals = ["https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense", "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoneLicense"];
        var ids = graph.Select(e => (string?)e!["spdxId"]).Where(i => i is not null).ToList();
        Demand(ids.Count == ids.Distinct().Count(), "Core/Element: spdxId is one element's");
        foreach (var element in graph.Select(e => e!))
        {
            string type = (string)element["type"]!;
            if (type == "CreationInfo")
            {
                Demand((string?)element["specVersion"] == "3.0.1" && element["created"] is not null && element["createdBy"]!.AsArray().Count > 0, "Core/CreationInfo: specVersion, created, createdBy");
                continue;
            }
            Demand(element["spdxId"] is not null && (string?)element["creationInfo"] == "_:creation", $"Core/Element: spdxId and creationInfo of {type}");
            foreach (string time in (string[])["created", "builtTime", "releaseTime"])
                Demand(element[time] is null || System.Text.RegularExpressions.Regex.IsMatch((string)element[time]!, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"), $"Core/DateTime: {time}");
            string[] demanded = type switch
            {
                "dataset_DatasetPackage" => ["name", "originatedBy", "builtTime", "releaseTime", "software_downloadLocation", "software_primaryPurpose", "dataset_datasetType"],
                "ai_AIPackage" => ["name", "suppliedBy", "releaseTime", "software_downloadLocation", "software_packageVersion", "software_primaryPurpose"],
                "Relationship" => ["from", "to", "relationshipType"],
                "Annotation" => ["annotationType", "subject"],
                "software_File" => ["name"],
                "simplelicensing_LicenseExpression" => ["simplelicensing_licenseExpression"],
                _ => [],
            };
            foreach (string property in demanded) Demand(element[property] is not null, $"{type}: {property}");
            if (type == "dataset_DatasetPackage")
            {
                Demand(element["originatedBy"]?.AsArray().Count == 1, "Dataset/DatasetPackage: one originatedBy");
                Demand(element["dataset_datasetType"]!.AsArray().All(t => "audio categorical graph image noAssertion numeric other sensor structured syntactic text timeseries timestamp video".Split(' ').Contains((string)t!)), "Dataset/DatasetType");
                Demand(element["dataset_datasetSize"]?.GetValue<long>() >= 0, "Dataset/datasetSize: bytes");
            }
            if (type is "dataset_DatasetPackage" or "ai_AIPackage")
                foreach (string licence in (string[])["hasDeclaredLicense", "hasConcludedLicense"])
                    Demand(graph.Count(e => (string?)e!["relationshipType"] == licence && (string?)e["from"] == (string?)element["spdxId"]) == 1, $"{type[..2]} profile: exactly one {licence}");
            if (type == "Relationship")
                foreach (string? end in element["to"]!.AsArray().Select(t => (string?)t).Append((string?)element["from"])) Demand(ids.Contains(end) || individuals.Contains(end), $"Core/Relationship: {end} is an element");
            if (type == "SpdxDocument")
            {
                // Core/ElementCollection: with an element there is a root, and neither is an SpdxDocument.
                string self = (string)element["spdxId"]!;
                var elements = element["element"]!.AsArray().Select(e => (string?)e).ToList();
                Demand(element["rootElement"]!.AsArray().Count > 0 && elements.Order().SequenceEqual(ids.Where(i => i != self).Order()), "Core/ElementCollection: root and elements");
                var profiles = element["profileConformance"]!.AsArray().Select(p => (string?)p).ToList();
                Demand(profiles.Contains("dataset") && profiles.Contains("ai") == OfType(graph, "ai_AIPackage").Any(), "Core/ProfileIdentifierType: those that are used");
            }
        }
        Demand(OfType(graph, "SpdxDocument").Count() == 1, "Core/SpdxDocument: one");
        return broken;
    }

    [Fact]
    public void SPDX_keeps_the_rules_of_its_profiles_whatever_is_known()
    {
        foreach (bool withModel in (bool[])[true, false])
            foreach (var about in (AboutData[])[About(), AboutData.Nothing]) Assert.Empty(Broken(Graph(withModel, about)));
        Assert.Empty(Broken(Spdx.Write([Bare.Dataset], null, AboutData.Nothing, [], Tool)["@graph"]!.AsArray()));
    }

    [Fact]
    public void A_rule_of_SPDX_that_is_broken_is_found()
    {
        void Finds(string rule, Action<JsonArray> change)
        {
            var graph = Graph();
            change(graph);
            Assert.Contains(Broken(graph), b => b.Contains(rule, StringComparison.Ordinal));
        }
        foreach (string property in (string[])["originatedBy", "builtTime", "releaseTime", "software_downloadLocation", "software_primaryPurpose"])
            Finds($"dataset_DatasetPackage: {property}", g => OfType(g, "dataset_DatasetPackage").First().AsObject().Remove(property));
        foreach (string property in (string[])["suppliedBy", "software_packageVersion", "releaseTime"]) Finds($"ai_AIPackage: {property}", g => OfType(g, "ai_AIPackage").First().AsObject().Remove(property));
        Finds("exactly one hasConcludedLicense", g => OfType(g, "Relationship").First(r => (string?)r["relationshipType"] == "hasConcludedLicense")["relationshipType"] = "other");
        Finds("is an element", g => OfType(g, "Relationship").First()["to"] = new JsonArray("urn:nowhere"));
    }

    [Fact]
    public void SPDX_says_what_the_model_was_trained_on_and_who_states_what()
    {
        var graph = Graph();
        var (model, _, _) = Trained();
        var trained = Assert.Single(OfType(graph, "Relationship"), r => (string?)r["relationshipType"] == "trainedOn");
        Assert.Equal((model.Urn, Mixed.Dataset.Urn), ((string?)trained["from"], (string?)trained["to"]![0]));
        Assert.Equal(2, Assert.Single(OfType(graph, "Relationship"), r => (string?)r["relationshipType"] == "descendantOf")["to"]!.AsArray().Count);
        foreach (var annotation in OfType(graph, "Annotation"))
            foreach (var (_, place) in JsonNode.Parse((string)annotation["statement"]!)!.AsObject()) Resolves((string)place!);
        // NOASSERTION is no licence expression (annex "SPDX license expressions").
        var bare = Spdx.Write([Bare.Dataset], null, AboutData.Nothing, [], Tool)["@graph"]!.AsArray();
        Assert.Empty(OfType(bare, "simplelicensing_LicenseExpression"));
        Assert.EndsWith("NoAssertionLicense", (string)OfType(bare, "Relationship").First(r => (string?)r["relationshipType"] == "hasDeclaredLicense")["to"]![0]!, StringComparison.Ordinal);
        Assert.Equal(graph.ToJsonString(), Graph().ToJsonString());
    }

    /// <summary>Every component of a bill, nested ones too.</summary>
    static IEnumerable<JsonNode> Components(JsonNode at) => (at["components"]?.AsArray() ?? []).SelectMany(c => Components(c!).Prepend(c!));

    [Fact]
    public void CycloneDX_names_each_dataset_once_and_its_lineage()
    {
        foreach (bool withModel in (bool[])[false, true])
        {
            var bill = CycloneDx.Write(All, withModel ? Trained().Model : null, About(), Files, Tool);
            // bom-1.7.schema.json: required members, the serial number's pattern, unique bom-refs, references to refs that exist.
            Assert.Equal(("CycloneDX", "1.7"), ((string?)bill["bomFormat"], (string?)bill["specVersion"]));
            Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", (string)bill["serialNumber"]!);
            var main = bill["metadata"]!["component"]!;
            List<JsonNode> components = [main, .. Components(main), .. Components(bill)];
            var refs = components.Select(c => (string)c["bom-ref"]!).Concat(components.SelectMany(c => c["data"]?.AsArray() ?? []).Select(d => (string)d!["bom-ref"]!)).Concat(components.Where(c => c["modelCard"] is not null).Select(c => (string)c["modelCard"]!["bom-ref"]!)).ToList();
            Assert.Equal(refs.Count, refs.Distinct().Count());
            Assert.All(components, c => Assert.NotNull(c["name"]));
            Assert.All(components.Where(c => c["data"] is not null), c => Assert.Equal("data", (string?)c["type"]));
            Assert.All(components.Where(c => c["modelCard"] is not null), c => Assert.Equal("machine-learning-model", (string?)c["type"]));
            Assert.Equal(All.Length, components.Count(c => (string?)c["type"] == "data"));
            foreach (var dependency in bill["dependencies"]!.AsArray()) Assert.All(dependency!["dependsOn"]!.AsArray().Append(dependency["ref"]!.DeepClone()), d => Assert.Contains((string)d!, refs));
            Assert.Equal(2, bill["dependencies"]!.AsArray().Single(d => (string?)d!["ref"] == Mixed.Dataset.Urn)!["dependsOn"]!.AsArray().Count);
            foreach (var property in components.SelectMany(c => c["properties"]?.AsArray() ?? []).Where(p => ((string)p!["name"]!).StartsWith("counterfoil:evidence:", StringComparison.Ordinal))) Resolves((string)property!["value"]!);
            Assert.Equal(bill.ToJsonString(), CycloneDx.Write(All, withModel ? Trained().Model : null, About(), Files, Tool).ToJsonString());
        }
    }

    [Fact]
    public void An_ML_BOM_is_about_the_model_and_its_card_refers_to_the_data()
    {
        var model = CycloneDx.Write(All, Trained().Model, About(), Files, Tool)["metadata"]!["component"]!;
        Assert.Equal(("mlp", "3.1.0", Digest("onnx").ToString()), ((string?)model["name"], (string?)model["version"], (string?)model["hashes"]![0]!["content"]));
        Assert.Equal(Mixed.Dataset.Urn, (string?)model["modelCard"]!["modelParameters"]!["datasets"]![0]!["ref"]);
        Assert.Equal("0.852", (string?)model["modelCard"]!["quantitativeAnalysis"]!["performanceMetrics"]![0]!["value"]);
        Assert.Equal("Apache-2.0", (string?)model["licenses"]![0]!["license"]!["id"]);
    }
}
