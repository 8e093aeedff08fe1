using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Models.Onnx.Format;
using CsCheck;
using Google.Protobuf;
using static Counterfoil.Proofs.Tests.Models.OnnxFiles;

namespace Counterfoil.Proofs.Tests.Models;

public sealed class HostileOnnxTests
{
    public static TheoryData<string, string, Action<object>> Changes()
    {
        var data = new TheoryData<string, string, Action<object>>();
        void Add(string check, string what, Action<ModelProto> change) => data.Add(check, what, m => change((ModelProto)m));

        Add("model.onnx.version", "no IR version", m => m.IrVersion = 0);
        Add("model.onnx.version", "an IR version of the future", m => m.IrVersion = 99);
        Add("model.onnx.version", "no operator set", m => m.OpsetImport.Clear());
        Add("model.onnx.version", "two default operator sets", m => m.OpsetImport.Add(new OperatorSetIdProto { Version = 12 }));
        Add("model.onnx.version", "an operator set too old", m => m.OpsetImport[0].Version = 5);
        Add("model.onnx.operator", "functions", m => m.Functions.Add(ByteString.Empty));
        Add("model.onnx.operator", "training information", m => m.TrainingInfo.Add(ByteString.Empty));
        Add("model.onnx.operator", "sparse initialisers", m => m.Graph.SparseInitializer.Add(ByteString.Empty));
        Add("model.onnx.interface", "no graph", m => m.Graph = null);
        Add("model.onnx.interface", "no input", m => m.Graph.Input.Clear());
        Add("model.onnx.interface", "no output", m => m.Graph.Output.Clear());
        Add("model.onnx.interface", "a constant output", m => m.Graph.Output[0].Name = "b");
        Add("model.onnx.interface", "a nameless initialiser", m => m.Graph.Initializer[0].Name = "");
        Add("model.onnx.interface", "a node of two outputs", m => m.Graph.Node[2].Output.Add("more"));
        Add("model.onnx.interface", "a nameless output of a node", m => m.Graph.Node[0].Output[0] = "");
        Add("model.onnx.external", "an external location", m => m.Graph.Initializer[0].DataLocation = 1);
        Add("model.onnx.external", "a path", m => m.Graph.Initializer[0].ExternalData.Add(ByteString.CopyFromUtf8("location: ../../etc/passwd")));
        Add("model.onnx.dtype", "weights of another type", m => m.Graph.Initializer[0].DataType = 10);
        Add("model.onnx.dtype", "weights of int64", m => { m.Graph.Initializer[0] = Shape("W", 1, 2, 3, 4, 5, 6); });
        Add("model.onnx.dtype", "biases of int64", m => { m.Graph.Initializer[1] = Shape("b", 1, 2); });
        Add("model.onnx.topology", "an input that nobody reads", m => m.Graph.Input.Add(Value("x2", 1)));
        Add("model.onnx.interface", "65 outputs", m => { for (int i = 0; i < 64; i++) m.Graph.Output.Add(Value("h", 1)); });
        Add("model.onnx.finite", "a weight of minus infinity", m => m.Graph.Initializer[0].FloatData[3] = float.NegativeInfinity);
        Add("model.onnx.operator", "a mask that is computed", m => { m.Graph.Node[2].OpType = "Where"; m.Graph.Node[2].Input.Add(["z", "z"]); });
        Add("model.onnx.operator", "a shape that is computed", m => { m.Graph.Node[2].OpType = "Reshape"; m.Graph.Node[2].Input.Add("z"); });
        Add("model.onnx.operator", "computed weights of a convolution", m => { m.Graph.Node[2].OpType = "Conv"; m.Graph.Node[2].Input.Add("z"); });
        Add("model.onnx.shape", "shapes that do not spread", m => { m.Graph.Node[2].OpType = "Mul"; m.Graph.Node[2].Input.Add("x"); });
        Add("model.onnx.shape", "a split of other parts", m => { m.Graph.Node[2] = Node("Split", "y", "z"); m.Graph.Node[2].Attribute.Add(new AttributeProto { Name = "split", Ints = { 5 } }); });
        Add("model.onnx.shape", "a slice of nothing", m => { m.Graph.Node[2] = Node("Slice", "y", "z", "s", "s"); m.Graph.Initializer.Add(Shape("s", 1)); });
        Add("model.onnx.limits", "a tensor spread beyond the limit", m => { m.Graph.Node[2] = Node("Pad", "y", "z", "s"); m.Graph.Initializer.Add(Shape("s", 0, 0, 1 << 20, 1 << 20)); });
        Add("model.onnx.shape", "a pad beyond all limits", m => { m.Graph.Node[2] = Node("Pad", "y", "z", "s"); m.Graph.Initializer.Add(Shape("s", 0, 0, 0, long.MaxValue)); });
        Add("model.onnx.dtype", "a segment", m => m.Graph.Initializer[0].Segment = ByteString.CopyFromUtf8("x"));
        Add("model.onnx.dtype", "an input of another type", m => m.Graph.Input[0].Type.TensorType.ElemType = 8);
        Add("model.onnx.dtype", "an input without a type", m => m.Graph.Input[0].Type = null);
        Add("model.onnx.dims", "an input without a shape", m => m.Graph.Input[0].Type.TensorType.Shape = null);
        Add("model.onnx.dims", "a second free dimension", m => m.Graph.Input[0] = Value("x", 0, 0));
        Add("model.onnx.dims", "a negative input dimension", m => m.Graph.Input[0] = Value("x", 1, -3));
        Add("model.onnx.limits", "a huge input", m => m.Graph.Input[0] = Value("x", long.MaxValue, long.MaxValue));
        Add("model.onnx.limits", "an input whose cells wrap around", m => m.Graph.Input[0] = Value("x", 1L << 32, 1L << 32));
        Add("model.onnx.dims", "a negative dimension", m => m.Graph.Initializer[0].Dims[0] = -3);
        Add("model.onnx.dims", "a dimension of zero", m => m.Graph.Initializer[0].Dims[0] = 0);
        Add("model.onnx.limits", "a huge dimension", m => m.Graph.Initializer[0].Dims[0] = long.MaxValue);
        Add("model.onnx.limits", "many dimensions", m => m.Graph.Initializer[0].Dims.Add(Enumerable.Repeat(1L, 17)));
        Add("model.onnx.dims", "fewer cells than the shape says", m => m.Graph.Initializer[0].FloatData.RemoveAt(0));
        Add("model.onnx.dims", "no cells", m => m.Graph.Initializer[0].FloatData.Clear());
        Add("model.onnx.dims", "cells twice", m => m.Graph.Initializer[0].RawData = ByteString.CopyFrom(new byte[24]));
        Add("model.onnx.dims", "raw cells cut short", m => { m.Graph.Initializer[0].FloatData.Clear(); m.Graph.Initializer[0].RawData = ByteString.CopyFrom(new byte[23]); });
        Add("model.onnx.finite", "a weight that is no number", m => m.Graph.Initializer[0].FloatData[3] = float.NaN);
        Add("model.onnx.finite", "an infinite bias", m => m.Graph.Initializer[1].FloatData[0] = float.PositiveInfinity);
        Add("model.onnx.finite", "a weight that alpha makes infinite", m =>
        {
            m.Graph.Node[0].OpType = "Gemm";
            m.Graph.Node[0].Attribute.Add(Real("alpha", 3e38f));
        });
        Add("model.onnx.duplicate", "one initialiser twice", m => m.Graph.Initializer.Add(Tensor("W", [1], 1)));
        Add("model.onnx.duplicate", "a node that overwrites an initialiser", m => m.Graph.Node[0].Output[0] = "W");
        Add("model.onnx.duplicate", "a node that overwrites the input", m => m.Graph.Node[0].Output[0] = "x");
        Add("model.onnx.duplicate", "two nodes of one name", m => m.Graph.Node[1].Name = m.Graph.Node[0].Name);
        Add("model.onnx.duplicate", "an attribute twice", m =>
        {
            m.Graph.Node[0].OpType = "Gemm";
            m.Graph.Node[0].Attribute.Add([Int("transB", 0), Int("transB", 1)]);
        });
        Add("model.onnx.topology", "a missing initialiser", m => m.Graph.Initializer.RemoveAt(0));
        Add("model.onnx.topology", "an unknown input", m => m.Graph.Node[0].Input[0] = "nobody");
        Add("model.onnx.topology", "a circle", m => m.Graph.Node[0].Input[0] = "z");
        Add("model.onnx.topology", "nodes out of order", m => { var n = m.Graph.Node[2].Clone(); m.Graph.Node.RemoveAt(2); m.Graph.Node.Insert(0, n); });
        Add("model.onnx.topology", "an output that nobody writes", m => m.Graph.Output[0].Name = "nobody");
        Add("model.onnx.operator", "another operator", m => m.Graph.Node[2].OpType = "Selu");
        Add("model.onnx.operator", "an operator of another domain", m => m.Graph.Node[2].Domain = "com.example");
        Add("model.onnx.operator", "an operator without a name", m => m.Graph.Node[2].OpType = "");
        Add("model.onnx.operator", "an unknown attribute", m => m.Graph.Node[2].Attribute.Add(Int("slope", 1)));
        Add("model.onnx.operator", "an alpha that is no number", m => { m.Graph.Node[0].OpType = "Gemm"; m.Graph.Node[0].Attribute.Add(Real("alpha", float.NaN)); });
        Add("model.onnx.operator", "an attribute of a function", m => { m.Graph.Node[0].OpType = "Gemm"; m.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "transB", RefAttrName = "x" }); });
        Add("model.onnx.operator", "a Constant of nothing", m => m.Graph.Node.Insert(0, Node("Constant", "c")));
        Add("model.onnx.shape", "weights for another input", m => m.Graph.Input[0] = Value("x", 0, 4));
        Add("model.onnx.shape", "biases for other outputs", m => m.Graph.Initializer[1] = Tensor("b", [1, 2, 3], 3));
        Add("model.onnx.shape", "a product of one operand", m => m.Graph.Node[0].Input.RemoveAt(1));
        Add("model.onnx.shape", "an axis beyond the shape", m =>
        {
            m.Graph.Node[2] = Node("Flatten", "y", "z");
            m.Graph.Node[2].Attribute.Add(Int("axis", 3));
        });
        Add("model.onnx.shape", "a shape of other cells", m => { m.Graph.Node[2] = Node("Reshape", "y", "z", "s"); m.Graph.Initializer.Add(Shape("s", 3, -1)); });
        Add("model.onnx.shape", "a shape with two free dimensions", m => { m.Graph.Node[2] = Node("Reshape", "y", "z", "s"); m.Graph.Initializer.Add(Shape("s", -1, -1)); });
        Add("model.onnx.shape", "a shape whose cells wrap around", m => { m.Graph.Node[2] = Node("Reshape", "y", "z", "s"); m.Graph.Initializer.Add(Shape("s", 1L << 62, 4)); });
        Add("model.onnx.limits", "more nodes than the limit", m =>
        {
            m.Graph.Node.Clear();
            for (int i = 0; i < 4097; i++) m.Graph.Node.Add(Node("Identity", $"{i + 1}", i == 0 ? "x" : $"{i}"));
        });
        return data;
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_file_is_refused_by_the_check_meant_for_it(string check, string what, Action<object> change)
    {
        var file = MatMulAddRelu();
        Assert.True(OnnxReader.Read(file.Bytes(), out _).IsAccepted);
        change(file);
        var refused = Assert.IsType<Verdict.Rejected>(OnnxReader.Read(file.Bytes(), out var model));
        Assert.True(check == refused.Reason.Check.Id, $"{what}: expected {check}, {refused}");
        Assert.Null(model);
    }

    [Fact]
    public void A_refused_operator_is_named_with_its_node()
    {
        var file = MatMulAddRelu();
        file.Graph.Node[2].OpType = "LSTM";
        var refused = Assert.IsType<Verdict.Rejected>(OnnxReader.Read(file.Bytes(), out _));
        Assert.Contains("node 2 (LSTM 'the Relu of y')", refused.Reason.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_nothing_but_empty_nodes_is_refused_before_it_fills_the_memory()
    {
        var nodes = new byte[4 << 20];
        for (int i = 0; i < nodes.Length; i += 2) nodes[i] = 0x0A;   // node { }
        byte[] file = [.. new ModelProto { IrVersion = 8 }.ToByteArray(), 0x3A, 0x80, 0x80, 0x80, 0x02, .. nodes];
        var refused = Assert.IsType<Verdict.Rejected>(OnnxReader.Read(file, out _));
        Assert.Equal(OnnxChecks.Limits, refused.Reason.Check);
    }

    [Fact]
    public void One_tensor_in_many_operators_counts_as_often_as_it_is_used()
    {
        var graph = new GraphProto { Input = { Value("0", 0, 8) }, Output = { Value("99", 0, 8) }, Initializer = { Tensor("W", new float[64], 8, 8) } };
        for (int i = 0; i < 99; i++) graph.Node.Add(Node("MatMul", $"{i + 1}", $"{i}", "W"));
        Assert.True(OnnxReader.Read(Model(graph).Bytes(), out _).IsAccepted);
        var refused = Assert.IsType<Verdict.Rejected>(OnnxReader.Read(Model(graph).Bytes(), out _, new OnnxLimits { Cells = 1_000 }));
        Assert.Equal(OnnxChecks.Limits, refused.Reason.Check);
    }

    [Fact]
    public void Many_large_activations_are_refused_before_a_run_allocates_them()
    {
        var graph = new GraphProto { Input = { Value("0", 1, 1 << 20) }, Output = { Value("99", 1, 1 << 20) } };
        for (int i = 0; i < 99; i++) graph.Node.Add(Node("Relu", $"{i + 1}", $"{i}"));
        var refused = Assert.IsType<Verdict.Rejected>(OnnxReader.Read(Model(graph).Bytes(), out _));
        Assert.Equal(OnnxChecks.Limits, refused.Reason.Check);
    }

    [Fact]
    public void A_constant_spread_again_and_again_is_refused_before_it_fills_the_memory()
    {
        var graph = new GraphProto { Input = { Value("x", 1) }, Output = { Value("y", 1) }, Initializer = { Tensor("c", [1], 1), Shape("s", 1 << 16, 1) } };
        for (int i = 0; i < 99; i++) graph.Node.Add(Node("Expand", $"c{i}", "c", "s"));
        graph.Node.Add(Node("Relu", "y", "x"));
        Assert.True(OnnxReader.Read(Model(graph).Bytes(), out _).IsAccepted);
        var refused = Assert.IsType<Verdict.Rejected>(OnnxReader.Read(Model(graph).Bytes(), out _, new OnnxLimits { Cells = 1 << 18 }));
        Assert.Equal(OnnxChecks.Limits, refused.Reason.Check);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        // A graph inside an attribute inside a node …: opaque bytes here, however deep, and no operator that is read has one.
        byte[] inner = [];
        for (int depth = 0; depth < 10_000 && inner.Length < 1 << 16; depth++) inner = new AttributeProto { G = ByteString.CopyFrom(inner) }.ToByteArray();
        var file = MatMulAddRelu();
        file.Graph.Node[2].Attribute.Add(AttributeProto.Parser.ParseFrom(inner));
        var refused = Assert.IsType<Verdict.Rejected>(OnnxReader.Read(file.Bytes(), out _));
        Assert.Equal(OnnxChecks.Operator, refused.Reason.Check);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] whole = MatMulAddRelu().Bytes();
        for (int length = 0; length < whole.Length; length++)
            Assert.IsType<Verdict.Rejected>(OnnxReader.Read(whole.AsMemory(0, length), out _));
    }

    [Fact]
    public void Random_bytes_are_a_verdict_and_never_an_exception() =>
        Gen.Byte.Array[0, 200].Sample(bytes => Assert.IsType<Verdict.Rejected>(OnnxReader.Read(bytes, out _)));

    [Fact]
    public void Mutated_files_are_a_verdict_and_never_an_exception()
    {
        byte[] whole = MatMulAddRelu().Bytes();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            byte[] bytes = [.. whole];
            foreach (var (at, value) in changes) bytes[at] = value;
            var verdict = OnnxReader.Read(bytes, out var model);
            Assert.Equal(verdict.IsAccepted, model is not null);
        }, iter: 3_000);
    }

    static Gen<string> OneOf(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    // Mostly a chain of operators that fit, with a fault here and there: what is wholly random is refused at its first node.
    static readonly Gen<NodeProto> Links =
        from type in OneOf("Gemm", "Gemm", "MatMul", "Add", "Mul", "Relu", "Tanh", "Flatten", "Reshape", "Identity", "Constant", "Softmax", "ReduceMean", "Transpose", "Concat", "Unsqueeze", "Gather", "Pad", "Squeeze", "Selu")
        from operand in OneOf("W", "W", "V", "s", "x", "", "2")
        from bias in OneOf("V", "V", "W", "")
        from attribute in OneOf("", "", "", "transA", "transB", "alpha", "axis", "allowzero", "value")
        from value in Gen.Int[-3, 3]
        select Link(type, operand, bias, attribute, value);

    static NodeProto Link(string type, string operand, string bias, string attribute, int value)
    {
        var node = new NodeProto { OpType = type, Input = { "?" }, Output = { "?" } };
        if (type is "Gemm" or "MatMul") node.Input.Add(operand);
        if (type is "Gemm" or "Add" or "Mul" or "Concat") node.Input.Add(bias);
        if (type is "Reshape" or "Unsqueeze" or "Gather" or "Pad") node.Input.Add("s");
        if (attribute.Length > 0) node.Attribute.Add(new AttributeProto { Name = attribute, I = value, F = value, T = Shape("", value, 2) });
        return node;
    }

    [Fact]
    public void Whatever_graph_is_read_can_be_run()
    {
        int accepted = 0;
        Gen.Select(Links.Array[0, 4], Gen.Long[0, 3].Array[1, 3], Gen.Long[1, 3].Array[2], Gen.Int[5, 20], Gen.Int[0, 30]).Sample((links, input, weights, opset, fault) =>
        {
            for (int i = 0; i < links.Length; i++)
            {
                links[i].Input[0] = i == 0 ? "x" : $"{(fault == i ? i + 1 : i)}";
                links[i].Output[0] = i == links.Length - 1 ? "y" : $"{i + 1}";
            }
            var graph = new GraphProto { Input = { Value("x", input) }, Output = { Value(links.Length == 0 ? "x" : "y", 1) }, Node = { links } };
            graph.Initializer.Add([Tensor("W", new float[weights[0] * weights[1]], weights), Tensor("V", new float[weights[1]], weights[1]), Shape("s", 1, -1)]);
            var verdict = OnnxReader.Read(Model(graph, opset).Bytes(), out var model);
            Assert.Equal(verdict.IsAccepted, model is not null);
            if (model is null) return;
            Interlocked.Increment(ref accepted);
            Assert.Equal(model.OutputLength, FloatExecutor.Values(model, [.. model.Inputs.Select(i => new float[i.Length])])[model.Outputs[0]].Length);
        }, iter: 10_000);
        Assert.True(accepted > 500, $"only {accepted} graphs were well formed: the generator no longer tests what it should");
    }

    [Fact]
    public void A_mutated_model_of_ours_is_a_verdict_and_whatever_is_read_is_finite()
    {
        byte[] whole = OnnxWriter.Write(FloatModel.Perceptron(([1, 2, 3, 4, 5, 6], [1, 2]), ([1, -1], [0])));
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 3].Sample(changes =>
        {
            byte[] bytes = [.. whole];
            foreach (var (at, value) in changes) bytes[at] = value;
            if (OnnxReader.Read(bytes, out var model).IsAccepted)
                Assert.All(model!.Nodes.OfType<FloatGemm>(), g => Assert.All(g.Weights.Concat(g.Biases), w => Assert.True(float.IsFinite(w))));
        }, iter: 3_000);
    }
}
