using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Zk.Answers;
using Spectre.Console;

namespace Counterfoil.Cli.Inference;

/// <summary>What an answer says, for people and programs.</summary>
static class AnswerWords
{
    const int Most = 5;

    /// <summary>The largest outputs first, by index.</summary>
    public static IEnumerable<(int Index, float Value)> Top(TensorSpec tensor, ImmutableArray<long> output) =>
        output.Select((cell, i) => (i, cell)).OrderByDescending(o => o.cell).ThenBy(o => o.i).Take(Most).Select(o => (o.i, tensor.ToReal(o.cell)));

    /// <summary>What a proof of this model's answer hides.</summary>
    public static string Hides(PublishedModel model) => model.Model.Parameters.WeightsHidden ? "weights and everything between input and output hidden; input and output in the clear" : "nothing hidden: the proof says something of the weights";

    public static double Bits(PublishedModel model) => Math.Floor(model.Model.Ledger.SecurityBits * 10) / 10;

    public static void Print(PublishedModel model, ProvenAnswer answer)
    {
        Terminal.Out.WriteLine($"model      {model.Name}  {model.Model.Id}");
        Terminal.Out.WriteLine($"published  {model.Digest}");
        Terminal.Out.WriteLine($"context    {answer.Context}");
        Terminal.Out.WriteLine($"output     {model.Output.Name} [{string.Join(", ", model.Output.Shape)}]{(answer.Output.Length > Most ? $", the largest {Most}" : "")}");
        foreach (var (index, value) in Top(model.Output, answer.Output)) Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{index,9}  {value}"));
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Bits(model):F1} bits in the weakest round; {Hides(model)}"));
    }

    /// <summary>The same facts.</summary>
    public static JsonObject Json(PublishedModel model, ProvenAnswer answer) => new()
    {
        ["name"] = model.Name,
        ["modelId"] = model.Model.Id.ToString(),
        ["publishedDigest"] = model.Digest.ToString(),
        ["context"] = answer.Context.ToString(),
        ["output"] = new JsonArray([.. answer.Output.Select(cell => (JsonNode)model.Output.ToReal(cell))]),
        ["top"] = new JsonArray([.. Top(model.Output, answer.Output).Select(o => new JsonObject { ["index"] = o.Index, ["value"] = o.Value })]),
        ["weightsHidden"] = model.Model.Parameters.WeightsHidden,
        ["securityBits"] = Bits(model),
    };

    /// <summary>What an accepted answer shows.</summary>
    public static IReadOnlyList<string> Proves(PublishedModel model) =>
    [
        $"the model {model.Model.Id} gives this output on this request, integer for integer, as its published scales say",
        "the answer was made for this context",
    ];

    /// <summary>What it does not.</summary>
    public static IReadOnlyList<string> DoesNotProve(bool isCarried) =>
    [
        .. isCarried ? (string[])["that this is the model you mean: compare its id, or pass --model with what its owner gave you"] : [],
        "how the model was trained, on what, or whether its answers are good",
        "that its integers are close to the floats they came from: the report of that is its owner's word",
    ];
}
