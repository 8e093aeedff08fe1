using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Models.Onnx.Format;
using Google.Protobuf;

namespace Counterfoil.Models.Onnx;

/// <summary>
/// Writes a <see cref="FloatModel"/> as ONNX: IR version 8, operator set 13, input <c>input</c> of shape [batch, cells], output <c>output</c>. The bytes are a
/// function of the model alone, so their digest names it: fields in the order of their numbers, no time, no producer version.
/// </summary>
public static class OnnxWriter
{
    const int Float = 1;

    /// <summary>The file.</summary>
    /// <exception cref="ArgumentException">The model maps several rows at once, which has no spelling with a free batch.</exception>
    public static byte[] Write(FloatModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new GraphProto { Name = "counterfoil" };
        graph.Input.Add(Describe("input", model.InputLength));
        graph.Output.Add(Describe("output", model.OutputLength));
        for (int i = 0; i < model.Nodes.Length; i++)
        {
            var node = new NodeProto { Name = $"node{i}" };
            node.Input.Add(Name(model, model.Nodes[i].Input));
            node.Output.Add(Name(model, i + 1));
            switch (model.Nodes[i])
            {
                case FloatGemm { Rows: 1 } gemm:
                    node.OpType = "Gemm";
                    node.Input.Add([$"weights{i}", $"biases{i}"]);
                    node.Attribute.Add(new AttributeProto { Name = "transB", I = 1, Type = 2 });
                    graph.Initializer.Add(Tensor($"weights{i}", gemm.Weights, gemm.OutputLength, gemm.InputLength));
                    graph.Initializer.Add(Tensor($"biases{i}", gemm.Biases, gemm.OutputLength));
                    break;
                case FloatRelu:
                    node.OpType = "Relu";
                    break;
                default:
                    throw new ArgumentException($"node {i} has no ONNX form here: {model.Nodes[i]}", nameof(model));
            }
            graph.Node.Add(node);
        }
        if (model.Nodes.IsEmpty) graph.Node.Add(new NodeProto { Name = "node0", OpType = "Identity", Input = { "input" }, Output = { "output" } });
        var file = new ModelProto { IrVersion = 8, ProducerName = "counterfoil", Graph = graph };
        file.OpsetImport.Add(new OperatorSetIdProto { Version = 13 });
        return file.ToByteArray();
    }

    static string Name(FloatModel model, int value) => value == 0 ? "input" : value == model.Nodes.Length ? "output" : $"value{value}";

    static ValueInfoProto Describe(string name, int cells)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = cells });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = Float, Shape = shape } } };
    }

    static TensorProto Tensor(string name, ImmutableArray<float> cells, params long[] dimensions)
    {
        var bytes = new byte[cells.Length * sizeof(float)];
        for (int i = 0; i < cells.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), cells[i]);
        return new TensorProto { Name = name, DataType = Float, Dims = { dimensions }, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
    }
}
