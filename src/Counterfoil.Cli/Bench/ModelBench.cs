using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Models.Zoo;

namespace Counterfoil.Cli.Bench;

/// <summary>Whole models in integers: how fast, and how far from float32.</summary>
static class ModelBench
{
    public static Task<BenchReport> RunAsync(BenchRun run)
    {
        var figures = new List<Figure>();
        var table = new MarkdownTable(null, "model", "parameters", "MACs", "primitives", "tables", "graph kB", "read ms", "quantise ms", "execute ms", "GMAC/s", "RMS error", "max error", "top-1");
        foreach (var model in ZooModel.All.Where(m => !run.Quick || m.Name is "mlp" or "lenet5"))
        {
            run.Next(model.Name);
            byte[] file = model.Build();
            FloatModel read = null!;
            double reading = Stopwatches.Once(() => OnnxReader.Read(file, out read!, model.Limits).Require());
            IntegerModel integers = null!;
            QuantisationReport report = null!;
            var inputs = ZooModel.Inputs(read, model.IsLarge ? 1 : 4);
            double quantising = Stopwatches.Once(() => Quantiser.Quantise(read, inputs, new QuantiserOptions(), out integers!, out report!).Require());
            var executor = new FastExecutor(integers);
            int[] cells = Quantiser.ToCells(inputs[0], integers);
            double seconds = Stopwatches.Median(run, () => executor.Execute(cells));
            double rate = integers.Macs / seconds / 1e9, range = Math.Max(report.FloatRange, 1e-30);
            figures.Add(new Figure(model.Name, rate, "GMAC/s"));
            table.Add(model.Name, read.Parameters.ToString("N0"), integers.Macs.ToString("N0"), $"{integers.Graph.Nodes.Length}", $"{integers.Graph.Tables.Length}",
                MarkdownTable.Number(Zk.Graphs.IntegerGraphEncoding.Encode(integers.Graph).Length / 1e3), MarkdownTable.Number(reading * 1e3), MarkdownTable.Number(quantising * 1e3), MarkdownTable.Number(seconds * 1e3), MarkdownTable.Number(rate),
                $"{100 * report.RootMeanSquareError / range:F2} %", $"{100 * report.MaximumError / range:F2} %", $"{100 * report.Agreement:F0} %");
        }
        return Task.FromResult(BenchReport.Of("models", figures,
            "One thread; \"execute\" is the fast integer executor, bit for bit the normative one's integers; medians of warm runs.",
            "Errors are of the outputs' range in float32, on the calibration inputs; weights are from a seed (docs/models.md).") with { Tables = [table] });
    }
}
