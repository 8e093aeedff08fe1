using System.Numerics;
using Counterfoil.Models;
using Counterfoil.Models.Onnx.Format;
using Counterfoil.Zk.Graphs;
using CsCheck;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Counterfoil.Proofs.Tests.Models;

/// <summary>Linear maps and requantisation, the heart of every network, cell by cell.</summary>
public sealed class PrimitiveExecutorTests
{
    static IntegerModel Model(int input, IEnumerable<HiddenCells> cells, params Primitive[] nodes) =>
        new(new IntegerGraph(new GraphInput(input, -127, 127), [], [.. nodes], nodes.Length), [.. cells], 1, 1);

    [Theory]
    [InlineData(10, 4, 0, 27, 14)]    // 27/2 = 13.5: halves go up
    [InlineData(-10, -1, -127, -23, -11)] // −11.5 rounds to −11: floor(x + ½), not away from zero
    [InlineData(-10, -1, 0, -23, 0)]
    [InlineData(127, -127, -127, 640, 127)]
    [InlineData(-127, 127, -127, -630, -127)]
    public void A_layer_rounds_halves_up_and_saturates(int x0, int x1, int least, long accumulator, long output)
    {
        // One row of two cells: acc = 3·x₀ − 2·x₁ + 5.
        var model = Model(2, [new HiddenCells([3, -2], [5]), HiddenCells.None], new LinearMap(0, Window.Rows(1, 2), 1, 1, 4), new Requantise(1, 1, [1 << 14], 1, 15, least, 127));
        var values = PrimitiveExecutor.Execute(model, [x0, x1]);
        Assert.Equal([accumulator], values[1]);
        Assert.Equal([output], values[2]);
    }

    [Fact]
    public void Requantisation_is_the_rational_floor_for_every_accumulator_multiplier_and_shift() =>
        Gen.Select(Gen.Int[-127, 127], Gen.Int[1, 1 << 22], Gen.UInt[1u, (1u << 31) - 1], Gen.Int[15, 46], Gen.Bool).Sample((x, factor, m, s, relu) =>
        {
            var model = Model(1, [HiddenCells.None, HiddenCells.None], new Combination([(0, factor)], 0, 1), new Requantise(1, 1, [m], 1, s, relu ? 0 : -127, 127));
            var sum = (long)x * factor * (BigInteger)m + BigInteger.Pow(2, s - 1);
            var exact = (sum - Modulo(sum, s)) / BigInteger.Pow(2, s);
            Assert.Equal([(long)BigInteger.Max(relu ? 0 : -127, BigInteger.Min(127, exact))], PrimitiveExecutor.Execute(model, [x])[2]);
        });

    static BigInteger Modulo(BigInteger v, int s) => ((v % BigInteger.Pow(2, s)) + BigInteger.Pow(2, s)) % BigInteger.Pow(2, s);

    [Fact]
    public void A_later_node_reads_the_value_it_names()
    {
        LinearMap Map(int input) => new(input, Window.Rows(1, 1), 1, 1, 1);
        var model = Model(1, [new HiddenCells([2], [0]), new HiddenCells([4], [0]), new HiddenCells([-2], [0])], Map(0), Map(0), Map(1));
        Assert.Equal([20, 40, -40], PrimitiveExecutor.Execute(model, [10]).Skip(1).Select(v => v[0]));
    }

    [Fact]
    public void A_broken_model_or_input_is_the_callers_mistake()
    {
        var model = Model(1, [new HiddenCells([2], [0])], new LinearMap(0, Window.Rows(1, 1), 1, 1, 1));
        Assert.Throws<ArgumentException>(() => PrimitiveExecutor.Execute(model, [1, 2]));
        Assert.Throws<ArgumentException>(() => PrimitiveExecutor.Execute(model, [128]));
        Assert.Throws<ArgumentException>(() => PrimitiveExecutor.Execute(model with { Hidden = [new HiddenCells([-128], [0])] }, [1]));
    }

    [Fact]
    public void Accumulators_are_those_of_onnx_runtimes_integer_product() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 20], Gen.SByte[-127, 127].Array[320], Gen.Int).Sample((columns, rows, pool, start) =>
        {
            sbyte At(long i) => pool[(uint)(i * 7919 + start) % pool.Length];
            sbyte[] x = [.. Enumerable.Range(0, columns).Select(k => At(k))], w = [.. Enumerable.Range(0, rows * columns).Select(i => At(i + 1000))];
            var model = Model(columns, [new HiddenCells([.. w], [.. new int[rows]])], new LinearMap(0, Window.Rows(1, columns), 1, rows, 1));
            var values = PrimitiveExecutor.Execute(model, Array.ConvertAll(x, cell => (int)cell));

            // ONNX's right operand is input-major: W transposed.
            var turned = new byte[w.Length];
            for (int r = 0; r < rows; r++)
                for (int k = 0; k < columns; k++) turned[(k * rows) + r] = (byte)w[(r * columns) + k];
            var file = new GraphProto { Name = "g", Input = { OnnxFiles.Value("x", 1, columns) }, Output = { OnnxFiles.Value("y", 1, rows) }, Node = { OnnxFiles.Node("MatMulInteger", "y", "x", "W") } };
            (file.Input[0].Type.TensorType.ElemType, file.Output[0].Type.TensorType.ElemType) = (3, 6);   // INT8, INT32
            file.Initializer.Add(new TensorProto { Name = "W", DataType = 3, Dims = { columns, rows }, RawData = ByteString.CopyFrom(turned) });
            using var session = new InferenceSession(OnnxFiles.Model(file).Bytes());
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("x", new DenseTensor<sbyte>(x, [1, columns]))]);
            Assert.Equal(results[0].AsEnumerable<int>().Select(y => (long)y), values[1]);
        }, iter: 20);
}
