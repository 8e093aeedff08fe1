using Counterfoil.Models.Onnx.Format;
using Google.Protobuf;

namespace Counterfoil.Proofs.Tests.Models;

/// <summary>Small ONNX files, well formed unless a test says otherwise.</summary>
static class OnnxFiles
{
    /// <summary>x[batch, 3] → MatMul W[3, 2] → Add b[2] → Relu → y.</summary>
    public static ModelProto MatMulAddRelu()
    {
        var graph = new GraphProto { Name = "g" };
        graph.Input.Add(Value("x", 0, 3));
        graph.Output.Add(Value("y", 0, 2));
        graph.Initializer.Add(Tensor("W", [1, -2, 3, 4, 5, -6], 3, 2));
        graph.Initializer.Add(Tensor("b", [0.5f, -0.5f], 2));
        graph.Node.Add(Node("MatMul", "h", "x", "W"));
        graph.Node.Add(Node("Add", "z", "h", "b"));
        graph.Node.Add(Node("Relu", "y", "z"));
        return Model(graph);
    }

    public static ModelProto Model(GraphProto graph, long opset = 13) =>
        new() { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = opset } } };

    public static NodeProto Node(string type, string output, params string[] inputs) => new() { OpType = type, Name = $"the {type} of {output}", Input = { inputs }, Output = { output } };

    public static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = 2 };

    public static AttributeProto Real(string name, float value) => new() { Name = name, F = value, Type = 1 };

    public static TensorProto Tensor(string name, float[] cells, params long[] dims) => new() { Name = name, DataType = 1, Dims = { dims }, FloatData = { cells } };

    public static TensorProto Shape(string name, params long[] cells) => new() { Name = name, DataType = 7, Dims = { cells.Length }, Int64Data = { cells } };

    /// <summary>A float tensor; a dimension of 0 is symbolic.</summary>
    public static ValueInfoProto Value(string name, params long[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (long d in dims)
            shape.Dim.Add(d == 0 ? new TensorShapeProto.Types.Dimension { DimParam = "N" } : new TensorShapeProto.Types.Dimension { DimValue = d });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } } };
    }

    public static byte[] Bytes(this ModelProto model) => model.ToByteArray();
}
