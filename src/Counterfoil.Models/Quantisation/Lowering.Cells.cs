using System.Globalization;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>What works cell by cell. A whole tree of operators that looks at one tensor alone is one function of its cells, and so one table.</summary>
sealed partial class Lowering
{
    /// <summary>A value as a function of one other value's cells.</summary>
    sealed record CellTree(int Root, Func<double, double> Function, string Name);

    readonly Dictionary<int, CellTree> trees = [];

    CellTree Tree(int value) => trees.GetValueOrDefault(value) ?? new CellTree(value, x => x, "x");

    /// <summary>The form of a value that is a function of another's cells, or null when it is none.</summary>
    Form? Cell(int value, FloatNode node)
    {
        switch (node)
        {
            case FloatUnary unary:
                var inner = Tree(unary.Input);
                trees[value] = new CellTree(inner.Root, x => unary.Function.Apply(inner.Function(x)), $"{Name(unary.Function)}({inner.Name})");
                // ReLU and Clip right behind an accumulator are the range of its requantisation.
                if (unary.Function.Kind is CellFunctionKind.Relu or CellFunctionKind.Clip && forms[unary.Input].Wide is { } wide)
                {
                    trees.Remove(value);
                    return Clipped(value, wide, unary.Function);
                }
                return Lookup(value, node);
            case FloatBinary binary when Scalar(binary.B) is { } right:
                inner = Tree(binary.A);
                trees[value] = new CellTree(inner.Root, x => Apply(binary.Function, inner.Function(x), right), $"({inner.Name} {Sign(binary.Function)} {right.ToString(CultureInfo.InvariantCulture)})");
                return (binary.Function is BinaryFunction.Multiply or BinaryFunction.Divide) && right > 0
                    ? Scaled(binary.A, binary.Function == BinaryFunction.Multiply ? right : 1.0 / right) : Lookup(value, node);
            case FloatBinary binary when Scalar(binary.A) is { } left:
                inner = Tree(binary.B);
                trees[value] = new CellTree(inner.Root, x => Apply(binary.Function, left, inner.Function(x)), $"({left.ToString(CultureInfo.InvariantCulture)} {Sign(binary.Function)} {inner.Name})");
                return binary.Function == BinaryFunction.Multiply && left > 0 ? Scaled(binary.B, left) : Lookup(value, node);
            case FloatBinary binary when binary.SpreadA == binary.SpreadB && Tree(binary.A) is var a && Tree(binary.B) is var b && a.Root == b.Root:
                trees[value] = new CellTree(a.Root, x => Apply(binary.Function, a.Function(x), b.Function(x)), $"({a.Name} {Sign(binary.Function)} {b.Name})");
                return Lookup(value, node);
            default: return null;
        }
    }

    double? Scalar(int value) => model.Writer(value) is FloatConstant { Cells: [var cell] } ? cell : null;

    static double Apply(BinaryFunction function, double a, double b) => function switch
    {
        BinaryFunction.Add => a + b,
        BinaryFunction.Subtract => a - b,
        BinaryFunction.Multiply => a * b,
        BinaryFunction.Divide => a / b,
        _ => Math.Pow(a, b),
    };

    static char Sign(BinaryFunction function) => function switch { BinaryFunction.Add => '+', BinaryFunction.Subtract => '-', BinaryFunction.Multiply => '*', BinaryFunction.Divide => '/', _ => '^' };

    static string Name(CellFunction function) => function.Kind switch
    {
        CellFunctionKind.LeakyRelu => string.Create(CultureInfo.InvariantCulture, $"leakyrelu[{function.Alpha}]"),
        CellFunctionKind.Clip => string.Create(CultureInfo.InvariantCulture, $"clip[{function.Alpha}, {function.Beta}]"),
        _ => function.Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>A positive factor is another step: nothing is computed.</summary>
    Form Scaled(int value, double factor)
    {
        var source = forms[value];
        return new Form((request, exact) =>
        {
            var cells = source.Get(request with { Scale = request.Scale / factor }, exact);
            // What was asked for exactly is what it is called: a factor and its inverse may differ in the last bit.
            return new Narrow(cells.Value, exact ? request.Scale : cells.Scale * factor);
        })
        {
            Wide = source.Wide is { } wide ? (wide.Value, Array.ConvertAll(wide.Scales, s => s * factor), wide.Inner) : null,
            Bits = source.Bits,
        };
    }

    Form Lookup(int value, FloatNode node) => new((request, exact) =>
    {
        var tree = trees[value];
        var x = Read8(tree.Root);
        var range = ranges[x.Value];
        if (range.Most - range.Least >= 1 << 16) throw new NoIntegerFormException(QuantisationChecks.Range, "a table of at most 2^16 entries", Title(node));
        string name = tree.Name.Length <= 64 ? tree.Name : $"{tree.Name[..61]}...";
        int table = Table(name, (int)range.Least, (int)range.Most, q => Math.Clamp(tree.Function(q * x.Scale) / request.Scale, request.Least, request.Most), request.Most);
        return new Narrow(Add(new Lookup(x.Value, node.Length, table), node), request.Scale);
    }) { Bits = Bits(value) };

    Form Clipped(int value, (int Value, double[] Scales, int Inner) wide, CellFunction function) => new((request, _) =>
    {
        bool relu = function.Kind == CellFunctionKind.Relu;
        int least = relu ? 0 : (int)Math.Clamp(Math.Round(function.Alpha / request.Scale), request.Least, request.Most);
        int most = relu ? request.Most : (int)Math.Clamp(Math.Round(function.Beta / request.Scale), request.Least, request.Most);
        return Narrowed(wide.Value, wide.Scales, wide.Inner, request with { Least = Math.Clamp(least, request.Least, request.Most), Most = Math.Max(least, most) });
    }) { Bits = Bits(value) };

    Form Binary(int value, FloatBinary node)
    {
        switch (node.Function)
        {
            case BinaryFunction.Multiply:
                foreach (var (x, spreadX, factor, spread) in new[] { (node.A, node.SpreadA, node.B, node.SpreadB), (node.B, node.SpreadB, node.A, node.SpreadA) })
                    if (model.Writer(factor) is FloatConstant constant && spreadX == new Spread(1, node.Cells)) return Scale(value, node, x, constant, spread);
                Narrow a = Spread(Read8(node.A), node.SpreadA, node.Cells, node), b = Spread(Read8(node.B), node.SpreadB, node.Cells, node);
                return Wide(value, Add(new CellProduct(a.Value, b.Value, node.Cells), node), [a.Scale * b.Scale], 1);
            case BinaryFunction.Add or BinaryFunction.Subtract: return Sum(value, node);
            case BinaryFunction.Divide:
                if (model.Writer(node.B) is FloatConstant divisor && node.SpreadA == new Spread(1, node.Cells))
                    return Scale(value, node, node.A, new FloatConstant([.. divisor.Cells.Select(c => 1 / c)]), node.SpreadB);
                return Divide(value, node);
            default: throw Refuse(node, "a power that is not one number");
        }
    }

    /// <summary>A hidden factor for each channel: a linear map of one weight each, with room for the addition behind it.</summary>
    Form Scale(int value, FloatBinary node, int x, FloatConstant factor, Spread spread)
    {
        var cells = Read(x, forms[x].Bits);
        var window = new Window(node.Cells / (spread.Inner * spread.Count), spread.Count, 1, spread.Inner, 1, 1, 1, 1, 0, 0, 1, 1, 1, spread.Inner);
        return Linear(value, node, new LinearMap(cells.Value, window, spread.Count, spread.Count, 1), cells.Scale, factor.Cells.AsSpan(), new float[spread.Count], []);
    }

    Form Sum(int value, FloatBinary node)
    {
        int sign = node.Function == BinaryFunction.Add ? 1 : -1;
        if (model.Writer(node.B) is FloatConstant constant && Shifted(value, node, constant, sign) is { } shifted) return shifted;
        if (sign > 0 && model.Writer(node.A) is FloatConstant other && Shifted(value, node with { A = node.B, SpreadA = node.SpreadB, B = node.A, SpreadB = node.SpreadA }, other, sign) is { } swapped) return swapped;
        int bits = Math.Max(Bits(value), Math.Max(forms[node.A].Bits, forms[node.B].Bits));
        Narrow a = Spread(Read(node.A, bits), node.SpreadA, node.Cells, node), b = Spread(Read(node.B, bits), node.SpreadB, node.Cells, node);
        // The larger step is 2^20 units: the smaller one is then right to one part in 2^20 of the larger.
        double unit = Math.Max(a.Scale, b.Scale) / (1 << 20);
        int Units(double scale) => (int)Math.Max(1, Math.Round(scale / unit));
        return Wide(value, Add(new Combination([(a.Value, Units(a.Scale)), (b.Value, sign * Units(b.Scale))], 0, node.Cells), node), [unit], 1);
    }

    /// <summary>A constant added to a layer that nobody else reads is its bias.</summary>
    Form? Shifted(int value, FloatBinary node, FloatConstant constant, int sign)
    {
        if (readers[node.A] != 1 || forms[node.A].Wide is not { } wide || owners.GetValueOrDefault(wide.Value, -1) != node.A || nodes[wide.Value - 1] is not LinearMap map || node.SpreadA != new Spread(1, node.Cells)) return null;
        if (node.SpreadB.Count != 1 && node.SpreadB != new Spread(map.Window.Positions, map.Outputs)) return null;
        var before = hidden[wide.Value - 1];
        var biases = new int[map.Outputs];
        for (int o = 0; o < biases.Length; o++)
        {
            double bias = before.Biases[o] + (sign * constant.Cells[node.SpreadB.Count == 1 ? 0 : o] / wide.Scales[wide.Scales.Length == 1 ? 0 : o]);
            if (Math.Abs(bias) >= 1 << 30) return null;
            biases[o] = (int)Math.Round(bias);
        }
        var shifted = map with { BiasBits = BitsOf(biases) };
        if (IntegerRanges.Of(tables, shifted, ranges) is not { } range) return null;
        nodes[wide.Value - 1] = shifted;
        hidden[wide.Value - 1] = before with { Biases = [.. biases] };
        ranges[wide.Value] = range;
        owners[wide.Value] = value;
        return Wide(value, wide.Value, wide.Scales, wide.Inner);
    }

    Form Divide(int value, FloatBinary node)
    {
        if (!calibration.IsPositive(node.B)) throw Refuse(node, "a divisor that is not always above 0");
        if (node.SpreadA != new Spread(1, node.Cells) || node.SpreadB.Inner * node.SpreadB.Count != node.Cells) throw Refuse(node, "a dividend that spreads, or a divisor that repeats");
        var a = Read(node.A, 16);
        var b = forms[node.B].Get(Own(node.B, 16) with { Least = 1 });
        double own = Own(value, 16).Scale;
        int multiplier = (int)Math.Clamp(Math.Round(a.Scale / (b.Scale * own)), 1, 1 << 20);
        return Wide(value, Add(new Quotient(a.Value, b.Value, node.Cells, node.SpreadB.Inner, multiplier), node), [a.Scale / (b.Scale * multiplier)], 1);
    }

    /// <summary>
    /// Each row less its maximum, e to the power of that by a table, and each over the row's sum. Scores have steps of 2^−6, at most 2^9 in magnitude; e^−16 is the last of the table that is not 0.
    /// </summary>
    /// <remarks>A masked cell has no part in the maximum, nor in the sum, and is 0 in the end: whatever is done cell by cell is done without it.</remarks>
    Form Softmax(int value, FloatSoftmax node)
    {
        const double step = 1.0 / 64;
        const int depth = 1023, one = short.MaxValue;
        var mask = model.Writer(node.Input) as FloatMask;
        bool[] masked = mask is null ? new bool[node.Length] : [.. mask.Masked];
        int[] kept = [.. Enumerable.Range(0, node.Length).Where(i => !masked[i])], places = new int[node.Length];
        for (int k = 0; k < kept.Length; k++) places[kept[k]] = k;
        int Packed(int source) => mask is null ? source : Add(new Movement([source], [.. kept], []), node);
        int Laid(int source, int rest) => mask is null ? source : Add(new Movement([source], [.. Enumerable.Range(0, node.Length).Select(i => masked[i] ? -1 : places[i])], [rest]), node);
        int Rows(int source) => Add(new Movement([source], [.. kept.Select(i => i / node.Cells)], []), node);

        double scale = Math.Max(step, calibration.Magnitude(node.Input, 1) / one);
        var request = new Request(scale, -one, one);
        var scores = forms[mask?.Input ?? node.Input];
        int x = mask is not null && scores.Wide is { Scales: [var unit] } wide ? Narrowed(Packed(wide.Value), [unit], 1, request).Value : Packed(scores.Get(request, exact: true).Value);
        int maximum = Add(new WindowMaximum(Laid(x, -one), Window.Whole(node.Rows, node.Cells)), node);
        int below = Add(new Combination([(Rows(maximum), 1), (x, -1)], 0, kept.Length), node);
        int limited = Add(new Requantise(below, kept.Length, [1u << 15], 1, 15, 0, depth), node);
        int power = Add(new Lookup(limited, kept.Length, Table("exp(-x)", 0, depth, q => Math.Exp(-q * scale) * one, one)), node);
        int sum = Add(new WindowSum(Laid(power, 0), Window.Whole(node.Rows, node.Cells)), node);
        // One more than the sum, so that it is above 0 whatever the scores: 2^−15 of what the largest cell adds.
        int divisor = Add(new Combination([(sum, 1)], 1, node.Rows), node);
        int quotient = Add(mask is null ? new Quotient(power, divisor, node.Length, node.Cells, one) : new Quotient(power, Rows(divisor), kept.Length, 1, one), node);
        if (mask is null) return Wide(value, quotient, [1.0 / one], 1, bits: 16);
        return new Form((asked, _) =>
        {
            var cells = Narrowed(quotient, [1.0 / one], 1, asked);
            return new Narrow(Laid(cells.Value, 0), cells.Scale);
        }) { Bits = 16 };
    }

    /// <summary>Each row times its length less its sum; that over the square root of the sum of its squares.</summary>
    Form Normalisation(int value, FloatNormalisation node)
    {
        var x = Read(node.Input, 16);
        int sum = Add(new WindowSum(x.Value, Window.Whole(node.Rows, node.Cells)), node);
        int over = Add(new Movement([sum], [.. Enumerable.Range(0, node.Length).Select(i => i / node.Cells)], []), node);
        int difference = Add(new Combination([(x.Value, node.Cells), (over, -1)], 0, node.Length), node);
        double step = Math.Max(calibration.Centred[value], 1e-30f) / short.MaxValue;
        var centred = Narrowed(difference, [x.Scale / node.Cells], 1, new Request(step, -short.MaxValue, short.MaxValue));
        int squares = Add(new CellProduct(centred.Value, centred.Value, node.Length), node);
        int variance = Add(new WindowSum(squares, Window.Whole(node.Rows, node.Cells)), node);
        long epsilon = (long)Math.Clamp(Math.Round(node.Epsilon * node.Cells / (step * step)), 1, 1L << 50);
        int root = Add(new SquareRoot(Add(new Combination([(variance, 1)], epsilon, node.Rows), node), node.Rows), node);
        // √n·c / √Σc², in steps of 2^−12.
        double length = Math.Sqrt(node.Cells);
        int multiplier = (int)Math.Clamp(Math.Round(length * 4096), 1, 1 << 24);
        int quotient = Add(new Quotient(centred.Value, root, node.Length, node.Cells, multiplier), node);
        return Wide(value, quotient, [length / multiplier], 1, bits: 16);
    }
}
