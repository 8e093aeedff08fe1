using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx.Format;

namespace Counterfoil.Models.Onnx;

/// <summary>
/// Reads an ONNX file into a <see cref="FloatModel"/>: the operators that <c>docs/models.md</c> lists; any other is refused by its name and its node's. A symbolic first dimension of
/// an input is a batch, of one; every other shape is known when the file is read, and what depends on constants alone is computed then.
/// </summary>
/// <remarks>
/// Format: ONNX IR specification, IR versions 3 to 13, operator sets 6 to 26 of the default domain. Differs from it: float64 is read as float32; alpha and beta of Gemm and the
/// statistics of BatchNormalization are multiplied into weights, which may round where ONNX's order of operations would not.
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
        verdict = Inputs(graph, builder, limits);
        if (!verdict.IsAccepted) return verdict;
        if (graph.Output.Count is 0 or > 64) return Verdict.Reject(OnnxChecks.Interface, "1 to 64 outputs", $"{graph.Output.Count}");
        builder.CountReaders(graph);
        for (int i = 0; i < graph.Node.Count; i++)
        {
            verdict = builder.AddNode(i, graph.Node[i]);
            if (!verdict.IsAccepted) return verdict;
        }
        return builder.Finish([.. graph.Output.Select(o => o.Name)], out model);
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

    static Verdict Inputs(GraphProto graph, OnnxGraph builder, OnnxLimits limits)
    {
        // Until IR version 3 initialisers were listed among the inputs, as their defaults.
        var inputs = graph.Input.Where(i => !builder.Knows(i.Name)).ToList();
        if (inputs.Count is 0 or > 64) return Verdict.Reject(OnnxChecks.Interface, "1 to 64 inputs that are not initialisers", $"{inputs.Count}");
        foreach (var input in inputs)
        {
            var tensor = input.Type?.TensorType;
            if (tensor is null || !(OnnxTensor.IsReal(tensor.ElemType) || OnnxTensor.IsInteger(tensor.ElemType)))
                return Verdict.Reject(OnnxChecks.DataType, "inputs of float32, or of whole numbers", $"type {tensor?.ElemType ?? 0}");
            if (tensor.Shape is null) return Verdict.Reject(OnnxChecks.Dimensions, "inputs of known shape", "none");
            if (tensor.Shape.Dim.Count > limits.Rank) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Rank} dimensions", $"{tensor.Shape.Dim.Count}");
            var shape = ImmutableArray.CreateBuilder<int>();
            long cells = 1;
            foreach (var dimension in tensor.Shape.Dim)
            {
                bool symbolic = dimension.ValueCase != TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue;
                if (symbolic && shape.Count > 0) return Verdict.Reject(OnnxChecks.Dimensions, "fixed input shapes, but for the first dimension", $"dimension {shape.Count} is {Quote(dimension.DimParam)}");
                long d = symbolic ? 1 : dimension.DimValue;
                if (d < 1) return Verdict.Reject(OnnxChecks.Dimensions, "positive dimensions", $"{d}");
                if (d > limits.Cells || (cells *= d) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", "an input of more");
                shape.Add((int)d);
            }
            var verdict = builder.AddInput(input.Name, shape.ToImmutable(), OnnxTensor.IsInteger(tensor.ElemType));
            if (!verdict.IsAccepted) return verdict;
        }
        return Verdict.Accept;
    }

    /// <summary>A stranger's name, fit for a message: short, and of printable characters.</summary>
    internal static string Quote(string name)
    {
        var characters = name.Take(64).Select(c => c is >= ' ' and <= '~' ? c : '?').ToArray();
        return $"'{new string(characters)}{(name.Length > 64 ? "…" : "")}'";
    }
}
