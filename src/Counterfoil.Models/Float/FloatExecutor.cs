using System.Collections.Immutable;

namespace Counterfoil.Models;

/// <summary>Runs a <see cref="FloatModel"/> in plain float32. Each sum starts at the bias and takes its products in order, as training does.</summary>
public static class FloatExecutor
{
    /// <summary>Every value of one run; the last is the output.</summary>
    /// <exception cref="ArgumentException"><paramref name="input"/> is not of the model's length.</exception>
    public static ImmutableArray<float[]> Values(FloatModel model, ReadOnlySpan<float> input)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (input.Length != model.InputLength) throw new ArgumentException($"expected {model.InputLength} cells, got {input.Length}", nameof(input));
        var values = ImmutableArray.CreateBuilder<float[]>(model.Nodes.Length + 1);
        values.Add(input.ToArray());
        foreach (var node in model.Nodes)
        {
            values.Add(node switch
            {
                FloatGemm gemm => Run(gemm, values[node.Input]),
                FloatRelu => Array.ConvertAll(values[node.Input], v => v < 0 ? 0 : v),
                _ => throw new ArgumentException($"no such operator: {node.GetType().Name}", nameof(model)),
            });
        }
        return values.MoveToImmutable();
    }

    /// <summary>The output of one run.</summary>
    /// <exception cref="ArgumentException"><paramref name="input"/> is not of the model's length.</exception>
    public static float[] Execute(FloatModel model, ReadOnlySpan<float> input) => Values(model, input)[^1];

    static float[] Run(FloatGemm gemm, float[] input)
    {
        var y = new float[gemm.Rows * gemm.OutputLength];
        for (int row = 0; row < gemm.Rows; row++)
        {
            var x = input.AsSpan(row * gemm.InputLength, gemm.InputLength);
            for (int o = 0; o < gemm.OutputLength; o++)
            {
                var w = gemm.Weights.AsSpan(o * gemm.InputLength, gemm.InputLength);
                float sum = gemm.Biases[o];
                for (int k = 0; k < x.Length; k++) sum += w[k] * x[k];
                y[(row * gemm.OutputLength) + o] = sum;
            }
        }
        return y;
    }
}
