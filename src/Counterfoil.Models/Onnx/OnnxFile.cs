using System.Buffers.Binary;
using System.Globalization;
using Counterfoil.Models.Onnx.Format;
using Google.Protobuf;

namespace Counterfoil.Models.Onnx;

/// <summary>
/// An ONNX file being written, node by node. The bytes are a function of the calls alone: fields in the order of their numbers, no time, no producer version.
/// </summary>
public sealed class OnnxFile
{
    const int Float = 1, Int8 = 3, Int64 = 7;
    readonly ModelProto model;
    int names;

    /// <summary>Begins a file of IR version 8.</summary>
    /// <param name="operatorSet">The version of the default operator set, 7 to 26.</param>
    public OnnxFile(int operatorSet = 17)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(operatorSet, 7);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(operatorSet, 26);
        model = new ModelProto { IrVersion = 8, ProducerName = "counterfoil", Graph = new GraphProto { Name = "counterfoil" }, OpsetImport = { new OperatorSetIdProto { Version = operatorSet } } };
    }

    /// <summary>An input; a dimension of 0 is the batch.</summary>
    public string Input(string name, bool isInteger, params ReadOnlySpan<int> dimensions)
    {
        model.Graph.Input.Add(Describe(name, isInteger ? Int64 : Float, dimensions));
        return name;
    }

    /// <summary>An output; a dimension of 0 is the batch.</summary>
    public void Output(string name, params ReadOnlySpan<int> dimensions) => model.Graph.Output.Add(Describe(name, Float, dimensions));

    /// <summary>Weights.</summary>
    public string Weights(string name, ReadOnlySpan<float> cells, params ReadOnlySpan<int> dimensions)
    {
        var bytes = new byte[cells.Length * sizeof(float)];
        for (int i = 0; i < cells.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), cells[i]);
        return Add(name, Float, bytes, dimensions);
    }

    /// <summary>Quantised weights, or with one cell a zero point.</summary>
    public string Bytes(string name, ReadOnlySpan<sbyte> cells, params ReadOnlySpan<int> dimensions)
    {
        var bytes = new byte[cells.Length];
        for (int i = 0; i < cells.Length; i++) bytes[i] = (byte)cells[i];
        return Add(name, Int8, bytes, dimensions);
    }

    /// <summary>One number.</summary>
    public string Scalar(float value) => Weights(Fresh(), [value]);

    /// <summary>A list of whole numbers: a shape, axes, indices.</summary>
    public string Numbers(params ReadOnlySpan<long> cells)
    {
        var bytes = new byte[cells.Length * sizeof(long)];
        for (int i = 0; i < cells.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), cells[i]);
        return Add(Fresh(), Int64, bytes, cells.Length);
    }

    /// <summary>A node of one output, whose name it returns.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="inputs">What it reads; an empty name is an input left out.</param>
    /// <param name="attributes">Values of type int, float, string, int[] or long[].</param>
    public string Node(string type, string[] inputs, params (string Name, object Value)[] attributes) => Nodes(type, inputs, 1, attributes)[0];

    /// <summary>A node of several outputs, whose names it returns.</summary>
    /// <inheritdoc cref="Node"/>
    public string[] Nodes(string type, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        string[] written = [.. Enumerable.Range(0, outputs).Select(_ => Fresh())];
        var node = new NodeProto { OpType = type, Name = string.Create(CultureInfo.InvariantCulture, $"node{model.Graph.Node.Count}"), Input = { inputs }, Output = { written } };
        foreach (var (name, value) in attributes) node.Attribute.Add(Attribute(name, value));
        model.Graph.Node.Add(node);
        return written;
    }

    /// <summary>Gives the output of the last node its name in the file.</summary>
    public string Name(string name)
    {
        var outputs = model.Graph.Node[^1].Output;
        outputs[^1] = name;
        return name;
    }

    /// <summary>The file.</summary>
    public byte[] ToArray() => model.ToByteArray();

    string Fresh() => string.Create(CultureInfo.InvariantCulture, $"v{names++}");

    string Add(string name, int type, byte[] bytes, params ReadOnlySpan<int> dimensions)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        foreach (int d in dimensions) tensor.Dims.Add(d);
        model.Graph.Initializer.Add(tensor);
        return name;
    }

    static AttributeProto Attribute(string name, object value) => value switch
    {
        int i => new() { Name = name, I = i, Type = 2 },
        float f => new() { Name = name, F = f, Type = 1 },
        string s => new() { Name = name, S = ByteString.CopyFromUtf8(s), Type = 3 },
        int[] list => new() { Name = name, Ints = { list.Select(i => (long)i) }, Type = 7 },
        long[] list => new() { Name = name, Ints = { list }, Type = 7 },
        _ => throw new ArgumentException($"attribute {name} of {value.GetType()}", nameof(value)),
    };

    static ValueInfoProto Describe(string name, int type, ReadOnlySpan<int> dimensions)
    {
        var shape = new TensorShapeProto();
        foreach (int d in dimensions)
            shape.Dim.Add(d == 0 ? new TensorShapeProto.Types.Dimension { DimParam = "batch" } : new TensorShapeProto.Types.Dimension { DimValue = d });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }
}
