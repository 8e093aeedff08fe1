using System.Globalization;
using System.Text.Json.Nodes;

namespace Counterfoil.Data.Exports;

/// <summary>The elements that documents are made of.</summary>
public static partial class Spdx
{
    static JsonObject Element(string type, string id, JsonObject members)
    {
        members.Insert(0, "type", type);
        members.Insert(1, "spdxId", id);
        members.Insert(2, "creationInfo", Created);
        return members;
    }

    static JsonObject Relationship(string id, string from, string type, string[] to) => Element("Relationship", id, new() { ["from"] = from, ["relationshipType"] = type, ["to"] = Texts(to) });

    static void Evidence(List<JsonNode?> elements, string subject, IEnumerable<KeyValuePair<string, string>> places)
    {
        var evidence = new JsonObject([.. places.Select(p => new KeyValuePair<string, JsonNode?>(p.Key, p.Value))]);
        elements.Add(Element("Annotation", $"{subject}#evidence", new() { ["annotationType"] = "other", ["subject"] = subject, ["contentType"] = "application/json", ["statement"] = evidence.ToJsonString() }));
    }

    static JsonArray Hash(string sha256, string? comment)
    {
        var hash = new JsonObject { ["type"] = "Hash", ["algorithm"] = "sha256", ["hashValue"] = sha256 };
        if (comment is not null) hash["comment"] = comment;
        return new(hash);
    }

    static string FileId(CommittedDataset dataset, DatasetFile file) => $"{dataset.Urn}#file/{file.Iri}";

    static JsonArray Texts(params string[] texts) => new([.. texts.Select(t => (JsonNode)t)]);

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
