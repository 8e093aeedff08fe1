using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models.Onnx;

sealed partial class OnnxGraph
{
    /// <summary>How an operator is read: its attributes over all versions, how many inputs it has, and what it becomes.</summary>
    sealed record Reading(int Least, int Most, string[] Attributes, Func<OnnxGraph, OnnxNode, Verdict> Read);

    static readonly string[] Windowing = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];

    /// <summary>The operators that are read. Every other is refused by its name and its node's.</summary>
    static readonly Dictionary<string, Reading> readings = new()
    {
        ["Gemm"] = new(2, 3, ["alpha", "beta", "transA", "transB", "broadcast"], (g, n) => g.Gemm(n)),
        ["MatMul"] = new(2, 2, [], (g, n) => g.MatMul(n)),
        ["Conv"] = new(2, 3, [.. Windowing, "group"], (g, n) => g.Convolution(n)),
        ["MaxPool"] = new(1, 1, [.. Windowing, "ceil_mode", "storage_order"], (g, n) => g.Pool(n, isMaximum: true)),
        ["AveragePool"] = new(1, 1, [.. Windowing, "ceil_mode", "count_include_pad"], (g, n) => g.Pool(n, isMaximum: false)),
        ["GlobalAveragePool"] = new(1, 1, [], (g, n) => g.GlobalAveragePool(n)),
        ["BatchNormalization"] = new(5, 5, ["epsilon", "momentum", "training_mode", "spatial", "is_test"], (g, n) => g.BatchNormalization(n)),
        ["LayerNormalization"] = new(2, 3, ["axis", "epsilon", "stash_type"], (g, n) => g.LayerNormalization(n)),
        ["Softmax"] = new(1, 1, ["axis"], (g, n) => g.Softmax(n)),
        ["ReduceMean"] = new(1, 2, ["axes", "keepdims", "noop_with_empty_axes"], (g, n) => g.Reduce(n, isMean: true, axesAreInputFrom: 18)),
        ["ReduceSum"] = new(1, 2, ["axes", "keepdims", "noop_with_empty_axes"], (g, n) => g.Reduce(n, isMean: false, axesAreInputFrom: 13)),

        ["Add"] = new(2, 2, ["broadcast", "axis"], (g, n) => g.Binary(n, BinaryFunction.Add)),
        ["Sub"] = new(2, 2, ["broadcast", "axis"], (g, n) => g.Binary(n, BinaryFunction.Subtract)),
        ["Mul"] = new(2, 2, ["broadcast", "axis"], (g, n) => g.Binary(n, BinaryFunction.Multiply)),
        ["Div"] = new(2, 2, ["broadcast", "axis"], (g, n) => g.Binary(n, BinaryFunction.Divide)),
        ["Pow"] = new(2, 2, ["broadcast", "axis"], (g, n) => g.Binary(n, BinaryFunction.Power)),
        ["Where"] = new(3, 3, [], (g, n) => g.Where(n)),

        ["Relu"] = new(1, 1, [], (g, n) => g.Unary(n, CellFunction.Relu)),
        ["LeakyRelu"] = new(1, 1, ["alpha"], (g, n) => n.Real("alpha", 0.01f) is { } alpha ? g.Unary(n, new(CellFunctionKind.LeakyRelu, alpha)) : n.Unsupported("alpha")),
        ["Clip"] = new(1, 3, ["min", "max"], (g, n) => g.Clip(n)),
        ["Sigmoid"] = new(1, 1, [], (g, n) => g.Unary(n, new(CellFunctionKind.Sigmoid))),
        ["Tanh"] = new(1, 1, [], (g, n) => g.Unary(n, new(CellFunctionKind.Tanh))),
        ["Erf"] = new(1, 1, [], (g, n) => g.Unary(n, new(CellFunctionKind.Erf))),
        ["Gelu"] = new(1, 1, ["approximate"], (g, n) => n.Text("approximate", "none") switch
        {
            "none" => g.Unary(n, new(CellFunctionKind.Gelu)),
            "tanh" => g.Unary(n, new(CellFunctionKind.GeluTanh)),
            _ => n.Unsupported("approximate"),
        }),
        ["Sqrt"] = new(1, 1, [], (g, n) => g.Unary(n, new(CellFunctionKind.Sqrt))),
        ["Exp"] = new(1, 1, [], (g, n) => g.Unary(n, new(CellFunctionKind.Exp))),
        ["Neg"] = new(1, 1, [], (g, n) => g.Unary(n, new(CellFunctionKind.Negate))),
        ["QuantizeLinear"] = new(2, 3, ["axis", "saturate"], (g, n) => g.QuantizeLinear(n)),
        ["DequantizeLinear"] = new(2, 3, ["axis"], (g, n) => g.DequantizeLinear(n)),

        ["Identity"] = new(1, 1, [], (g, n) => g.Define(n, g.Operand(n, 0))),
        ["Flatten"] = new(1, 1, ["axis"], (g, n) => g.Flatten(n)),
        ["Reshape"] = new(2, 2, ["allowzero"], (g, n) => g.Reshape(n)),
        ["Squeeze"] = new(1, 2, ["axes"], (g, n) => g.Squeeze(n)),
        ["Unsqueeze"] = new(1, 2, ["axes"], (g, n) => g.Unsqueeze(n)),
        ["Transpose"] = new(1, 1, ["perm"], (g, n) => g.Transpose(n)),
        ["Concat"] = new(1, 1024, ["axis"], (g, n) => g.Concat(n)),
        ["Slice"] = new(1, 5, ["starts", "ends", "axes"], (g, n) => g.Slice(n)),
        ["Split"] = new(1, 2, ["axis", "split", "num_outputs"], (g, n) => g.Split(n)),
        ["Gather"] = new(2, 2, ["axis"], (g, n) => g.Gather(n)),
        ["Pad"] = new(1, 4, ["mode", "pads", "value"], (g, n) => g.Pad(n)),
        ["Expand"] = new(2, 2, [], (g, n) => g.Expand(n)),

        ["Constant"] = new(0, 0, ["value", "value_float", "value_floats", "value_int", "value_ints"], (g, n) => g.Constant(n)),
        ["Shape"] = new(1, 1, ["start", "end"], (g, n) => g.ShapeOf(n)),
        ["ConstantOfShape"] = new(1, 1, ["value"], (g, n) => g.ConstantOfShape(n)),
        ["Cast"] = new(1, 1, ["to", "saturate"], (g, n) => g.Cast(n)),
        ["Range"] = new(3, 3, [], (g, n) => g.Range(n)),
        ["Trilu"] = new(1, 2, ["upper"], (g, n) => g.Trilu(n)),
        ["Equal"] = new(2, 2, [], (g, n) => g.Compare(n, (a, b) => a == b)),
        ["Less"] = new(2, 2, [], (g, n) => g.Compare(n, (a, b) => a < b)),
        ["Greater"] = new(2, 2, [], (g, n) => g.Compare(n, (a, b) => a > b)),
        ["LessOrEqual"] = new(2, 2, [], (g, n) => g.Compare(n, (a, b) => a <= b)),
        ["GreaterOrEqual"] = new(2, 2, [], (g, n) => g.Compare(n, (a, b) => a >= b)),
        ["Not"] = new(1, 1, [], (g, n) => g.Not(n)),
    };
}
