using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Zk.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Counterfoil.Proofs.Tests.Models;

/// <summary>Every operator, in the forms that exporters use: in float32 what ONNX Runtime computes, and in integers near that.</summary>
public sealed class OperatorTests
{
    sealed record Form(string Name, int OperatorSet, int[] Input, int[] Output, Action<OnnxFile> Write, double Allowed = 0.02);

    static float[] Cells(int count, float scale = 1, float offset = 0) => [.. Enumerable.Range(0, count).Select(i => (((i * 7919 % 101) - 50) / 50f * scale) + offset)];

    static readonly Form[] forms =
    [
        .. Unary("Relu", "Sigmoid", "Tanh", "Erf", "Exp", "Neg", "Identity"),
        new("Sqrt", 13, [2, 6], [2, 6], f => f.Node("Sqrt", [f.Node("Mul", ["x", "x"])]), 0.05),
        new("LeakyRelu", 13, [2, 6], [2, 6], f => f.Node("LeakyRelu", ["x"], ("alpha", 0.2f))),
        new("Gelu", 20, [2, 6], [2, 6], f => f.Node("Gelu", ["x"])),
        new("Gelu by tanh", 20, [2, 6], [2, 6], f => f.Node("Gelu", ["x"], ("approximate", "tanh"))),
        new("Clip", 13, [2, 6], [2, 6], f => f.Node("Clip", ["x", f.Scalar(-0.5f), f.Scalar(0.7f)])),
        new("Clip from above", 13, [2, 6], [2, 6], f => f.Node("Clip", ["x", "", f.Scalar(0.7f)])),
        new("Pow", 13, [2, 6], [2, 6], f => f.Node("Pow", ["x", f.Scalar(3)])),
        new("Add, Sub, Mul of a constant for each column", 13, [2, 6], [2, 6], f => f.Node("Sub", [f.Node("Mul", [f.Node("Add", ["x", f.Weights("a", Cells(6), 6)]), f.Weights("b", Cells(6, 2), 6)]), f.Weights("c", Cells(6, 3), 6)])),
        new("Mul and Add of a constant for each channel", 13, [1, 3, 2, 2], [1, 3, 2, 2], f => f.Node("Add", [f.Node("Mul", ["x", f.Weights("a", Cells(3, 2), 3, 1, 1)]), f.Weights("b", Cells(3), 3, 1, 1)])),
        new("Div by a constant for each column", 13, [2, 6], [2, 6], f => f.Node("Div", ["x", f.Weights("a", Cells(6, 1, 3), 6)])),
        new("Add of two", 13, [2, 6], [2, 6], f => f.Node("Add", [f.Node("Tanh", ["x"]), f.Node("Transpose", [f.Node("Reshape", ["x", f.Numbers(6, 2)])])])),
        new("Sub of two", 13, [2, 6], [2, 6], f => f.Node("Sub", [f.Node("Tanh", ["x"]), f.Node("Transpose", [f.Node("Reshape", ["x", f.Numbers(6, 2)])])])),
        new("Mul of two", 13, [2, 6], [2, 6], f => f.Node("Mul", [f.Node("Tanh", ["x"]), f.Node("Transpose", [f.Node("Reshape", ["x", f.Numbers(6, 2)])])])),
        new("Mul of a row", 13, [2, 6], [2, 6], f => f.Node("Mul", ["x", f.Node("ReduceSum", ["x", f.Numbers(1)])])),
        new("Div of two", 13, [2, 6], [2, 6], f => f.Node("Div", ["x", f.Node("ReduceSum", [f.Node("Exp", ["x"]), f.Numbers(1)])])),
        new("Where by a mask", 13, [2, 6], [2, 6], f => f.Node("Where", [f.Node("Less", [f.Weights("m", Cells(12), 2, 6), f.Scalar(0.1f)]), "x", f.Weights("o", Cells(12, 0.5f), 2, 6)])),
        new("Where before a Softmax", 13, [2, 6], [2, 6], f => f.Node("Softmax", [f.Node("Where", [f.Node("Not", [f.Node("Greater", [f.Weights("m", Cells(12), 2, 6), f.Scalar(0.1f)])]), "x", f.Scalar(-1e9f)])])),
        new("Gemm with everything", 13, [3, 4], [4, 2], f => f.Node("Gemm", ["x", f.Weights("w", Cells(6), 2, 3), f.Weights("b", Cells(2), 2)], ("alpha", 0.5f), ("beta", 2f), ("transA", 1), ("transB", 1))),
        new("Gemm with a bias for each row", 13, [2, 3], [2, 4], f => f.Node("Gemm", ["x", f.Weights("w", Cells(12), 3, 4), f.Weights("b", Cells(2), 2, 1)])),
        new("MatMul of two, spread over batches", 13, [2, 3, 4], [2, 3, 3], f => f.Node("MatMul", ["x", f.Node("Transpose", [f.Node("Slice", ["x", f.Numbers(0), f.Numbers(1)])], ("perm", new[] { 0, 2, 1 }))])),
        new("MatMul of a vector", 13, [3, 4], [3], f => f.Node("MatMul", ["x", f.Weights("w", Cells(4), 4)])),
        new("Conv with stride, padding and dilation", 13, [1, 2, 7, 6], [1, 3, 3, 2], f => f.Node("Conv", ["x", f.Weights("w", Cells(36), 3, 2, 3, 2), f.Weights("b", Cells(3), 3)], ("kernel_shape", new[] { 3, 2 }), ("strides", new[] { 2, 3 }), ("pads", new[] { 1, 0, 1, 1 }), ("dilations", new[] { 2, 2 }))),
        new("Conv in groups", 13, [1, 4, 5, 5], [1, 6, 3, 3], f => f.Node("Conv", ["x", f.Weights("w", Cells(108), 6, 2, 3, 3)], ("group", 2))),
        new("Conv depthwise", 13, [1, 4, 5, 5], [1, 4, 5, 5], f => f.Node("Conv", ["x", f.Weights("w", Cells(36), 4, 1, 3, 3)], ("group", 4), ("auto_pad", "SAME_UPPER"))),
        new("Conv of one dimension", 13, [1, 3, 9], [1, 2, 4], f => f.Node("Conv", ["x", f.Weights("w", Cells(18), 2, 3, 3), f.Weights("b", Cells(2), 2)], ("strides", new[] { 2 }))),
        new("Conv of two inputs, SAME_LOWER", 13, [2, 1, 4, 4], [2, 2, 2, 2], f => f.Node("Conv", ["x", f.Weights("w", Cells(18), 2, 1, 3, 3)], ("strides", new[] { 2, 2 }), ("auto_pad", "SAME_LOWER"))),
        new("BatchNormalization on its own", 13, [1, 3, 4, 4], [1, 3, 4, 4], f => f.Node("BatchNormalization", ["x", f.Weights("s", Cells(3, 1, 2), 3), f.Weights("b", Cells(3), 3), f.Weights("m", Cells(3), 3), f.Weights("v", Cells(3, 0.5f, 1), 3)])),
        new("BatchNormalization behind Conv", 13, [1, 2, 4, 4], [1, 3, 2, 2], f => f.Node("Relu", [f.Node("BatchNormalization", [f.Node("Conv", ["x", f.Weights("w", Cells(54), 3, 2, 3, 3)]), f.Weights("s", Cells(3, 1, 2), 3), f.Weights("b", Cells(3), 3), f.Weights("m", Cells(3), 3), f.Weights("v", Cells(3, 0.5f, 1), 3)])])),
        new("MaxPool with padding and ceil_mode", 13, [1, 2, 6, 6], [1, 2, 3, 3], f => f.Node("MaxPool", ["x"], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("pads", new[] { 0, 0, 0, 0 }), ("ceil_mode", 1))),
        new("MaxPool of one dimension, dilated", 13, [1, 2, 9], [1, 2, 7], f => f.Node("MaxPool", ["x"], ("kernel_shape", new[] { 2 }), ("dilations", new[] { 2 }))),
        new("AveragePool without its padding", 13, [1, 2, 5, 5], [1, 2, 3, 3], f => f.Node("AveragePool", ["x"], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 }))),
        new("AveragePool with its padding", 13, [1, 2, 5, 5], [1, 2, 3, 3], f => f.Node("AveragePool", ["x"], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 }), ("count_include_pad", 1))),
        new("GlobalAveragePool", 13, [1, 3, 4, 5], [1, 3, 1, 1], f => f.Node("GlobalAveragePool", ["x"])),
        new("ReduceMean over two axes", 13, [2, 3, 4], [3], f => f.Node("ReduceMean", ["x"], ("axes", new[] { 0, 2 }), ("keepdims", 0))),
        new("ReduceMean by input", 18, [2, 3, 4], [2, 1, 4], f => f.Node("ReduceMean", ["x", f.Numbers(1)])),
        new("ReduceSum of all", 13, [2, 3], [1, 1], f => f.Node("ReduceSum", ["x"])),
        new("Softmax over the middle", 13, [2, 3, 4], [2, 3, 4], f => f.Node("Softmax", ["x"], ("axis", 1))),
        new("Softmax of old", 11, [2, 3, 4], [2, 3, 4], f => f.Node("Softmax", ["x"])),
        new("LayerNormalization", 17, [2, 3, 4], [2, 3, 4], f => f.Node("LayerNormalization", ["x", f.Weights("s", Cells(4, 1, 2), 4), f.Weights("b", Cells(4), 4)])),
        new("LayerNormalization over two axes", 17, [2, 3, 4], [2, 3, 4], f => f.Node("LayerNormalization", ["x", f.Weights("s", Cells(12, 1, 2), 3, 4)], ("axis", 1))),
        new("Flatten", 13, [2, 3, 4], [2, 12], f => f.Node("Flatten", ["x"])),
        new("Squeeze and Unsqueeze", 13, [1, 3, 1, 4], [3, 1, 4, 1], f => f.Node("Unsqueeze", [f.Node("Squeeze", ["x"]), f.Numbers(1, 3)])),
        new("Squeeze and Unsqueeze of old", 11, [1, 3, 1, 4], [3, 4, 1], f => f.Node("Unsqueeze", [f.Node("Squeeze", ["x"], ("axes", new[] { 0, 2 }))], ("axes", new[] { -1 }))),
        new("Concat with a constant", 13, [2, 3], [2, 5], f => f.Node("Concat", ["x", f.Weights("c", Cells(4), 2, 2)], ("axis", 1))),
        new("Slice backwards by steps", 13, [4, 6], [2, 2], f => f.Node("Slice", ["x", f.Numbers(-1, 1), f.Numbers(-5, 6), f.Numbers(0, 1), f.Numbers(-2, 3)])),
        new("Slice of old", 9, [4, 6], [2, 6], f => f.Node("Slice", ["x"], ("starts", new[] { 1 }), ("ends", new[] { -1 }))),
        new("Split into parts and their sum", 13, [2, 6], [2, 2], f => { var p = f.Nodes("Split", ["x", f.Numbers(2, 2, 2)], 3, ("axis", 1)); f.Node("Sub", [f.Node("Add", [p[0], p[1]]), p[2]]); }),
        new("Split by number", 18, [2, 5], [2, 2], f => f.Node("Identity", [f.Nodes("Split", ["x"], 2, ("axis", 1), ("num_outputs", 2))[1]])),
        new("Gather of columns", 13, [2, 6], [2, 2, 2], f => f.Node("Gather", ["x", f.Node("Reshape", [f.Numbers(5, 0, -2, 1), f.Numbers(2, 2)])], ("axis", 1))),
        new("Pad with a number", 13, [2, 3], [4, 5], f => f.Node("Pad", ["x", f.Numbers(1, 2, 1, 0), f.Scalar(0.5f)])),
        new("Pad by reflection", 13, [2, 4], [2, 7], f => f.Node("Pad", ["x", f.Numbers(0, 2, 0, 1)], ("mode", "reflect"))),
        new("Pad by the edge, and less", 13, [3, 4], [2, 7], f => f.Node("Pad", ["x", f.Numbers(-1, 2, 0, 1)], ("mode", "edge"))),
        new("Expand", 13, [3, 1], [2, 3, 4], f => f.Node("Expand", ["x", f.Numbers(2, 1, 4)])),
        new("a shape computed from a Range", 13, [2, 6], [1, 12], f => f.Node("Reshape", ["x", f.Node("Mul", [f.Node("Add", [f.Node("Range", [f.Node("Squeeze", [f.Numbers(0)]), f.Node("Squeeze", [f.Numbers(2)]), f.Node("Squeeze", [f.Numbers(1)])]), f.Numbers(1)]), f.Node("Cast", [f.Weights("k", [1, 6], 2)], ("to", 7))])])),
    ];

    static IEnumerable<Form> Unary(params string[] types) => types.Select(t => new Form(t, 13, [2, 6], [2, 6], f => f.Node(t, ["x"])));

    public static TheoryData<string> Names() => [.. forms.Select(f => f.Name)];

    static byte[] Write(Form form)
    {
        var file = new OnnxFile(form.OperatorSet);
        file.Input("x", false, form.Input);
        form.Write(file);
        file.Output(file.Name("y"), form.Output);
        return file.ToArray();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operator_computes_what_onnx_runtime_computes_and_its_integers_are_near(string name)
    {
        var form = forms.Single(f => f.Name == name);
        byte[] file = Write(form);
        var verdict = OnnxReader.Read(file, out var model);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        float[] x = Cells(FloatNode.Product(form.Input), 1.7f);
        using var session = new InferenceSession(file);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>(x, form.Input))]);
        float[] expected = [.. results[0].AsEnumerable<float>()], actual = FloatExecutor.Execute(model!, x);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 2e-5 * Math.Max(1, Math.Abs(expected[i])));

        if (model!.Nodes.IsEmpty) return;   // only another shape of the input: nothing to quantise
        verdict = Quantiser.Quantise(model, [x, [.. x.Reverse()]], new QuantiserOptions(), out var quantised, out var report);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.True(report!.MaximumError <= form.Allowed * Math.Max(report.FloatRange, 1), $"{report.MaximumError} of {report.FloatRange}");
        Assert.Equal(PrimitiveExecutor.Execute(quantised!, Quantiser.ToCells(x, quantised!)).Length, quantised!.Graph.Values);
    }

    [Fact]
    public void A_quantised_model_keeps_its_own_steps_and_differs_from_onnx_runtime_by_its_roundings_alone()
    {
        var file = new OnnxFile(13);
        string x = file.Input("x", false, 1, 3, 6, 6);
        string Quantised(string value, float scale) => file.Node("DequantizeLinear", [file.Node("QuantizeLinear", [value, file.Scalar(scale), file.Bytes($"{value}.zero", [0])]), file.Scalar(scale), file.Bytes($"{value}.zero2", [0])]);
        sbyte[] w = [.. Enumerable.Range(0, 4 * 27).Select(i => (sbyte)((i * 37 % 255) - 127))];
        string weights = file.Node("DequantizeLinear", [file.Bytes("w", w, 4, 3, 3, 3), file.Weights("steps", [0.01f, 0.02f, 0.005f, 0.013f], 4), file.Bytes("wzero", [0, 0, 0, 0], 4)], ("axis", 0));
        string y = file.Node("Relu", [file.Node("Conv", [Quantised(x, 1f / 64), weights, file.Weights("b", [0.1f, -0.2f, 0.3f, 0], 4)])]);
        Quantised(y, 0.05f);
        file.Output(file.Name("y"), 1, 4, 4, 4);
        byte[] bytes = file.ToArray();
        var verdict = OnnxReader.Read(bytes, out var model);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        var records = Enumerable.Range(0, 20).Select(r => Cells(108 * (r + 1))[(108 * r)..]).ToList();
        verdict = Quantiser.Quantise(model!, records, new QuantiserOptions(), out var quantised, out var report);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        // Its own steps: of the input, of each channel's weights, of the output.
        Assert.Equal(1.0 / 64, quantised!.InputScale);
        Assert.Equal(w, quantised.Hidden[0].Weights);
        Assert.Equal(0.05f, (float)quantised.OutputScale);

        using var session = new InferenceSession(bytes);
        int cells = 0, differ = 0;
        foreach (float[] record in records)
        {
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<float>(record, [1, 3, 6, 6]))]);
            float[] expected = [.. results[0].AsEnumerable<float>()];
            var integers = PrimitiveExecutor.Execute(quantised, Quantiser.ToCells(record, quantised))[quantised.Graph.Output];
            for (int i = 0; i < expected.Length; i++, cells++)
            {
                double steps = Math.Abs(integers[i] - (expected[i] / 0.05f));
                Assert.True(steps < 1.01, $"{steps} steps");
                if (steps > 0.5) differ++;
            }
        }
        // Half to even and float scales against our one rounding: seldom, and never by more than a step.
        Assert.True(differ <= cells / 50, $"{differ} of {cells}");
    }
}
