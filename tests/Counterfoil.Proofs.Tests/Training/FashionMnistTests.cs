using System.Diagnostics;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Prover;
using Counterfoil.Training;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Proofs.Tests.Training;

/// <summary>What the demo does between its data and its proof.</summary>
public sealed class FashionMnistTests(ITestOutputHelper output)
{
    static readonly Lazy<Task<TrainingResult>> Trained = new(() =>
    {
        var recipe = new TrainingRecipe { Layers = [784, 128, 10], Seed = 1 };
        return Trainer.TrainAsync(recipe, FashionMnist.Sample.Batches(recipe, FashionMnist.Sample.TrainingRecords));
    });

    static async Task<(TrainingResult Result, QuantisedModel Quantised, QuantisationReport Report)> QuantisedAsync()
    {
        var result = await Trained.Value;
        var verdict = Quantiser.Quantise(result.Model, Preprocessing.Uint8Shift1, FashionMnist.Sample.Calibration(1_000), new QuantiserOptions(), out var quantised, out var report);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return (result, quantised!, report!);
    }

    [Fact]
    public async Task A_perceptron_learns_from_9000_images_and_its_integers_name_the_held_back_ones()
    {
        var result = await Trained.Value;
        output.WriteLine($"losses {string.Join(' ', result.Losses.Select(l => l.ToString("f3")))}");
        Assert.Equal((2_820, 180_000L), (result.Steps, result.Records));

        var (_, quantised, report) = await QuantisedAsync();
        int asFloat = 0, asInteger = 0;
        var watch = Stopwatch.StartNew();
        foreach (var (image, label) in FashionMnist.Sample.Test())
        {
            Assert.True(quantised.Answer(image.Span, out var cells).IsAccepted);
            if (ArgMax.Of(cells!) == label) asInteger++;
        }
        output.WriteLine($"{watch.Elapsed.TotalMicroseconds / FashionMnist.HeldBack:f0} µs an answer; {report}");
        foreach (var (image, label) in FashionMnist.Sample.Test())
            if (ArgMax.Of(FloatExecutor.Execute(result.Model, Array.ConvertAll(image.ToArray(), p => (p >> 1) / 127f))) == label) asFloat++;
        output.WriteLine($"float {asFloat}, int8 {asInteger} of {FashionMnist.HeldBack}");
        Assert.True(asInteger >= 840, $"{asInteger} of 1000");
        Assert.True(report.Agreement > 0.98 && Math.Abs(asFloat - asInteger) <= 10, "int8 costs more than a percent");
    }

    [Fact]
    public async Task What_was_trained_travels_as_onnx_is_registered_and_its_answer_is_proven()
    {
        var (result, quantised, _) = await QuantisedAsync();
        Assert.True(OnnxReader.Read(OnnxWriter.Write(result.Model), out var read).IsAccepted);
        Assert.True(Quantiser.Quantise(read!, quantised.Input, FashionMnist.Sample.Calibration(1_000), new QuantiserOptions(), out var again, out _).IsAccepted);
        Assert.Equal(quantised.Model.Hidden[0].Weights, again!.Model.Hidden[0].Weights);

        using var registered = RegisteredGraph.Register(again.Model);
        byte[] request = FashionMnist.Sample.Test().First().Image.ToArray();
        Assert.True(Preprocessing.Apply(again.Input.Name, request, out var tensor).IsAccepted);
        var proven = registered.Prove(tensor, default);
        Assert.True(quantised.Answer(request, out var cells).IsAccepted);
        Assert.Equal(cells, proven.Output);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(registered.Model, tensor, proven.Output.AsMemory(), default), proven.Proof));
        output.WriteLine($"prove {proven.Elapsed.TotalMilliseconds:f1} ms, {proven.Proof.Length} bytes");

        request[300] ^= 0x80;
        Assert.True(Preprocessing.Apply(again.Input.Name, request, out tensor).IsAccepted);
        Assert.IsType<Verdict.Rejected>(ExecutionProof.Verify(new ExecutionStatement(registered.Model, tensor, proven.Output.AsMemory(), default), proven.Proof));
    }
}
