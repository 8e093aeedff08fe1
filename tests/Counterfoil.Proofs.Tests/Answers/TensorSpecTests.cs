using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Graphs;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Answers;

/// <summary>Rule E: from a request's bytes to cells, the same everywhere.</summary>
public sealed class TensorSpecTests
{
    static readonly GraphInput Input = new(1, -127, 127);

    [Theory]
    [InlineData(0f, 0.25, 0)]
    [InlineData(-0.1f, 0.25, 0)] // to −0, which is 0
    [InlineData(0.125f, 0.25, 0)] // half to even
    [InlineData(0.375f, 0.25, 2)] // half to even
    [InlineData(-0.375f, 0.25, -2)]
    [InlineData(0.37500003f, 0.25, 2)]
    [InlineData(31.75f, 0.25, 127)]
    [InlineData(1e30f, 0.25, 127)] // clamped
    [InlineData(-1e30f, 0.25, -127)]
    [InlineData(1f, 1e-300, 127)] // the quotient is infinite
    [InlineData(0.1f, 0.1, 1)] // binary32 of 0.1 is a little more than binary64 of it
    public void A_real_number_becomes_the_nearest_cell_halves_to_even_clamped(float x, double scale, int cell)
    {
        Assert.Equal(Verdict.Accept, new TensorSpec("x", Datatype.FP32, [1], scale).ToCells(SmallModel.Request(x), Input, out var cells));
        Assert.Equal([cell], cells!);
    }

    [Fact]
    public void Calibration_and_verifiers_round_alike() =>
        Gen.Select(Gen.Float[-1000, 1000], Gen.Double[1e-3, 10]).Sample((x, scale) =>
        {
            var model = SmallGraphs.All["mlp"] with { InputScale = scale };
            float[] input = [x, -x, x / 3, 0, scale > 1 ? (float)scale : 1];
            Assert.Equal(Verdict.Accept, new TensorSpec("x", Datatype.FP32, [5], scale).ToCells(SmallModel.Request(input), model.Graph.Input, out var cells));
            Assert.Equal(Quantiser.ToCells(input, model), cells!);
            // A second definition, in decimal arithmetic of 28 digits: the nearest whole number, and where two are equally near, the even one.
            decimal quotient = (decimal)(x / scale), floor = Math.Floor(quotient), part = quotient - floor;
            if (Math.Abs(part - 0.5m) > 1e-9m) Assert.Equal((int)Math.Clamp(part > 0.5m ? floor + 1 : floor, -127, 127), cells![0]);
        }, iter: 200);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_no_number_has_no_cell(float x)
    {
        Assert.Equal(AnswerChecks.RequestElement, SmallModel.CheckOf(new TensorSpec("x", Datatype.FP32, [1], 1).ToCells(SmallModel.Request(x), Input, out var cells)));
        Assert.Null(cells);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    [InlineData(-1, false)]
    [InlineData(1L << 32, false)] // would be 0 if it were cut
    public void A_whole_number_is_its_own_cell_or_has_none(long number, bool has)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        var verdict = new TensorSpec("tokens", Datatype.INT64, [1], 1).ToCells(bytes, new GraphInput(1, 0, 255), out var cells);
        if (has) Assert.Equal([(int)number], cells!);
        else Assert.Equal(AnswerChecks.RequestElement, SmallModel.CheckOf(verdict));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void A_request_has_its_tensors_bytes(int bytes) =>
        Assert.Equal(AnswerChecks.RequestLength, SmallModel.CheckOf(new TensorSpec("x", Datatype.FP32, [1], 1).ToCells(new byte[bytes], Input, out _)));
}
