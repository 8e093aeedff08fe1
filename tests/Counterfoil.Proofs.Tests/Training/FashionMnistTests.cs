using System.Diagnostics;
using Counterfoil.Models;
using Counterfoil.Training;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Proofs.Tests.Training;

public sealed class FashionMnistTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_perceptron_learns_from_9000_images_and_its_integers_name_the_held_back_ones()
    {
        var data = FashionMnist.Sample;
        var recipe = new TrainingRecipe { Layers = [784, 128, 10], Seed = 1 };
        var watch = Stopwatch.StartNew();
        var result = await Trainer.TrainAsync(recipe, data.Batches(recipe, data.TrainingRecords));
        double seconds = watch.Elapsed.TotalSeconds;
        output.WriteLine($"{seconds:f2} s, {result.Records / seconds:f0} images/s, losses {string.Join(' ', result.Losses.Select(l => l.ToString("f3")))}");

        var calibration = data.Calibration(1_000);
        var verdict = Quantiser.Quantise(result.Model, Preprocessing.Uint8Shift1, calibration, new QuantiserOptions(), out var quantised, out var report);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        output.WriteLine($"{report}; shifts {string.Join(' ', quantised!.Graph.Nodes.Cast<Gemm>().Select(g => $"{g.Requantisation.Shift}: {g.Requantisation.Multipliers.Min()}..{g.Requantisation.Multipliers.Max()}"))}");

        int asFloat = 0, asInteger = 0;
        watch.Restart();
        foreach (var (image, label) in data.Test())
        {
            Assert.True(quantised.Answer(image.Span, out var trace).IsAccepted);
            if (ArgMax.Of(trace!.Output.AsSpan()) == label) asInteger++;
        }
        output.WriteLine($"{watch.Elapsed.TotalMicroseconds / FashionMnist.HeldBack:f0} µs an answer");
        foreach (var (image, label) in data.Test())
            if (ArgMax.Of(FloatExecutor.Execute(result.Model, Array.ConvertAll(image.ToArray(), p => (p >> 1) / 127f))) == label) asFloat++;
        output.WriteLine($"float {asFloat}, int8 {asInteger} of {FashionMnist.HeldBack}");
        Assert.True(asInteger >= 840, $"{asInteger} of 1000");
        Assert.True(report!.Agreement > 0.98 && Math.Abs(asFloat - asInteger) <= 10, "int8 costs more than a percent");
    }
}
