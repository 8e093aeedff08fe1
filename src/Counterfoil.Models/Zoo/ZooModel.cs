using Counterfoil.Models.Onnx;

namespace Counterfoil.Models.Zoo;

/// <summary>A model of a known shape with weights made here: what tests and measurements are about when what counts is the shape.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Shape">Its shape in words.</param>
/// <param name="Build">Writes the file. The same bytes every time.</param>
/// <param name="IsLarge">Whether it takes more than a few seconds to handle.</param>
public sealed record ZooModel(string Name, string Shape, Func<byte[]> Build, bool IsLarge = false)
{
    /// <summary>Limits under which the file is read.</summary>
    public OnnxLimits Limits { get; init; } = new();

    /// <summary>Every model there is.</summary>
    public static IReadOnlyList<ZooModel> All { get; } =
    [
        new("mlp", "784-128-10", () => Networks.Dense(784, 128, 10)),
        new("lenet5", "LeNet-5 for 1×28×28: convolutions 6 and 16 wide, dense 120/84/10", Networks.LeNet5),
        new("cnn-264k", "5×5 convolutions 12 and 33 wide, dense 247/173/10, 3×32×32", Networks.Cnn264K),
        new("dense-4m", "4 → 1024 ×5 → 3", () => Networks.Dense(4, 1024, 1024, 1024, 1024, 1024, 3)),
        new("resnet-block", "two 3×3 convolutions with batch normalisation, a 1×1 shortcut, 16 → 32 channels, 16×16", Networks.ResNetBlock),
        new("transformer-block", "16 tokens of 64 cells, 4 heads, GELU as Erf, layer normalisation written out", () => Transformers.Block(tokens: 16, width: 64, heads: 4)),
        new("nanogpt", "4 layers of 64 cells, 4 heads, 64 tokens, vocabulary 256", () => Transformers.Gpt(vocabulary: 256, tokens: 64, width: 64, heads: 4, layers: 4)),
        new("vgg16", "VGG-16 for 3×32×32, dense 512/10", Networks.Vgg16, IsLarge: true),
        new("gpt2-small", "12 layers of 768 cells, 12 heads, 16 tokens, vocabulary 50257, its head apart from its embedding", () => Transformers.Gpt(vocabulary: 50257, tokens: 16, width: 768, heads: 12, layers: 12), IsLarge: true)
        {
            Limits = new OnnxLimits { Bytes = 1 << 30, Cells = 1 << 28 },
        },
    ];

    /// <summary>Inputs for calibration: uniform in [−1, 1), or token numbers; the same every time.</summary>
    /// <param name="model">The model as it was read.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Which.</param>
    public static IReadOnlyList<float[]> Inputs(FloatModel model, int count, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        var weights = new WeightSource(seed);
        var input = model.Inputs.Single();
        int rows = model.Nodes.OfType<FloatGather>().Select(g => g.Rows).DefaultIfEmpty(1).Min();
        return [.. Enumerable.Range(0, count).Select(_ => input.IsInteger ? weights.Numbers(input.Length, rows) : weights.Uniform(input.Length, 1))];
    }
}

/// <summary>Numbers from a seed: SplitMix64, top 24 bits, so the same on every machine. Not for secrets.</summary>
sealed class WeightSource(ulong seed)
{
    ulong state = seed;

    ulong Next()
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Cells in [−limit, limit).</summary>
    public float[] Uniform(int count, float limit)
    {
        var cells = new float[count];
        for (int i = 0; i < count; i++) cells[i] = ((Next() >> 40) * (2f / (1 << 24)) - 1f) * limit;
        return cells;
    }

    /// <summary>Weights that leave the variance of ReLU's input as it was: uniform in ±√(6/inputs).</summary>
    public float[] Layer(int count, int inputs) => Uniform(count, MathF.Sqrt(6f / inputs));

    /// <summary>Cells in [1 − limit, 1 + limit).</summary>
    public float[] NearOne(int count, float limit) => Array.ConvertAll(Uniform(count, limit), w => 1 + w);

    /// <summary>Whole numbers from 0 to below <paramref name="bound"/>.</summary>
    public float[] Numbers(int count, int bound)
    {
        var cells = new float[count];
        for (int i = 0; i < count; i++) cells[i] = (Next() >> 33) % (ulong)bound;
        return cells;
    }
}
