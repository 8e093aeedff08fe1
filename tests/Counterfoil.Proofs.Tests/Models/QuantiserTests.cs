using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Zk.Graphs;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Models;

public sealed class QuantiserTests
{
    static readonly Gen<(FloatModel Model, ReadOnlyMemory<byte>[] Data)> Models =
        from layers in Gen.Int[1, 40].Array[2, 4]
        from seed in Gen.Int
        from scale in Gen.Float[-4f, 4f]
        select Build(layers, seed, MathF.Pow(10, scale));

    static (FloatModel, ReadOnlyMemory<byte>[]) Build(int[] layers, int seed, float scale)
    {
        var random = new Random(seed);
        ImmutableArray<float> Some(int n, double s) => [.. Enumerable.Range(0, n).Select(_ => (float)((random.NextDouble() - 0.5) * s))];
        var model = FloatModel.Perceptron([.. layers.Skip(1).Select((n, i) => (Some(n * layers[i], scale / Math.Sqrt(layers[i])), Some(n, scale)))]);
        return (model, [.. Enumerable.Range(0, 20).Select(_ =>
        {
            var record = new byte[layers[0]];
            random.NextBytes(record);
            return (ReadOnlyMemory<byte>)record;
        })]);
    }

    [Fact]
    public void Every_perceptron_becomes_a_valid_graph_whose_error_is_a_few_steps_of_its_output() => Models.Sample(sample =>
    {
        var (model, data) = sample;
        var verdict = Quantiser.Quantise(model, Preprocessing.Uint8Shift1, data, new QuantiserOptions(), out var quantised, out var report);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.True(quantised!.Model.Validate(out _).IsAccepted);

        // Errors recomputed from the outside: the report does not flatter.
        double maximum = 0, sum = 0;
        int cells = 0;
        foreach (var record in data)
        {
            Assert.True(quantised.Answer(record.Span, out var answer).IsAccepted);
            float[] expected = FloatExecutor.Execute(model, Array.ConvertAll(record.ToArray(), p => (p >> 1) / 127f));
            for (int i = 0; i < expected.Length; i++, cells++)
            {
                double error = Math.Abs((answer![i] * quantised.Model.OutputScale) - expected[i]);
                maximum = Math.Max(maximum, error);
                sum += error;
            }
        }
        Assert.Equal(maximum, report!.MaximumError, 1e-9 * Math.Max(1, maximum));
        Assert.Equal(sum / cells, report.MeanError, 1e-9 * Math.Max(1, maximum));
        Assert.True(report.MaximumError <= 12 * quantised.Model.OutputScale, $"{report} at step {quantised.Model.OutputScale}");
    }, iter: 60);

    [Fact]
    public void A_layer_that_fits_the_grid_is_exact()
    {
        // Weights of k/127 and inputs of q/127: the accumulator is exact, and so is an output whose step divides it.
        var model = FloatModel.Perceptron((ImmutableArray.Create(1f, -64f / 127, 127f / 127, 0f), ImmutableArray.Create(0f, 0f)));
        Assert.True(Quantiser.Quantise(model, Preprocessing.Uint8Shift1, [new byte[] { 254, 0 }, new byte[] { 2, 4 }], new QuantiserOptions(), out var quantised, out _).IsAccepted);
        Assert.Equal([127, -64, 127, 0], quantised!.Model.Hidden[0].Weights.Select(w => (int)w));
        Assert.Equal([(127 * 100) - (64 * 30), 127 * 100], PrimitiveExecutor.Execute(quantised.Model, [100, 30])[1]);
        Assert.True(quantised.Answer([200, 60], out var answer).IsAccepted);
        Assert.Equal([85, 100], answer!);
    }

    [Fact]
    public void A_channel_of_zeros_and_a_bias_far_larger_than_its_weights_have_integers_too()
    {
        var model = FloatModel.Perceptron((ImmutableArray.Create(0f, 0f, 1e-9f, 0f, 1f, 1f), ImmutableArray.Create(0f, 5f, -3f)));
        var verdict = Quantiser.Quantise(model, Preprocessing.Uint8Shift1, [new byte[] { 255, 255 }], new QuantiserOptions(), out var quantised, out var report);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.True(report!.MaximumError <= quantised!.Model.OutputScale, report.ToString());
    }

    [Fact]
    public void The_same_model_and_data_give_the_same_integers() => Models.Sample(sample =>
    {
        Quantiser.Quantise(sample.Model, Preprocessing.Uint8Shift1, sample.Data, new QuantiserOptions(), out var one, out _);
        Quantiser.Quantise(sample.Model, Preprocessing.Uint8Shift1, sample.Data, new QuantiserOptions(), out var two, out _);
        Assert.Equal(IntegerGraphEncoding.Encode(one!.Model.Graph), IntegerGraphEncoding.Encode(two!.Model.Graph));
        foreach (var (first, second) in one.Model.Hidden.Zip(two.Model.Hidden))
        {
            Assert.Equal(first.Weights, second.Weights);
            Assert.Equal(first.Biases, second.Biases);
        }
    }, iter: 10);

    [Fact]
    public void Less_coverage_gives_finer_steps_and_says_what_it_clipped()
    {
        var model = FloatModel.Perceptron((ImmutableArray.Create(1f), ImmutableArray.Create(0f)));
        ReadOnlyMemory<byte>[] data = [.. Enumerable.Range(1, 100).Select(i => new byte[] { (byte)(i == 100 ? 254 : 2 * (i % 10) + 2) })];
        Quantiser.Quantise(model, Preprocessing.Uint8Shift1, data, new QuantiserOptions(), out var whole, out var all);
        Quantiser.Quantise(model, Preprocessing.Uint8Shift1, data, new QuantiserOptions { OutputCoverage = 0.99 }, out var most, out var clipped);
        Assert.Equal(1.0 / 127, whole!.Model.OutputScale, 1e-9);
        Assert.Equal(10.0 / 127 / 127, most!.Model.OutputScale, 1e-9);
        Assert.True(clipped!.Saturated > all!.Saturated && clipped.MaximumError > all.MaximumError);
    }

    [Fact]
    public void A_branching_model_keeps_its_branches()
    {
        // x → Gemm a; a → ReLU; a → nothing else; ReLU → Gemm b, and the input is read twice by dead weight: not here, every value has a reader.
        FloatGemm Gemm(int input, float w) => new(input, 1, 1, 1, [w], [0]);
        var model = new FloatModel(1, [Gemm(0, 1), new FloatUnary(1, 1, CellFunction.Relu), Gemm(2, -1), Gemm(3, 0.5f)]);
        Assert.True(Quantiser.Quantise(model, Preprocessing.Uint8Shift1, [new byte[] { 254 }], new QuantiserOptions(), out var quantised, out _).IsAccepted);
        Assert.Equal([0, 2, 4], quantised!.Model.Graph.Nodes.OfType<LinearMap>().Select(map => map.Input));
        Assert.Equal([0, -127, -127], quantised.Model.Graph.Nodes.OfType<Requantise>().Select(r => r.Least));
    }

    public static TheoryData<string, string, FloatModel, byte[][]> Refusals()
    {
        FloatGemm Gemm(int input, int rows = 1, float w = 1, int columns = 1) => new(input, rows, columns, 1, [.. Enumerable.Repeat(w, columns)], [0]);
        byte[][] one = [[9]];
        return new()
        {
            { "model.quantise.operator", "no Gemm", new(1, []), one },
            { "model.quantise.calibration", "no data", new(1, [Gemm(0)]), [] },
            { "model.quantise.calibration", "a record of another length", new(1, [Gemm(0)]), [[1, 2]] },
            { "model.quantise.calibration", "an activation beyond float32", new(1, [Gemm(0, 1, float.MaxValue), Gemm(1, 1, float.MaxValue)]), [[255]] },
            { "model.quantise.range", "too many columns", new(65_536, [Gemm(0, 1, 1, 65_536)]), [new byte[65_536]] },
        };
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_has_no_integer_form_is_refused_by_name(string check, string what, FloatModel model, byte[][] data)
    {
        var verdict = Quantiser.Quantise(model, Preprocessing.Uint8Shift1, [.. data.Select(d => (ReadOnlyMemory<byte>)d)], new QuantiserOptions(), out var quantised, out var report);
        Assert.True(verdict is Verdict.Rejected { Reason.Check.Id: var id } && id == check, $"{what}: {verdict}");
        Assert.Null(quantised);
        Assert.Null(report);
    }

    [Fact]
    public void No_preprocessing_makes_whole_numbers()
    {
        var model = new FloatModel([new FloatInput("tokens", [1], true)], [new FloatConstant([1, 2, 3, 4]), new FloatGather(1, 0, 4, 1, 1)], [2]);
        var verdict = Quantiser.Quantise(model, Preprocessing.Uint8Shift1, [new byte[] { 0 }], new QuantiserOptions(), out var quantised, out _);
        Assert.Equal("model.quantise.operator", Assert.IsType<Verdict.Rejected>(verdict).Reason.Check.Id);
        Assert.Null(quantised);
    }

    [Fact]
    public void A_request_of_another_length_is_refused()
    {
        var (model, data) = Build([3, 2], 1, 1);
        Quantiser.Quantise(model, Preprocessing.Uint8Shift1, data, new QuantiserOptions(), out var quantised, out _);
        Assert.Equal("model.request.length", Assert.IsType<Verdict.Rejected>(quantised!.Answer([1, 2], out _)).Reason.Check.Id);
    }
}
