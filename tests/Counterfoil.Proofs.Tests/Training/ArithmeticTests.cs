using Counterfoil.Models;
using Counterfoil.Training;
using Counterfoil.Training.Arithmetic;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Training;

public sealed class ArithmeticTests
{
    [Fact]
    public void Exp_is_within_three_ten_millionths_of_float64() => Gen.Float[-87.2f, 0f].Sample(x => Assert.InRange(Elementary.Exp(x) / Math.Exp(x), 1 - 3e-7, 1 + 3e-7));

    [Fact]
    public void Log_is_within_three_ten_millionths_of_float64() => Gen.Float[1e-30f, 1e30f].Sample(x =>
        Assert.InRange(Math.Abs(Elementary.Log(x) - Math.Log(x)), 0, 3e-7 * Math.Max(1, Math.Abs(Math.Log(x)))));

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-87.4f, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_knows_its_ends(float x, float expected) => Assert.Equal(expected, Elementary.Exp(x));

    [Fact]
    public void Log_of_one_is_zero() => Assert.Equal(0f, Elementary.Log(1f));

    [Fact]
    public void The_generator_gives_the_published_sequence_of_seed_1234567()
    {
        var random = new SplitMix64(1234567);
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(published, published.Select(_ => random.Next()).ToArray());
    }

    [Fact]
    public void Numbers_below_a_bound_are_below_it_and_reach_all_of_it()
    {
        var random = new SplitMix64(7);
        var counts = new int[7];
        for (int i = 0; i < 7_000; i++) counts[random.NextBelow(7)]++;
        Assert.All(counts, c => Assert.InRange(c, 850, 1150));
    }

    [Fact]
    public void A_step_descends_along_the_gradient_that_finite_differences_find()
    {
        var recipe = new TrainingRecipe { Layers = [6, 5, 4, 3], BatchSize = 4, LearningRateMillionths = 1_000_000, MomentumMillionths = 0, Seed = 3 };
        var network = new Network(recipe, Kernels.For(KernelPath.Scalar), 1);
        byte[] inputs = [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 37))], labels = [0, 2, 1, 2];
        var before = network.ToModel();
        double loss = network.Step(inputs, labels) / 4;
        var after = network.ToModel();
        Assert.Equal(Loss(before, inputs, labels, -1, 0, 0), loss, 1e-5);
        for (int n = 0; n < before.Nodes.Length; n += 2)
        {
            var (w0, w1) = ((FloatGemm)before.Nodes[n], (FloatGemm)after.Nodes[n]);
            for (int i = 0; i < w0.Weights.Length + w0.Biases.Length; i++)
            {
                double descended = i < w0.Weights.Length ? w0.Weights[i] - w1.Weights[i] : w0.Biases[i - w0.Weights.Length] - w1.Biases[i - w0.Weights.Length];
                const double h = 1e-6;
                double slope = (Loss(before, inputs, labels, n, i, h) - Loss(before, inputs, labels, n, i, -h)) / (2 * h);
                Assert.Equal(slope, descended, 1e-4);
            }
        }
    }

    // The mean loss in float64, parameter `index` of node `node` moved by `step`: written apart from the product on purpose.
    static double Loss(FloatModel model, byte[] inputs, byte[] labels, int node, int index, double step)
    {
        double total = 0;
        for (int r = 0; r < labels.Length; r++)
        {
            double[] x = [.. inputs.Skip(r * model.InputLength).Take(model.InputLength).Select(b => (b >> 1) / 127.0)];
            for (int n = 0; n < model.Nodes.Length; n++)
            {
                if (model.Nodes[n] is FloatGemm g)
                {
                    x = [.. Enumerable.Range(0, g.OutputLength).Select(o => Moved(g.Biases[o], n, g.Weights.Length + o)
                        + Enumerable.Range(0, g.InputLength).Sum(k => Moved(g.Weights[(o * g.InputLength) + k], n, (o * g.InputLength) + k) * x[k]))];
                }
                else x = [.. x.Select(v => Math.Max(v, 0))];
            }
            total += Math.Log(x.Sum(Math.Exp)) - x[labels[r]];
        }
        return total / labels.Length;

        double Moved(float value, int n, int i) => n == node && i == index ? value + step : value;
    }
}
