using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Zk.Graphs;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Models;

/// <summary>The primitives' semantics, to the bit; their ranges; their one encoding; and what is refused.</summary>
public sealed class IntegerGraphTests
{
    static long[] Run(GraphInput input, Primitive node, int[] x, HiddenCells? hidden = null, params ImmutableArray<CellTable> tables)
    {
        var model = new IntegerModel(new IntegerGraph(input, tables, [node], 1), [hidden ?? HiddenCells.None], 1, 1);
        var y = PrimitiveExecutor.Execute(model, x)[1];
        Assert.True(model.Validate(out var ranges).IsAccepted);
        Assert.All(y, cell => Assert.InRange(cell, ranges[1].Least, ranges[1].Most));
        Assert.Equal(y, new FastExecutor(model).Execute(x)[1]);
        return y;
    }

    static GraphInput Bytes(int length) => new(length, -127, 127);

    [Fact]
    public void A_linear_map_over_a_window_pads_with_zero() =>
        Assert.Equal([10 + (2 * 5), 10 + 5 + (2 * -7), 10 - 7], Run(Bytes(2), new LinearMap(0, new Window(1, 1, 1, 2, 1, 2, 1, 1, 0, 1, 1, 1, 1, 3), 1, 1, 8), [5, -7], new HiddenCells([1, 2], [10])));

    [Fact]
    public void A_matrix_product_is_batch_by_batch() =>
        Assert.Equal([(1 * 1) + (2 * 3), (1 * 2) + (2 * 4), (3 * 1) + (4 * 3), (3 * 2) + (4 * 4)], Run(Bytes(4), new MatrixProduct(0, 0, 1, 2, 2, 2), [1, 2, 3, 4]));

    [Fact]
    public void A_product_of_cells_is_exact() => Assert.Equal([127 * 127, 9, 0], Run(Bytes(3), new CellProduct(0, 0, 3), [-127, 3, 0]));

    [Fact]
    public void A_combination_adds_its_constant_once() => Assert.Equal([7 + (3 * 5) - 5, 7 + (3 * -2) + 2], Run(Bytes(2), new Combination([(0, 3), (0, -1)], 7, 2), [5, -2]));

    [Fact]
    public void Requantising_rounds_halves_up_floors_and_saturates() =>
        Assert.Equal([1, 0, -1, 1, 10, -3], Run(Bytes(6), new Requantise(0, 6, [1u << 15], 1, 16, -3, 10), [1, -1, -3, 2, 127, -127]));

    [Fact]
    public void Multipliers_lie_over_cells_by_their_inner_length() =>
        Assert.Equal([4, 4, 8, 8, 4, 4, 8, 8], Run(Bytes(8), new Requantise(0, 8, [1u << 15, 1u << 16], 2, 15, -127, 127), [4, 4, 4, 4, 4, 4, 4, 4]));

    [Fact]
    public void A_table_gives_its_entry() => Assert.Equal([30, -5], Run(new GraphInput(2, -1, 1), new Lookup(0, 2, 0), [1, -1], null, new CellTable("t", -1, [-5, 7, 30])));

    [Fact]
    public void A_map_moves_cells_and_puts_constants_in() => Assert.Equal([6, 100, 5, 6, 42], Run(Bytes(2), new Movement([0], [1, -1, 0, 1, -2], [100, 42]), [5, 6]));

    [Fact]
    public void Windows_are_summed_without_and_compared_within_their_padding()
    {
        var window = new Window(1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1);
        Assert.Equal([-4], Run(Bytes(4), new WindowSum(0, window), [-4, 1, 2, 3]));
        Assert.Equal([-4], Run(Bytes(4), new WindowMaximum(0, window), [-4, 1, 2, 3]));
        Assert.Equal([2, 3], Run(Bytes(4), new WindowMaximum(0, new Window(1, 1, 2, 2, 2, 1, 1, 1, 0, 0, 1, 1, 1, 2)), [-4, 1, 2, 3]));
    }

    [Fact]
    public void A_quotient_rounds_to_nearest_with_halves_up()
    {
        // 5·3/2 = 7.5, −5·3/2 = −7.5, 3·3/4 = 2.25
        var graph = new IntegerGraph(new GraphInput(3, -127, 127), [new CellTable("2, or 4 of 3", -127, [.. Enumerable.Range(-127, 255).Select(x => (short)(x == 3 ? 4 : 2))])], [new Lookup(0, 3, 0), new Quotient(0, 1, 3, 1, 3)], 2);
        Assert.Equal([8, -7, 2], PrimitiveExecutor.Execute(new IntegerModel(graph, [HiddenCells.None, HiddenCells.None], 1, 1), [5, -5, 3])[2]);
    }

    [Fact]
    public void A_quotient_is_the_one_number_whose_remainder_is_in_range() => Gen.Select(Gen.Long[-(1L << 40), 1L << 40], Gen.Long[1, 1L << 40], Gen.Int[1, 1 << 20]).Sample((a, d, m) =>
    {
        long y = IntegerRanges.FloorDivide((2L * (m % 1000)) * (a >> 12) + d, 2 * d), r = (2L * (m % 1000) * (a >> 12)) + d - (2 * d * y);
        Assert.InRange(r, 0, (2 * d) - 1);
    });

    [Fact]
    public void A_root_is_the_one_number_whose_square_fits() => Gen.Long[0, (1L << 62) - 1].Sample(x =>
    {
        long y = IntegerRanges.FloorRoot(x);
        Assert.True((UInt128)y * (UInt128)y <= (UInt128)x && (UInt128)x < ((UInt128)y + 1) * ((UInt128)y + 1), $"{x}");
    });

    [Fact]
    public void A_gathered_row_is_the_numbered_one()
    {
        var graph = new IntegerGraph(new GraphInput(2, 0, 2), [], [new Parameter(6), new RowGather(1, 0, 3, 2, 2)], 2);
        var model = new IntegerModel(graph, [new HiddenCells([1, 2, 3, 4, 5, 6], []), HiddenCells.None], 1, 1);
        Assert.Equal([5, 6, 1, 2], PrimitiveExecutor.Execute(model, [2, 0])[2]);
    }

    public static TheoryData<string, string, Primitive> Refusals() => new()
    {
        { "model.integer.shape", "a value of the future", new CellProduct(0, 1, 4) },
        { "model.integer.shape", "a value before the input", new CellProduct(-1, 0, 4) },
        { "model.integer.shape", "a window over other cells", new LinearMap(0, Window.Rows(1, 5), 1, 1, 8) },
        { "model.integer.shape", "a window that wraps around", new LinearMap(0, Window.Rows(1 << 16, 1 << 16), 1, 1, 8) },
        { "model.integer.shape", "groups that do not divide", new LinearMap(0, Window.Rows(1, 4), 3, 3, 8) },
        { "model.integer.shape", "no outputs", new LinearMap(0, Window.Rows(1, 4), 1, 0, 8) },
        { "model.integer.shape", "matrices of other cells", new MatrixProduct(0, 0, 1, 2, 3, 2) },
        { "model.integer.shape", "a sum of nothing", new Combination([], 0, 4) },
        { "model.integer.shape", "multipliers that do not repeat", new Requantise(0, 4, [1, 1, 1], 1, 15, -127, 127) },
        { "model.integer.shape", "a table that is not there", new Lookup(0, 4, 7) },
        { "model.integer.shape", "a map beyond its inputs", new Movement([0], [4], []) },
        { "model.integer.shape", "a map to a constant that is not there", new Movement([0], [-1], []) },
        { "model.integer.shape", "a window in padding alone", new WindowMaximum(0, new Window(1, 1, 1, 4, 1, 2, 1, 1, 0, 2, 1, 1, 1, 5)) },
        { "model.integer.shape", "a window behind the tensor", new WindowMaximum(0, new Window(1, 1, 1, 4, 1, 1, 1, 1, 0, 0, 1, 1, 1, 5)) },
        { "model.integer.shape", "divisors that do not repeat", new Quotient(0, 0, 4, 3, 1) },
        { "model.integer.shape", "a root of other cells", new SquareRoot(0, 5) },
        { "model.integer.constants", "biases of 33 bits", new LinearMap(0, Window.Rows(1, 4), 1, 1, 33) },
        { "model.integer.constants", "a factor of 0", new Combination([(0, 0)], 0, 4) },
        { "model.integer.constants", "a constant beyond the bound", new Combination([(0, 1)], 1L << 62, 4) },
        { "model.integer.constants", "a shift of 14", new Requantise(0, 4, [1], 1, 14, -127, 127) },
        { "model.integer.constants", "a shift of 47", new Requantise(0, 4, [1], 1, 47, -127, 127) },
        { "model.integer.constants", "a multiplier of 0", new Requantise(0, 4, [0], 1, 15, -127, 127) },
        { "model.integer.constants", "a multiplier of 2^31", new Requantise(0, 4, [1u << 31], 1, 15, -127, 127) },
        { "model.integer.constants", "a range of 17 bits", new Requantise(0, 4, [1], 1, 15, -127, 1 << 15) },
        { "model.integer.constants", "an empty range", new Requantise(0, 4, [1], 1, 15, 1, 0) },
        { "model.integer.constants", "a moved constant of 17 bits", new Movement([0], [-1], [1 << 15]) },
        { "model.integer.constants", "a multiplier of nothing", new Quotient(0, 0, 4, 1, 0) },
        { "model.integer.range", "a divisor that may be 0", new Quotient(0, 0, 4, 1, 1) },
        { "model.integer.range", "a root of a negative number", new SquareRoot(0, 4) },
        { "model.integer.range", "a table without the argument", new Lookup(0, 4, 0) },
        { "model.integer.range", "a row that is not there", new RowGather(0, 0, 4, 1, 4) },
        { "model.integer.range", "a sum beyond the bound", new Combination([(0, int.MaxValue)], (1L << 62) - 1, 4) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_could_leave_its_range_or_shape_is_refused_by_the_check_meant_for_it(string check, string what, Primitive node)
    {
        var graph = new IntegerGraph(Bytes(4), [new CellTable("t", 0, [1, 2])], [node], 1);
        var refused = Assert.IsType<Verdict.Rejected>(IntegerRanges.Derive(graph, out _));
        Assert.True(check == refused.Reason.Check.Id, $"{what}: {refused}");
    }

    [Fact]
    public void Products_upon_products_are_refused_before_they_wrap_around()
    {
        var graph = new IntegerGraph(Bytes(1), [], [.. Enumerable.Range(0, 5).Select(i => (Primitive)new CellProduct(i, i, 1))], 5);
        var refused = Assert.IsType<Verdict.Rejected>(IntegerRanges.Derive(graph, out _));
        Assert.Equal((IntegerGraphChecks.Range, "node 3 (CellProduct)"), (refused.Reason.Check, refused.Reason.Found));
    }

    [Fact]
    public void A_partial_sum_beyond_the_bound_is_refused_even_when_the_whole_is_within()
    {
        // 127^8 · 100 passes 2^62; less itself it would be near 0.
        var graph = new IntegerGraph(Bytes(1), [], [new CellProduct(0, 0, 1), new CellProduct(1, 1, 1), new CellProduct(2, 2, 1), new Combination([(3, 100), (3, -100)], 0, 1)], 4);
        Assert.Equal(IntegerGraphChecks.Range, Assert.IsType<Verdict.Rejected>(IntegerRanges.Derive(graph, out _)).Reason.Check);
    }

    [Fact]
    public void Hidden_cells_that_do_not_fit_are_refused()
    {
        var graph = new IntegerGraph(Bytes(2), [], [new LinearMap(0, Window.Rows(1, 2), 1, 1, 4)], 1);
        foreach (var (hidden, what) in new[] { (new HiddenCells([1], [0]), "too few"), (new HiddenCells([1, -128], [0]), "-128"), (new HiddenCells([1, 2], [8]), "a bias of 5 bits"), (new HiddenCells([1, 2], [-9]), "a negative one"), (HiddenCells.None, "none") })
            Assert.Equal(IntegerGraphChecks.Hidden, Assert.IsType<Verdict.Rejected>(new IntegerModel(graph, [hidden], 1, 1).Validate(out _)).Reason.Check);
        Assert.True(new IntegerModel(graph, [new HiddenCells([1, -127], [-8])], 1, 1).Validate(out _).IsAccepted);
    }

    static readonly IntegerGraph every = new(new GraphInput(4, 0, 3), [new CellTable("square", 0, [0, 1, 4, 9])],
    [
        new Lookup(0, 4, 0), new Parameter(8), new RowGather(2, 0, 4, 2, 4), new LinearMap(3, Window.Rows(4, 2), 1, 1, 12), new Requantise(4, 4, [3, 5], 2, 20, 0, 127), new CellProduct(5, 1, 4),
        new MatrixProduct(5, 5, 1, 2, 2, 2), new Combination([(6, 3), (7, -2)], 5, 4), new WindowMaximum(1, new Window(1, 1, 2, 2, 2, 2, 1, 1, 0, 0, 1, 1, 1, 1)), new WindowSum(1, Window.Whole(2, 2)),
        new Movement([8, 9], [4, 0, 1, 2, 3, -1], [7]), new SquareRoot(1, 4), new Combination([(10, 1)], 1, 2), new Quotient(12, 13, 4, 2, 100),
    ], 14);

    [Fact]
    public void A_graph_of_every_primitive_comes_back_from_its_encoding()
    {
        byte[] bytes = IntegerGraphEncoding.Encode(every);
        var verdict = IntegerGraphEncoding.Decode(bytes, out var graph);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.Equal(bytes, IntegerGraphEncoding.Encode(graph!));
        for (int length = 0; length < bytes.Length; length++) Assert.IsType<Verdict.Rejected>(IntegerGraphEncoding.Decode(bytes.AsSpan(0, length), out _));
    }

    [Fact]
    public void A_changed_encoding_is_another_graph_or_refused_and_never_an_exception()
    {
        byte[] whole = IntegerGraphEncoding.Encode(every);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 3].Sample(changes =>
        {
            byte[] bytes = [.. whole];
            foreach (var (at, value) in changes) bytes[at] = value;
            if (IntegerGraphEncoding.Decode(bytes, out var graph).IsAccepted) Assert.Equal(bytes, IntegerGraphEncoding.Encode(graph!));
        }, iter: 5_000);
    }

    [Fact]
    public void A_run_of_a_map_has_one_spelling()
    {
        byte[] bytes = IntegerGraphEncoding.Encode(new IntegerGraph(Bytes(4), [], [new Movement([0], [0, 1, 2], [])], 1));
        int at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x83, 0, 1, 3]);
        // (0, 1, 3) as (0, 1, 2), (2, 0, 1): the same map.
        byte[] other = [.. bytes[..at], 0x86, 0, 1, 2, 2, 0, 1, .. bytes[(at + 4)..]];
        Assert.Equal(IntegerGraphChecks.Encoding, Assert.IsType<Verdict.Rejected>(IntegerGraphEncoding.Decode(other, out _)).Reason.Check);
    }
}
