using Counterfoil.Models.Onnx;

namespace Counterfoil.Models.Zoo;

/// <summary>Decoders as exporters write them out: attention in small steps, GELU as a chain around Erf, layer normalisation in steps or as the operator.</summary>
static class Transformers
{
    /// <summary>One block on real inputs, its normalisations in steps, its mask added.</summary>
    public static byte[] Block(int tokens, int width, int heads)
    {
        var file = new OnnxFile(13);
        var weights = new WeightSource(21);
        string x = file.Input("input", false, 1, tokens, width);
        x = Block(file, weights, x, "b", tokens, width, heads, inSteps: true);
        file.Node("Identity", [x]);
        file.Output(file.Name("output"), 1, tokens, width);
        return file.ToArray();
    }

    /// <summary>A whole decoder: token numbers in, the last position's logits out.</summary>
    public static byte[] Gpt(int vocabulary, int tokens, int width, int heads, int layers)
    {
        var file = new OnnxFile(17);
        var weights = new WeightSource(22);
        string ids = file.Input("input", true, 1, tokens);
        string x = file.Node("Gather", [file.Weights("wte", weights.Uniform(vocabulary * width, 0.5f), vocabulary, width), ids], ("axis", 0));
        x = file.Node("Add", [x, file.Weights("wpe", weights.Uniform(tokens * width, 0.2f), 1, tokens, width)]);
        for (int l = 0; l < layers; l++) x = Block(file, weights, x, $"h{l}", tokens, width, heads, inSteps: false);
        x = Normalised(file, weights, x, "ln", width, inSteps: false);
        x = file.Node("Slice", [x, file.Numbers(-1), file.Numbers(long.MaxValue), file.Numbers(1)]);
        x = file.Node("Squeeze", [x, file.Numbers(1)]);
        file.Node("MatMul", [x, file.Weights("head", weights.Layer(width * vocabulary, width), width, vocabulary)]);
        file.Output(file.Name("output"), 1, vocabulary);
        return file.ToArray();
    }

    static string Block(OnnxFile file, WeightSource weights, string x, string name, int tokens, int width, int heads, bool inSteps)
    {
        string attended = Attention(file, weights, Normalised(file, weights, x, $"{name}.ln1", width, inSteps), name, tokens, width, heads, inSteps);
        x = file.Node("Add", [x, attended]);
        string y = Dense(file, weights, Normalised(file, weights, x, $"{name}.ln2", width, inSteps), $"{name}.up", width, 4 * width);
        y = Dense(file, weights, Gelu(file, y), $"{name}.down", 4 * width, width);
        return file.Node("Add", [x, y]);
    }

    static string Attention(OnnxFile file, WeightSource weights, string x, string name, int tokens, int width, int heads, bool isAdded)
    {
        int head = width / heads;
        string[] parts = file.Nodes("Split", [Dense(file, weights, x, $"{name}.qkv", width, 3 * width), file.Numbers(width, width, width)], 3, ("axis", 2));
        // The shape is computed from the tensor's own, as tracing leaves it.
        string shape = file.Node("Concat", [file.Node("Slice", [file.Node("Shape", [parts[0]]), file.Numbers(0), file.Numbers(2)]), file.Numbers(heads, head)], ("axis", 0));
        string q = file.Node("Transpose", [file.Node("Reshape", [parts[0], shape])], ("perm", new[] { 0, 2, 1, 3 }));
        string k = file.Node("Transpose", [file.Node("Reshape", [parts[1], shape])], ("perm", new[] { 0, 2, 3, 1 }));
        string v = file.Node("Transpose", [file.Node("Reshape", [parts[2], shape])], ("perm", new[] { 0, 2, 1, 3 }));
        string scores = file.Node("Div", [file.Node("MatMul", [q, k]), file.Scalar(MathF.Sqrt(head))]);
        if (isAdded)
        {
            var mask = new float[tokens * tokens];
            for (int i = 0; i < mask.Length; i++) mask[i] = i % tokens > i / tokens ? -10000f : 0;
            scores = file.Node("Add", [scores, file.Weights($"{name}.mask", mask, 1, 1, tokens, tokens)]);
        }
        else
        {
            string ones = file.Node("ConstantOfShape", [file.Numbers(1, 1, tokens, tokens)]);
            string seen = file.Node("Equal", [file.Node("Trilu", [file.Node("Add", [ones, file.Scalar(1)])], ("upper", 0)), file.Scalar(0)]);
            scores = file.Node("Where", [seen, file.Scalar(float.NegativeInfinity), scores]);
        }
        string mixed = file.Node("Transpose", [file.Node("MatMul", [file.Node("Softmax", [scores], ("axis", -1)), v])], ("perm", new[] { 0, 2, 1, 3 }));
        return Dense(file, weights, file.Node("Reshape", [mixed, file.Numbers(1, tokens, width)]), $"{name}.out", width, width);
    }

    static string Dense(OnnxFile file, WeightSource weights, string x, string name, int inputs, int outputs) => file.Node("Add",
        [file.Node("MatMul", [x, file.Weights($"{name}.weight", weights.Uniform(inputs * outputs, MathF.Sqrt(3f / inputs)), inputs, outputs)]), file.Weights($"{name}.bias", weights.Uniform(outputs, 0.05f), outputs)]);

    static string Gelu(OnnxFile file, string x)
    {
        string erf = file.Node("Erf", [file.Node("Div", [x, file.Scalar(1.4142135f)])]);
        return file.Node("Mul", [file.Node("Mul", [x, file.Node("Add", [erf, file.Scalar(1)])]), file.Scalar(0.5f)]);
    }

    static string Normalised(OnnxFile file, WeightSource weights, string x, string name, int width, bool inSteps)
    {
        string scale = file.Weights($"{name}.weight", weights.NearOne(width, 0.2f), width), shift = file.Weights($"{name}.bias", weights.Uniform(width, 0.1f), width);
        if (!inSteps) return file.Node("LayerNormalization", [x, scale, shift], ("axis", -1), ("epsilon", 1e-5f));
        string centred = file.Node("Sub", [x, file.Node("ReduceMean", [x], ("axes", new[] { -1 }))]);
        string variance = file.Node("ReduceMean", [file.Node("Pow", [centred, file.Scalar(2)])], ("axes", new[] { -1 }));
        string whitened = file.Node("Div", [centred, file.Node("Sqrt", [file.Node("Add", [variance, file.Scalar(1e-5f)])])]);
        return file.Node("Add", [file.Node("Mul", [whitened, scale]), shift]);
    }
}
