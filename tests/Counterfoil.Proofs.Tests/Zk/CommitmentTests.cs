using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Counterfoil.Prover.Commitments;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Polynomials;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Zk;

public sealed class CommitmentTests
{
    static Goldilocks[] Random(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Goldilocks.FromUInt64((ulong)random.NextInt64() * 2 + 1))];
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(3, 4)]
    [InlineData(7, 3)]
    public void A_symbol_is_the_rows_polynomial_at_the_root_with_the_reversed_number(int logRow, int logInverseRate)
    {
        var code = new RowCode(logRow, logInverseRate, 1);
        var cells = Random(logRow, code.RowLength);
        var codeword = new Goldilocks[code.Length];
        ReedSolomon.Encode(cells, codeword);
        var root = Goldilocks.RootOfUnity(code.LogLength);
        for (int j = 0; j < code.Length; j++)
        {
            ulong reversed = 0;
            for (int bit = 0; bit < code.LogLength; bit++) reversed |= (ulong)(j >> bit & 1) << (code.LogLength - 1 - bit);
            var x = root.Power(reversed);
            var y = Goldilocks.Zero;
            for (int i = cells.Length; --i >= 0;) y = y * x + cells[i];
            Assert.Equal(y, codeword[j]);
        }
    }

    [Fact]
    public void A_large_transform_agrees_with_the_polynomial_at_sampled_points()
    {
        const int Log = 13;
        var cells = Random(1, 1 << Log);
        var values = (Goldilocks[])cells.Clone();
        NumberTheoreticTransform.OfSize(Log).Transform(values);
        foreach (int j in new[] { 0, 1, 4095, 4096, 5000, 8191 })
        {
            ulong reversed = 0;
            for (int bit = 0; bit < Log; bit++) reversed |= (ulong)(j >> bit & 1) << (Log - 1 - bit);
            var x = Goldilocks.RootOfUnity(Log).Power(reversed);
            var y = Goldilocks.Zero;
            for (int i = cells.Length; --i >= 0;) y = y * x + cells[i];
            Assert.Equal(y, values[j]);
        }
    }

    [Theory]
    [InlineData(1, 5, 3)]
    [InlineData(300, 12, 40)]
    [InlineData(4096, 15, 1)]
    [InlineData(3000, 15, 138)]
    public void Symbols_at_some_positions_are_those_of_the_whole_codeword(int cells, int logLength, int queries)
    {
        Goldilocks[] c0 = Random(7, cells), c1 = Random(8, cells), codeword0 = new Goldilocks[1 << logLength], codeword1 = new Goldilocks[1 << logLength];
        ReedSolomon.Encode(c0, codeword0);
        ReedSolomon.Encode(c1, codeword1);
        var random = new Random(queries);
        int[] positions = [.. Enumerable.Range(0, queries).Select(_ => random.Next(1 << logLength)).Append(0).Append((1 << logLength) - 1).Distinct().Order()];
        Assert.Equal(positions.Select(j => new Goldilocks2(codeword0[j], codeword1[j])), ReedSolomon.SymbolsAt([.. c0.Zip(c1, (a, b) => new Goldilocks2(a, b))], logLength, positions));
    }

    /// <summary>Tables of more than 2^12 entries are made in blocks.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(15)]
    public void Weights_of_a_point_of_any_length_are_products_over_its_coordinates(int variables)
    {
        Goldilocks2[] point = [.. Random(1, variables).Zip(Random(2, variables), (a, b) => new Goldilocks2(a, b))], values = [.. Random(3, (1 << variables) - variables).Zip(Random(4, 1 << variables), (a, b) => new Goldilocks2(a, b))];
        var factor = new Goldilocks2(Random(5, 1)[0], Random(6, 1)[0]);
        var table = new Goldilocks2[1 << variables];
        Multilinear.WriteEquality(point, factor, table);
        foreach (int x in Enumerable.Range(0, 40).Select(i => i * 977 % table.Length).Append(table.Length - 1))
        {
            var product = factor;
            for (int k = 0; k < variables; k++) product *= (x >> k & 1) != 0 ? point[k] : Goldilocks2.One - point[k];
            Assert.Equal(product, table[x]);
        }
        Assert.Equal(values.Zip(table, (v, t) => v * t).Aggregate(Goldilocks2.Zero, (s, v) => s + v), factor * Multilinear.Evaluate(values, point));
        Assert.Equal(Multilinear.Equality<Goldilocks2>([.. point, factor])[..table.Length], Multilinear.EqualityPrefix<Goldilocks2>([.. point, factor], table.Length));
    }

    [Fact]
    public void Butterflies_of_every_width_agree()
    {
        Goldilocks[] low = Random(2, 32), high = Random(3, 32), roots = Random(4, 32);
        var expectedLow = low.Zip(high, (u, v) => u + v).ToArray();
        var expectedHigh = low.Zip(high, (u, v) => u - v).Zip(roots, (d, w) => d * w).ToArray();
        if (WordLanes8.IsSupported) Check(NumberTheoreticTransform.Butterflies<Vector512<ulong>, WordLanes8>);
        if (WordLanes4.IsSupported) Check(NumberTheoreticTransform.Butterflies<Vector256<ulong>, WordLanes4>);
        Check(NumberTheoreticTransform.Butterflies<ulong, WordLanes1>);

        void Check(Kernel kernel)
        {
            Goldilocks[] l = [.. low], h = [.. high];
            Assert.Equal(32, kernel(MemoryMarshal.Cast<Goldilocks, ulong>(l.AsSpan()), MemoryMarshal.Cast<Goldilocks, ulong>(h.AsSpan()), MemoryMarshal.Cast<Goldilocks, ulong>(roots.AsSpan())));
            Assert.Equal(expectedLow, l);
            Assert.Equal(expectedHigh, h);
        }
    }

    delegate int Kernel(Span<ulong> low, Span<ulong> high, ReadOnlySpan<ulong> roots);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 64)]
    [InlineData(200, 21)]
    [InlineData(17, 16)]
    public void Folding_bytes_agrees_with_the_field_in_every_width(int rows, int columns)
    {
        var random = new Random(rows);
        var cells = new byte[rows * columns];
        random.NextBytes(cells);
        cells.AsSpan(0, cells.Length / 3).Fill(255);
        Goldilocks2[] weights = [.. Random(rows, rows).Zip(Random(rows + 1, rows), (a, b) => new Goldilocks2(a, b))];
        weights[0] = new(-Goldilocks.One, -Goldilocks.One);
        var expected = new Goldilocks2[columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) expected[c] += weights[r] * Goldilocks.FromInteger(cells[r * columns + c] - 128);
        foreach (var width in Enum.GetValues<FoldingWidth>())
        {
            var sum = new Goldilocks2[columns];
            ByteFolding.Fold(cells, weights, sum, width);
            Assert.Equal(expected, sum);
        }
    }

    [Fact]
    public void The_equality_table_sums_values_to_the_polynomial() => Gen.Int[0, 1 << 30].Sample(seed =>
    {
        var values = Random(seed, 16);
        var point = Random(seed + 1, 4);
        var folded = (Goldilocks[])values.Clone();
        for (int k = 3; k >= 0; k--)
            for (int x = 0; x < 1 << k; x++) folded[x] += point[k] * (folded[(1 << k) + x] - folded[x]);
        Assert.Equal(folded[0], Multilinear.InnerProduct<Goldilocks>(values, Multilinear.Equality<Goldilocks>(point)));
        Assert.Equal(Multilinear.Equality<Goldilocks>(point)[..4], Multilinear.EqualityPrefix<Goldilocks>(point, 3));
        Assert.Equal(Multilinear.InnerProduct<Goldilocks>(Multilinear.Equality<Goldilocks>(point), Multilinear.Equality<Goldilocks>(values.AsSpan(0, 4))), Multilinear.Equality<Goldilocks>(point, values.AsSpan(0, 4)));
    }, iter: 50);

    [Fact]
    public void At_rate_one_quarter_a_query_is_worth_0_678_bits_and_a_few_more_where_positions_are_few()
    {
        Assert.Equal(0.678, -Math.Log2((double)new RowCode(20, 2, 1).MostAgreements / (1 << 22)), 3);
        Assert.Equal(148, RowCode.WithBits(20, 2, 100).Queries);
        Assert.InRange(RowCode.WithBits(8, 2, 100).Queries, 120, 140);
    }
}
