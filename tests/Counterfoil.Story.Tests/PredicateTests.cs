using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Tests;

namespace Counterfoil.Story.Tests;

/// <summary>
/// <c>docs/predicates</c> says what links look like: its schemas hold the links of a real run, its examples are of one, and its table is that of the attacks.
/// With <c>COUNTERFOIL_UPDATE=1</c> examples and table are written instead of compared.
/// </summary>
public sealed class PredicateTests(ToldStory told)
{
    static readonly string Folder = Path.Combine(Surroundings.Root, "docs", "predicates");
    static readonly bool Update = Environment.GetEnvironmentVariable("COUNTERFOIL_UPDATE") == "1";
    static readonly JsonSerializerOptions ForPeople = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Every_link_of_a_real_run_and_every_example_has_the_form_of_its_schema()
    {
        var story = await told.Case;
        var asked = new JsonObject();
        foreach (var link in story.Bundle.Links)
        {
            var statement = JsonNode.Parse(link.Envelope.Payload.Span)!;
            string name = Attacks.Scene.Statement(link).Type.Name, example = Path.Combine(Folder, $"{name}.example.json");
            if (Update) File.WriteAllText(example, statement.ToJsonString(ForPeople) + "\n");
            var shown = JsonNode.Parse(File.ReadAllText(example))!;
            Assert.Equal((string)statement["predicateType"]!, (string)shown["predicateType"]!);
            var crowded = (JsonObject)statement["predicate"]!.DeepClone();
            crowded["surprise"] = true;
            asked[name] = Documents(name, statement["predicate"]!.DeepClone(), shown["predicate"]!.DeepClone(), crowded, new JsonObject());
        }
        // No link, so no demo makes one: the statement of the delta among the Python client's vectors, signed and proven there.
        var delta = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "dataset-delta.example.json")))!["predicate"]!;
        asked["dataset-delta"] = Documents("dataset-delta", DeltaVector()["predicate"]!.DeepClone(), delta.DeepClone(), With(delta, "surprise", true), new JsonObject());
        asked["policy"] = Documents("policy", JsonNode.Parse(story.PolicyFile)!, JsonNode.Parse(File.ReadAllText(story.PolicyPath))!, new JsonObject { ["surprise"] = true }, new JsonObject());

        Surroundings.Tool("ajv", "tests/tools/node_modules/ajv/dist/2020.js");
        var ran = await TheCommand.StartAsync(Surroundings.Tool("node"), [Path.Combine(Surroundings.Root, "tests", "tools", "validate.mjs")], asked.ToJsonString());
        Assert.Equal((0, ""), (ran.Exit, ran.Error));
        using var answer = JsonDocument.Parse(ran.Out);
        Assert.Equal(LinkType.All.Count + 2, answer.RootElement.EnumerateObject().Count());
        foreach (var schema in answer.RootElement.EnumerateObject())
        {
            var errors = schema.Value.EnumerateArray().Select(d => string.Join("; ", d.EnumerateArray().Select(e => e.GetString()))).ToList();
            Assert.Equal((schema.Name, "", ""), (schema.Name, errors[0], errors[1]));
            // And it is a schema that can say no.
            Assert.Contains("additional properties", errors[2]);
            Assert.Contains("required", errors[3]);
        }
    }

    [Fact]
    public void Every_example_is_a_statement_that_the_decoder_reads()
    {
        foreach (var type in LinkType.All)
        {
            // Without its white space it is the canonical form again, byte for byte.
            var shown = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{type.Name}.example.json")))!;
            byte[] payload = Encoding.UTF8.GetBytes(shown.ToJsonString());
            using var anyone = Core.Signing.Signer.FromSeed(Core.Signing.SignatureAlgorithm.Ed25519, new byte[32]);
            var read = LinkStatement.Decode(Core.Attestation.Envelope.Sign(Core.Attestation.StatementCodec.MediaType, payload, anyone), out var statement);
            Assert.True(read.IsAccepted, $"{type}: {read}");
            Assert.Equal(type, statement!.Type);
        }
    }

    [Fact]
    public void The_table_of_forgeries_is_that_of_the_attacks()
    {
        const string Begin = "<!-- attacks -->\n", End = "<!-- end of attacks -->\n";
        string path = Path.Combine(Folder, "README.md"), page = File.ReadAllText(path);
        var table = new StringBuilder("| link | what is tried | verdict | check |\n|---|---|---|---|\n");
        foreach (var attack in JoinTests.Attacks) table.Append($"| {attack.Link?.Name ?? "the case"} | {attack.Name} | {attack.Word} | `{attack.Check}` |\n");
        int from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, to = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(from >= Begin.Length && to >= from, "the page has lost the place of its table");
        if (Update) File.WriteAllText(path, page[..from] + table + page[to..]);
        else Assert.Equal(table.ToString(), page[from..to]);
    }

    static JsonNode DeltaVector()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(Surroundings.Root, "clients", "python", "tests", "vectors.json")));
        string file = vectors.RootElement.GetProperty("proofs").EnumerateArray().Single(v => v.GetProperty("kind").GetString() == "dataset-delta").GetProperty("file").GetString()!;
        Assert.True(Counterfoil.Data.Deltas.DeltaProof.Decode(Convert.FromHexString(file), out var delta).IsAccepted);
        return JsonNode.Parse(delta!.Statement!.Payload.Span)!;
    }

    static JsonObject With(JsonNode document, string member, bool value)
    {
        var crowded = (JsonObject)document.DeepClone();
        crowded[member] = value;
        return crowded;
    }

    static JsonObject Documents(string schema, params JsonNode[] documents) =>
        new() { ["schema"] = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{schema}.schema.json"))), ["documents"] = new JsonArray(documents) };
}
