using System.Collections.Immutable;

namespace Counterfoil.Models;

/// <summary>Runs a <see cref="FloatModel"/> in plain float32. Each sum of a layer starts at the bias and takes its products in order, as training does.</summary>
public static partial class FloatExecutor
{
    /// <summary>Every value of one run: the inputs, then what each node wrote.</summary>
    /// <exception cref="ArgumentException">The inputs are not those of the model.</exception>
    public static ImmutableArray<float[]> Values(FloatModel model, params ReadOnlySpan<float[]> inputs)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (inputs.Length != model.Inputs.Length) throw new ArgumentException($"expected {model.Inputs.Length} inputs, got {inputs.Length}", nameof(inputs));
        var values = ImmutableArray.CreateBuilder<float[]>(model.Values);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Length != model.Inputs[i].Length) throw new ArgumentException($"expected {model.Inputs[i].Length} cells, got {inputs[i].Length}", nameof(inputs));
            values.Add(inputs[i]);
        }
        foreach (var node in model.Nodes) values.Add(Run(node, [.. node.Reads.Select(v => values[v])]));
        return values.MoveToImmutable();
    }

    /// <summary>The output of one run of a model that has one.</summary>
    /// <exception cref="ArgumentException">The input is not of the model's length.</exception>
    public static float[] Execute(FloatModel model, ReadOnlySpan<float> input) => Values(model, input.ToArray())[model.Outputs.Single()];

    /// <summary>What one node writes when it reads <paramref name="x"/>.</summary>
    internal static float[] Run(FloatNode node, float[][] x)
    {
        var y = new float[node.Length];
        switch (node)
        {
            case FloatConstant constant: constant.Cells.CopyTo(y); break;
            case FloatGemm gemm: Run(gemm, x[0], y); break;
            case FloatConvolution convolution: Run(convolution, x[0], y); break;
            case FloatMatrixProduct product: Run(product, x[0], x[1], y); break;
            case FloatBinary binary: Run(binary, x[0], x[1], y); break;
            case FloatUnary unary: Run(unary.Function, x[0], y); break;
            case FloatPool pool: Run(pool, x[0], y); break;
            case FloatReduce reduce: Run(reduce, x[0], y); break;
            case FloatSoftmax softmax: Run(softmax, x[0], y); break;
            case FloatNormalisation normalisation: Run(normalisation, x[0], y); break;
            case FloatMove move: Run(move, x, y); break;
            case FloatGather gather: Run(gather, x[0], x[1], y); break;
            case FloatMask mask: for (int i = 0; i < y.Length; i++) y[i] = mask.Masked[i] ? mask.Fill : x[0][i]; break;
            case FloatQuantise quantise: Run(quantise, x[0], y); break;
            default: throw new ArgumentException($"no such operator: {node.GetType().Name}", nameof(node));
        }
        return y;
    }

    static void Run(FloatMove move, float[][] x, float[] y)
    {
        float[] cells = x.Length == 1 ? x[0] : [.. x.SelectMany(v => v)];
        for (int i = 0; i < y.Length; i++) y[i] = move.Map[i] >= 0 ? cells[move.Map[i]] : move.Constants[-1 - move.Map[i]];
    }

    static void Run(FloatGather gather, float[] table, float[] indices, float[] y)
    {
        for (int i = 0; i < gather.Count; i++)
        {
            // A number outside the table is a fault of the request: its row is not a number, and so the answer shows it.
            float index = indices[i] < 0 ? indices[i] + gather.Rows : indices[i];
            var row = y.AsSpan(i * gather.Width, gather.Width);
            if (index >= 0 && index < gather.Rows) table.AsSpan((int)index * gather.Width, gather.Width).CopyTo(row);
            else row.Fill(float.NaN);
        }
    }

    static void Run(FloatQuantise node, float[] x, float[] y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            int channel = node.Spread[i];
            y[i] = node.Back ? (x[i] - node.Zeros[channel]) * node.Scales[channel]
                : Math.Clamp(MathF.Round(x[i] / node.Scales[channel]) + node.Zeros[channel], node.Least, node.Most);
        }
    }
}
