using System.Buffers.Binary;
using System.Globalization;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Story.Tests;

/// <summary>A network of the shape of LeNet, small: a convolution, ReLU, maxima, a dense layer; as files that the command takes.</summary>
static class SmallNetwork
{
    public const int Inputs = 64, Classes = 4;

    public static FloatModel Model { get; } = Make();

    static FloatModel Make()
    {
        var random = new Random(5);
        float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        return new FloatModel(
            [new FloatInput("input", [1, 1, 8, 8], false)],
            [
                new FloatConvolution(0, new Window(1, 1, 8, 8, 3, 3, 1, 1, 0, 0, 1, 1, 6, 6), 1, 2, [.. Weights(18)], [.. Weights(2)]),
                new FloatUnary(1, 72, CellFunction.Relu),
                new FloatPool(2, new Window(1, 2, 6, 6, 2, 2, 2, 2, 0, 0, 1, 1, 3, 3), IsMaximum: true, CountPadding: false),
                new FloatGemm(3, 1, 18, Classes, [.. Weights(18 * Classes)], [.. Weights(Classes)]),
            ], [4]);
    }

    /// <summary>An input, as the command reads it.</summary>
    public static float[] Input(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Inputs).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    public static byte[] Bytes(params ReadOnlySpan<float> cells)
    {
        var bytes = new byte[sizeof(float) * cells.Length];
        for (int i = 0; i < cells.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * i), cells[i]);
        return bytes;
    }

    public static string Json(float[] cells) => $"[{string.Join(", ", cells.Select(c => c.ToString("R", CultureInfo.InvariantCulture)))}]";

    /// <summary>Writes <c>net.onnx</c>, <c>typical.f32</c>, <c>x.f32</c> and <c>x.json</c>.</summary>
    public static void WriteTo(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, "net.onnx"), OnnxWriter.Write(Model));
        File.WriteAllBytes(Path.Combine(folder, "typical.f32"), [.. Enumerable.Range(10, 6).SelectMany(seed => Bytes(Input(seed)))]);
        File.WriteAllBytes(Path.Combine(folder, "x.f32"), Bytes(Input(1)));
        File.WriteAllText(Path.Combine(folder, "x.json"), Json(Input(1)));
    }
}
