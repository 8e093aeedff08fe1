using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Cli.Models;

/// <summary><c>counterfoil model calibrate</c>: a model in integers, and how far those are from its floats.</summary>
static class CalibrateCommand
{
    public static Command Create()
    {
        var file = ModelFiles.File();
        var data = ModelFiles.Data();
        var coverage = ModelFiles.Coverage();
        var bits = ModelFiles.OutputBits();
        var output = new Option<string?>("--out") { Description = "Writes the public integer graph, in its one encoding, to this file" };
        var json = ModelFiles.Json();
        var command = new Command("calibrate", "Quantises a model by typical inputs, and says how far its integers are from its floats") { file, data, coverage, bits, output, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(file)!, parsed.GetValue(data)!, parsed.GetValue(coverage), parsed.GetValue(bits), parsed.GetValue(output), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string path, string data, double coverage, int bits, string? output, bool asJson, CancellationToken cancel)
    {
        var (_, integers, report) = ModelFiles.Quantise(path, data, coverage, bits);
        byte[] encoding = IntegerGraphEncoding.Encode(integers.Graph);
        if (output is not null) await File.WriteAllBytesAsync(output, encoding, cancel);
        Say(integers, report, encoding.Length, asJson);
        return ExitCode.Yes;
    }

    static void Say(IntegerModel integers, QuantisationReport report, int encoded, bool asJson)
    {
        var primitives = integers.Graph.Nodes.GroupBy(n => n.GetType().Name).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var reason = (RegisteredGraph.CanRegister(integers) as Verdict.Rejected)?.Reason;
        if (asJson)
        {
            Console.Out.WriteLine(new JsonObject
            {
                ["samples"] = report.Samples, ["parameters"] = integers.Parameters, ["macs"] = integers.Macs, ["graphBytes"] = encoded,
                ["primitives"] = new JsonObject(primitives.Select(g => KeyValuePair.Create(g.Key, (JsonNode?)g.Count()))),
                ["tables"] = new JsonArray([.. integers.Graph.Tables.Select(t => new JsonObject { ["name"] = t.Name, ["least"] = t.Least, ["entries"] = t.Entries.Length })]),
                ["inputScale"] = integers.InputScale, ["outputScale"] = integers.OutputScale,
                ["maximumError"] = report.MaximumError, ["meanError"] = report.MeanError, ["rmsError"] = report.RootMeanSquareError, ["floatRange"] = report.FloatRange,
                ["agreement"] = report.Agreement, ["saturated"] = report.Saturated,
                ["provable"] = reason is null, ["check"] = reason?.Check.Id, ["expected"] = reason?.Expected, ["found"] = reason?.Found,
            }.ToJsonString(new() { WriteIndented = true }));
            return;
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{integers.Parameters:N0} hidden numbers, {integers.Macs:N0} multiplications a run, a graph of {encoded:N0} bytes"));
        foreach (var group in primitives) Console.Out.WriteLine($"{group.Count(),6}  {group.Key}");
        foreach (var table in integers.Graph.Tables) Console.Out.WriteLine($"table   {table.Name}, {table.Entries.Length} entries from {table.Least}");
        foreach (string line in Lines(report)) Console.Out.WriteLine(line);
        Console.Out.WriteLine(reason is null ? "it can be registered, and its answers proven" : $"it cannot be registered: {reason}");
    }

    /// <summary>The report in words.</summary>
    public static IEnumerable<string> Lines(QuantisationReport report)
    {
        double range = report.FloatRange > 0 ? report.FloatRange : 1;
        yield return string.Create(CultureInfo.InvariantCulture, $"against float32 on {report.Samples} inputs, of the outputs' range: RMS {100 * report.RootMeanSquareError / range:F2} %, mean {100 * report.MeanError / range:F2} %, maximum {100 * report.MaximumError / range:F2} %");
        yield return string.Create(CultureInfo.InvariantCulture, $"the same largest output on {100 * report.Agreement:F1} % of them; {100 * report.Saturated:F1} % of output cells at the end of their range");
    }
}
