using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models.Onnx;

/// <summary>Operators that only rename or move cells.</summary>
sealed partial class OnnxGraph
{
    /// <summary>The same cells in another shape.</summary>
    Verdict View(OnnxNode node, ImmutableArray<int> dimensions) => Operand(node, 0) is Activation a ? Define(node, a with { Dimensions = dimensions })
        : Define(node, ((OnnxTensor)Operand(node, 0)) is { Scales.Length: > 1 } scaled ? scaled with { Dimensions = dimensions, Scales = [] } : ((OnnxTensor)Operand(node, 0)) with { Dimensions = dimensions });

    /// <summary>Cells of the sources, laid end to end, by a map; a negative entry e is fill −1 − e.</summary>
    Verdict Move(OnnxNode node, string output, object[] sources, int[] map, ImmutableArray<int> dimensions, params ImmutableArray<float> fills)
    {
        if (sources.All(s => s is OnnxTensor))
        {
            // A few nodes may make one constant many times larger: they are counted like activations.
            if ((activations += map.Length) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells in all values", $"more with {node}");
            var tensors = sources.Cast<OnnxTensor>().ToArray();
            var scales = tensors is [{ Scales.Length: 1 } single] ? single.Scales : [];
            if (tensors.All(t => t.Integers is not null))
            {
                long[] cells = tensors.Length == 1 ? tensors[0].Integers! : [.. tensors.SelectMany(t => t.Integers!)];
                return Define(output, new OnnxTensor(dimensions, null, Array.ConvertAll(map, e => e < 0 ? (long)fills[-1 - e] : cells[e])) { Range = tensors[0].Range, Scales = scales });
            }
            float[] reals = tensors.Length == 1 ? tensors[0].AsFloats() : [.. tensors.SelectMany(t => t.AsFloats())];
            return Define(output, new OnnxTensor(dimensions, Array.ConvertAll(map, e => e < 0 ? fills[-1 - e] : reals[e]), null) { Scales = scales });
        }
        bool isInteger = sources.All(s => s is Activation { IsInteger: true } or OnnxTensor { Integers: not null });
        if (sources is [Activation only] && map.Length == Count(only.Dimensions) && IsIdentity(map)) return Define(output, only with { Dimensions = dimensions });
        var values = new int[sources.Length];
        for (int i = 0; i < values.Length; i++)
        {
            var verdict = Use(node, sources[i], out values[i]);
            if (!verdict.IsAccepted) return verdict;
        }
        return Emit(node, new FloatMove([.. values], [.. map], fills), dimensions, isInteger, out object? moved).Then(() => Define(output, moved!));
    }

    static bool IsIdentity(int[] map)
    {
        for (int i = 0; i < map.Length; i++)
            if (map[i] != i) return false;
        return true;
    }

    static int[] Strides(ImmutableArray<int> dimensions)
    {
        var strides = new int[dimensions.Length];
        for (int d = dimensions.Length - 1, stride = 1; d >= 0; stride *= dimensions[d--]) strides[d] = stride;
        return strides;
    }

    /// <summary>The map of a strided view: cell (i₀, i₁, …) sees offset + Σ iₖ·strideₖ.</summary>
    static int[] Strided(ImmutableArray<int> dimensions, int[] strides, int offset = 0)
    {
        var map = new int[FloatNode.Product(dimensions)];
        var index = new int[dimensions.Length];
        int at = offset;
        for (int i = 0; i < map.Length; i++)
        {
            map[i] = at;
            for (int d = dimensions.Length - 1; d >= 0; d--)
            {
                at += strides[d];
                if (++index[d] < dimensions[d]) break;
                at -= strides[d] * dimensions[d];
                index[d] = 0;
            }
        }
        return map;
    }

    /// <summary>An axis counted from the front, or −1 if it is none.</summary>
    static int Axis(long axis, int rank) => axis < -rank || axis >= rank ? -1 : (int)(axis < 0 ? axis + rank : axis);

    /// <summary>A list of whole numbers: of an attribute, or of a constant input. Null when it is neither.</summary>
    long[]? Numbers(OnnxNode node, string attribute, int position) =>
        node.Has(position) ? Operand<OnnxTensor>(node, position) is { Integers: { } cells, Dimensions.Length: <= 1 } ? cells : null : node.Ints(attribute);

    Verdict Flatten(OnnxNode node)
    {
        var dimensions = Shape(Operand(node, 0));
        if (node.Int("axis", 1) is not { } axis || axis < (opset < 11 ? 0 : -dimensions.Length) || axis > dimensions.Length)
            return node.Misshapen($"an axis of {dimensions.Length} dimensions", $"{node.Int("axis", 1)}");
        int split = (int)(axis < 0 ? axis + dimensions.Length : axis);
        return View(node, [Count(dimensions[..split]), Count(dimensions[split..])]);
    }

    Verdict Reshape(OnnxNode node)
    {
        var dimensions = Shape(Operand(node, 0));
        if (Operand<OnnxTensor>(node, 1) is not { Integers: { } shape, Dimensions.Length: 1 }) return node.Unsupported("a shape that is not constant");
        var target = new long[shape.Length];
        long known = 1, cells = Count(dimensions);
        int free = -1;
        if (shape.Length > limits.Rank) return node.Misshapen($"at most {limits.Rank} dimensions", $"{shape.Length}");
        for (int i = 0; i < shape.Length; i++)
        {
            // 0 keeps the dimension, unless the node says otherwise: then it would mean no cells.
            target[i] = shape[i] == 0 && i < dimensions.Length && node.Int("allowzero", 0) == 0 ? dimensions[i] : shape[i];
            if (target[i] == -1 && free < 0) free = i;
            else if (target[i] < 1 || target[i] > cells || (known *= target[i]) > cells) return node.Misshapen($"a shape of {cells} cells", $"{shape[i]} at {i}");
        }
        if (free >= 0) known *= target[free] = cells / known;
        if (known != cells) return node.Misshapen($"a shape of {cells} cells", $"{known}");
        return View(node, [.. target.Select(d => (int)d)]);
    }

    Verdict Squeeze(OnnxNode node)
    {
        var dimensions = Shape(Operand(node, 0));
        if (node.Has(1) && Numbers(node, "axes", 1) is null) return node.Unsupported("axes that are not constant");
        var axes = Numbers(node, "axes", 1) is { } listed ? [.. listed.Select(a => Axis(a, dimensions.Length))] : Enumerable.Range(0, dimensions.Length).Where(d => dimensions[d] == 1).ToHashSet();
        if (axes.Any(a => a < 0 || dimensions[a] != 1)) return node.Misshapen("axes of one cell", Text(dimensions));
        return View(node, [.. dimensions.Where((_, d) => !axes.Contains(d))]);
    }

    Verdict Unsqueeze(OnnxNode node)
    {
        var dimensions = Shape(Operand(node, 0));
        if (Numbers(node, "axes", 1) is not { Length: > 0 } listed) return node.Unsupported("axes that are not constant");
        int rank = dimensions.Length + listed.Length;
        var axes = listed.Select(a => Axis(a, rank)).ToHashSet();
        if (rank > limits.Rank || axes.Contains(-1) || axes.Count != listed.Length) return node.Misshapen($"different axes of {rank} dimensions", Text([.. listed.Take(16).Select(a => (int)a)]));
        var shape = ImmutableArray.CreateBuilder<int>();
        for (int d = 0, from = 0; d < rank; d++) shape.Add(axes.Contains(d) ? 1 : dimensions[from++]);
        return View(node, shape.ToImmutable());
    }

    Verdict Transpose(OnnxNode node)
    {
        object x = Operand(node, 0);
        var dimensions = Shape(x);
        var order = node.Ints("perm") ?? [.. Enumerable.Range(0, dimensions.Length).Select(d => (long)(dimensions.Length - 1 - d))];
        if (order.Length != dimensions.Length || order.Distinct().Count() != order.Length || order.Any(d => d < 0 || d >= dimensions.Length))
            return node.Misshapen($"an order of {dimensions.Length} dimensions", Text([.. order.Take(16).Select(a => (int)a)]));
        var strides = Strides(dimensions);
        ImmutableArray<int> shape = [.. order.Select(d => dimensions[(int)d])];
        return Move(node, node.Proto.Output[0], [x], Strided(shape, [.. order.Select(d => strides[d])]), shape);
    }

    Verdict Concat(OnnxNode node)
    {
        object[] sources = [.. node.Proto.Input.Select(name => names.GetValueOrDefault(name)!)];
        if (sources.Contains(null!)) return node.Misshapen("inputs that are there", "an empty one");
        var first = Shape(sources[0]);
        int axis = Axis(node.Int("axis", opset < 4 ? 1 : long.MaxValue) ?? long.MaxValue, first.Length);
        if (axis < 0) return node.Misshapen($"an axis of {first.Length} dimensions", $"{node.Int("axis", 1)}");
        foreach (object source in sources)
            if (Shape(source) is var shape && (shape.Length != first.Length || Enumerable.Range(0, first.Length).Any(d => d != axis && shape[d] != first[d])))
                return node.Misshapen($"shapes that agree but for axis {axis}", $"{Text(first)} and {Text(shape)}");
        long along = sources.Sum(s => (long)Shape(s)[axis]);
        if (along * (Count(first) / first[axis]) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", $"more with {node}");
        var dimensions = first.SetItem(axis, (int)along);
        var map = new int[Count(dimensions)];
        int inner = FloatNode.Product(first.AsSpan()[(axis + 1)..]), outer = FloatNode.Product(first.AsSpan()[..axis]), at = 0;
        for (int o = 0; o < outer; o++)
        {
            int offset = 0;
            foreach (object source in sources)
            {
                int run = Shape(source)[axis] * inner;
                for (int i = 0; i < run; i++) map[at++] = offset + (o * run) + i;
                offset += run * outer;
            }
        }
        return Move(node, node.Proto.Output[0], sources, map, dimensions);
    }

    Verdict Slice(OnnxNode node)
    {
        object x = Operand(node, 0);
        var dimensions = Shape(x);
        if (Numbers(node, "starts", 1) is not { } starts || Numbers(node, "ends", 2) is not { } ends || (node.Has(3) && Numbers(node, "", 3) is null) || (node.Has(4) && Numbers(node, "", 4) is null))
            return node.Unsupported("starts, ends, axes or steps that are not constant");
        long[] axes = Numbers(node, "axes", 3) ?? [.. Enumerable.Range(0, starts.Length).Select(d => (long)d)];
        long[] steps = Numbers(node, "", 4) ?? [.. starts.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length) return node.Misshapen($"{starts.Length} starts, ends, axes and steps", "other counts");
        var strides = Strides(dimensions);
        int offset = 0;
        var seen = new HashSet<int>();
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = Axis(axes[i], dimensions.Length);
            if (axis < 0 || !seen.Add(axis) || steps[i] is 0 or < -(1 << 30) or > 1 << 30) return node.Misshapen("different axes, and steps that move", $"axis {axes[i]}, step {steps[i]}");
            long size = dimensions[axis], step = steps[i];
            long start = Math.Clamp(starts[i] < 0 ? starts[i] + size : starts[i], 0, step > 0 ? size : size - 1);
            long end = Math.Clamp(ends[i] < 0 ? ends[i] + size : ends[i], step > 0 ? 0 : -1, size);
            long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
            if (count < 1) return node.Misshapen("at least one cell", $"none along axis {axis}");
            offset += (int)start * strides[axis];
            strides[axis] = (int)(strides[axis] * (count == 1 ? 1 : step));
            dimensions = dimensions.SetItem(axis, (int)count);
        }
        return Move(node, node.Proto.Output[0], [x], Strided(dimensions, strides, offset), dimensions);
    }

    Verdict Split(OnnxNode node)
    {
        object x = Operand(node, 0);
        var dimensions = Shape(x);
        int axis = Axis(node.Int("axis", 0) ?? long.MaxValue, dimensions.Length), parts = node.Proto.Output.Count;
        if (axis < 0) return node.Misshapen($"an axis of {dimensions.Length} dimensions", $"{node.Int("axis", 0)}");
        if (node.Has(1) && Numbers(node, "", 1) is null) return node.Unsupported("sizes that are not constant");
        int size = dimensions[axis], share = (size + parts - 1) / parts;
        long[] sizes = Numbers(node, "split", 1) ?? [.. Enumerable.Range(0, parts).Select(p => (long)Math.Min(share, size - (p * share)))];
        if (sizes.Length != parts || sizes.Any(s => s < 1 || s > size) || sizes.Sum() != size) return node.Misshapen($"{parts} parts of {size} cells", $"{sizes.Length} sizes");
        var strides = Strides(dimensions);
        int offset = 0;
        for (int p = 0; p < parts; p++)
        {
            var part = dimensions.SetItem(axis, (int)sizes[p]);
            var verdict = Move(node, node.Proto.Output[p], [x], Strided(part, strides, offset), part);
            if (!verdict.IsAccepted) return verdict;
            offset += (int)sizes[p] * strides[axis];
        }
        return Verdict.Accept;
    }

    Verdict Gather(OnnxNode node)
    {
        object data = Operand(node, 0), indices = Operand(node, 1);
        var dimensions = Shape(data);
        int axis = Axis(node.Int("axis", 0) ?? long.MaxValue, dimensions.Length);
        if (axis < 0) return node.Misshapen($"an axis of {dimensions.Length} dimensions", $"{node.Int("axis", 0)}");
        int size = dimensions[axis], inner = FloatNode.Product(dimensions.AsSpan()[(axis + 1)..]), outer = FloatNode.Product(dimensions.AsSpan()[..axis]);
        ImmutableArray<int> shape = [.. dimensions[..axis], .. Shape(indices), .. dimensions[(axis + 1)..]];
        int count = Count(shape);
        if (count < 1 || shape.Length > limits.Rank) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", $"more with {node}");
        if (indices is Activation { IsInteger: true } numbers)
        {
            if (data is not OnnxTensor { Floats: not null } || axis != 0) return node.Unsupported("computed indices into anything but rows of a constant table");
            return Use(node, data, out int table).Then(() => Append(node, new FloatGather(table, numbers.Value, size, inner, Count(numbers.Dimensions)), shape));
        }
        if (indices is not OnnxTensor { Integers: { } picked }) return node.Misshapen("indices of whole numbers", "others");
        var map = new int[count];
        int at = 0;
        for (int o = 0; o < outer; o++)
            foreach (long index in picked)
            {
                if (index < -size || index >= size) return node.Misshapen($"indices into {size} cells", $"{index}");
                for (int i = 0; i < inner; i++) map[at++] = (((o * size) + (int)(index < 0 ? index + size : index)) * inner) + i;
            }
        return Move(node, node.Proto.Output[0], [data], map, shape);
    }

    Verdict Pad(OnnxNode node)
    {
        object x = Operand(node, 0);
        var dimensions = Shape(x);
        string? mode = node.Text("mode", "constant");
        if (mode is not ("constant" or "reflect" or "edge")) return node.Unsupported("a mode other than constant, reflect and edge");
        if (Numbers(node, "pads", 1) is not { } listed || (node.Has(3) && Numbers(node, "", 3) is null)) return node.Unsupported("pads or axes that are not constant");
        if (node.Has(2) && Operand<OnnxTensor>(node, 2) is not { Length: 1 }) return node.Unsupported("a value that is not constant");
        float fill = node.Has(2) ? Operand<OnnxTensor>(node, 2)!.AsFloats()[0] : node.Real("value", 0) ?? float.NaN;
        if (!float.IsFinite(fill)) return node.Unsupported("a value that is not a finite number");
        var axes = Numbers(node, "", 3) is { } some ? [.. some.Select(a => Axis(a, dimensions.Length))] : Enumerable.Range(0, dimensions.Length).ToArray();
        if (axes.Contains(-1) || axes.Distinct().Count() != axes.Length || listed.Length != 2 * axes.Length || listed.Any(p => Math.Abs(p) > limits.Cells)) return node.Misshapen($"two pads for each of {axes.Length} axes", $"{listed.Length}");
        int[] before = new int[dimensions.Length], shape = [.. dimensions];
        for (int i = 0; i < axes.Length; i++)
        {
            before[axes[i]] = (int)listed[i];
            long size = dimensions[axes[i]] + listed[i] + listed[axes.Length + i];
            if (size < 1 || size > limits.Cells) return node.Misshapen("dimensions that stay positive", $"{size}");
            shape[axes[i]] = (int)size;
        }
        ImmutableArray<int> target = [.. shape];
        if (Count(target) < 0) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", $"more with {node}");
        int[] map = new int[Count(target)], strides = Strides(dimensions), index = new int[dimensions.Length];
        for (int i = 0; i < map.Length; i++)
        {
            for (int d = 0; d < index.Length && map[i] >= 0; d++)
            {
                int cell = index[d] - before[d], last = dimensions[d] - 1;
                if (mode == "edge") cell = Math.Clamp(cell, 0, last);
                else if (mode == "reflect") cell = cell < 0 ? -cell : cell > last ? (2 * last) - cell : cell;
                if (cell >= 0 && cell <= last) map[i] += cell * strides[d];
                else if (mode == "constant") map[i] = -1;
                else return node.Misshapen("less padding than there are cells to reflect", $"axis {d}");
            }
            for (int d = index.Length - 1; d >= 0 && ++index[d] == target[d]; d--) index[d] = 0;
        }
        return Move(node, node.Proto.Output[0], [x], map, target, fill);
    }

    Verdict Expand(OnnxNode node)
    {
        if (Operand<OnnxTensor>(node, 1) is not { Integers: { } shape, Dimensions.Length: 1 }) return node.Unsupported("a shape that is not constant");
        object x = Operand(node, 0);
        if (shape.Any(d => d < 1 || d > limits.Cells) || Broadcast(Shape(x), [.. shape.Select(d => (int)d)]) is not { } dimensions) return node.Misshapen($"a shape that {Text(Shape(x))} spreads to", Text([.. shape.Take(16).Select(d => (int)d)]));
        return Spread(node, x, dimensions, out object? spread).Then(() => Define(node, spread!));
    }

    /// <summary>The shape that two spread to, or null.</summary>
    ImmutableArray<int>? Broadcast(ImmutableArray<int> a, ImmutableArray<int> b)
    {
        int rank = Math.Max(a.Length, b.Length);
        var shape = new int[rank];
        for (int d = 0; d < rank; d++)
        {
            int x = d < rank - a.Length ? 1 : a[d - rank + a.Length], y = d < rank - b.Length ? 1 : b[d - rank + b.Length];
            if (x != y && x != 1 && y != 1) return null;
            shape[d] = Math.Max(x, y);
        }
        return rank <= limits.Rank && Count([.. shape]) > 0 ? [.. shape] : null;
    }

    /// <summary>An operand repeated until it has a shape that it spreads to.</summary>
    Verdict Spread(OnnxNode node, object x, ImmutableArray<int> dimensions, out object? spread)
    {
        spread = x;
        var from = Shape(x);
        if (from.AsSpan().SequenceEqual(dimensions.AsSpan())) return Verdict.Accept;
        int missing = dimensions.Length - from.Length;
        var strides = Strides(from);
        int[] map = Strided(dimensions, [.. dimensions.Select((_, d) => d < missing || from[d - missing] == 1 ? 0 : strides[d - missing])]);
        string name = $"\0{names.Count}";   // a name that no file has: what is spread is nobody else's
        var verdict = Move(node, name, [x], map, dimensions);
        spread = verdict.IsAccepted ? names[name] : null;
        return verdict;
    }
}
