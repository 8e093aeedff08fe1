using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Counterfoil.Models.Integer.Lanes;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>
/// The same integers as <see cref="PrimitiveExecutor"/>, sooner: matrix products and convolutions run over int16 lanes, in blocks whose int32 sums cannot overflow. Weights are laid out once.
/// </summary>
public sealed class FastExecutor
{
    readonly IntegerModel model;
    readonly ImmutableArray<CellRange> ranges;
    readonly short[]?[] packed;

    // A parameter's cells, which are the same in every execution and may be most of what one would write.
    readonly long[]?[] parameters;

    readonly DotKernel kernel;

    /// <summary>Prepares a model.</summary>
    /// <exception cref="ArgumentException">The model fails <see cref="IntegerModel.Validate"/>.</exception>
    public FastExecutor(IntegerModel model) : this(model, DotKernel.Widest) { }

    internal FastExecutor(IntegerModel model, DotKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(model);
        var verdict = model.Validate(out ranges);
        if (!verdict.IsAccepted) throw new ArgumentException(verdict.ToString(), nameof(model));
        (this.model, this.kernel) = (model, kernel);
        (packed, parameters) = (new short[model.Graph.Nodes.Length][], new long[model.Graph.Nodes.Length][]);
        for (int i = 0; i < packed.Length; i++)
            if (model.Graph.Nodes[i] is Parameter) parameters[i] = PrimitiveExecutor.Run(model, i, []);
            else if (model.Graph.Nodes[i] is LinearMap map && IsLaned(map)) packed[i] = DotKernel.Pack(model.Hidden[i].Weights.AsSpan(), map.Outputs, map.Columns);
    }

    bool IsLaned(LinearMap map) => map.Columns >= 4 && ranges[map.Input].Magnitude <= short.MaxValue;

    /// <summary>Every value of one execution. A parameter's cells are lent: they are those of all executions.</summary>
    /// <param name="input">The input's cells.</param>
    /// <exception cref="ArgumentException">The input has another length or a cell out of range.</exception>
    public ImmutableArray<long[]> Execute(ReadOnlySpan<int> input)
    {
        var values = new long[model.Graph.Values][];
        values[0] = PrimitiveExecutor.Input(model.Graph, input);
        for (int i = 0; i < model.Graph.Nodes.Length; i++)
        {
            values[i + 1] = model.Graph.Nodes[i] switch
            {
                Parameter => parameters[i]!,
                LinearMap map when packed[i] is { } weights => Run(map, weights, model.Hidden[i].Biases.AsSpan(), values[map.Input]),
                MatrixProduct product when ranges[product.A].Magnitude <= short.MaxValue && ranges[product.B].Magnitude <= short.MaxValue => Run(product, values[product.A], values[product.B]),
                _ => PrimitiveExecutor.Run(model, i, values),
            };
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }

    long[] Run(LinearMap map, short[] weights, ReadOnlySpan<int> biases, long[] x)
    {
        var window = map.Window;
        int channels = window.C / map.Groups, outputs = map.Outputs / map.Groups, stride = DotKernel.Stride(map.Columns), positions = window.N * window.Positions;
        int block = DotKernel.SafeColumns(ranges[map.Input].Magnitude * 127);
        var y = new long[map.Length];
        var rows = new short[positions * stride];
        var sums = new long[positions * outputs];
        for (int g = 0; g < map.Groups; g++)
        {
            Unfold(window, g * channels, channels, x, rows, stride);
            kernel.Multiply(rows, positions, weights.AsSpan(g * outputs * stride, outputs * stride), outputs, stride, block, sums);
            for (int n = 0, at = 0; n < window.N; n++)
                for (int p = 0; p < window.Positions; p++)
                    for (int o = 0; o < outputs; o++) y[((((n * map.Outputs) + (g * outputs) + o) * window.Positions) + p)] = sums[at++] + biases[(g * outputs) + o];
        }
        return y;
    }

    /// <summary>The cells that each position sees, one row each.</summary>
    static void Unfold(Window w, int channel, int channels, long[] x, short[] rows, int stride)
    {
        int at = 0;
        for (int n = 0; n < w.N; n++)
            for (int i = 0; i < w.OH; i++)
                for (int j = 0; j < w.OW; j++, at += stride)
                {
                    int k = at;
                    for (int c = channel; c < channel + channels; c++)
                    {
                        int plane = ((n * w.C) + c) * w.H;
                        for (int u = 0; u < w.KH; u++)
                        {
                            int row = (i * w.SH) - w.PT + (u * w.DH);
                            if ((uint)row >= (uint)w.H)
                            {
                                rows.AsSpan(k, w.KW).Clear();
                                k += w.KW;
                                continue;
                            }
                            int from = (plane + row) * w.W;
                            for (int v = 0, column = (j * w.SW) - w.PL; v < w.KW; v++, column += w.DW) rows[k++] = (uint)column < (uint)w.W ? (short)x[from + column] : (short)0;
                        }
                    }
                }
    }

    long[] Run(MatrixProduct product, long[] a, long[] b)
    {
        var (_, _, batch, m, k, n) = product;
        int stride = DotKernel.Stride(k), block = DotKernel.SafeColumns(ranges[product.A].Magnitude * ranges[product.B].Magnitude);
        short[] left = new short[m * stride], right = new short[n * stride];
        var sums = new long[m * n];
        var y = new long[product.Length];
        for (int p = 0; p < batch; p++)
        {
            for (int i = 0; i < m; i++)
                for (int t = 0; t < k; t++) left[(i * stride) + t] = (short)a[(((p * m) + i) * k) + t];
            for (int t = 0; t < k; t++)
                for (int j = 0; j < n; j++) right[(j * stride) + t] = (short)b[(((p * k) + t) * n) + j];
            kernel.Multiply(left, m, right, n, stride, block, sums);
            sums.CopyTo(y, p * m * n);
        }
        return y;
    }
}
