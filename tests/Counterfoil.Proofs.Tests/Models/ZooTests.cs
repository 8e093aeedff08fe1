using Counterfoil.Models;
using Counterfoil.Models.Integer.Lanes;
using Counterfoil.Models.Onnx;
using Counterfoil.Models.Zoo;
using Counterfoil.Tests;
using Counterfoil.Zk.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Counterfoil.Proofs.Tests.Models;

/// <summary>Whole models, end to end: written as ONNX, read, run in float32 against ONNX Runtime, and in integers against float32.</summary>
public sealed class ZooTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names() => [.. ZooModel.All.Where(m => m.Name != "gpt2-small" && (!m.IsLarge || Surroundings.IsCampaign)).Select(m => m.Name)];

    static FloatModel Read(string name)
    {
        var model = ZooModel.All.Single(m => m.Name == name);
        var verdict = OnnxReader.Read(model.Build(), out var read, model.Limits);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return read!;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_whole_model_computes_what_onnx_runtime_computes(string name)
    {
        byte[] file = ZooModel.All.Single(m => m.Name == name).Build();
        Assert.Equal(file, ZooModel.All.Single(m => m.Name == name).Build());
        var model = Read(name);
        using var session = new InferenceSession(file);
        foreach (float[] x in ZooModel.Inputs(model, 2))
        {
            int[] shape = [.. model.Inputs[0].Dimensions];
            var input = model.Inputs[0].IsInteger ? NamedOnnxValue.CreateFromTensor("input", new DenseTensor<long>(Array.ConvertAll(x, v => (long)v), shape))
                : NamedOnnxValue.CreateFromTensor("input", new DenseTensor<float>(x, shape));
            using var results = session.Run([input]);
            float[] expected = [.. results[0].AsEnumerable<float>()], actual = FloatExecutor.Execute(model, x);
            Assert.Equal(expected.Length, actual.Length);
            float range = expected.Max() - expected.Min();
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4 * range);
        }
    }

    // The errors allowed are what was measured when this was written, with half as much again as room: who makes a model worse meets this test.
    [Theory]
    [InlineData("mlp", 0.02)]
    [InlineData("lenet5", 0.02)]
    [InlineData("cnn-264k", 0.02)]
    [InlineData("dense-4m", 0.03)]
    [InlineData("resnet-block", 0.02)]
    [InlineData("transformer-block", 0.02)]
    [InlineData("nanogpt", 0.03)]
    public void The_integers_are_within_a_known_distance_of_the_floats(string name, double allowed)
    {
        var model = Read(name);
        var verdict = Quantiser.Quantise(model, ZooModel.Inputs(model, name is "nanogpt" or "dense-4m" ? 2 : 4), new QuantiserOptions(), out var quantised, out var report);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        output.WriteLine($"{name}: {model.Parameters} parameters, {quantised!.Macs} multiplications, {quantised.Graph.Nodes.Length} primitives, {quantised.Graph.Tables.Length} tables; RMS {report!.RootMeanSquareError / report.FloatRange:p2}, max {report.MaximumError / report.FloatRange:p2}, top-1 {report.Agreement:p0}, saturated {report.Saturated:p1}");
        Assert.True(report.RootMeanSquareError <= allowed * report.FloatRange, $"{name}: RMS {report.RootMeanSquareError / report.FloatRange:p2} of the range");
        byte[] encoding = IntegerGraphEncoding.Encode(quantised.Graph);
        Assert.True(IntegerGraphEncoding.Decode(encoding, out var decoded).IsAccepted);
        Assert.Equal(encoding, IntegerGraphEncoding.Encode(decoded!));
    }

    [Theory]
    [InlineData("lenet5")]
    [InlineData("resnet-block")]
    [InlineData("transformer-block")]
    public void Every_width_of_the_fast_executor_gives_the_integers_of_the_normative_one(string name)
    {
        var model = Read(name);
        Assert.True(Quantiser.Quantise(model, ZooModel.Inputs(model, 2), new QuantiserOptions(), out var quantised, out _).IsAccepted);
        Assert.True(quantised!.Validate(out var ranges).IsAccepted);
        DotKernel[] kernels = [new DotKernel<ScalarShorts, int>(), .. ShortLanes256.IsSupported ? (DotKernel[])[new DotKernel<ShortLanes256, System.Runtime.Intrinsics.Vector256<int>>()] : [], .. ShortLanes512.IsSupported ? (DotKernel[])[new DotKernel<ShortLanes512, System.Runtime.Intrinsics.Vector512<int>>()] : []];
        int[] x = Quantiser.ToCells(ZooModel.Inputs(model, 1, seed: 9)[0], quantised);
        var normative = PrimitiveExecutor.Execute(quantised, x);
        for (int v = 0; v < normative.Length; v++) Assert.All(normative[v], cell => Assert.InRange(cell, ranges[v].Least, ranges[v].Most));
        foreach (var kernel in kernels)
        {
            var fast = new FastExecutor(quantised, kernel).Execute(x);
            for (int v = 0; v < normative.Length; v++) Assert.Equal(normative[v], fast[v]);
        }
    }
}
