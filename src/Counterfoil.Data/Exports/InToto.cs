using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Counterfoil.Core.Attestation;

namespace Counterfoil.Data.Exports;

/// <summary>Writes an in-toto Statement v1 whose subjects are a dataset's files, with the reference predicate v0.1 (in-toto attestation framework): it names the signed commitment for whoever holds a file and asks what is known of it.</summary>
public static class InToto
{
    /// <summary>The predicate's type.</summary>
    public const string PredicateType = "https://in-toto.io/attestation/reference/v0.1";

    /// <summary>The statement; of a dataset without files, about its ordered root.</summary>
    public static JsonObject Write(CommittedDataset dataset, ImmutableArray<DatasetFile> files, string tool)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var subjects = files.Select(f => (JsonNode)new JsonObject { ["name"] = f.Name, ["digest"] = new JsonObject { ["sha256"] = f.Sha256.ToString() } }).ToList();
        if (subjects.Count == 0) subjects.Add(new JsonObject { ["name"] = dataset.Commitment.Name, ["digest"] = new JsonObject { ["counterfoilOrderedRoot"] = dataset.Commitment.OrderedRoot.ToString() } });
        return new()
        {
            ["_type"] = StatementCodec.StatementType, ["subject"] = new JsonArray([.. subjects]), ["predicateType"] = PredicateType,
            ["predicate"] = new JsonObject
            {
                ["attester"] = new JsonObject { ["id"] = $"urn:counterfoil:tool:{Uri.EscapeDataString(tool)}" },
                ["references"] = new JsonArray(new JsonObject { ["downloadLocation"] = dataset.Urn, ["digest"] = new JsonObject { ["sha256"] = dataset.Statement.ToString() }, ["mediaType"] = StatementCodec.MediaType }),
            },
        };
    }
}
