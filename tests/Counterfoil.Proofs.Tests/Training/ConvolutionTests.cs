using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Tests;
using Counterfoil.Training;
using Counterfoil.Training.Arithmetic;
using Counterfoil.Zk.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Counterfoil.Proofs.Tests.Training;

/// <summary>Convolutions in training: the right gradients, the same bits everywhere, and LeNet-5 on real images.</summary>
public sealed class ConvolutionTests(ITestOutputHelper output)
{
    static readonly TrainingRecipe small = new()
    {
        Layers = [72, 5, 3], Image = new(2, 6, 6), Convolutions = [new(3, 3, 1), new(2, 2, 0)], BatchSize = 4, LearningRateMillionths = 1_000_000, MomentumMillionths = 0, Seed = 3,
    };

    static readonly TrainingRecipe leNet5 = new() { Layers = [784, 120, 84, 10], Image = new(1, 28, 28), Convolutions = [new(6, 5, 2), new(16, 5, 0)], Seed = 1, LearningRateMillionths = 10_000 };

    static (byte[] Inputs, byte[] Labels) Data(int seed)
    {
        var random = new SplitMix64((ulong)seed);
        byte[] inputs = new byte[4 * 72];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = (byte)random.NextBelow(256);
        return (inputs, [0, 2, 1, 2]);
    }

    // The mean loss by the float executor of Models, which shares no code with training; the softmax in float64.
    static double Loss(FloatModel model, byte[] inputs, byte[] labels)
    {
        double total = 0;
        for (int r = 0; r < labels.Length; r++)
        {
            double[] z = [.. FloatExecutor.Execute(model, [.. inputs.Skip(r * model.InputLength).Take(model.InputLength).Select(b => (b >> 1) / 127f)]).Select(v => (double)v)];
            total += Math.Log(z.Sum(v => Math.Exp(v - z.Max()))) - (z[labels[r]] - z.Max());
        }
        return total / labels.Length;
    }

    [Fact]
    public void A_step_descends_along_the_gradient_that_finite_differences_find()
    {
        var network = new Network(small, Kernels.For(KernelPath.Scalar), 1);
        var (inputs, labels) = Data(5);
        var before = network.ToModel();
        double loss = network.Step(inputs, labels) / 4;
        var after = network.ToModel();
        Assert.Equal(Loss(before, inputs, labels), loss, 1e-5);
        int seen = 0;
        for (int n = 0; n < before.Nodes.Length; n++)
        {
            if (before.Nodes[n] is not FloatConvolution w0) continue;
            var w1 = (FloatConvolution)after.Nodes[n];
            for (int i = 0; i < w0.Weights.Length + w0.Biases.Length; i++, seen++)
            {
                FloatModel Moved(float h) => before with
                {
                    Nodes = before.Nodes.SetItem(n, i < w0.Weights.Length ? w0 with { Weights = w0.Weights.SetItem(i, w0.Weights[i] + h) } : w0 with { Biases = w0.Biases.SetItem(i - w0.Weights.Length, w0.Biases[i - w0.Weights.Length] + h) }),
                };
                double descended = i < w0.Weights.Length ? w0.Weights[i] - w1.Weights[i] : w0.Biases[i - w0.Weights.Length] - w1.Biases[i - w0.Weights.Length];
                const float h = 1e-3f;
                double slope = (Loss(Moved(h), inputs, labels) - Loss(Moved(-h), inputs, labels)) / (2 * h);
                Assert.Equal(slope, descended, 2e-3);
            }
        }
        Assert.Equal((3 * 18) + 3 + (2 * 12) + 2, seen);
    }

    [Fact]
    public void Every_width_and_number_of_threads_ends_in_the_same_bits()
    {
        string Run(KernelPath path, int threads)
        {
            var network = new Network(small with { LearningRateMillionths = 50_000, MomentumMillionths = 900_000 }, Kernels.For(path), threads);
            for (int step = 0; step < 5; step++)
            {
                var (inputs, labels) = Data(step);
                network.Step(inputs, labels);
            }
            return new TrainingResult(network.ToModel(), default, 5, 20, []).WeightsDigest.ToString();
        }
        string expected = Run(KernelPath.Scalar, 1);
        foreach (var path in Enum.GetValues<KernelPath>()) Assert.Equal(expected, Run(path, 1));
        Assert.Equal(expected, Run(Kernels.Widest, 3));
    }

    [Fact]
    public void A_recipe_with_convolutions_has_a_line_for_them_and_one_spelling()
    {
        byte[] bytes = leNet5.Encode();
        Assert.Contains("layers 784 120 84 10\nconvolutions 1x28x28 6x5p2 16x5p0\ninput uint8-shift1/v1\n", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
        Assert.True(TrainingRecipe.Decode(bytes, out var recipe).IsAccepted);
        Assert.Equal(leNet5, recipe);
        foreach (var (from, to) in new[] { ("6x5p2", "6x05p2"), ("6x5p2", "6x5"), ("6x5p2", "6p5x2"), ("6x5p2", "0x5p2"), ("6x5p2", "6x12p2"), ("6x5p2", "6x5p5"), ("1x28x28", "1x28x27"), ("1x28x28", "784"), ("16x5p0", "16x11p0 16x11p0"), (" 6x5p2 16x5p0", "") })
            Assert.IsType<Verdict.Rejected>(TrainingRecipe.Decode(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(bytes).Replace(from, to, StringComparison.Ordinal)), out _));
        Assert.IsType<Verdict.Rejected>((leNet5 with { BatchSize = 4096 }).Validate());
        Assert.IsType<Verdict.Rejected>((leNet5 with { Convolutions = [] }).Validate());
    }

    [Fact]
    public async Task LeNet5_learns_real_images_travels_as_onnx_and_its_integers_name_what_was_held_back()
    {
        var recipe = leNet5 with { Epochs = Surroundings.IsCampaign ? 12 : 2 };
        int records = Surroundings.IsCampaign ? FashionMnist.Sample.TrainingRecords : 1_280;
        var result = await Trainer.TrainAsync(recipe, FashionMnist.Sample.Batches(recipe, records));
        byte[] file = OnnxWriter.Write(result.Model);
        var verdict = OnnxReader.Read(file, out var model);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        static float[] Cells(ReadOnlyMemory<byte> image) => Array.ConvertAll(image.ToArray(), p => (p >> 1) / 127f);
        using var session = new InferenceSession(file);
        float[] first = Cells(FashionMnist.Sample.Test().First().Image), expected = FloatExecutor.Execute(model!, first);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", new DenseTensor<float>(first, [1, 1, 28, 28]))]);
        foreach (var (a, b) in results[0].AsEnumerable<float>().Zip(expected)) Assert.Equal(a, b, 1e-4 * Math.Max(1, Math.Abs(a)));

        verdict = Quantiser.Quantise(model!, [.. FashionMnist.Sample.Calibration(100).Select(Cells)], new QuantiserOptions { InputScale = 1.0 / 127 }, out var quantised, out var report);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        var executor = new FastExecutor(quantised!);
        int right = 0, count = 0;
        foreach (var (image, label) in FashionMnist.Sample.Test().Take(Surroundings.IsCampaign ? 1_000 : 200))
        {
            if (ArgMax.Of(executor.Execute(Quantiser.ToCells(Cells(image), quantised!))[quantised!.Graph.Output]) == label) right++;
            count++;
        }
        output.WriteLine($"losses {string.Join(' ', result.Losses.Select(l => l.ToString("f3")))}; int8 names {right} of {count}; {report}");
        Assert.True(right >= (Surroundings.IsCampaign ? 0.86 : 0.6) * count, $"{right} of {count}");
    }
}
