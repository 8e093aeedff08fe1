using System.Collections.Immutable;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>
/// The meaning of an <see cref="IntegerGraph"/>. Normative: a witness equals what this computes, bit for bit, and every faster form is tested against it. Plain on purpose.
/// </summary>
/// <remarks>Integers only, so there is no order of summation to fix: no number leaves (−2^62, 2^62) (<see cref="IntegerRanges"/>), hence all orders agree.</remarks>
public static class PrimitiveExecutor
{
    /// <summary>Every value of one execution.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">The input's cells.</param>
    /// <exception cref="ArgumentException">The model fails <see cref="IntegerModel.Validate"/>, or the input has another length or a cell out of range.</exception>
    public static ImmutableArray<long[]> Execute(IntegerModel model, ReadOnlySpan<int> input)
    {
        ArgumentNullException.ThrowIfNull(model);
        var verdict = model.Validate(out _);
        if (!verdict.IsAccepted) throw new ArgumentException(verdict.ToString(), nameof(model));
        var values = ImmutableArray.CreateBuilder<long[]>(model.Graph.Values);
        values.Add(Input(model.Graph, input));
        for (int i = 0; i < model.Graph.Nodes.Length; i++) values.Add(Run(model, i, values));
        return values.MoveToImmutable();
    }

    internal static long[] Input(IntegerGraph graph, ReadOnlySpan<int> input)
    {
        var (length, least, most) = graph.Input;
        if (input.Length != length) throw new ArgumentException($"expected {length} cells, got {input.Length}", nameof(input));
        var cells = new long[length];
        for (int i = 0; i < length; i++) cells[i] = input[i] >= least && input[i] <= most ? input[i] : throw new ArgumentException($"cell {i} is {input[i]}, outside [{least}, {most}]", nameof(input));
        return cells;
    }

    /// <summary>What node <paramref name="index"/> writes.</summary>
    internal static long[] Run(IntegerModel model, int index, IReadOnlyList<long[]> values)
    {
        var node = model.Graph.Nodes[index];
        var y = new long[node.Length];
        var x = node.Reads.Length > 0 ? values[node.Reads[0]] : [];
        switch (node)
        {
            case LinearMap map: Run(map, model.Hidden[index], x, y); break;
            case Parameter: for (int i = 0; i < y.Length; i++) y[i] = model.Hidden[index].Weights[i]; break;
            case MatrixProduct product: Run(product, x, values[product.B], y); break;
            case CellProduct product: for (int i = 0; i < y.Length; i++) y[i] = x[i] * values[product.B][i]; break;
            case Combination combination:
                Array.Fill(y, combination.Constant);
                foreach (var (value, factor) in combination.Terms)
                    for (int i = 0; i < y.Length; i++) y[i] += factor * values[value][i];
                break;
            case Requantise r:
                for (int i = 0; i < y.Length; i++) y[i] = Math.Clamp(((x[i] * r.Multipliers[i / r.Inner % r.Multipliers.Length]) + (1L << (r.Shift - 1))) >> r.Shift, r.Least, r.Most);
                break;
            case Lookup lookup:
                var table = model.Graph.Tables[lookup.Table];
                for (int i = 0; i < y.Length; i++) y[i] = table.Entries[(int)(x[i] - table.Least)];
                break;
            case Movement move:
                if (move.Inputs.Length > 1) x = [.. move.Inputs.SelectMany(v => values[v])];
                for (int i = 0; i < y.Length; i++) y[i] = move.Map[i] >= 0 ? x[move.Map[i]] : move.Constants[-1 - move.Map[i]];
                break;
            case RowGather gather:
                for (int r = 0; r < gather.Count; r++)
                    for (int c = 0; c < gather.Width; c++) y[(r * gather.Width) + c] = x[(values[gather.Indices][r] * gather.Width) + c];
                break;
            case WindowSum sum: Run(sum.Window, x, y, isSum: true); break;
            case WindowMaximum maximum: Run(maximum.Window, x, y, isSum: false); break;
            case Quotient q:
                for (int i = 0; i < y.Length; i++)
                {
                    long d = values[q.B][i / q.Inner];
                    y[i] = IntegerRanges.FloorDivide((2L * q.Multiplier * x[i]) + d, 2 * d);
                }
                break;
            case SquareRoot: for (int i = 0; i < y.Length; i++) y[i] = IntegerRanges.FloorRoot(x[i]); break;
            default: throw new ArgumentException($"no such primitive: {node.GetType().Name}", nameof(model));
        }
        return y;
    }

    static void Run(LinearMap map, HiddenCells hidden, long[] x, long[] y)
    {
        var window = map.Window;
        int channels = window.C / map.Groups, outputs = map.Outputs / map.Groups, at = 0;
        for (int n = 0; n < window.N; n++)
            for (int o = 0; o < map.Outputs; o++)
                for (int i = 0; i < window.OH; i++)
                    for (int j = 0; j < window.OW; j++)
                    {
                        long sum = hidden.Biases[o];
                        int k = o * map.Columns;
                        for (int c = o / outputs * channels; c < ((o / outputs) + 1) * channels; c++)
                            for (int u = 0; u < window.KH; u++)
                                for (int v = 0; v < window.KW; v++, k++)
                                {
                                    int cell = window.Cell(n, c, i, j, u, v);
                                    if (cell >= 0) sum += hidden.Weights[k] * x[cell];
                                }
                        y[at++] = sum;
                    }
    }

    static void Run(MatrixProduct product, long[] a, long[] b, long[] y)
    {
        var (_, _, batch, m, k, n) = product;
        for (int p = 0; p < batch; p++)
            for (int i = 0; i < m; i++)
                for (int t = 0; t < k; t++)
                    for (int j = 0; j < n; j++) y[(((p * m) + i) * n) + j] += a[(((p * m) + i) * k) + t] * b[(((p * k) + t) * n) + j];
    }

    static void Run(Window window, long[] x, long[] y, bool isSum)
    {
        int at = 0;
        for (int n = 0; n < window.N; n++)
            for (int c = 0; c < window.C; c++)
                for (int i = 0; i < window.OH; i++)
                    for (int j = 0; j < window.OW; j++)
                    {
                        long sum = 0, largest = long.MinValue;
                        for (int u = 0; u < window.KH; u++)
                            for (int v = 0; v < window.KW; v++)
                            {
                                int cell = window.Cell(n, c, i, j, u, v);
                                if (cell < 0) continue;
                                sum += x[cell];
                                largest = Math.Max(largest, x[cell]);
                            }
                        y[at++] = isSum ? sum : largest;
                    }
    }
}
