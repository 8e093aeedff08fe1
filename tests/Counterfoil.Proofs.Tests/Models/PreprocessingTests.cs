using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Models;

public sealed class PreprocessingTests
{
    [Fact]
    public void Uint8_shift1_halves_every_byte()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        Assert.True(Preprocessing.Apply("uint8-shift1/v1", all, out var tensor).IsAccepted);
        Assert.Equal(Enumerable.Range(0, 256).Select(i => i / 2), tensor);
        Assert.Equal(127, Preprocessing.Uint8Shift1.Denominator);
    }

    [Fact]
    public void Int8_keeps_every_byte_but_minus_128()
    {
        byte[] allowed = [.. Enumerable.Range(0, 256).Where(i => i != 128).Select(i => (byte)i)];
        Assert.True(Preprocessing.Apply("int8/v1", allowed, out var tensor).IsAccepted);
        Assert.Equal(allowed.Select(b => (int)(sbyte)b), tensor);
        Assert.Equal("input.preprocessing.cell", Refusal("int8/v1", [1, 128]));
    }

    [Theory]
    [InlineData("input.preprocessing.name", "uint8-shift1/v2", 1)]
    [InlineData("input.preprocessing.name", "UINT8-SHIFT1/V1", 1)]
    [InlineData("input.preprocessing.name", null, 1)]
    [InlineData("input.preprocessing.length", "uint8-shift1/v1", 0)]
    [InlineData("input.preprocessing.length", "int8/v1", (1 << 24) + 1)]
    public void An_unknown_name_or_length_is_refused(string check, string? name, int length) => Assert.Equal(check, Refusal(name, new byte[length]));

    [Fact]
    public void Any_bytes_under_any_name_are_a_verdict_and_cells_keep_the_graphs_range() =>
        Gen.Select(Gen.OneOf(Gen.Const("uint8-shift1/v1"), Gen.Const("int8/v1"), Gen.String), Gen.Byte.Array[0, 100]).Sample((name, bytes) =>
        {
            var verdict = Preprocessing.Apply(name, bytes, out var tensor);
            Assert.Equal(verdict.IsAccepted, tensor is not null);
            if (tensor is not null) Assert.All(tensor, cell => Assert.InRange(cell, -127, 127));
        });

    static string Refusal(string? name, byte[] bytes) => Assert.IsType<Verdict.Rejected>(Preprocessing.Apply(name, bytes, out _)).Reason.Check.Id;
}
