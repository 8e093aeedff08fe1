using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx.Format;

namespace Counterfoil.Models.Onnx;

/// <summary>
/// Reads an ONNX file into a <see cref="FloatModel"/>. Operators: Gemm (transA = 0), MatMul with the Add behind it, Relu, Flatten, Reshape, Identity, and
/// Constant for their constants; any other is refused by its name and its node's. A symbolic first dimension of the input is a batch, of one.
/// </summary>
/// <remarks>
/// Format: ONNX IR specification, IR versions 3 to 13, operator sets 6 to 26 of the default domain. Differs from it: one input, one output; Add only behind MatMul;
/// constants are float32 and finite; alpha and beta of Gemm are multiplied into weights and biases, which may round where ONNX's order of operations would not.
/// </remarks>
public static partial class OnnxReader
{
    /// <summary>Reads a file from a stranger.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="model">The network, or null unless accepted.</param>
    /// <param name="limits">How large it may be; null for the defaults.</param>
    public static Verdict Read(ReadOnlyMemory<byte> bytes, out FloatModel? model, OnnxLimits? limits = null)
    {
        limits ??= new OnnxLimits();
        model = null;
        var verdict = Parse(bytes.Span, limits, out var proto);
        if (!verdict.IsAccepted) return verdict;
        verdict = Version(proto!, out long opset);
        if (!verdict.IsAccepted) return verdict;

        var graph = proto!.Graph;
        if (graph is null) return Verdict.Reject(OnnxChecks.Interface, "a graph", "none");
        if (graph.Node.Count > limits.Nodes) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Nodes} nodes", $"{graph.Node.Count}");
        if (graph.SparseInitializer.Count > 0) return Verdict.Reject(OnnxChecks.Operator, "dense initialisers", "sparse ones");

        var builder = new OnnxGraph(limits, opset);
        foreach (var initialiser in graph.Initializer)
        {
            verdict = builder.AddConstant(initialiser.Name, initialiser);
            if (!verdict.IsAccepted) return verdict;
        }
        verdict = Input(graph, builder, limits);
        if (!verdict.IsAccepted) return verdict;
        if (graph.Output.Count != 1) return Verdict.Reject(OnnxChecks.Interface, "one output", $"{graph.Output.Count}");
        builder.CountReaders(graph);
        for (int i = 0; i < graph.Node.Count; i++)
        {
            verdict = builder.AddNode(i, graph.Node[i]);
            if (!verdict.IsAccepted) return verdict;
        }
        return builder.Finish(graph.Output[0].Name, out model);
    }

    static Verdict Version(ModelProto proto, out long opset)
    {
        opset = 0;
        if (proto.IrVersion is < 3 or > 13) return Verdict.Reject(OnnxChecks.Version, "IR version 3 to 13", $"{proto.IrVersion}");
        if (proto.Functions.Count > 0 || proto.TrainingInfo.Count > 0) return Verdict.Reject(OnnxChecks.Operator, "a graph without functions or training information", "some");
        var sets = proto.OpsetImport.Where(s => s.Domain is "" or "ai.onnx").ToList();
        if (sets.Count != 1 || sets[0].Version is < 6 or > 26)
            return Verdict.Reject(OnnxChecks.Version, "one default operator set, 6 to 26", sets.Count == 1 ? $"{sets[0].Version}" : $"{sets.Count} sets");
        opset = sets[0].Version;
        return Verdict.Accept;
    }

    static Verdict Input(GraphProto graph, OnnxGraph builder, OnnxLimits limits)
    {
        // Until IR version 3 initialisers were listed among the inputs, as their defaults.
        var inputs = graph.Input.Where(i => !builder.Knows(i.Name)).ToList();
        if (inputs.Count != 1) return Verdict.Reject(OnnxChecks.Interface, "one input that is not an initialiser", $"{inputs.Count}: {string.Join(", ", inputs.Take(8).Select(i => Quote(i.Name)))}");
        var tensor = inputs[0].Type?.TensorType;
        if (tensor is null || tensor.ElemType != 1) return Verdict.Reject(OnnxChecks.DataType, "an input of float32", $"type {tensor?.ElemType ?? 0}");
        if (tensor.Shape is null || tensor.Shape.Dim.Count is 0) return Verdict.Reject(OnnxChecks.Dimensions, "an input of known shape", "none");
        if (tensor.Shape.Dim.Count > limits.Rank) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Rank} dimensions", $"{tensor.Shape.Dim.Count}");
        var shape = ImmutableArray.CreateBuilder<int>();
        long cells = 1;
        foreach (var dimension in tensor.Shape.Dim)
        {
            bool symbolic = dimension.ValueCase != TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue;
            if (symbolic && shape.Count > 0) return Verdict.Reject(OnnxChecks.Dimensions, "a fixed input shape, but for its first dimension", $"dimension {shape.Count} is {Quote(dimension.DimParam)}");
            long d = symbolic ? 1 : dimension.DimValue;
            if (d < 1) return Verdict.Reject(OnnxChecks.Dimensions, "positive dimensions", $"{d}");
            if (d > limits.Cells || (cells *= d) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", "an input of more");
            shape.Add((int)d);
        }
        return builder.AddInput(inputs[0].Name, shape.ToImmutable());
    }

    /// <summary>A stranger's name, fit for a message: short, and of printable characters.</summary>
    internal static string Quote(string name)
    {
        var characters = name.Take(64).Select(c => c is >= ' ' and <= '~' ? c : '?').ToArray();
        return $"'{new string(characters)}{(name.Length > 64 ? "…" : "")}'";
    }
}
