using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx.Format;

namespace Counterfoil.Models.Onnx;

/// <summary>A graph being read: what each name stands for so far.</summary>
sealed partial class OnnxGraph(OnnxLimits limits, long opset)
{
    /// <summary>A tensor that is computed: a value of the float model, seen in some shape.</summary>
    sealed record Activation(int Value, ImmutableArray<int> Dimensions);

    readonly Dictionary<string, object> names = [];
    readonly Dictionary<string, int> readers = [];
    readonly HashSet<string> nodeNames = [];
    readonly List<FloatNode> nodes = [];
    // Values that a MatMul wrote and no Add has joined yet.
    readonly HashSet<int> withoutBias = [];
    int inputLength;
    // A small file may use one tensor in every node: what counts is what the model will hold, and a run of it.
    long weights, activations;

    public bool Knows(string name) => names.ContainsKey(name);

    public Verdict AddConstant(string name, TensorProto proto)
    {
        var verdict = OnnxTensor.Read(proto, limits, out var tensor);
        return verdict.IsAccepted ? Define(name, tensor!) : verdict;
    }

    public Verdict AddInput(string name, ImmutableArray<int> dimensions)
    {
        activations = inputLength = Count(dimensions);
        return Define(name, new Activation(0, dimensions));
    }

    public void CountReaders(GraphProto graph)
    {
        foreach (string name in graph.Node.SelectMany(n => n.Input).Concat(graph.Output.Select(o => o.Name)))
            readers[name] = readers.GetValueOrDefault(name) + 1;
    }

    public Verdict AddNode(int index, NodeProto proto)
    {
        var node = new OnnxNode(index, proto);
        if (proto.Name.Length > 0 && !nodeNames.Add(proto.Name)) return Verdict.Reject(OnnxChecks.Duplicate, "a name of its own for every node", OnnxReader.Quote(proto.Name));
        if (proto.Domain is not ("" or "ai.onnx") || proto.Overload.Length > 0) return node.Unsupported($"{node.Type} of domain {OnnxReader.Quote(proto.Domain)}");
        foreach (string name in proto.Input)
            if (name.Length > 0 && !Knows(name)) return Verdict.Reject(OnnxChecks.Topology, $"{node} to read a name written before it", OnnxReader.Quote(name));
        if (proto.Output.Count != 1) return Verdict.Reject(OnnxChecks.Interface, $"{node} to have one output", $"{proto.Output.Count}");
        var verdict = proto.OpType switch
        {
            "Gemm" => Gemm(node),
            "MatMul" => MatMul(node),
            "Add" => Add(node),
            "Relu" => Relu(node),
            "Flatten" => Flatten(node),
            "Reshape" => Reshape(node),
            "Identity" => Identity(node),
            "Constant" => Constant(node),
            _ => node.Unsupported(node.Type),
        };
        return verdict;
    }

    public Verdict Finish(string output, out FloatModel? model)
    {
        model = null;
        if (!names.TryGetValue(output, out object? value)) return Verdict.Reject(OnnxChecks.Topology, "the output to be written by a node", OnnxReader.Quote(output));
        if (value is not Activation last) return Verdict.Reject(OnnxChecks.Interface, "an output that depends on the input", "a constant");
        var read = nodes.Select(n => n.Input).ToHashSet();
        for (int v = 0; v < nodes.Count; v++)
            if (!read.Contains(v)) return Verdict.Reject(OnnxChecks.Topology, "every value to be used", v == 0 ? "an unused input" : $"an unused value, of operator {v - 1}");
        if (last.Value != nodes.Count) return Verdict.Reject(OnnxChecks.Topology, "the last operator to write the output", $"operator {last.Value - 1} of {nodes.Count}");
        model = new FloatModel(inputLength, [.. nodes]);
        return Verdict.Accept;
    }

    Verdict Define(string name, object value)
    {
        if (name.Length == 0) return Verdict.Reject(OnnxChecks.Interface, "a name for every tensor", "an empty one");
        return names.TryAdd(name, value) ? Verdict.Accept : Verdict.Reject(OnnxChecks.Duplicate, "one meaning a name", OnnxReader.Quote(name));
    }

    Verdict Define(OnnxNode node, object value) => Define(node.Proto.Output[0], value);

    Verdict Append(OnnxNode node, FloatNode operation, ImmutableArray<int> dimensions)
    {
        long cells = Count(dimensions);
        if (cells < 1 || (activations += cells) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells in all values", $"more with {node}");
        nodes.Add(operation);
        return Define(node, new Activation(nodes.Count, dimensions));
    }

    /// <summary>The product of dimensions, or −1 beyond the limit.</summary>
    int Count(ImmutableArray<int> dimensions)
    {
        long cells = 1;
        foreach (int d in dimensions)
            if ((cells *= d) > limits.Cells) return -1;
        return (int)cells;
    }

    /// <summary>The node's input at a position, as what it must be; null when it is absent or something else.</summary>
    T? Operand<T>(OnnxNode node, int position) where T : class =>
        position < node.Proto.Input.Count && node.Proto.Input[position].Length > 0 ? names[node.Proto.Input[position]] as T : null;
}
