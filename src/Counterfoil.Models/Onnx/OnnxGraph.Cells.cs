using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models.Onnx;

/// <summary>Operators that work cell by cell.</summary>
sealed partial class OnnxGraph
{
    // Added to a score, this is how exporters write "not this one".
    const float Masking = -1e4f;

    Verdict Unary(OnnxNode node, CellFunction function)
    {
        object x = Operand(node, 0);
        return x is Activation { IsInteger: true } ? node.Unsupported("a tensor of whole numbers")
            : Use(node, x, out int value).Then(() => Append(node, new FloatUnary(value, Count(Shape(x)), function), Shape(x)));
    }

    Verdict Clip(OnnxNode node)
    {
        if ((node.Has(1) && Operand<OnnxTensor>(node, 1) is not { Length: 1 }) || (node.Has(2) && Operand<OnnxTensor>(node, 2) is not { Length: 1 })) return node.Unsupported("limits that are not constant");
        float least = node.Has(1) ? Operand<OnnxTensor>(node, 1)!.AsFloats()[0] : node.Real("min", float.MinValue) ?? float.NaN;
        float most = node.Has(2) ? Operand<OnnxTensor>(node, 2)!.AsFloats()[0] : node.Real("max", float.MaxValue) ?? float.NaN;
        return least <= most ? Unary(node, new CellFunction(CellFunctionKind.Clip, least, most)) : node.Misshapen("min ≤ max", $"{least} and {most}");
    }

    Verdict Binary(OnnxNode node, BinaryFunction function)
    {
        object a = Operand(node, 0), b = Operand(node, 1);
        if (opset < 7 && node.Find("axis") is not null)
        {
            // The second lies over the first from an axis on: as if it had ones behind.
            int axis = Axis(node.Int("axis", 0) ?? long.MaxValue, Shape(a).Length), ones = Shape(a).Length - axis - Shape(b).Length;
            if (axis < 0 || ones < 0) return node.Misshapen("an axis where the second input lies over the first", $"{node.Int("axis", 0)}");
            ImmutableArray<int> longer = [.. Shape(b), .. Enumerable.Repeat(1, ones)];
            b = b is Activation x ? x with { Dimensions = longer } : ((OnnxTensor)b) with { Dimensions = longer };
        }
        if (opset >= 7 && (node.Find("axis") ?? node.Find("broadcast")) is not null) return node.Unsupported("attribute 'broadcast' after version 7");
        if (Broadcast(Shape(a), Shape(b)) is not { } shape) return node.Misshapen("shapes that spread to one", $"{Text(Shape(a))} and {Text(Shape(b))}");
        if (a is OnnxTensor { Integers: not null } p && b is OnnxTensor { Integers: not null } q) return Whole(node, function, p, q, shape);
        return Combine(node, function, a, b, shape);
    }

    Verdict Combine(OnnxNode node, BinaryFunction function, object a, object b, ImmutableArray<int> shape)
    {
        object? result = null;
        return Arithmetic(node, function, a, b, out result).Then(() => Shape(result!).AsSpan().SequenceEqual(shape.AsSpan()) ? Define(node, result!) : node.Misshapen(Text(shape), Text(Shape(result!))));
    }

    /// <summary>A function of two operands that spread to one shape: the bias of a layer, a mask, or arithmetic.</summary>
    Verdict Arithmetic(OnnxNode node, BinaryFunction function, object a, object b, out object? result)
    {
        result = null;
        if (a is Activation { IsInteger: true } || b is Activation { IsInteger: true }) return Verdict.Reject(OnnxChecks.DataType, $"{node}: real numbers", "computed whole numbers");
        if (a is OnnxTensor { Floats: null } || b is OnnxTensor { Floats: null }) return Verdict.Reject(OnnxChecks.DataType, $"{node}: real numbers", "whole numbers");
        if (Broadcast(Shape(a), Shape(b)) is not { } shape) return node.Misshapen("shapes that spread to one", $"{Text(Shape(a))} and {Text(Shape(b))}");
        if (function == BinaryFunction.Add && a is OnnxTensor) (a, b) = (b, a);
        if (function == BinaryFunction.Add && a is Activation x && b is OnnxTensor { Floats: { } cells } c && shape.AsSpan().SequenceEqual(x.Dimensions.AsSpan()))
        {
            if (cells.Any(v => v <= Masking) && cells.All(v => v is 0 or <= Masking))
            {
                object? spread = null, masked = null;
                var mask = Spread(node, c, shape, out spread).Then(() =>
                    Emit(node, new FloatMask(x.Value, [.. ((OnnxTensor)spread!).Floats!.Select(v => v != 0)], Math.Max(float.MinValue, cells.Min())), shape, false, out masked));
                result = masked;
                return mask;
            }
            if (withoutBias.Contains(x.Value) && IsAlone(x.Value) && Bias(node, x, c, cells) is { } verdict)
            {
                result = x;
                return verdict;
            }
        }
        return Apply(node, function, a, b, shape, out result);
    }

    /// <summary>A constant behind a layer that has no bias yet; null when it is not one number per output.</summary>
    Verdict? Bias(OnnxNode node, Activation x, OnnxTensor c, float[] cells)
    {
        if (cells.Any(v => !float.IsFinite(v))) return Verdict.Reject(OnnxChecks.Finite, $"{node}: finite biases", "one that is not");
        int index = x.Value - inputs.Count;
        var (outputs, inner) = nodes[index] switch { FloatGemm g => (g.OutputLength, 1), FloatConvolution v => (v.Outputs, v.Window.Positions), _ => (0, 0) };
        if (Over(c.Dimensions, x.Dimensions) is not { } spread || !(spread.Count == 1 || (spread.Count == outputs && spread.Inner == inner))) return null;
        ImmutableArray<float> biases = [.. Enumerable.Range(0, outputs).Select(o => cells[spread.Count == 1 ? 0 : o])];
        nodes[index] = nodes[index] switch { FloatGemm g => g with { Biases = biases }, FloatConvolution v => v with { Biases = biases }, var other => other };
        withoutBias.Remove(x.Value);
        return Verdict.Accept;
    }

    Verdict Apply(OnnxNode node, BinaryFunction function, object a, object b, ImmutableArray<int> shape, out object? result)
    {
        object? left = a, right = b, computed = null;
        int count = Count(shape);
        var verdict = Verdict.Accept;
        if (Over(Shape(a), shape) is null) verdict = Spread(node, a, shape, out left);
        if (verdict.IsAccepted && Over(Shape(b), shape) is null) verdict = Spread(node, b, shape, out right);
        verdict = verdict.Then(() => Use(node, left!, out int x).Then(() => Use(node, right!, out int y)
            .Then(() => Emit(node, new FloatBinary(function, x, Over(Shape(left!), shape)!.Value, y, Over(Shape(right!), shape)!.Value, count), shape, false, out computed))));
        result = computed;
        return verdict;
    }

    /// <summary>How a shape lies over a larger one that it spreads to, when that is one run of dimensions; null otherwise.</summary>
    static Spread? Over(ImmutableArray<int> small, ImmutableArray<int> large)
    {
        int end = large.Length, missing = large.Length - small.Length, inner = 1, count = 1;
        int At(int d) => d < missing ? 1 : small[d - missing];
        while (end > 0 && At(end - 1) == 1) inner *= large[--end];
        while (end > 0 && At(end - 1) == large[end - 1]) count *= large[--end];
        while (end > 0)
            if (At(--end) != 1) return null;
        return new Spread(inner, count);
    }

    Verdict Where(OnnxNode node)
    {
        if (Operand<OnnxTensor>(node, 0) is not { Integers: not null } condition) return node.Unsupported("a condition that is not a constant mask");
        object a = Operand(node, 1), b = Operand(node, 2);
        if (Broadcast(Shape(a), Shape(b)) is not { } both || Broadcast(condition.Dimensions, both) is not { } shape) return node.Misshapen("shapes that spread to one", $"{Text(Shape(a))} and {Text(Shape(b))}");
        object? mask = null, left = null, right = null;
        var verdict = Spread(node, condition, shape, out mask);
        if (!verdict.IsAccepted) return verdict;
        long[] chosen = ((OnnxTensor)mask!).Integers!;
        foreach (var (kept, other, replaced) in new[] { (a, b, 0L), (b, a, 1L) })
        {
            if (kept is not Activation || other is not OnnxTensor { Floats: { } fill } || fill.Any(v => !(v <= Masking)) || fill.Distinct().Count() != 1) continue;
            return Spread(node, kept, shape, out left)
                .Then(() => Append(node, new FloatMask(((Activation)left!).Value, [.. chosen.Select(c => (c == 0 ? 0L : 1) == replaced)], Math.Max(float.MinValue, fill[0])), shape));
        }
        return Spread(node, a, shape, out left).Then(() => Spread(node, b, shape, out right)).Then(() =>
            Move(node, node.Proto.Output[0], [left!, right!], [.. chosen.Select((c, i) => c != 0 ? i : chosen.Length + i)], shape));
    }

    Verdict QuantizeLinear(OnnxNode node)
    {
        object x = Operand(node, 0);
        if (x is Activation { IsInteger: true } or OnnxTensor { Floats: null }) return node.Unsupported("a tensor of whole numbers");
        var verdict = Steps(node, Shape(x), out var scales, out var zeros, out var spread, out var range);
        return verdict.Then(() => Use(node, x, out int value).Then(() =>
            Append(node, new FloatQuantise(value, Count(Shape(x)), false, scales, zeros, spread, range.Least, range.Most), Shape(x), isInteger: true)));
    }

    Verdict DequantizeLinear(OnnxNode node)
    {
        object x = Operand(node, 0);
        if (x is not (Activation { IsInteger: true } or OnnxTensor { Integers: not null })) return node.Unsupported("a tensor of real numbers");
        var verdict = Steps(node, Shape(x), out var scales, out var zeros, out var spread, out _);
        if (!verdict.IsAccepted) return verdict;
        if (x is OnnxTensor { Integers: { } cells } constant)
        {
            var real = new float[cells.Length];
            bool symmetric = cells.All(c => c is >= -127 and <= 127) && zeros.All(z => z == 0);
            for (int i = 0; i < real.Length; i++) real[i] = (cells[i] - zeros[spread[i]]) * scales[spread[i]];
            // Weights keep their own steps where our int8, which has no −128, has them.
            bool byOutput = scales.Length == 1 || (constant.Dimensions.Length > 1 && spread.Count == constant.Dimensions[0] && spread.Inner * spread.Count == cells.Length);
            return Define(node, new OnnxTensor(constant.Dimensions, real, null) { Scales = symmetric && byOutput ? scales : [] });
        }
        return Use(node, x, out int value).Then(() => Append(node, new FloatQuantise(value, Count(Shape(x)), true, scales, zeros, spread, 0, 0), Shape(x)));
    }

    Verdict Steps(OnnxNode node, ImmutableArray<int> shape, out ImmutableArray<float> scales, out ImmutableArray<int> zeros, out Spread spread, out (int Least, int Most) range)
    {
        (scales, zeros, spread, range) = ([], [], new(1, 1), (0, 255));
        if (Operand<OnnxTensor>(node, 1) is not { Floats: { } steps } || (node.Has(2) && Operand<OnnxTensor>(node, 2) is not { Integers: not null })) return node.Unsupported("a scale or zero point that is not constant");
        if (steps.Any(s => !(float.IsFinite(s) && s > 0))) return Verdict.Reject(OnnxChecks.Finite, $"{node}: positive scales", "another");
        var zero = Operand<OnnxTensor>(node, 2);
        long[] points = zero?.Integers ?? new long[steps.Length];
        if (zero is not null) range = zero.Range;
        if (steps.Length > 1)
        {
            int axis = Axis(node.Int("axis", 1) ?? long.MaxValue, shape.Length);
            if (axis < 0 || shape[axis] != steps.Length) return node.Misshapen($"a scale per index of an axis of {Text(shape)}", $"{steps.Length}");
            spread = new Spread(FloatNode.Product(shape.AsSpan()[(axis + 1)..]), steps.Length);
        }
        if (points.Length != steps.Length || points.Any(p => p is < int.MinValue / 2 or > int.MaxValue / 2)) return node.Misshapen($"{steps.Length} zero points", $"{points.Length}");
        (scales, zeros) = ([.. steps], [.. points.Select(p => (int)p)]);
        return Verdict.Accept;
    }
}
