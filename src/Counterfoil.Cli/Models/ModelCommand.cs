using System.Buffers.Binary;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Cli.Models;

/// <summary><c>counterfoil model</c>: what is in an ONNX file, and what becomes of it in integers.</summary>
static class ModelCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("model") { Description = "An ONNX file" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var inspect = new Command("inspect", "Shows operators, shapes, parameters and multiplications, or names the operator that is not read") { file, json };
        inspect.SetAction(parsed => Inspect(parsed.GetValue(file)!, parsed.GetValue(json)));

        var data = new Option<string>("--data") { Description = "Typical inputs, float32 little-endian, one after the other: they set the scales, and the error is about them", Required = true };
        var coverage = new Option<double>("--coverage") { Description = "The share of magnitudes that a scale covers, above 0 and up to 1", DefaultValueFactory = _ => 1 };
        var bits = new Option<int>("--output-bits") { Description = "Bits of an output cell, 8 or 16", DefaultValueFactory = _ => 8 };
        var output = new Option<string?>("--out") { Description = "Writes the public integer graph, in its one encoding, to this file" };
        var calibrate = new Command("calibrate", "Quantises a model by typical inputs, and says how far its integers are from its floats") { file, data, coverage, bits, output, json };
        calibrate.SetAction((parsed, cancel) => CalibrateAsync(parsed.GetValue(file)!, parsed.GetValue(data)!, parsed.GetValue(coverage), parsed.GetValue(bits), parsed.GetValue(output), parsed.GetValue(json), cancel));
        return new Command("model", "Models: what is in them, and what their integers are") { inspect, calibrate };
    }

    static FloatModel Read(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"there is no file {path}", "an ONNX file is what is asked for");
        var limits = new OnnxLimits { Bytes = 1 << 30, Cells = 1 << 28 };
        if (new FileInfo(path).Length > limits.Bytes) throw new UsageException($"{path} has more than {limits.Bytes} bytes");
        OnnxReader.Read(File.ReadAllBytes(path), out var model, limits).Require();
        return model!;
    }

    static int Inspect(string path, bool asJson)
    {
        var model = Read(path);
        var answer = new JsonObject
        {
            ["inputs"] = new JsonArray([.. model.Inputs.Select(i => new JsonObject { ["name"] = i.Name, ["shape"] = Shape(i.Dimensions), ["whole"] = i.IsInteger })]),
            ["parameters"] = model.Parameters,
            ["macs"] = model.Nodes.Sum(n => n.Macs),
            ["nodes"] = new JsonArray([.. model.Nodes.Select(n => new JsonObject { ["operator"] = n.GetType().Name["Float".Length..], ["from"] = n.Name, ["shape"] = Shape(n.Dimensions), ["macs"] = n.Macs })]),
        };
        if (asJson) Console.Out.WriteLine(answer.ToJsonString(new() { WriteIndented = true }));
        else
        {
            foreach (var input in model.Inputs) Console.Out.WriteLine($"input {input.Name} [{string.Join(", ", input.Dimensions)}]{(input.IsInteger ? ", whole numbers" : "")}");
            foreach (var node in model.Nodes)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{node.GetType().Name["Float".Length..],-14} [{string.Join(", ", node.Dimensions)}]{(node.Macs > 0 ? $", {node.Macs:N0} multiplications" : "")}  {node.Name}"));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model.Parameters:N0} parameters, {model.Nodes.Sum(n => n.Macs):N0} multiplications a run"));
        }
        return ExitCode.Yes;
    }

    static JsonArray Shape(IEnumerable<int> dimensions) => [.. dimensions.Select(d => (JsonNode)d)];

    static async Task<int> CalibrateAsync(string path, string data, double coverage, int bits, string? output, bool asJson, CancellationToken cancel)
    {
        if (coverage is not (> 0 and <= 1)) throw new UsageException($"a coverage of {coverage}", "a share above 0, up to 1");
        if (bits is not (8 or 16)) throw new UsageException($"{bits} bits an output cell", "8 or 16");
        var model = Read(path);
        if (model.Inputs.Length != 1) throw new UsageException($"{path} has {model.Inputs.Length} inputs", "one input is what can be quantised");
        if (!File.Exists(data)) throw new UsageException($"there is no file {data}", "--data takes float32 cells, input after input");
        byte[] bytes = await File.ReadAllBytesAsync(data, cancel);
        int size = model.InputLength * sizeof(float);
        if (bytes.Length == 0 || bytes.Length % size != 0) throw new UsageException($"{data} has {bytes.Length} bytes, which is no whole number of inputs", $"an input has {model.InputLength} cells of 4 bytes");
        List<float[]> records = [.. Enumerable.Range(0, bytes.Length / size).Select(r => Enumerable.Range(0, model.InputLength).Select(c => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan((r * size) + (c * sizeof(float))))).ToArray())];
        Quantiser.Quantise(model, records, new QuantiserOptions { Coverage = coverage, OutputBits = bits }, out var integers, out var report).Require();
        byte[] encoding = IntegerGraphEncoding.Encode(integers!.Graph);
        if (output is not null) await File.WriteAllBytesAsync(output, encoding, cancel);
        Say(integers, report!, encoding.Length, asJson);
        return ExitCode.Yes;
    }

    static void Say(IntegerModel integers, QuantisationReport report, int encoded, bool asJson)
    {
        var primitives = integers.Graph.Nodes.GroupBy(n => n.GetType().Name).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        bool isProvable = GemmGraph.TryLower(integers, out _, out _).IsAccepted;
        double range = report.FloatRange > 0 ? report.FloatRange : 1;
        if (asJson)
        {
            Console.Out.WriteLine(new JsonObject
            {
                ["samples"] = report.Samples, ["parameters"] = integers.Parameters, ["macs"] = integers.Macs, ["graphBytes"] = encoded,
                ["primitives"] = new JsonObject(primitives.Select(g => KeyValuePair.Create(g.Key, (JsonNode?)g.Count()))),
                ["tables"] = new JsonArray([.. integers.Graph.Tables.Select(t => new JsonObject { ["name"] = t.Name, ["least"] = t.Least, ["entries"] = t.Entries.Length })]),
                ["inputScale"] = integers.InputScale, ["outputScale"] = integers.OutputScale,
                ["maximumError"] = report.MaximumError, ["meanError"] = report.MeanError, ["rmsError"] = report.RootMeanSquareError, ["floatRange"] = report.FloatRange,
                ["agreement"] = report.Agreement, ["saturated"] = report.Saturated, ["provable"] = isProvable,
            }.ToJsonString(new() { WriteIndented = true }));
            return;
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{integers.Parameters:N0} hidden numbers, {integers.Macs:N0} multiplications a run, a graph of {encoded:N0} bytes"));
        foreach (var group in primitives) Console.Out.WriteLine($"{group.Count(),6}  {group.Key}");
        foreach (var table in integers.Graph.Tables) Console.Out.WriteLine($"table   {table.Name}, {table.Entries.Length} entries from {table.Least}");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"against float32 on {report.Samples} inputs, of the outputs' range: RMS {100 * report.RootMeanSquareError / range:F2} %, mean {100 * report.MeanError / range:F2} %, maximum {100 * report.MaximumError / range:F2} %"));
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the same largest output on {100 * report.Agreement:F1} % of them; {100 * report.Saturated:F1} % of output cells at the end of their range"));
        Console.Out.WriteLine(isProvable ? "today's protocol proves it: Gemm and ReLU alone" : "today's protocol does not prove it: it has more than Gemm and ReLU");
    }
}
