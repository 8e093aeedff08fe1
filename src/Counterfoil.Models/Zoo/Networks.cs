using Counterfoil.Models.Onnx;

namespace Counterfoil.Models.Zoo;

/// <summary>Perceptrons and convolutional networks.</summary>
static class Networks
{
    public static byte[] Dense(params int[] layers)
    {
        var file = new OnnxFile(13);
        var weights = new WeightSource(11);
        string x = file.Input("input", false, 0, layers[0]);
        for (int l = 1; l < layers.Length; l++)
        {
            x = Gemm(file, weights, x, $"layer{l}", layers[l - 1], layers[l]);
            if (l < layers.Length - 1) x = file.Node("Relu", [x]);
        }
        file.Output(file.Name("output"), 0, layers[^1]);
        return file.ToArray();
    }

    public static byte[] LeNet5()
    {
        var file = new OnnxFile(13);
        var weights = new WeightSource(12);
        string x = file.Input("input", false, 0, 1, 28, 28);
        x = Pool(file, file.Node("Relu", [Convolution(file, weights, x, "c1", 1, 6, 5, padding: 2)]));
        x = Pool(file, file.Node("Relu", [Convolution(file, weights, x, "c2", 6, 16, 5)]));
        Head(file, weights, file.Node("Flatten", [x]), 400, 120, 84, 10);
        return file.ToArray();
    }

    public static byte[] Cnn264K()
    {
        var file = new OnnxFile(13);
        var weights = new WeightSource(13);
        string x = file.Input("input", false, 0, 3, 32, 32);
        x = Pool(file, file.Node("Relu", [Convolution(file, weights, x, "c1", 3, 12, 5)]));
        x = Pool(file, file.Node("Relu", [Convolution(file, weights, x, "c2", 12, 33, 5)]));
        // As exporters write a flattening that keeps the batch.
        string batch = file.Node("Gather", [file.Node("Shape", [x]), file.Numbers(0)], ("axis", 0));
        string shape = file.Node("Concat", [batch, file.Numbers(-1)], ("axis", 0));
        Head(file, weights, file.Node("Reshape", [x, shape]), 825, 247, 173, 10);
        return file.ToArray();
    }

    public static byte[] ResNetBlock()
    {
        var file = new OnnxFile(17);
        var weights = new WeightSource(14);
        string x = file.Input("input", false, 0, 16, 16, 16);
        string y = file.Node("Relu", [Normalised(file, weights, Convolution(file, weights, x, "c1", 16, 32, 3, padding: 1, stride: 2, bias: false), "n1", 32)]);
        y = Normalised(file, weights, Convolution(file, weights, y, "c2", 32, 32, 3, padding: 1, bias: false), "n2", 32);
        string shortcut = Normalised(file, weights, Convolution(file, weights, x, "c3", 16, 32, 1, stride: 2, bias: false), "n3", 32);
        y = file.Node("Relu", [file.Node("Add", [y, shortcut])]);
        y = file.Node("Flatten", [file.Node("GlobalAveragePool", [y])]);
        Gemm(file, weights, y, "head", 32, 10);
        file.Output(file.Name("output"), 0, 10);
        return file.ToArray();
    }

    public static byte[] Vgg16()
    {
        var file = new OnnxFile(13);
        var weights = new WeightSource(16);
        string x = file.Input("input", false, 0, 3, 32, 32);
        int channels = 3, layer = 0;
        foreach (int width in new[] { 64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0 })
        {
            if (width == 0)
            {
                x = Pool(file, x);
                continue;
            }
            x = file.Node("Relu", [Normalised(file, weights, Convolution(file, weights, x, $"c{layer}", channels, width, 3, padding: 1, bias: false), $"n{layer}", width)]);
            (channels, layer) = (width, layer + 1);
        }
        Head(file, weights, file.Node("Flatten", [x]), 512, 512, 10);
        return file.ToArray();
    }

    static void Head(OnnxFile file, WeightSource weights, string x, params int[] layers)
    {
        for (int l = 1; l < layers.Length; l++)
        {
            x = Gemm(file, weights, x, $"d{l}", layers[l - 1], layers[l]);
            if (l < layers.Length - 1) x = file.Node("Relu", [x]);
        }
        file.Output(file.Name("output"), 0, layers[^1]);
    }

    static string Gemm(OnnxFile file, WeightSource weights, string x, string name, int inputs, int outputs) =>
        file.Node("Gemm", [x, file.Weights($"{name}.weight", weights.Layer(inputs * outputs, inputs), outputs, inputs), file.Weights($"{name}.bias", weights.Uniform(outputs, 0.1f), outputs)], ("transB", 1));

    static string Convolution(OnnxFile file, WeightSource weights, string x, string name, int inputs, int outputs, int kernel, int padding = 0, int stride = 1, bool bias = true)
    {
        string w = file.Weights($"{name}.weight", weights.Layer(outputs * inputs * kernel * kernel, inputs * kernel * kernel), outputs, inputs, kernel, kernel);
        string[] operands = bias ? [x, w, file.Weights($"{name}.bias", weights.Uniform(outputs, 0.1f), outputs)] : [x, w];
        return file.Node("Conv", operands, ("dilations", new[] { 1, 1 }), ("group", 1), ("kernel_shape", new[] { kernel, kernel }), ("pads", new[] { padding, padding, padding, padding }), ("strides", new[] { stride, stride }));
    }

    static string Normalised(OnnxFile file, WeightSource weights, string x, string name, int channels) => file.Node("BatchNormalization",
        [x, file.Weights($"{name}.weight", weights.NearOne(channels, 0.2f), channels), file.Weights($"{name}.bias", weights.Uniform(channels, 0.1f), channels),
            file.Weights($"{name}.mean", weights.Uniform(channels, 0.1f), channels), file.Weights($"{name}.var", weights.NearOne(channels, 0.2f), channels)], ("epsilon", 1e-5f));

    static string Pool(OnnxFile file, string x) => file.Node("MaxPool", [x], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
}
