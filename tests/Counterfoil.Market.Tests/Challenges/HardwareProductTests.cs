using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Challenges;
using CsCheck;

namespace Counterfoil.Market.Tests.Challenges;

/// <summary>Matrices, product, tree, fraud proof and check vector of a hardware challenge, without a chain.</summary>
public sealed class HardwareProductTests
{
    static readonly ChallengeSeed Seed = new(Keccak256.Hash("seed"u8).Value);
    static readonly ChallengeMatrices Matrices = new(Seed, 5, 64);
    static readonly int[] Right = Matrices.Product();
    static readonly ProductTree Tree = new([.. Right], 64);

    static (int[] Cells, ProductTree Tree) Wrong(int row, int column, int value)
    {
        int[] cells = [.. Right];
        cells[row * 64 + column] = value;
        return (cells, new ProductTree(cells, 64));
    }

    static Core.Verdicts.Check Refusal(Verdict verdict) => Assert.IsType<Verdict.Rejected>(verdict).Reason.Check;

    [Fact] // The same as in contracts/test/Challenges.t.sol; worked out by a third program, from docs/market.md alone.
    public void Cells_and_roots_are_those_of_the_other_implementations()
    {
        Assert.Equal(17410, new ChallengeMatrices(Seed, 0, 32).Cell(0, 0));
        Assert.Equal(71400, new ChallengeMatrices(Seed, 7, 128).Cell(100, 27));
        Assert.Equal(-1629972, new ChallengeMatrices(Seed, 63, 65536).Cell(65535, 12345));
        Assert.Equal("612a56efa2ff775f6a55d8cd273ec7d2a3320ecaf8c84358ac88281364d1be6f", new ProductTree(new ChallengeMatrices(Seed, 3, 32).Product(), 32).Root.ToString());
        Assert.Equal("a0c189c5c1f23ad5fa41f90b45fe808f40f616f73393d9fc83f9231631d866e7", Tree.Root.ToString());
    }

    [Fact]
    public void A_product_is_its_cells_and_lines_are_read_in_opposite_directions()
    {
        Gen.Select(Gen.Int[0, 63], Gen.Int[0, 63]).Sample((i, j) => Assert.Equal(Matrices.Cell(i, j), Right[i * 64 + j]), iter: 50);
        sbyte[] row = new sbyte[64], column = new sbyte[64];
        Matrices.Row(3, row);
        Matrices.Column(3, column);
        Assert.Equal(Right[3 * 64 + 3], row.Zip(column, (a, b) => a * b).Sum());
        Assert.Contains(row, e => e < 0);
        Assert.NotEqual(row, column);
    }

    [Fact]
    public void Every_device_challenge_chain_and_contract_has_matrices_of_its_own()
    {
        var beacon = Keccak256.Hash("beacon"u8).Value;
        ChallengeSeed[] seeds =
        [
            ChallengeSeed.Derive(1, Address.FromWord(7), 1, beacon), ChallengeSeed.Derive(2, Address.FromWord(7), 1, beacon), ChallengeSeed.Derive(1, Address.FromWord(8), 1, beacon),
            ChallengeSeed.Derive(1, Address.FromWord(7), 2, beacon), ChallengeSeed.Derive(1, Address.FromWord(7), 1, default),
        ];
        Assert.Equal(5, seeds.Distinct().Count());
        Assert.NotEqual(new ChallengeMatrices(Seed, 0, 64).Cell(1, 1), new ChallengeMatrices(Seed, 1, 64).Cell(1, 1));
    }

    [Fact]
    public void Sizes_and_devices_that_no_challenge_has_are_the_callers_bug()
    {
        foreach (int size in (int[])[-32, 0, 16, 48, 1 << 17]) Assert.Throws<ArgumentOutOfRangeException>(() => new ChallengeMatrices(Seed, 0, size));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChallengeMatrices(Seed, 64, 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => Matrices.Cell(64, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tree.Open(0, 64));
        Assert.Throws<ArgumentException>(() => new ProductTree(new int[64], 64));
        Assert.Throws<InvalidOperationException>(() => new ChallengeMatrices(Seed, 0, 1 << 15).Product());
    }

    [Fact]
    public void Every_chunk_opens_at_its_place_and_nowhere_else() => Gen.Select(Gen.Int[0, 63], Gen.Int[0, 63], Gen.Int[0, 31], Gen.Int[0, 6]).Sample((row, column, cell, level) =>
    {
        var opening = Tree.Open(row, column);
        Assert.Equal(Right[row * 64 + column], opening.Cells[column % 32]);
        Assert.Equal(Verdict.Accept, opening.Verify(Tree.Root, 64));
        ChunkOpening[] moved =
        [
            opening with { Row = (row + 1) % 64 }, opening with { Chunk = 1 - opening.Chunk }, opening with { Cells = opening.Cells.SetItem(cell, opening.Cells[cell] + 1) },
            opening with { Path = opening.Path.SetItem(level, default) },
        ];
        Assert.All(moved, o => Assert.Equal(MarketChecks.ChallengeOpening, Refusal(o.Verify(Tree.Root, 64))));
        ChunkOpening[] malformed =
        [
            opening with { Row = 64 }, opening with { Row = -1 }, opening with { Chunk = 2 }, opening with { Chunk = -1 }, opening with { Cells = opening.Cells.Add(0) },
            opening with { Cells = default }, opening with { Path = default }, opening with { Path = opening.Path.RemoveAt(0) }, opening with { Path = opening.Path.Add(default) },
        ];
        Assert.All(malformed, o => Assert.Equal(MarketChecks.ChallengeForm, Refusal(o.Verify(Tree.Root, 64))));
    }, iter: 50);

    [Fact]
    public void Any_wrong_cell_is_found_and_proven_and_only_it() => Gen.Select(Gen.Int[0, 63], Gen.Int[0, 63], Gen.Int).Sample((row, column, value) =>
    {
        if (value == Right[row * 64 + column]) value ^= 1;
        var (cells, tree) = Wrong(row, column, value);
        var fraud = CellFraud.Find(Matrices, cells)!;
        Assert.Equal((row, column), (fraud.Opening.Row, fraud.Column));
        Assert.Equal(Verdict.Accept, fraud.Judge(Matrices, tree.Root));
        Assert.Equal(MarketChecks.ChallengeOpening, Refusal(fraud.Judge(Matrices, Tree.Root)));
        int other = fraud.Opening.Chunk * 32 + (column + 1) % 32;
        Assert.Equal(MarketChecks.ChallengeCell, Refusal((fraud with { Column = other }).Judge(Matrices, tree.Root)));
        Assert.Equal(MarketChecks.ChallengeForm, Refusal((fraud with { Column = (column + 32) % 64 }).Judge(Matrices, tree.Root)));
        Assert.Equal(MarketChecks.ChallengeForm, Refusal((fraud with { Column = column - 64 }).Judge(Matrices, tree.Root)));
    }, iter: 20);

    [Fact]
    public void An_honest_product_has_no_fraud_in_it()
    {
        Assert.Null(CellFraud.Find(Matrices, [.. Right]));
        Assert.Null(CellFraud.In(Matrices, Tree, 17));
        Gen.Select(Gen.Int[0, 63], Gen.Int[0, 63]).Sample((row, column) =>
            Assert.Equal(MarketChecks.ChallengeCell, Refusal(new CellFraud(column, Tree.Open(row, column)).Judge(Matrices, Tree.Root))), iter: 50);
    }

    [Fact]
    public void The_check_vector_accepts_the_product_and_names_the_row_of_any_wrong_cell()
    {
        var beacon = Keccak256.Hash("beacon"u8).Value;
        Assert.Equal(Verdict.Accept, CheckVector.Derive(Seed, [Tree.Root], beacon, 64).Judge(Matrices, Tree.Root, [.. Right]));
        Gen.Select(Gen.Int[0, 63], Gen.Int[0, 63], Gen.Int[0, 31]).Sample((row, column, bit) =>
        {
            // Also a difference of 2^31, which arithmetic modulo 2^64 would lose half the time.
            var (cells, tree) = Wrong(row, column, Right[row * 64 + column] ^ (1 << bit));
            var verdict = Assert.IsType<Verdict.Rejected>(CheckVector.Derive(Seed, [tree.Root], beacon, 64).Judge(Matrices, tree.Root, cells));
            Assert.Equal(MarketChecks.ChallengeRow, verdict.Reason.Check);
            Assert.StartsWith($"row {row} ", verdict.Reason.Expected, StringComparison.Ordinal);
            Assert.Equal(column, CellFraud.In(Matrices, tree, row)!.Column);
        }, iter: 20);
    }

    [Fact] // The product that a known vector lets a cheater make up: right in every C·r, wrong in nearly every cell.
    public void An_answer_made_up_for_one_vector_does_not_pass_another()
    {
        var (cells, tree) = Wrong(4, 7, Right[4 * 64 + 7] + 1);
        var known = CheckVector.Derive(Seed, [Tree.Root], default, 64);
        Assert.Equal(MarketChecks.ChallengeRoot, Refusal(known.Judge(Matrices, Tree.Root, cells)));
        var (younger, otherRoots) = (CheckVector.Derive(Seed, [tree.Root], Keccak256.Hash("later"u8).Value, 64), CheckVector.Derive(Seed, [Tree.Root, Tree.Root], default, 64));
        Assert.Equal(MarketChecks.ChallengeRow, Refusal(younger.Judge(Matrices, tree.Root, cells)));
        Assert.Equal(MarketChecks.ChallengeRow, Refusal(otherRoots.Judge(Matrices, tree.Root, cells)));
        Assert.Equal(MarketChecks.ChallengeForm, Refusal(known.Judge(Matrices, Tree.Root, new int[32])));
    }
}
