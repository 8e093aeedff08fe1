using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;
using Spectre.Console;

namespace Counterfoil.Cli.Inference;

/// <summary>What an answer says, for people and programs.</summary>
/// <param name="model">The model that gave it.</param>
/// <param name="answer">The answer.</param>
/// <param name="securityBits">Bits of the weakest round of what is proven.</param>
sealed class AnswerWords(PublishedModel model, ProvenAnswer answer, double securityBits)
{
    const int Most = 5;

    /// <summary>The largest cells of an output first, by index.</summary>
    public static IEnumerable<(int Index, float Value)> Top(TensorSpec tensor, IReadOnlyList<long> output) =>
        output.Select((cell, i) => (i, cell)).OrderByDescending(o => o.cell).ThenBy(o => o.i).Take(Most).Select(o => (o.i, tensor.ToReal(o.cell)));

    /// <summary>Bits, rounded down to a tenth.</summary>
    public static double Bits(double bits) => Math.Floor(bits * 10) / 10;

    double SecurityBits => Bits(securityBits);

    bool WeightsHidden => model.Model.Parameters.WeightsHidden;

    IEnumerable<ImmutableArray<long>> Outputs
    {
        get
        {
            int length = answer.Output.Length / answer.Inputs;
            return answer.HiddenOutput is null ? Enumerable.Range(0, answer.Inputs).Select(i => answer.Output.Slice(i * length, length)) : [];
        }
    }

    /// <summary>What the proof hides, and what it does not.</summary>
    string Hides()
    {
        string[] tensors = [.. answer.HiddenInput is null ? (string[])[] : ["input"], .. answer.HiddenOutput is null ? (string[])[] : ["output"]];
        string clear = (answer.HiddenInput, answer.HiddenOutput) switch
        {
            (null, null) => "; input and output in the clear",
            (_, null) => "; output in the clear",
            (null, _) => "; input in the clear",
            _ => "",
        };
        if (WeightsHidden) return $"{string.Join(", ", (string[])["weights", .. tensors])} and everything between input and output hidden{clear}";
        if (tensors.Length == 0) return "nothing hidden: the proof says something of the weights";
        string computable = answer.HiddenInput is null ? ", and who has them computes the output from the input" : "";
        return $"{string.Join(", ", tensors)} and everything between input and output hidden{clear}; weights not hidden: the proof says something of them{computable}";
    }

    public void Print()
    {
        Terminal.Out.WriteLine($"model      {model.Name}  {model.Model.Id}");
        Terminal.Out.WriteLine($"published  {model.Digest}");
        Terminal.Out.WriteLine($"context    {answer.Context}");
        if (answer.Inputs > 1) Terminal.Out.WriteLine($"inputs     {answer.Inputs} in one proof");
        if (answer.HiddenInput is { } input) Terminal.Out.WriteLine($"input      {model.Input.Name}, {input.Length:N0} cells, hidden under {input.Digest}");
        if (answer.HiddenOutput is { } output) Terminal.Out.WriteLine($"output     {model.Output.Name}, {output.Length:N0} cells, hidden under {output.Digest}");
        int number = 0;
        foreach (var cells in Outputs)
        {
            string which = answer.Inputs > 1 ? $" of input {++number}" : "";
            Terminal.Out.WriteLine($"output     {model.Output.Name} [{string.Join(", ", model.Output.Shape)}]{which}{(cells.Length > Most ? $", the largest {Most}" : "")}");
            foreach (var (index, value) in Top(model.Output, cells)) Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{index,9}  {value}"));
        }
        Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{SecurityBits:F1} bits in the weakest round; {Hides()}"));
    }

    /// <summary>The same facts.</summary>
    public JsonObject Json()
    {
        var facts = new JsonObject
        {
            ["name"] = model.Name,
            ["modelId"] = model.Model.Id.ToString(),
            ["publishedDigest"] = model.Digest.ToString(),
            ["context"] = answer.Context.ToString(),
            ["inputs"] = answer.Inputs,
            ["hiddenInput"] = Hidden(answer.HiddenInput),
            ["hiddenOutput"] = Hidden(answer.HiddenOutput),
        };
        var outputs = Outputs.Select(cells => new JsonObject
        {
            ["output"] = new JsonArray([.. cells.Select(cell => (JsonNode)model.Output.ToReal(cell))]),
            ["top"] = new JsonArray([.. Top(model.Output, cells).Select(o => new JsonObject { ["index"] = o.Index, ["value"] = o.Value })]),
        }).ToList();
        // Of one input the two stand among the rest, of several they are a list of such pairs.
        if (answer.Inputs > 1) facts["outputs"] = new JsonArray([.. outputs]);
        else if (outputs is [var only])
            foreach (string name in (string[])["output", "top"]) facts[name] = only[name]!.DeepClone();
        facts["weightsHidden"] = WeightsHidden;
        facts["securityBits"] = SecurityBits;
        return facts;

        static JsonObject? Hidden(TensorCommitment? tensor) => tensor is null ? null : new JsonObject { ["digest"] = tensor.Digest.ToString(), ["cells"] = tensor.Length, ["openings"] = tensor.Budget };
    }

    /// <summary>What an accepted answer shows.</summary>
    public IReadOnlyList<string> Proves()
    {
        int n = answer.Inputs;
        string gives = answer.HiddenOutput is { } output ? $"the output under {output.Digest}" : n == 1 ? "this output" : $"these {n} outputs";
        string on = answer.HiddenInput is { } input ? $"the input under {input.Digest}, whose cells are all in the model's range" : n == 1 ? "this request" : $"these {n} requests, each its own";
        string scales = answer.HiddenInput is null && answer.HiddenOutput is null ? ", as its published scales say" : "";
        return
        [
            $"the model {model.Model.Id} gives {gives} on {on}, integer for integer{scales}",
            "the answer was made for this context",
        ];
    }

    /// <summary>What it does not.</summary>
    public IReadOnlyList<string> DoesNotProve(bool isCarried) =>
    [
        .. isCarried ? (string[])["that this is the model you mean: compare its id, or pass --model with what its owner gave you"] : [],
        .. answer.HiddenInput is null ? (string[])[] : ["what the hidden input is: --input-digest compares it with one that you know of"],
        .. answer.HiddenOutput is null ? (string[])[] : ["what the hidden output is: --output-digest compares it with one that you know of"],
        "how the model was trained, on what, or whether its answers are good",
        "that its integers are close to the floats they came from: the report of that is its owner's word",
    ];
}
