using System.Diagnostics;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Models.Zoo;
using Counterfoil.Training;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Cli.Bench;

/// <summary>Whole models in integers: how fast, and how far from float32.</summary>
static class ModelBench
{
    public static async Task<BenchReport> RunAsync(BenchRun run)
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
                MarkdownTable.Number(IntegerGraphEncoding.Encode(integers.Graph).Length / 1e3), MarkdownTable.Number(reading * 1e3), MarkdownTable.Number(quantising * 1e3), MarkdownTable.Number(seconds * 1e3), MarkdownTable.Number(rate),
                $"{100 * report.RootMeanSquareError / range:F2} %", $"{100 * report.MaximumError / range:F2} %", $"{100 * report.Agreement:F0} %");
        }
        var accuracy = await AccuracyAsync(run, figures);
        return BenchReport.Of("models", figures,
            "One thread; \"execute\" is the fast integer executor, bit for bit the normative one's integers; medians of warm runs.",
            "Errors are of the outputs' range in float32, on the calibration inputs; weights are from a seed (docs/models.md).",
            "Accuracy is on images that neither training nor calibration saw.") with { Tables = [table, accuracy] };
    }

    // What quantisation costs a model that has learned something.
    static async Task<MarkdownTable> AccuracyAsync(BenchRun run, List<Figure> figures)
    {
        var table = new MarkdownTable("Trained on the sample images, asked the rest:", "model", "epochs", "learned from", "asked", "float32", "integers", "same answer", "RMS error", "max error", "training s");
        (string, TrainingRecipe)[] recipes =
        [
            ("MLP 784-128-10", new() { Layers = [784, 128, 10], Seed = 1 }),
            ("LeNet-5", new() { Layers = [784, 120, 84, 10], Image = new(1, 28, 28), Convolutions = [new(6, 5, 2), new(16, 5, 0)], LearningRateMillionths = 10_000, Seed = 1 }),
        ];
        foreach (var (name, recipe) in recipes)
        {
            if (run.Quick && !recipe.Convolutions.IsDefaultOrEmpty) continue;
            run.Next($"accuracy of {name}");
            var asked = recipe with { Epochs = run.Quick ? 1 : recipe.Epochs };
            long start = Stopwatch.GetTimestamp();
            var (result, records, held) = await BenchModels.TrainAsync(run, asked, held: run.Quick ? 64 : 2_000);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Quantiser.Quantise(result.Model, [.. records.Take(200).Select(Pixels)], new QuantiserOptions { InputScale = 1.0 / 127 }, out var integers, out var report).Require();
            var executor = new FastExecutor(integers!);
            int floats = 0, wholes = 0, same = 0;
            foreach (byte[] record in held)
            {
                float[] pixels = Pixels(record);
                int real = ArgMax.Of(FloatExecutor.Execute(result.Model, pixels)), whole = ArgMax.Of(executor.Execute(Quantiser.ToCells(pixels, integers!))[integers!.Graph.Output]);
                floats += real == record[0] ? 1 : 0;
                wholes += whole == record[0] ? 1 : 0;
                same += real == whole ? 1 : 0;
            }
            string Share(int count) => $"{100.0 * count / held.Count:F2} %";
            figures.Add(new Figure($"{name}, accuracy of its integers", 100.0 * wholes / held.Count, "%"));
            table.Add(name, $"{asked.Epochs}", $"{records.Count:N0}", $"{held.Count:N0}", Share(floats), Share(wholes), Share(same), $"{100 * report!.RootMeanSquareError / report.FloatRange:F2} %", $"{100 * report.MaximumError / report.FloatRange:F2} %",
                MarkdownTable.Number(seconds));
        }
        return table;

        static float[] Pixels(byte[] record) => Array.ConvertAll(record[1..], p => (p >> 1) / 127f);
    }
}
