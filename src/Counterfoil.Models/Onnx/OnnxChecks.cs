using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models.Onnx;

/// <summary>The checks an ONNX file from a stranger must pass, in the order in which they are made.</summary>
public static class OnnxChecks
{
    /// <summary>The file, its structure without tensor data, its nodes and its tensors keep the limits.</summary>
    public static readonly Check Limits = new("model.onnx.limits");

    /// <summary>The file is protocol buffers, whole and well formed.</summary>
    public static readonly Check Encoding = new("model.onnx.encoding");

    /// <summary>The IR version and the operator set are ones that are read here.</summary>
    public static readonly Check Version = new("model.onnx.version");

    /// <summary>Weights are in the file: a path to elsewhere is never followed.</summary>
    public static readonly Check External = new("model.onnx.external");

    /// <summary>Tensors are of a type that is read; weights are real, shapes and indices whole.</summary>
    public static readonly Check DataType = new("model.onnx.dtype");

    /// <summary>Dimensions are positive and agree with the data that is there.</summary>
    public static readonly Check Dimensions = new("model.onnx.dims");

    /// <summary>Weights are finite; −∞ stands in masks alone.</summary>
    public static readonly Check Finite = new("model.onnx.finite");

    /// <summary>Every name has one meaning.</summary>
    public static readonly Check Duplicate = new("model.onnx.duplicate");

    /// <summary>There are inputs to fill and outputs that depend on them, each with a name.</summary>
    public static readonly Check Interface = new("model.onnx.interface");

    /// <summary>Every name that a node reads was written before it: nothing is missing, and nothing runs in a circle; every input is read.</summary>
    public static readonly Check Topology = new("model.onnx.topology");

    /// <summary>The operator, in the form used, is one that is read here; the verdict names the node.</summary>
    public static readonly Check Operator = new("model.onnx.operator");

    /// <summary>The shapes that a node reads fit the operator.</summary>
    public static readonly Check Shape = new("model.onnx.shape");
}

/// <summary>How large a file may be. The defaults hold for every model this project proves.</summary>
public sealed record OnnxLimits
{
    /// <summary>Bytes of the file.</summary>
    public int Bytes { get; init; } = 256 << 20;

    /// <summary>Bytes that are not tensor data. An object costs up to a hundred times its bytes in memory, so this is what bounds memory.</summary>
    public int StructureBytes { get; init; } = 1 << 20;

    /// <summary>Nodes of the graph.</summary>
    public int Nodes { get; init; } = 4096;

    /// <summary>Cells of any tensor; of all weights together; and of all activations of one run together.</summary>
    public int Cells { get; init; } = 1 << 26;

    /// <summary>Dimensions of any tensor.</summary>
    public int Rank { get; init; } = 16;
}
