using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx.Format;

namespace Counterfoil.Models.Onnx;

/// <summary>A graph being read: what each name stands for so far.</summary>
sealed partial class OnnxGraph(OnnxLimits limits, long opset)
{
    /// <summary>A tensor that is computed: a value of the float model, seen in some shape.</summary>
    sealed record Activation(int Value, ImmutableArray<int> Dimensions, bool IsInteger);

    readonly Dictionary<string, object> names = [];
    readonly Dictionary<string, int> readers = [];
    readonly HashSet<string> nodeNames = [];
    readonly List<FloatInput> inputs = [];
    readonly List<FloatNode> nodes = [];
    readonly Dictionary<OnnxTensor, int> constants = new(ReferenceEqualityComparer.Instance);
    // What each value is called: one that has a single reader under each of its names has a single reader.
    readonly Dictionary<int, List<string>> called = [];
    // Layers that may still take the bias behind them.
    readonly HashSet<int> withoutBias = [];
    // A small file may use one tensor in every node: what counts is what the model will hold, and a run of it.
    long weights, activations;

    public bool Knows(string name) => names.ContainsKey(name);

    public Verdict AddConstant(string name, TensorProto proto)
    {
        var verdict = OnnxTensor.Read(proto, limits, out var tensor);
        return verdict.IsAccepted ? Define(name, tensor!) : verdict;
    }

    public Verdict AddInput(string name, ImmutableArray<int> dimensions, bool isInteger)
    {
        activations += Count(dimensions);
        inputs.Add(new FloatInput(name, dimensions, isInteger));
        return activations > limits.Cells ? Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", "inputs of more")
            : Define(name, new Activation(inputs.Count - 1, dimensions, isInteger));
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
        if (!readings.TryGetValue(proto.OpType, out var reading)) return node.Unsupported(node.Type);
        if (proto.Output.Count != 1 && !(proto.OpType == "Split" && proto.Output.Count is > 0 and < 1024))
            return Verdict.Reject(OnnxChecks.Interface, $"{node} to have one output", $"{proto.Output.Count}");
        var verdict = node.Attributes(reading.Attributes);
        if (!verdict.IsAccepted) return verdict;
        if (node.InputCount < reading.Least || node.InputCount > reading.Most || Enumerable.Range(0, reading.Least).Any(i => !node.Has(i)))
            return node.Misshapen(reading.Least == reading.Most ? $"{reading.Least} inputs" : $"{reading.Least} to {reading.Most} inputs", $"{node.InputCount}");
        return reading.Read(this, node);
    }

    public Verdict Finish(IReadOnlyList<string> outputs, out FloatModel? model)
    {
        model = null;
        var written = ImmutableArray.CreateBuilder<int>();
        var tensors = ImmutableArray.CreateBuilder<FloatOutput>();
        foreach (string name in outputs)
        {
            if (!names.TryGetValue(name, out object? value)) return Verdict.Reject(OnnxChecks.Topology, "the output to be written by a node", OnnxReader.Quote(name));
            if (value is not Activation last) return Verdict.Reject(OnnxChecks.Interface, "an output that depends on the input", "a constant");
            written.Add(last.Value);
            tensors.Add(new FloatOutput(name, last.Dimensions));
        }
        model = FloatSimplifier.Simplify(new FloatModel([.. inputs], [.. nodes], written.ToImmutable())) with { OutputTensors = tensors.ToImmutable() };
        var read = model.Nodes.SelectMany(n => n.Reads).Concat(model.Outputs).ToHashSet();
        for (int i = 0; i < inputs.Count; i++)
        {
            if (read.Contains(i)) continue;
            model = null;
            return Verdict.Reject(OnnxChecks.Topology, "every input to matter to the output", $"unused input {OnnxReader.Quote(inputs[i].Name)}");
        }
        return Verdict.Accept;
    }

    Verdict Define(string name, object value)
    {
        if (name.Length == 0) return Verdict.Reject(OnnxChecks.Interface, "a name for every tensor", "an empty one");
        if (value is Activation a)
        {
            if (!called.TryGetValue(a.Value, out var all)) called[a.Value] = all = [];
            all.Add(name);
        }
        return names.TryAdd(name, value) ? Verdict.Accept : Verdict.Reject(OnnxChecks.Duplicate, "one meaning a name", OnnxReader.Quote(name));
    }

    Verdict Define(OnnxNode node, object value) => Define(node.Proto.Output[0], value);

    /// <summary>Appends an operator; one that reads constants alone is computed at once, and gone.</summary>
    Verdict Append(OnnxNode node, FloatNode operation, ImmutableArray<int> dimensions, bool isInteger = false) =>
        Emit(node, operation, dimensions, isInteger, out object? result).Then(() => Define(node, result!));

    Verdict Emit(OnnxNode node, FloatNode operation, ImmutableArray<int> dimensions, bool isInteger, out object? result)
    {
        result = null;
        long cells = Count(dimensions);
        if (cells < 1 || (activations += cells) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells in all values", $"more with {node}");
        if (operation.Reads.All(v => Writer(v) is FloatConstant))
        {
            var computed = FloatExecutor.Run(operation, [.. operation.Reads.Select(v => ((FloatConstant)Writer(v)!).Cells.ToArray())]);
            result = isInteger ? new OnnxTensor(dimensions, null, Array.ConvertAll(computed, v => (long)v)) : new OnnxTensor(dimensions, computed, null);
            return Verdict.Accept;
        }
        nodes.Add(operation with { Name = node.ToString(), Dimensions = dimensions });
        result = new Activation(inputs.Count + nodes.Count - 1, dimensions, isInteger);
        return Verdict.Accept;
    }

    /// <summary>Whether nobody but the node being read reads a value, so that it may become another.</summary>
    bool IsAlone(int value) => !called.TryGetValue(value, out var all) || all.All(name => readers.GetValueOrDefault(name) == 1);

    FloatNode? Writer(int value) => value < inputs.Count ? null : nodes[value - inputs.Count];

    /// <summary>The product of dimensions, or −1 beyond the limit.</summary>
    int Count(ImmutableArray<int> dimensions)
    {
        long cells = 1;
        foreach (int d in dimensions)
            if ((cells *= d) > limits.Cells) return -1;
        return (int)cells;
    }

    object Operand(OnnxNode node, int position) => names[node.Proto.Input[position]];

    /// <summary>The node's input at a position, as what it must be; null when it is absent or something else.</summary>
    T? Operand<T>(OnnxNode node, int position) where T : class => node.Has(position) ? names[node.Proto.Input[position]] as T : null;

    static ImmutableArray<int> Shape(object operand) => operand is Activation a ? a.Dimensions : ((OnnxTensor)operand).Dimensions;

    /// <summary>The value that an operand is; a constant becomes one.</summary>
    Verdict Use(OnnxNode node, object operand, out int value)
    {
        value = -1;
        if (operand is Activation activation)
        {
            value = activation.Value;
            return Verdict.Accept;
        }
        var tensor = (OnnxTensor)operand;
        if (constants.TryGetValue(tensor, out value)) return Verdict.Accept;
        var cells = tensor.AsFloats();
        if (cells.Any(c => !float.IsFinite(c))) return Verdict.Reject(OnnxChecks.Finite, $"{node}: finite constants", "one that is not");
        if ((weights += cells.Length) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} weights in all operators", $"{weights} with {node}");
        nodes.Add(new FloatConstant([.. cells]) { Name = node.ToString(), Dimensions = tensor.Dimensions });
        constants[tensor] = value = inputs.Count + nodes.Count - 1;
        return Verdict.Accept;
    }

    static string Text(ImmutableArray<int> dimensions) => $"[{string.Join(", ", dimensions)}]";
}
