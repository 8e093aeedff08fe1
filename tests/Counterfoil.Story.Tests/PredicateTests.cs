using System.Text.Json;
using System.Text.Json.Nodes;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Tests;

namespace Counterfoil.Story.Tests;

/// <summary>Each predicate has a JSON Schema that the story's own links satisfy, and an example from a real run. Judged by another implementation, ajv.</summary>
public sealed class PredicateTests(ToldStory told)
{
    static string Document(string file) => Path.Combine(Surroundings.Root, "docs", "predicates", file);

    static async Task<Ran> ValidateAsync(IEnumerable<(string Schema, JsonNode Document)> pairs)
    {
        Surroundings.Tool("ajv", "tests/tools/node_modules/ajv/package.json");
        var input = new JsonArray([.. pairs.Select(p => (JsonNode)new JsonArray(Document(p.Schema), p.Document.DeepClone()))]);
        return await TheCommand.StartAsync(Surroundings.Tool("node"), [Path.Combine(Surroundings.Root, "tests", "tools", "validate.mjs")], input.ToJsonString());
    }

    [Fact]
    public async Task The_storys_links_and_its_policy_fit_their_schemas()
    {
        var story = await told.Case;
        var pairs = story.Bundle.Links.Select(l => JsonNode.Parse(l.Envelope.Payload.Span)!)
            .Select(s => ($"{LinkType.Find(s["predicateType"]!.GetValue<string>())!.Name}.schema.json", s["predicate"]!))
            .Append(("policy.schema.json", JsonNode.Parse(story.PolicyFile)!)).ToList();
        Assert.Equal(8, pairs.Select(p => p.Item1).Distinct().Count());
        var ran = await ValidateAsync(pairs);
        Assert.True(ran.Exit == 0, ran.Out + ran.Error);
    }

    [Fact]
    public async Task The_examples_fit_their_schemas_and_are_statements_of_their_type()
    {
        var pairs = new List<(string, JsonNode)>();
        foreach (var type in LinkType.All)
        {
            var example = JsonNode.Parse(File.ReadAllText(Document($"{type.Name}.example.json")))!;
            Assert.Equal(type.PredicateType, example["predicateType"]!.GetValue<string>());
            pairs.Add(($"{type.Name}.schema.json", example["predicate"]!));
        }
        var ran = await ValidateAsync(pairs);
        Assert.True(ran.Exit == 0, ran.Out + ran.Error);
    }

    [Fact]
    public async Task A_predicate_with_a_member_too_many_fits_no_schema()
    {
        var example = JsonNode.Parse(File.ReadAllText(Document("settlement.example.json")))!["predicate"]!;
        example["also"] = 1;
        Assert.Equal(1, (await ValidateAsync([("settlement.schema.json", example)])).Exit);
    }
}
