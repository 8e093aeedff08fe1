using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Counterfoil.Cli.Models;

/// <summary><c>counterfoil model</c>: what is in an ONNX file, what becomes of it in integers, and its registration.</summary>
static class ModelCommand
{
    public static Command Create()
    {
        var file = ModelFiles.File();
        var json = ModelFiles.Json();
        var inspect = new Command("inspect", "Shows operators, shapes, parameters and multiplications, or names the operator that is not read") { file, json };
        inspect.SetAction(parsed => Inspect(parsed.GetValue(file)!, parsed.GetValue(json)));
        return new Command("model", "Models: what is in them, what their integers are, and their registration for proofs") { inspect, CalibrateCommand.Create(), RegisterCommand.Create() };
    }

    static int Inspect(string path, bool asJson)
    {
        var model = ModelFiles.Read(path);
        if (asJson)
        {
            var answer = new JsonObject
            {
                ["inputs"] = new JsonArray([.. model.Inputs.Select(i => new JsonObject { ["name"] = i.Name, ["shape"] = Shape(i.Dimensions), ["whole"] = i.IsInteger })]),
                ["outputs"] = new JsonArray([.. model.OutputTensors.Select(o => new JsonObject { ["name"] = o.Name, ["shape"] = Shape(o.Dimensions) })]),
                ["parameters"] = model.Parameters,
                ["macs"] = model.Nodes.Sum(n => n.Macs),
                ["nodes"] = new JsonArray([.. model.Nodes.Select(n => new JsonObject { ["operator"] = n.GetType().Name["Float".Length..], ["from"] = n.Name, ["shape"] = Shape(n.Dimensions), ["macs"] = n.Macs })]),
            };
            Console.Out.WriteLine(answer.ToJsonString(new() { WriteIndented = true }));
            return ExitCode.Yes;
        }
        foreach (var input in model.Inputs) Console.Out.WriteLine($"input {input.Name} [{string.Join(", ", input.Dimensions)}]{(input.IsInteger ? ", whole numbers" : "")}");
        foreach (var node in model.Nodes)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{node.GetType().Name["Float".Length..],-14} [{string.Join(", ", node.Dimensions)}]{(node.Macs > 0 ? $", {node.Macs:N0} multiplications" : "")}  {node.Name}"));
        foreach (var output in model.OutputTensors) Console.Out.WriteLine($"output {output.Name} [{string.Join(", ", output.Dimensions)}]");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model.Parameters:N0} parameters, {model.Nodes.Sum(n => n.Macs):N0} multiplications a run"));
        return ExitCode.Yes;
    }

    static JsonArray Shape(IEnumerable<int> dimensions) => [.. dimensions.Select(d => (JsonNode)d)];
}
