using System.Collections.Immutable;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>From a float model to primitives. Every float value has a <see cref="Form"/>; cells are made when somebody reads them, at the width that he asks for.</summary>
sealed partial class Lowering
{
    readonly FloatModel model;
    readonly Calibration calibration;
    readonly QuantiserOptions options;
    readonly List<Primitive> nodes = [];
    readonly List<HiddenCells> hidden = [];
    readonly List<CellTable> tables = [];
    readonly List<CellRange> ranges = [];
    readonly Form[] forms;
    readonly int[] readers;
    // Values of the residual stream, which a normalisation reads in the end: 8 bits would be too few.
    readonly bool[] isWide;
    readonly GraphInput input;
    // Whose accumulator each linear map is: only its owner's single reader may give it a bias.
    readonly Dictionary<int, int> owners = [];

    public Lowering(FloatModel model, Calibration calibration, QuantiserOptions options)
    {
        (this.model, this.calibration, this.options) = (model, calibration, options);
        forms = new Form[model.Values];
        readers = new int[model.Values];
        isWide = new bool[model.Values];
        foreach (int read in model.Nodes.SelectMany(n => n.Reads).Concat(model.Outputs)) readers[read]++;
        for (int v = model.Values - 1; v >= model.Inputs.Length; v--)
        {
            var node = model.Writer(v)!;
            if (node is FloatNormalisation || (isWide[v] && node is FloatBinary { Function: BinaryFunction.Add or BinaryFunction.Subtract } or FloatMove))
                foreach (int read in node.Reads) isWide[read] |= node is FloatNormalisation || isWide[v];
        }
        bool isInteger = model.Inputs[0].IsInteger;
        var rows = model.Nodes.OfType<FloatGather>().Where(g => g.Indices == 0).Select(g => g.Rows).DefaultIfEmpty(1 << 16).Min();
        // A model that came quantised says what a step of its input is.
        var first = model.Nodes.Where(n => n.Reads.Contains(0)).ToList() is [FloatQuantise { Back: false, Scales.Length: 1 } only] ? only : null;
        InputScale = isInteger ? 1 : options.InputScale ?? first?.Scales[0] ?? calibration.Magnitude(0, 1) / 127;
        input = isInteger ? new GraphInput(model.InputLength, 0, Math.Min(rows, 1 << 16) - 1)
            : first is not null && options.InputScale is null ? new GraphInput(model.InputLength, first.Least - first.Zeros[0], first.Most - first.Zeros[0])
            : new GraphInput(model.InputLength, -127, 127);
        ranges.Add(new CellRange(input.Least, input.Most));
    }

    public double InputScale { get; }

    public IntegerModel Lower()
    {
        forms[0] = Fixed(new Narrow(0, InputScale));
        for (int i = 0; i < model.Nodes.Length; i++) forms[i + 1] = Lower(i + 1, model.Nodes[i]);
        int output = model.Outputs[0];
        var answer = forms[output].Get(Request.Of(calibration.Magnitude(output, options.OutputCoverage), options.OutputBits));
        return new IntegerModel(new IntegerGraph(input, [.. tables], [.. nodes], answer.Value), [.. hidden], InputScale, answer.Scale);
    }

    Form Lower(int value, FloatNode node)
    {
        if (Cell(value, node) is { } cell) return cell;
        return node switch
        {
            FloatConstant constant => Constant(constant),
            FloatGemm gemm => Linear(value, node, new LinearMap(Read8(gemm.Input).Value, Window.Rows(gemm.Rows, gemm.InputLength), 1, gemm.OutputLength, 1), Read8(gemm.Input).Scale, gemm.Weights.AsSpan(), gemm.Biases.AsSpan(), gemm.WeightScales),
            FloatConvolution c => Linear(value, node, new LinearMap(Read8(c.Input).Value, c.Window, c.Groups, c.Outputs, 1), Read8(c.Input).Scale, c.Weights.AsSpan(), c.Biases.AsSpan(), c.WeightScales),
            FloatMatrixProduct product => Product(value, product),
            FloatBinary binary => Binary(value, binary),
            FloatPool pool => Pool(value, pool),
            FloatReduce reduce => Wide(value, Add(new WindowSum(Read8(reduce.Input).Value, Window.Whole(reduce.Rows, reduce.Cells)), node), [Read8(reduce.Input).Scale / (reduce.IsMean ? reduce.Cells : 1)], 1),
            FloatSoftmax softmax => Softmax(value, softmax),
            FloatNormalisation normalisation => Normalisation(value, normalisation),
            FloatMove move => Move(value, move),
            FloatGather gather => Fixed(Gather(gather)),
            FloatQuantise quantise => Quantise(quantise),
            // Only a softmax knows what a masked cell is; it looks behind the mask.
            FloatMask => new Form((_, _) => throw Refuse(node, "a mask that a softmax alone reads")),
            _ => throw Refuse(node, node.GetType().Name),
        };
    }

    static NoIntegerFormException Refuse(FloatNode node, string found) => new(QuantisationChecks.Operator, "an operator with an integer form", $"{Title(node)}: {found}");

    static string Title(FloatNode node) => node.Name.Length > 0 ? node.Name : node.GetType().Name;

    /// <summary>Appends a primitive; the number of the value that it writes.</summary>
    int Add(Primitive primitive, FloatNode of, HiddenCells? cells = null)
    {
        if (IntegerRanges.Of(tables, primitive, ranges) is not { } range)
            throw new NoIntegerFormException(QuantisationChecks.Range, "numbers below 2^62 in every step", $"{Title(of)}, in its {primitive.GetType().Name}");
        nodes.Add(primitive);
        hidden.Add(cells ?? HiddenCells.None);
        ranges.Add(range);
        return nodes.Count;
    }

    Request Own(int value, int bits) => Request.Of(calibration.Magnitude(value, model.Outputs.Contains(value) ? options.OutputCoverage : options.Coverage), bits);

    int Bits(int value) => isWide[value] ? 16 : 8;

    /// <summary>A value as int8.</summary>
    Narrow Read8(int value) => forms[value].Get(Own(value, 8));

    Narrow Read(int value, int bits) => forms[value].Get(Own(value, bits));

    /// <summary>A value that has cells already: who wants others has them requantised.</summary>
    Form Fixed(Narrow cells, int bits = 8) => new((request, exact) =>
    {
        var range = ranges[cells.Value];
        bool fits = range.Least >= request.Least && range.Most <= request.Most;
        return fits && (!exact || cells.Scale == request.Scale) ? cells : Narrowed(cells.Value, [cells.Scale], 1, request);
    }) { Bits = bits };

    /// <summary>A value whose accumulator is there: its cells are requantised from it, at the step that is asked for.</summary>
    Form Wide(int value, int accumulator, double[] scales, int inner, int bits = 8) =>
        new((request, _) => Narrowed(accumulator, scales, inner, request)) { Wide = (accumulator, scales, inner), Bits = Math.Max(bits, Bits(value)) };

    Narrow Narrowed(int value, double[] scales, int inner, Request request)
    {
        double[] ratios = Array.ConvertAll(scales, s => s / request.Scale);
        if (!Requantising.TryChoose(ranges[value].Magnitude, ratios, out var multipliers, out int shift))
            throw new NoIntegerFormException(QuantisationChecks.Range, "one shift from 15 to 46 for all channels", $"value {value}: ratios from {ratios.Min():g3} to {ratios.Max():g3}");
        int length = value == 0 ? input.Length : nodes[value - 1].Length;
        nodes.Add(new Requantise(value, length, multipliers, inner, shift, request.Least, request.Most));
        hidden.Add(HiddenCells.None);
        ranges.Add(IntegerRanges.Of(tables, nodes[^1], ranges) ?? throw new NoIntegerFormException(QuantisationChecks.Range, "a product below 2^62", $"value {value}"));
        return new Narrow(nodes.Count, request.Scale);
    }

    /// <summary>Hidden cells, made once, when somebody first reads them.</summary>
    Form Constant(FloatConstant constant)
    {
        Narrow? made = null;
        return new Form((request, exact) =>
        {
            double scale = Requantising.StepFor(constant.Cells.AsSpan());
            var cells = made ??= new Narrow(Add(new Parameter(constant.Length), constant, new HiddenCells([.. constant.Cells.Select(c => Requantising.Round(c, scale))], [])), scale);
            return exact && cells.Scale != request.Scale ? Narrowed(cells.Value, [cells.Scale], 1, request) : cells;
        });
    }

    int Table(string name, int least, int most, Func<int, double> function, int limit)
    {
        var entries = new short[most - least + 1];
        for (int q = least; q <= most; q++)
        {
            double y = function(q);
            entries[q - least] = (short)Math.Clamp(double.IsNaN(y) ? 0 : Math.Round(y), -limit, limit);
        }
        for (int t = 0; t < tables.Count; t++)
            if (tables[t].Least == least && tables[t].Name == name && tables[t].Entries.AsSpan().SequenceEqual(entries)) return t;
        tables.Add(new CellTable(name, least, [.. entries]));
        return tables.Count - 1;
    }
}
