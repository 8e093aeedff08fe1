using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Zk.Answers;
using Spectre.Console;

namespace Counterfoil.Cli.Inference;

/// <summary>What an opening of cells says, for people and programs.</summary>
static class OpeningWords
{
    /// <summary>What it says without an answer beside it.</summary>
    public static JsonObject Facts(ProvenOpening file) => new()
    {
        ["tensor"] = new JsonObject { ["digest"] = file.Opening.Tensor.Digest.ToString(), ["cells"] = file.Opening.Tensor.Length },
        ["context"] = file.Opening.Context.ToString(),
        ["opened"] = new JsonArray([.. file.Opening.Cells.Select(c => new JsonObject { ["index"] = c.Index, ["cell"] = c.Value })]),
        ["securityBits"] = AnswerWords.Bits(file.Opening.Ledger!.SecurityBits),
    };

    /// <summary>What it says of an answer's input or output: which input each cell is of, and what number it stands for.</summary>
    public static JsonObject Facts(ProvenOpening file, PublishedModel model, bool isOutput)
    {
        var facts = Facts(file);
        var tensor = isOutput ? model.Output : model.Input;
        facts["of"] = isOutput ? "output" : "input";
        facts["modelId"] = model.Model.Id.ToString();
        facts["publishedDigest"] = model.Digest.ToString();
        foreach (var cell in facts["opened"]!.AsArray().OfType<JsonObject>())
        {
            int index = (int)cell["index"]!;
            cell["input"] = index / (int)tensor.Length;
            cell["element"] = index % (int)tensor.Length;
            cell["value"] = tensor.ToReal((long)cell["cell"]!);
        }
        return facts;
    }

    public static void Print(ProvenOpening file, PublishedModel? model, bool isOutput, ProvenAnswer? answer)
    {
        var opening = file.Opening;
        if (model is not null)
        {
            Terminal.Out.WriteLine($"model      {model.Name}  {model.Model.Id}");
            Terminal.Out.WriteLine($"published  {model.Digest}");
        }
        Terminal.Out.WriteLine($"tensor     {opening.Tensor.Digest}, {opening.Tensor.Length:N0} cells{(model is null ? "" : isOutput ? ", the answer's hidden output" : ", the answer's hidden input")}");
        Terminal.Out.WriteLine($"context    {opening.Context}");
        var tensor = isOutput ? model?.Output : model?.Input;
        foreach (var (index, value) in opening.Cells)
        {
            string meaning = tensor is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{(answer!.Inputs > 1 ? $", element {index % tensor.Length} of input {1 + (index / tensor.Length)}" : "")}: {tensor.ToReal(value)}");
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{index,9}  cell {value}{meaning}"));
        }
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{AnswerWords.Bits(opening.Ledger!.SecurityBits):F1} bits in the weakest round; every other cell hidden"));
    }

    /// <summary>What an accepted opening shows.</summary>
    public static IReadOnlyList<string> Proves(ProvenOpening file, PublishedModel? model, bool isOutput) =>
    [
        $"under {file.Opening.Tensor.Digest} these cells have these values; nobody can show others",
        .. model is null ? (string[])[] : [$"what lies there is {(isOutput ? "what the model gives" : "what the model was asked")}, as the answer beside it proves"],
        "the opening was made for this context",
    ];

    /// <summary>What it does not.</summary>
    public static IReadOnlyList<string> DoesNotProve(PublishedModel? model, bool isCarried) =>
    [
        .. model is null ? (string[])["whose tensor it is: pass --answer with the answer that hides it"] : [],
        .. isCarried ? (string[])["that this is the model you mean: compare its id, or pass --model with what its owner gave you"] : [],
        "anything about the other cells",
    ];
}
