using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models.Onnx;

sealed partial class OnnxGraph
{
    Verdict Gemm(OnnxNode node)
    {
        var verdict = opset < 7 ? node.Attributes("alpha", "beta", "transA", "transB", "broadcast") : node.Attributes("alpha", "beta", "transA", "transB");
        if (!verdict.IsAccepted) return verdict;
        if (node.Real("alpha", 1) is not { } alpha || node.Real("beta", 1) is not { } beta) return node.Unsupported("alpha or beta that is not a finite number");
        if (node.Int("transA", 0) != 0) return node.Unsupported("transA other than 0");
        if (node.Int("transB", 0) is not (0 or 1)) return node.Unsupported("transB other than 0 and 1");
        if (node.Proto.Input.Count is < 2 or > 3) return node.Misshapen("two or three inputs", $"{node.Proto.Input.Count}");
        bool hasBias = node.Proto.Input.Count == 3 && node.Proto.Input[2].Length > 0;
        if (Operand<Activation>(node, 0) is not { } a || Operand<OnnxTensor>(node, 1) is not { } b || (hasBias && Operand<OnnxTensor>(node, 2) is null))
            return node.Unsupported("a computed B or C, or a constant A");
        var c = hasBias ? Operand<OnnxTensor>(node, 2) : null;
        return Product(node, a, b, node.Int("transB", 0) == 1, alpha).Then(() => Bias(node, c, beta));
    }

    Verdict MatMul(OnnxNode node)
    {
        var verdict = node.Attributes();
        if (!verdict.IsAccepted) return verdict;
        if (node.Proto.Input.Count != 2) return node.Misshapen("two inputs", $"{node.Proto.Input.Count}");
        if (Operand<Activation>(node, 0) is not { } a || Operand<OnnxTensor>(node, 1) is not { } b) return node.Unsupported("a computed B, or a constant A");
        verdict = Product(node, a, b, false, 1);
        if (verdict.IsAccepted) withoutBias.Add(nodes.Count);
        return verdict;
    }

    /// <summary>W from B, scaled and turned so that each output's weights lie together; no bias yet.</summary>
    Verdict Product(OnnxNode node, Activation a, OnnxTensor b, bool transposed, float alpha)
    {
        if (b.Floats is null) return Verdict.Reject(OnnxChecks.DataType, $"{node}: weights of float32", "int64");
        if (a.Dimensions.Length != 2 || b.Dimensions.Length != 2) return node.Misshapen("two matrices", $"{Text(a.Dimensions)} and {Text(b.Dimensions)}");
        int rows = a.Dimensions[0], inner = a.Dimensions[1];
        var (k, n) = transposed ? (b.Dimensions[1], b.Dimensions[0]) : (b.Dimensions[0], b.Dimensions[1]);
        if (k != inner) return node.Misshapen($"weights for {inner} cells", $"for {k}");
        weights += b.Floats.Length;
        if (weights > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} weights in all operators", $"{weights} with {node}");
        var turned = new float[b.Floats.Length];
        for (int o = 0; o < n; o++)
        {
            for (int i = 0; i < k; i++)
            {
                float w = alpha * b.Floats[transposed ? (o * k) + i : (i * n) + o];
                if (!float.IsFinite(w)) return Verdict.Reject(OnnxChecks.Finite, $"{node}: finite weights times alpha", $"{w}");
                turned[(o * k) + i] = w;
            }
        }
        return Append(node, new FloatGemm(a.Value, rows, k, n, [.. turned], [.. new float[n]]), [rows, n]);
    }

    /// <summary>Adds a constant to the product appended last.</summary>
    Verdict Bias(OnnxNode node, OnnxTensor? c, float beta)
    {
        if (c is null) return Verdict.Accept;
        var gemm = (FloatGemm)nodes[^1];
        var verdict = Bias(node, c, beta, gemm, out var biases);
        if (verdict.IsAccepted) nodes[^1] = gemm with { Biases = biases };
        return verdict;
    }

    static Verdict Bias(OnnxNode node, OnnxTensor c, float beta, FloatGemm gemm, out ImmutableArray<float> biases)
    {
        biases = default;
        if (c.Floats is null) return Verdict.Reject(OnnxChecks.DataType, $"{node}: biases of float32", "int64");
        // Broadcast to [rows, n]; a bias of its own for each row has no place in the model.
        int columns = c.Dimensions.Length == 0 ? 1 : c.Dimensions[^1];
        bool fits = c.Dimensions.Length <= 2 && (columns == 1 || columns == gemm.OutputLength) && (c.Dimensions.Length < 2 || c.Dimensions[0] == 1);
        if (!fits) return node.Misshapen($"a bias for each of {gemm.OutputLength} outputs, or one for all", Text(c.Dimensions));
        var cells = new float[gemm.OutputLength];
        for (int o = 0; o < cells.Length; o++)
        {
            cells[o] = beta * c.Floats[columns == 1 ? 0 : o];
            if (!float.IsFinite(cells[o])) return Verdict.Reject(OnnxChecks.Finite, $"{node}: finite biases times beta", $"{cells[o]}");
        }
        biases = [.. cells];
        return Verdict.Accept;
    }

    /// <summary>Add is read only where it completes a MatMul into y = W·x + b: one reader, one bias.</summary>
    Verdict Add(OnnxNode node)
    {
        var verdict = opset < 7 ? node.Attributes("broadcast") : node.Attributes();
        if (!verdict.IsAccepted) return verdict;
        if (node.Proto.Input.Count != 2) return node.Misshapen("two inputs", $"{node.Proto.Input.Count}");
        int at = Operand<Activation>(node, 0) is null ? 1 : 0;
        if (Operand<Activation>(node, at) is not { } a || Operand<OnnxTensor>(node, 1 - at) is not { } c
            || !withoutBias.Contains(a.Value) || readers[node.Proto.Input[at]] != 1 || a.Value != nodes.Count)
            return node.Unsupported("Add that is not the bias of the MatMul before it");
        verdict = Bias(node, c, 1);
        if (!verdict.IsAccepted) return verdict;
        withoutBias.Remove(a.Value);
        return Define(node, a);
    }

    Verdict Relu(OnnxNode node)
    {
        var verdict = node.Attributes();
        if (!verdict.IsAccepted) return verdict;
        if (Single(node) is not { } x) return node.Unsupported("an input that is not computed");
        return Append(node, new FloatRelu(x.Value), x.Dimensions);
    }

    Verdict Flatten(OnnxNode node)
    {
        var verdict = node.Attributes("axis");
        if (!verdict.IsAccepted) return verdict;
        if (Single(node) is not { } x) return node.Unsupported("an input that is not computed");
        int rank = x.Dimensions.Length;
        if (node.Int("axis", 1) is not { } axis || axis < (opset < 11 ? 0 : -rank) || axis > rank) return node.Misshapen($"an axis of {rank} dimensions", $"{node.Int("axis", 1)}");
        int split = (int)(axis < 0 ? axis + rank : axis);
        return Define(node, x with { Dimensions = [Count(x.Dimensions[..split]), Count(x.Dimensions[split..])] });
    }

    Verdict Reshape(OnnxNode node)
    {
        var verdict = node.Attributes("allowzero");
        if (!verdict.IsAccepted) return verdict;
        if (node.Proto.Input.Count != 2 || Operand<Activation>(node, 0) is not { } x || Operand<OnnxTensor>(node, 1) is not { Integers: { } shape, Dimensions.Length: 1 })
            return node.Unsupported("other inputs than a computed tensor and a constant shape");
        var target = new long[shape.Length];
        long known = 1, cells = Count(x.Dimensions);
        int free = -1;
        for (int i = 0; i < shape.Length; i++)
        {
            // 0 keeps the dimension, unless the node says otherwise: then it would mean no cells.
            target[i] = shape[i] == 0 && i < x.Dimensions.Length && node.Int("allowzero", 0) == 0 ? x.Dimensions[i] : shape[i];
            if (target[i] == -1 && free < 0) free = i;
            else if (target[i] < 1 || target[i] > cells || (known *= target[i]) > cells) return node.Misshapen($"a shape of {cells} cells", $"{shape[i]} at {i}");
        }
        if (free >= 0) known *= target[free] = cells / known;
        if (known != cells) return node.Misshapen($"a shape of {cells} cells", $"{known}");
        return Define(node, x with { Dimensions = [.. target.Select(d => (int)d)] });
    }

    Verdict Identity(OnnxNode node)
    {
        var verdict = node.Attributes();
        if (!verdict.IsAccepted) return verdict;
        return node.Proto.Input.Count == 1 && Operand<object>(node, 0) is { } x ? Define(node, x) : node.Misshapen("one input", $"{node.Proto.Input.Count}");
    }

    Verdict Constant(OnnxNode node)
    {
        var verdict = node.Attributes("value");
        if (!verdict.IsAccepted) return verdict;
        return node.Find("value")?.T is { } tensor ? AddConstant(node.Proto.Output[0], tensor) : node.Unsupported("a Constant without a tensor");
    }

    Activation? Single(OnnxNode node) => node.Proto.Input.Count == 1 ? Operand<Activation>(node, 0) : null;

    static string Text(ImmutableArray<int> dimensions) => $"[{string.Join(", ", dimensions)}]";
}
