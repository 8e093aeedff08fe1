namespace Counterfoil.Models.Onnx;

/// <summary>
/// Writes a trained <see cref="FloatModel"/> as ONNX: IR version 8, operator set 13, input <c>input</c>, output <c>output</c>. The bytes are a function of the model alone, so their
/// digest names it.
/// </summary>
public static class OnnxWriter
{
    /// <summary>The file.</summary>
    /// <exception cref="ArgumentException">The model has an operator that training does not make.</exception>
    public static byte[] Write(FloatModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var file = new OnnxFile(13);
        file.Input("input", false, [0, .. model.Inputs.Single().Dimensions[1..]]);
        var names = new string[model.Values];
        names[0] = "input";
        bool isFlat = model.Inputs[0].Dimensions.Length == 2;
        for (int i = 0; i < model.Nodes.Length; i++)
        {
            switch (model.Nodes[i])
            {
                case FloatGemm { Rows: 1 } gemm:
                    string x = names[gemm.Input];
                    if (!isFlat) x = file.Node("Flatten", [x]);
                    isFlat = true;
                    names[i + 1] = file.Node("Gemm", [x, file.Weights($"weights{i}", gemm.Weights.AsSpan(), gemm.OutputLength, gemm.InputLength), file.Weights($"biases{i}", gemm.Biases.AsSpan(), gemm.OutputLength)], ("transB", 1));
                    break;
                case FloatConvolution { Window: { N: 1 } w } c:
                    names[i + 1] = file.Node("Conv", [names[c.Input], file.Weights($"weights{i}", c.Weights.AsSpan(), c.Outputs, w.C / c.Groups, w.KH, w.KW), file.Weights($"biases{i}", c.Biases.AsSpan(), c.Outputs)],
                        ("dilations", new[] { w.DH, w.DW }), ("group", c.Groups), ("kernel_shape", new[] { w.KH, w.KW }), ("pads", Pads(w)), ("strides", new[] { w.SH, w.SW }));
                    break;
                case FloatPool { IsMaximum: true, Window: { N: 1, DH: 1, DW: 1 } w } pool:
                    names[i + 1] = file.Node("MaxPool", [names[pool.Input]], ("kernel_shape", new[] { w.KH, w.KW }), ("pads", Pads(w)), ("strides", new[] { w.SH, w.SW }));
                    break;
                case FloatUnary { Function.Kind: CellFunctionKind.Relu } relu:
                    names[i + 1] = file.Node("Relu", [names[relu.Input]]);
                    break;
                default:
                    throw new ArgumentException($"node {i} has no ONNX form here: {model.Nodes[i].GetType().Name}", nameof(model));
            }
        }
        if (model.Nodes.IsEmpty) file.Node("Identity", ["input"]);
        file.Output(file.Name("output"), 0, model.OutputLength);
        return file.ToArray();
    }

    // What the last window leaves over of the input counts as padding taken away, which ONNX says by its rounding down.
    static int[] Pads(Zk.Graphs.Window w) => [w.PT, w.PL, Math.Max(0, ((w.OH - 1) * w.SH) + ((w.KH - 1) * w.DH) + 1 - w.H - w.PT), Math.Max(0, ((w.OW - 1) * w.SW) + ((w.KW - 1) * w.DW) + 1 - w.W - w.PL)];
}
