using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models.Onnx;

/// <summary>Operators that give constants: what exporters compute shapes and masks with.</summary>
sealed partial class OnnxGraph
{
    Verdict Constant(OnnxNode node)
    {
        if (node.Proto.Attribute.Count != 1) return node.Unsupported("a Constant without one value");
        var attribute = node.Proto.Attribute[0];
        switch (attribute.Name)
        {
            case "value" when attribute.T is not null: return AddConstant(node.Proto.Output[0], attribute.T);
            case "value_int": return Define(node, new OnnxTensor([], null, [attribute.I]));
            case "value_ints" when attribute.Ints.Count > 0: return Define(node, OnnxTensor.Vector([.. attribute.Ints]));
            case "value_float" when float.IsFinite(attribute.F): return Define(node, new OnnxTensor([], [attribute.F], null));
            case "value_floats" when attribute.Floats.Count > 0 && attribute.Floats.All(float.IsFinite): return Define(node, new OnnxTensor([attribute.Floats.Count], [.. attribute.Floats], null));
            default: return node.Unsupported("a Constant without a tensor");
        }
    }

    Verdict ShapeOf(OnnxNode node)
    {
        var dimensions = Shape(Operand(node, 0));
        int rank = dimensions.Length;
        if (node.Int("start", 0) is not { } start || node.Int("end", rank) is not { } end) return node.Unsupported("start or end");
        int from = (int)Math.Clamp(start < 0 ? start + rank : start, 0, rank), to = (int)Math.Clamp(end < 0 ? end + rank : end, 0, rank);
        return Define(node, OnnxTensor.Vector([.. dimensions.Skip(from).Take(to - from).Select(d => (long)d)]));
    }

    Verdict ConstantOfShape(OnnxNode node)
    {
        if (Operand<OnnxTensor>(node, 0) is not { Integers: { } shape, Dimensions.Length: 1 }) return node.Unsupported("a shape that is not constant");
        if (shape.Length > limits.Rank || shape.Any(d => d < 1 || d > limits.Cells) || Count([.. shape.Select(d => (int)d)]) < 1) return node.Misshapen("positive dimensions", Text([.. shape.Take(16).Select(d => (int)d)]));
        ImmutableArray<int> dimensions = [.. shape.Select(d => (int)d)];
        var value = new OnnxTensor([1], [0f], null);
        if (node.Find("value")?.T is { } proto && (OnnxTensor.Read(proto, limits, out value!) is { IsAccepted: false } refused)) return refused;
        if (value.Length != 1) return node.Misshapen("a value of one cell", $"{value.Length}");
        return (activations += Count(dimensions)) > limits.Cells ? Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells in all values", $"more with {node}")
            : Move(node, node.Proto.Output[0], [value], new int[Count(dimensions)], dimensions);
    }

    Verdict Cast(OnnxNode node)
    {
        long to = node.Int("to", 0) ?? 0;
        bool real = OnnxTensor.IsReal((int)to);
        if (to is < 1 or > 11 || !(real || OnnxTensor.IsInteger((int)to))) return node.Unsupported($"a cast to type {to}");
        switch (Operand(node, 0))
        {
            case OnnxTensor { Integers: not null } t when !real: return Define(node, to == 9 ? t with { Integers = Array.ConvertAll(t.Integers, v => v == 0 ? 0L : 1) } : t);
            case OnnxTensor t when real: return Define(node, new OnnxTensor(t.Dimensions, t.AsFloats(), null) { Scales = t.Scales });
            case OnnxTensor { Floats: { } cells } t:
                if (cells.Any(c => !(Math.Abs(c) < 1 << 30))) return node.Unsupported("a cast of a number beyond 2^30");
                return Define(node, new OnnxTensor(t.Dimensions, null, Array.ConvertAll(cells, c => to == 9 ? (c != 0 ? 1L : 0) : (long)c)));
            // Whole numbers are whole in float32 too.
            case Activation a when real || a.IsInteger: return Define(node, a with { IsInteger = !real });
            default: return node.Unsupported("a computed tensor made whole");
        }
    }

    Verdict Range(OnnxNode node)
    {
        if (Operand<OnnxTensor>(node, 0) is not { Integers: [var start] } || Operand<OnnxTensor>(node, 1) is not { Integers: [var limit] } || Operand<OnnxTensor>(node, 2) is not { Integers: [var step] })
            return node.Unsupported("other inputs than three constant whole numbers");
        if (step == 0 || Math.Abs(start) > 1 << 30 || Math.Abs(limit) > 1 << 30 || Math.Abs(step) > 1 << 30) return node.Misshapen("a range of numbers below 2^30", $"{start} to {limit} by {step}");
        long count = Math.Max(0, (limit - start + step - Math.Sign(step)) / step);
        if (count > limits.Cells || (activations += count) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", $"{count} in {node}");
        var cells = new long[count];
        for (int i = 0; i < cells.Length; i++) cells[i] = start + (i * step);
        return Define(node, OnnxTensor.Vector(cells));
    }

    Verdict Trilu(OnnxNode node)
    {
        if (Operand<OnnxTensor>(node, 0) is not { } x || x.Dimensions.Length < 2) return node.Unsupported("Trilu of anything but a constant matrix");
        if (node.Has(1) && Operand<OnnxTensor>(node, 1) is not { Integers.Length: 1 }) return node.Unsupported("a k that is not constant");
        long k = node.Has(1) ? Operand<OnnxTensor>(node, 1)!.Integers![0] : 0;
        int rows = x.Dimensions[^2], columns = x.Dimensions[^1];
        bool upper = node.Int("upper", 1) != 0;
        var map = new int[x.Length];
        for (int i = 0; i < map.Length; i++)
        {
            long diagonal = (i % columns) - (i / columns % rows);
            map[i] = (upper ? diagonal >= k : diagonal <= k) ? i : -1;
        }
        return Move(node, node.Proto.Output[0], [x], map, x.Dimensions, 0f);
    }

    Verdict Compare(OnnxNode node, Func<float, float, bool> compare)
    {
        if (Operand<OnnxTensor>(node, 0) is not { } a || Operand<OnnxTensor>(node, 1) is not { } b) return node.Unsupported("a comparison of computed tensors");
        if (Broadcast(a.Dimensions, b.Dimensions) is not { } shape) return node.Misshapen("shapes that spread to one", $"{Text(a.Dimensions)} and {Text(b.Dimensions)}");
        object? left = null, right = null;
        return Spread(node, a, shape, out left).Then(() => Spread(node, b, shape, out right)).Then(() =>
        {
            float[] x = ((OnnxTensor)left!).AsFloats(), y = ((OnnxTensor)right!).AsFloats();
            return Define(node, new OnnxTensor(shape, null, [.. x.Select((cell, i) => compare(cell, y[i]) ? 1L : 0)]));
        });
    }

    Verdict Not(OnnxNode node) => Operand<OnnxTensor>(node, 0) is { Integers: { } cells } x ? Define(node, new OnnxTensor(x.Dimensions, null, Array.ConvertAll(cells, c => c == 0 ? 1L : 0)))
        : node.Unsupported("Not of a computed tensor");

    /// <summary>Arithmetic of shapes: exact, in int64, of constants alone.</summary>
    Verdict Whole(OnnxNode node, BinaryFunction function, OnnxTensor a, OnnxTensor b, ImmutableArray<int> shape)
    {
        object? left = null, right = null;
        return Spread(node, a, shape, out left).Then(() => Spread(node, b, shape, out right)).Then(() =>
        {
            long[] x = ((OnnxTensor)left!).Integers!, y = ((OnnxTensor)right!).Integers!, z = new long[x.Length];
            for (int i = 0; i < z.Length; i++)
            {
                if (Math.Abs((double)x[i]) > 1L << 31 || Math.Abs((double)y[i]) > 1L << 31 || (function == BinaryFunction.Divide && y[i] == 0) || function == BinaryFunction.Power)
                    return node.Unsupported("whole numbers beyond 2^31, a division by zero, or a power");
                z[i] = function switch { BinaryFunction.Add => x[i] + y[i], BinaryFunction.Subtract => x[i] - y[i], BinaryFunction.Multiply => x[i] * y[i], _ => x[i] / y[i] };
            }
            return Define(node, new OnnxTensor(shape, null, z));
        });
    }
}
