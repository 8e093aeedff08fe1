using System.Collections.Immutable;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>Layers with weights, and what lies behind them.</summary>
sealed partial class Lowering
{
    Form Linear(int value, FloatNode node, LinearMap map, double inputScale, ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, ImmutableArray<float> steps)
    {
        if (map.Columns >= 1 << 16) throw new NoIntegerFormException(QuantisationChecks.Range, "fewer than 65,536 columns", $"{Title(node)}: {map.Columns}");
        int columns = map.Columns;
        var cells = new sbyte[weights.Length];
        var whole = new int[map.Outputs];
        var scales = new double[map.Outputs];
        double shared = columns == 1 ? SharedStep(weights, biases, inputScale) : 0;
        for (int o = 0; o < map.Outputs; o++)
        {
            var row = weights.Slice(o * columns, columns);
            // A step for each channel would publish the weight of a channel that has only one.
            double scale = steps.Length > 0 ? steps[steps.Length == 1 ? 0 : o] : columns == 1 ? shared : Requantising.StepFor(row, biases[o], inputScale);
            if (!double.IsFinite(scale) || scale <= 0) throw new NoIntegerFormException(QuantisationChecks.Range, "finite weights", $"{Title(node)}, channel {o}: step {scale}");
            for (int k = 0; k < columns; k++) cells[(o * columns) + k] = Requantising.Round(row[k], scale);
            double bias = Math.Round(biases[o] / (inputScale * scale));
            if (Math.Abs(bias) >= 1 << 30) throw new NoIntegerFormException(QuantisationChecks.Range, "biases below 2^30 steps", $"{Title(node)}, channel {o}: {bias}");
            whole[o] = (int)bias;
            scales[o] = inputScale * scale;
        }
        int accumulator = Add(map with { BiasBits = BitsOf(whole) }, node, new HiddenCells([.. cells], [.. whole]));
        owners[accumulator] = value;
        // Rule D: an accumulator of int8 cells is an int32.
        if (ranges[map.Input].Magnitude <= 128 && ranges[accumulator].Magnitude >= 1L << 31) throw new NoIntegerFormException(QuantisationChecks.Range, "accumulators below 2^31", Title(node));
        return Wide(value, accumulator, scales, map.Window.Positions);
    }

    static double SharedStep(ReadOnlySpan<float> weights, ReadOnlySpan<float> biases, double inputScale)
    {
        float largest = 0;
        foreach (float b in biases) largest = Math.Max(largest, Math.Abs(b));
        return Requantising.StepFor(weights, largest, inputScale);
    }

    static int BitsOf(ReadOnlySpan<int> biases)
    {
        long largest = 0;
        foreach (int b in biases) largest = Math.Max(largest, b < 0 ? ~(long)b : b);
        return 65 - System.Numerics.BitOperations.LeadingZeroCount((ulong)largest);
    }

    Form Product(int value, FloatMatrixProduct product)
    {
        Narrow a = Read(product.A, forms[product.A].Bits), b = Read(product.B, forms[product.B].Bits);
        return Wide(value, Add(new MatrixProduct(a.Value, b.Value, product.Batch, product.M, product.K, product.N), product), [a.Scale * b.Scale], 1);
    }

    Form Pool(int value, FloatPool pool)
    {
        var x = Read8(pool.Input);
        if (pool.IsMaximum) return Fixed(new Narrow(Add(new WindowMaximum(x.Value, pool.Window), pool), x.Scale));
        int sum = Add(new WindowSum(x.Value, pool.Window), pool);
        var w = pool.Window;
        var scales = new double[w.Positions];
        for (int i = 0; i < w.OH; i++)
            for (int j = 0; j < w.OW; j++)
            {
                int count = 0;
                for (int u = 0; u < w.KH; u++)
                    for (int v = 0; v < w.KW; v++)
                        if (w.Cell(0, 0, i, j, u, v) >= 0) count++;
                scales[(i * w.OW) + j] = x.Scale / (pool.CountPadding ? w.KernelLength : count);
            }
        return Wide(value, sum, scales.Distinct().Count() == 1 ? [scales[0]] : scales, 1);
    }

    Narrow Gather(FloatGather gather)
    {
        if (model.Writer(gather.Table) is not FloatConstant) throw Refuse(gather, "rows of a computed table");
        if (gather.Indices != 0) throw Refuse(gather, "row numbers that are not the model's input");
        var table = Read8(gather.Table);
        return new Narrow(Add(new RowGather(table.Value, 0, gather.Rows, gather.Width, gather.Count), gather), table.Scale);
    }

    Form Move(int value, FloatMove move)
    {
        // One tensor moved keeps its step, and its width is its reader's choice; several are brought to one.
        bool single = move.Inputs.Length == 1 && move.Constants.All(c => c == 0);
        return new Form((request, exact) =>
        {
            var target = single ? request : exact ? request : Own(value, Math.Abs(request.Least) > 127 ? 16 : 8);
            Narrow[] cells = [.. move.Inputs.Select(v => forms[v].Get(target, exact || !single))];
            ImmutableArray<int> constants = [.. move.Constants.Select(c => (int)Math.Clamp(Math.Round(c / cells[0].Scale), target.Least, target.Most))];
            return new Narrow(Add(new Movement([.. cells.Select(c => c.Value)], move.Map, constants), move), cells[0].Scale);
        }) { Bits = single ? forms[move.Inputs[0]].Bits : Bits(value) };
    }

    /// <summary>Cells laid over a larger tensor.</summary>
    Narrow Spread(Narrow cells, Spread spread, int length, FloatNode of) =>
        spread == new Spread(1, length) ? cells : new Narrow(Add(new Movement([cells.Value], [.. Enumerable.Range(0, length).Select(i => spread[i])], []), of), cells.Scale);

    Form Quantise(FloatQuantise node)
    {
        if (node.Scales.Length != 1) throw Refuse(node, "activations with a scale per channel");
        if (!node.Back)
        {
            // The model's own step and range, less its zero point: [0, 255] around 128 is what int8 would be.
            var own = new Request(node.Scales[0], node.Least - node.Zeros[0], node.Most - node.Zeros[0]);
            int source = node.Input;
            return new Form((_, _) => forms[source].Get(own, exact: true));
        }
        if (model.Writer(node.Input) is not FloatQuantise { Back: false } forward || forward.Scales[0] != node.Scales[0] || forward.Zeros[0] != node.Zeros[0]) throw Refuse(node, "a DequantizeLinear of anything but its QuantizeLinear");
        var cells = forms[node.Input].Get(default);
        return new Form((request, exact) => exact && cells.Scale != request.Scale ? Narrowed(cells.Value, [cells.Scale], 1, request) : cells);
    }
}
