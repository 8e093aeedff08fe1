using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models.Onnx;

/// <summary>Operators with weights, and those that look at several cells at once.</summary>
sealed partial class OnnxGraph
{
    Verdict Gemm(OnnxNode node)
    {
        if (node.Real("alpha", 1) is not { } alpha || node.Real("beta", 1) is not { } beta) return node.Unsupported("alpha or beta that is not a finite number");
        if (node.Int("transA", 0) is not (0 or 1) || node.Int("transB", 0) is not (0 or 1)) return node.Unsupported("transA or transB other than 0 and 1");
        object a = Operand(node, 0), b = Operand(node, 1);
        if (Shape(a).Length != 2 || Shape(b).Length != 2) return node.Misshapen("two matrices", $"{Text(Shape(a))} and {Text(Shape(b))}");
        bool transposed = node.Int("transB", 0) == 1;
        object? product = null;
        var verdict = node.Int("transA", 0) == 1 ? Turn(node, a, out a) : Verdict.Accept;
        if (!verdict.IsAccepted) return verdict;
        if (b is OnnxTensor weightTensor && a is Activation) verdict = Layer(node, a, weightTensor, transposed, alpha, out product);
        else
        {
            object right = b;
            verdict = (transposed ? Turn(node, b, out right) : Verdict.Accept).Then(() => Product(node, a, right, out product)).Then(() => Scale(node, product!, alpha, out product));
        }
        if (!verdict.IsAccepted) return verdict;
        return node.Has(2) ? Addend(node, product!, Operand(node, 2), beta) : Define(node, product!);
    }

    Verdict Turn(OnnxNode node, object x, out object turned)
    {
        var shape = Shape(x);
        string name = $"\0{names.Count}";
        var verdict = Move(node, name, [x], Strided([shape[1], shape[0]], [1, shape[1]]), [shape[1], shape[0]]);
        turned = verdict.IsAccepted ? names[name] : x;
        return verdict;
    }

    Verdict Scale(OnnxNode node, object x, float factor, out object? scaled)
    {
        scaled = x;
        if (factor == 1) return Verdict.Accept;
        object? result = null;
        var verdict = Use(node, new OnnxTensor([], [factor], null), out int constant).Then(() => Use(node, x, out int value)
            .Then(() => Emit(node, new FloatBinary(BinaryFunction.Multiply, value, new(1, Count(Shape(x))), constant, new(1, 1), Count(Shape(x))), Shape(x), false, out result)));
        scaled = result;
        return verdict;
    }

    /// <summary>beta·C behind a product: the bias of the layer where it can be, else an addition.</summary>
    Verdict Addend(OnnxNode node, object product, object c, float beta)
    {
        if (c is OnnxTensor { Floats: null }) return Verdict.Reject(OnnxChecks.DataType, $"{node}: biases of float32", "whole numbers");
        var shape = Shape(product);
        var from = Shape(c);
        // Until version 7 a bias of one column was spread by an attribute; the rule was the same.
        if (Broadcast(from, shape) is not { } all || !all.AsSpan().SequenceEqual(shape.AsSpan())) return node.Misshapen($"a bias that spreads to {Text(shape)}", Text(from));
        object? scaled = null;
        return Scale(node, c, beta, out scaled).Then(() => Combine(node, BinaryFunction.Add, product, scaled!, shape));
    }

    Verdict MatMul(OnnxNode node)
    {
        object a = Operand(node, 0), b = Operand(node, 1);
        object? product = null;
        var verdict = a is Activation && b is OnnxTensor { Dimensions.Length: 2 } w ? Layer(node, a, w, false, 1, out product) : Product(node, a, b, out product);
        return verdict.Then(() => Define(node, product!));
    }

    /// <summary>A product with constant weights: W from B, scaled and turned so that each output's weights lie together; no bias yet.</summary>
    Verdict Layer(OnnxNode node, object x, OnnxTensor b, bool transposed, float alpha, out object? product)
    {
        product = null;
        var a = (Activation)x;
        if (b.Floats is null) return Verdict.Reject(OnnxChecks.DataType, $"{node}: weights of float32", "int64");
        if (a.Dimensions.Length < 1) return node.Misshapen("a matrix", Text(a.Dimensions));
        int inner = a.Dimensions[^1], rows = Count(a.Dimensions) / inner;
        var (k, n) = transposed ? (b.Dimensions[1], b.Dimensions[0]) : (b.Dimensions[0], b.Dimensions[1]);
        if (k != inner) return node.Misshapen($"weights for {inner} cells", $"for {k}");
        var verdict = Count(node, b.Floats.Length);
        if (!verdict.IsAccepted) return verdict;
        var turned = new float[b.Floats.Length];
        for (int o = 0; o < n; o++)
            for (int i = 0; i < k; i++)
            {
                float w = alpha * b.Floats[transposed ? (o * k) + i : (i * n) + o];
                if (!float.IsFinite(w)) return Verdict.Reject(OnnxChecks.Finite, $"{node}: finite weights times alpha", $"{w}");
                turned[(o * k) + i] = w;
            }
        var layer = new FloatGemm(a.Value, rows, k, n, [.. turned], [.. new float[n]]) { WeightScales = [.. b.Scales.Select(s => alpha * s)] };
        verdict = Emit(node, layer, [.. a.Dimensions[..^1], n], false, out product);
        if (verdict.IsAccepted) withoutBias.Add(((Activation)product!).Value);
        return verdict;
    }

    Verdict Count(OnnxNode node, int more) =>
        (weights += more) > limits.Cells ? Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} weights in all operators", $"{weights} with {node}") : Verdict.Accept;

    /// <summary>A product of two tensors, batch by batch.</summary>
    Verdict Product(OnnxNode node, object a, object b, out object? product)
    {
        product = null;
        if (a is OnnxTensor { Floats: null } or Activation { IsInteger: true } || b is OnnxTensor { Floats: null } or Activation { IsInteger: true })
            return Verdict.Reject(OnnxChecks.DataType, $"{node}: real numbers", "whole numbers");
        ImmutableArray<int> left = Shape(a), right = Shape(b);
        if (left.Length < 1 || right.Length < 1) return node.Misshapen("two matrices", $"{Text(left)} and {Text(right)}");
        bool isRow = left.Length == 1, isColumn = right.Length == 1;
        if (isRow) left = [1, left[0]];
        if (isColumn) right = [right[0], 1];
        int m = left[^2], k = left[^1], n = right[^1];
        if (right[^2] != k || Broadcast(left[..^2], right[..^2]) is not { } batch) return node.Misshapen("matrices that fit", $"{Text(left)} and {Text(right)}");
        object? x = null, y = null, result = null;
        a = a is Activation p ? p with { Dimensions = left } : ((OnnxTensor)a) with { Dimensions = left };
        b = b is Activation q ? q with { Dimensions = right } : ((OnnxTensor)b) with { Dimensions = right };
        if (Count([.. batch, m, k]) < 0 || Count([.. batch, k, n]) < 0) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", $"more with {node}");
        ImmutableArray<int> shape = [.. batch, .. isRow ? [] : (ImmutableArray<int>)[m], .. isColumn ? [] : (ImmutableArray<int>)[n]];
        var verdict = Spread(node, a, [.. batch, m, k], out x).Then(() => Spread(node, b, [.. batch, k, n], out y))
            .Then(() => Use(node, x!, out int u).Then(() => Use(node, y!, out int v)
            .Then(() => Emit(node, new FloatMatrixProduct(u, v, Count(batch), m, k, n), shape, false, out result))));
        product = result;
        return verdict;
    }

    Verdict Convolution(OnnxNode node)
    {
        if (Operand<Activation>(node, 0) is not { } x || Operand<OnnxTensor>(node, 1) is not { Floats: { } cells } w || (node.Has(2) && Operand<OnnxTensor>(node, 2) is not { Floats: not null }))
            return node.Unsupported("computed weights or biases, or a constant input");
        if (w.Dimensions.Length != x.Dimensions.Length) return node.Misshapen($"weights of {x.Dimensions.Length} dimensions", Text(w.Dimensions));
        var verdict = Windows(node, x.Dimensions, node.Ints("kernel_shape") ?? [.. w.Dimensions.Skip(2).Select(d => (long)d)], out var window, out var shape);
        if (!verdict.IsAccepted) return verdict;
        if (node.Int("group", 1) is not { } groups || groups < 1 || window!.C % groups != 0 || w.Dimensions[0] % groups != 0) return node.Misshapen("groups that divide channels and outputs", $"{node.Int("group", 1)}");
        if (w.Dimensions[1] != window.C / groups || FloatNode.Product(w.Dimensions.AsSpan()[2..]) != window.KernelLength || w.Dimensions[^1] != window.KW) return node.Misshapen($"weights for {window.C / groups} channels", Text(w.Dimensions));
        int outputs = w.Dimensions[0];
        float[] biases = node.Has(2) ? Operand<OnnxTensor>(node, 2)!.Floats! : new float[outputs];
        if (biases.Length != outputs) return node.Misshapen($"{outputs} biases", $"{biases.Length}");
        if (cells.Concat(biases).Any(c => !float.IsFinite(c))) return Verdict.Reject(OnnxChecks.Finite, $"{node}: finite weights", "one that is not");
        var layer = new FloatConvolution(x.Value, window, (int)groups, outputs, [.. cells], [.. biases]) { WeightScales = w.Scales };
        object? result = null;
        verdict = Count(node, cells.Length).Then(() => Emit(node, layer, [window.N, outputs, .. shape], false, out result));
        if (!verdict.IsAccepted) return verdict;
        if (!node.Has(2)) withoutBias.Add(((Activation)result!).Value);
        return Define(node, result!);
    }

    Verdict Pool(OnnxNode node, bool isMaximum)
    {
        if (node.Ints("kernel_shape") is not { } kernel) return node.Misshapen("a kernel_shape", "none");
        if (node.Int("storage_order", 0) is not 0 || node.Int("ceil_mode", 0) is not (0 or 1)) return node.Unsupported("storage_order or ceil_mode");
        bool counts = node.Int("count_include_pad", 0) == 1;
        if (counts && node.Int("ceil_mode", 0) == 1) return node.Unsupported("ceil_mode with count_include_pad");
        object x = Operand(node, 0);
        var verdict = Windows(node, Shape(x), kernel, out var window, out var shape);
        return verdict.Then(() => Use(node, x, out int value).Then(() => Append(node, new FloatPool(value, window!, isMaximum, counts), [window!.N, window.C, .. shape])));
    }

    /// <summary>The geometry that convolutions and pools share: one or two dimensions behind batch and channels.</summary>
    static Verdict Windows(OnnxNode node, ImmutableArray<int> dimensions, long[] kernel, out Window? window, out ImmutableArray<int> shape)
    {
        (window, shape) = (null, []);
        int spatial = dimensions.Length - 2;
        if (spatial is not (1 or 2) || kernel.Length != spatial) return node.Misshapen("[N, C, L] or [N, C, H, W], and a kernel for it", $"{Text(dimensions)}, {kernel.Length}");
        long[] strides = node.Ints("strides") ?? [.. kernel.Select(_ => 1L)], dilations = node.Ints("dilations") ?? [.. kernel.Select(_ => 1L)];
        long[] pads = node.Ints("pads") ?? new long[2 * spatial];
        if (strides.Length != spatial || dilations.Length != spatial || pads.Length != 2 * spatial) return node.Misshapen($"strides, dilations and pads of {spatial} dimensions", "others");
        string? auto = node.Text("auto_pad", "NOTSET");
        if (auto is not ("NOTSET" or "" or "VALID" or "SAME_UPPER" or "SAME_LOWER")) return node.Unsupported("auto_pad");
        bool ceiling = node.Int("ceil_mode", 0) == 1;
        var d = new int[2, 7];   // size, kernel, stride, pad before, dilation, output, of height and width
        (d[0, 0], d[0, 1], d[0, 2], d[0, 4], d[0, 5]) = (1, 1, 1, 1, 1);
        for (int s = 0; s < spatial; s++)
        {
            int to = s + 2 - spatial;
            long size = dimensions[s + 2], k = kernel[s], stride = strides[s], dilation = dilations[s], before = pads[s], after = pads[s + spatial];
            const int most = 1 << 20;
            if (k is < 1 or > most || stride is < 1 or > most || dilation is < 1 or > most || before is < 0 or > most || after is < 0 or > most) return node.Misshapen("positive kernel, strides and dilations, and pads from 0", $"dimension {s}");
            long reach = (dilation * (k - 1)) + 1;
            if (auto is "SAME_UPPER" or "SAME_LOWER")
            {
                long total = Math.Max(0, ((((size + stride - 1) / stride) - 1) * stride) + reach - size);
                before = auto == "SAME_UPPER" ? total / 2 : (total + 1) / 2;
                after = total - before;
            }
            else if (auto == "VALID") before = after = 0;
            long room = size + before + after - reach;
            long output = room < 0 ? 0 : ((room + (ceiling ? stride - 1 : 0)) / stride) + 1;
            // A last window that would begin in the padding behind is none.
            if (ceiling && (output - 1) * stride >= size + before) output--;
            // A window that sees padding alone has no maximum and no mean.
            if (output < 1 || before >= reach || after >= reach) return node.Misshapen("a window that fits, and less padding than window", $"dimension {s}");
            (d[to, 0], d[to, 1], d[to, 2], d[to, 3], d[to, 4], d[to, 5]) = ((int)size, (int)k, (int)stride, (int)before, (int)dilation, (int)output);
        }
        window = new Window(dimensions[0], dimensions[1], d[0, 0], d[1, 0], d[0, 1], d[1, 1], d[0, 2], d[1, 2], d[0, 3], d[1, 3], d[0, 4], d[1, 4], d[0, 5], d[1, 5]);
        shape = spatial == 1 ? [window.OW] : [window.OH, window.OW];
        return Verdict.Accept;
    }

    Verdict GlobalAveragePool(OnnxNode node)
    {
        object x = Operand(node, 0);
        var shape = Shape(x);
        if (shape.Length < 3) return node.Misshapen("batch, channels and more", Text(shape));
        int cells = FloatNode.Product(shape.AsSpan()[2..]);
        return Use(node, x, out int value).Then(() => Append(node, new FloatReduce(value, shape[0] * shape[1], cells, true), [shape[0], shape[1], .. Enumerable.Repeat(1, shape.Length - 2)]));
    }

    Verdict Reduce(OnnxNode node, bool isMean, int axesAreInputFrom)
    {
        object x = Operand(node, 0);
        var shape = Shape(x);
        if (node.Has(1) && (opset < axesAreInputFrom || Numbers(node, "", 1) is null)) return node.Unsupported("axes that are not constant");
        long[]? listed = Numbers(node, "axes", 1);
        if (listed is null or [] && node.Int("noop_with_empty_axes", 0) == 1) return Define(node, x);
        var axes = listed is null or [] ? Enumerable.Range(0, shape.Length).ToHashSet() : listed.Select(a => Axis(a, shape.Length)).ToHashSet();
        if (axes.Contains(-1)) return node.Misshapen($"axes of {shape.Length} dimensions", Text([.. listed!.Take(16).Select(a => (int)a)]));
        if (axes.Count == 0) return Define(node, x);
        int cells = axes.Aggregate(1, (product, a) => product * shape[a]);
        bool keep = node.Int("keepdims", 1) != 0;
        ImmutableArray<int> result = [.. Enumerable.Range(0, shape.Length).Where(a => keep || !axes.Contains(a)).Select(a => axes.Contains(a) ? 1 : shape[a])];
        return Last(node, x, axes, out object? moved)
            .Then(() => Use(node, moved!, out int value).Then(() => Append(node, new FloatReduce(value, Count(shape) / cells, cells, isMean), result)));
    }

    /// <summary>The operand with these axes behind all others.</summary>
    Verdict Last(OnnxNode node, object x, HashSet<int> axes, out object? moved)
    {
        var shape = Shape(x);
        int[] order = [.. Enumerable.Range(0, shape.Length).Where(d => !axes.Contains(d)), .. axes.Order()];
        var strides = Strides(shape);
        ImmutableArray<int> turned = [.. order.Select(d => shape[d])];
        string name = $"\0{names.Count}";
        var verdict = Move(node, name, [x], Strided(turned, [.. order.Select(d => strides[d])]), turned);
        moved = verdict.IsAccepted ? names[name] : null;
        return verdict;
    }

    Verdict Softmax(OnnxNode node)
    {
        object x = Operand(node, 0);
        var shape = Shape(x);
        int axis = Axis(node.Int("axis", opset < 13 ? 1 : -1) ?? long.MaxValue, shape.Length);
        if (axis < 0) return node.Misshapen($"an axis of {shape.Length} dimensions", $"{node.Int("axis", -1)}");
        // Until version 13 all dimensions from the axis on were one.
        var axes = opset < 13 ? Enumerable.Range(axis, shape.Length - axis).ToHashSet() : [axis];
        int cells = axes.Aggregate(1, (product, a) => product * shape[a]);
        object? moved = null, result = null;
        var verdict = Last(node, x, axes, out moved).Then(() => Use(node, moved!, out int value).Then(() => Emit(node, new FloatSoftmax(value, Count(shape) / cells, cells), Shape(moved!), false, out result)));
        if (!verdict.IsAccepted) return verdict;
        int[] order = [.. Enumerable.Range(0, shape.Length).Where(d => !axes.Contains(d)), .. axes.Order()];
        var strides = Strides(Shape(moved!));
        return Move(node, node.Proto.Output[0], [result!], Strided(shape, [.. Enumerable.Range(0, shape.Length).Select(d => strides[Array.IndexOf(order, d)])]), shape);
    }

    Verdict BatchNormalization(OnnxNode node)
    {
        if (node.Int("training_mode", 0) is not 0 || node.Int("spatial", 1) is not 1) return node.Unsupported("training_mode, or spatial other than 1");
        var shape = Shape(Operand(node, 0));
        if (node.Real("epsilon", 1e-5f) is not { } epsilon || Operand<Activation>(node, 0) is not { } x) return node.Unsupported("a constant input, or an epsilon that is no number");
        var tensors = Enumerable.Range(1, 4).Select(i => Operand<OnnxTensor>(node, i)?.Floats).ToArray();
        if (tensors.Any(t => t is null)) return node.Unsupported("computed statistics");
        int channels = shape.Length < 2 ? 0 : shape[1], inner = shape.Length < 2 ? 0 : FloatNode.Product(shape.AsSpan()[2..]);
        if (channels == 0 || tensors.Any(t => t!.Length != channels)) return node.Misshapen($"a scale, shift, mean and variance for each of {channels} channels", "others");
        float[] scale = new float[channels], shift = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            scale[c] = tensors[0]![c] / MathF.Sqrt(tensors[3]![c] + epsilon);
            shift[c] = tensors[1]![c] - (tensors[2]![c] * scale[c]);
            if (!float.IsFinite(scale[c]) || !float.IsFinite(shift[c])) return Verdict.Reject(OnnxChecks.Finite, $"{node}: finite scales and shifts", $"channel {c}");
        }
        // Folded into the convolution before it, when nobody else reads that one.
        if (Writer(x.Value) is FloatConvolution before && IsAlone(x.Value) && before.Outputs == channels && before.Window.Positions == inner)
        {
            var w = new float[before.Weights.Length];
            for (int i = 0; i < w.Length; i++) w[i] = before.Weights[i] * scale[i / before.Columns];
            if (w.Any(c => !float.IsFinite(c))) return Verdict.Reject(OnnxChecks.Finite, $"{node}: finite weights times scale", "one that is not");
            nodes[x.Value - inputs.Count] = before with { Weights = [.. w], Biases = [.. before.Biases.Select((b, c) => (b * scale[c]) + shift[c])], WeightScales = [] };
            return Define(node, x);
        }
        var window = new Window(shape[0], channels, 1, inner, 1, 1, 1, 1, 0, 0, 1, 1, 1, inner);
        return Append(node, new FloatConvolution(x.Value, window, channels, channels, [.. scale], [.. shift]), shape);
    }

    Verdict LayerNormalization(OnnxNode node)
    {
        object x = Operand(node, 0);
        var shape = Shape(x);
        int axis = Axis(node.Int("axis", -1) ?? long.MaxValue, shape.Length);
        if (axis < 0 || node.Real("epsilon", 1e-5f) is not { } epsilon || epsilon < 0) return node.Misshapen($"an axis of {shape.Length} dimensions, and an epsilon", $"{node.Int("axis", -1)}");
        int cells = FloatNode.Product(shape.AsSpan()[axis..]);
        object? result = null;
        var verdict = Use(node, x, out int value).Then(() => Emit(node, new FloatNormalisation(value, Count(shape) / cells, cells, epsilon), shape, false, out result))
            .Then(() => Arithmetic(node, BinaryFunction.Multiply, result!, Operand(node, 1), out result));
        if (verdict.IsAccepted && node.Has(2)) verdict = Arithmetic(node, BinaryFunction.Add, result!, Operand(node, 2), out result);
        return verdict.Then(() => Shape(result!).AsSpan().SequenceEqual(shape.AsSpan()) ? Define(node, result!) : node.Misshapen($"a scale and a shift that spread to {Text(shape)}", Text(Shape(result!))));
    }
}
