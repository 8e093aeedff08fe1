using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Models.Onnx.Format;
using Counterfoil.Zk.Graphs;
using CsCheck;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Counterfoil.Proofs.Tests.Models;

public sealed class IntegerExecutorTests
{
    // One row of two cells: acc = 3·x₀ − 2·x₁ + 5.
    static readonly GemmParameters Weights = new([3, -2], [5]);

    static Graph OneNode(uint multiplier, int shift, bool relu) => new(2, [new Gemm(0, 2, 1, new Requantisation([multiplier], shift), relu)]);

    [Theory]
    [InlineData(10, 4, false, 27, 14)]    // 27/2 = 13.5: halves go up
    [InlineData(-10, -1, false, -23, -11)] // −11.5 rounds to −11: floor(x + ½), not away from zero
    [InlineData(-10, -1, true, -23, 0)]
    [InlineData(127, -127, false, 640, 127)]
    [InlineData(-127, 127, false, -630, -127)]
    public void A_node_rounds_halves_up_and_saturates_symmetrically(int x0, int x1, bool relu, int accumulator, int output)
    {
        var trace = IntegerExecutor.Execute(OneNode(1 << 14, 15, relu), [Weights], [(sbyte)x0, (sbyte)x1]);
        Assert.Equal([accumulator], trace.Nodes[0].Accumulators);
        Assert.Equal([(sbyte)output], trace.Output);
    }

    [Fact]
    public void Requantisation_is_the_rational_floor_for_every_accumulator_multiplier_and_shift() =>
        Gen.Select(Gen.Int, Gen.UInt[1u, (1u << 31) - 1], Gen.Int[15, 46], Gen.Bool).Sample((acc, m, s, relu) =>
        {
            var exact = BigInteger.Divide(acc * (BigInteger)m + BigInteger.Pow(2, s - 1) - Modulo(acc * (BigInteger)m + BigInteger.Pow(2, s - 1), s), BigInteger.Pow(2, s));
            var expected = BigInteger.Max(relu ? 0 : -127, BigInteger.Min(127, exact));
            Assert.Equal((sbyte)expected, IntegerExecutor.Requantise(acc, m, s, relu));
        });

    static BigInteger Modulo(BigInteger v, int s) => ((v % BigInteger.Pow(2, s)) + BigInteger.Pow(2, s)) % BigInteger.Pow(2, s);

    [Fact]
    public void A_later_node_reads_the_value_it_names()
    {
        var halve = new Requantisation([1 << 14], 15);
        var graph = new Graph(1, [new Gemm(0, 1, 1, halve, false), new Gemm(0, 1, 1, halve, false), new Gemm(1, 1, 1, halve, false)]);
        var trace = IntegerExecutor.Execute(graph, [new([2], [0]), new([4], [0]), new([-2], [0])], [10]);
        Assert.Equal([10, 20, -10], new[] { trace.Value(1)[0], trace.Value(2)[0], trace.Value(3)[0] }.Select(v => (int)v));
    }

    public static TheoryData<string, Graph, ImmutableArray<GemmParameters>> Broken()
    {
        var ok = new Requantisation([1], 15);
        return new()
        {
            { "model.graph.shape", new(0, [new Gemm(0, 0, 1, ok, false)]), [new([], [0])] },
            { "model.graph.shape", new(1, []), [] },
            { "model.graph.shape", new(1, [new Gemm(1, 1, 1, ok, false)]), [new([1], [0])] },
            { "model.graph.shape", new(1, [new Gemm(-1, 1, 1, ok, false)]), [new([1], [0])] },
            { "model.graph.shape", new(1, [new Gemm(0, 2, 1, ok, false)]), [new([1, 1], [0])] },
            { "model.graph.weights", new(1, [new Gemm(0, 1, 1, ok, false)]), [] },
            { "model.graph.weights", new(1, [new Gemm(0, 1, 1, ok, false)]), [new([1, 2], [0])] },
            { "model.graph.weights", new(1, [new Gemm(0, 1, 1, ok, false)]), [new([-128], [0])] },
            { "model.graph.weights", new(1, [new Gemm(0, 1, 1, ok, false)]), [new([1], [])] },
            { "model.graph.accumulator", new(1, [new Gemm(0, 1, 1, ok, false)]), [new([1], [int.MaxValue])] },
            { "model.graph.accumulator", new(1, [new Gemm(0, 1, 1, ok, false)]), [new([1], [int.MinValue])] },
            { "model.graph.requantisation", new(1, [new Gemm(0, 1, 1, new([1], 14), false)]), [new([1], [0])] },
            { "model.graph.requantisation", new(1, [new Gemm(0, 1, 1, new([1], 47), false)]), [new([1], [0])] },
            { "model.graph.requantisation", new(1, [new Gemm(0, 1, 1, new([0], 15), false)]), [new([1], [0])] },
            { "model.graph.requantisation", new(1, [new Gemm(0, 1, 1, new([1u << 31], 15), false)]), [new([1], [0])] },
            { "model.graph.requantisation", new(1, [new Gemm(0, 1, 1, new([1, 1], 15), false)]), [new([1], [0])] },
        };
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_model_is_refused_by_the_check_meant_for_it(string check, Graph graph, ImmutableArray<GemmParameters> parameters)
    {
        var refused = Assert.IsType<Verdict.Rejected>(IntegerExecutor.Validate(graph, parameters));
        Assert.Equal(check, refused.Reason.Check.Id);
        Assert.Throws<ArgumentException>(() => IntegerExecutor.Execute(graph, parameters, new sbyte[Math.Max(0, graph.InputLength)]));
    }

    [Fact]
    public void An_input_of_another_length_or_with_minus_128_is_the_callers_bug()
    {
        Assert.Throws<ArgumentException>(() => IntegerExecutor.Execute(OneNode(1, 15, false), [Weights], [1]));
        Assert.Throws<ArgumentException>(() => IntegerExecutor.Execute(OneNode(1, 15, false), [Weights], [1, -128]));
    }

    [Fact]
    public void Accumulators_are_those_of_onnx_runtimes_integer_product() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 20], Gen.SByte[-127, 127].Array[320], Gen.Int).Sample((columns, rows, pool, start) =>
        {
            sbyte At(long i) => pool[(uint)(i * 7919 + start) % pool.Length];
            sbyte[] x = [.. Enumerable.Range(0, columns).Select(k => At(k))], w = [.. Enumerable.Range(0, rows * columns).Select(i => At(i + 1000))];
            var graph = new Graph(columns, [new Gemm(0, columns, rows, new Requantisation([.. Enumerable.Repeat(1u, rows)], 15), false)]);
            var trace = IntegerExecutor.Execute(graph, [new([.. w], [.. new int[rows]])], x);

            // ONNX's right operand is input-major: W transposed.
            var turned = new byte[w.Length];
            for (int r = 0; r < rows; r++)
                for (int k = 0; k < columns; k++) turned[(k * rows) + r] = (byte)w[(r * columns) + k];
            var file = new GraphProto { Name = "g", Input = { OnnxFiles.Value("x", 1, columns) }, Output = { OnnxFiles.Value("y", 1, rows) }, Node = { OnnxFiles.Node("MatMulInteger", "y", "x", "W") } };
            (file.Input[0].Type.TensorType.ElemType, file.Output[0].Type.TensorType.ElemType) = (3, 6);   // INT8, INT32
            file.Initializer.Add(new TensorProto { Name = "W", DataType = 3, Dims = { columns, rows }, RawData = ByteString.CopyFrom(turned) });
            using var session = new InferenceSession(OnnxFiles.Model(file).Bytes());
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<sbyte>(x, [1, columns]))]);
            Assert.Equal(results[0].AsEnumerable<int>(), trace.Nodes[0].Accumulators);
        }, iter: 20);
}
