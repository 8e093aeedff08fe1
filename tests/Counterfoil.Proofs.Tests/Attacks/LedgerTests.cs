using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>The ledger's figures, worked out again from <c>docs/proofs.md</c> §7 with exact fractions, and parameters that do not reach them.</summary>
public sealed class LedgerTests
{
    static readonly BigInteger Field = BigInteger.Pow(Goldilocks.Modulus, 2);

    [Fact]
    public void Every_term_is_what_the_page_says()
    {
        // 784-128-10: both layers are linear maps and their requantisations, of 138 cells in all; nothing is multiplied but by weights.
        var model = RandomModels.Register(5, 784, 128, 10).Model;
        RowCode w = model.Parameters.Code;
        int weightRows = (128 * 1024 >> w.LogRowLength) + Rows(10 * 128, w) + Rows(138, w), limbRows = Rows(138, w);
        // Tables of a registration: none, weights, four limbs of each width of biases.
        int biasTable = Entries([9, .. model.Graph.Nodes.OfType<LinearMap>().SelectMany(m => Limbs(m.BiasBits, 4))]);
        int registrationWitness = 4 * limbRows + Rows(biasTable, w);
        int registrationSlots = weightRows + registrationWitness;

        // Of an execution the sizes are the layout's, which LayoutProperties and the second verifier hold to the page.
        var layout = model.Layout;
        Assert.Equal((138, 8, 0), (layout.Count, layout.Variables, layout.FactorVariables));
        int address = 17, products = Log(128 + 16), witnessRows = layout.Variables < w.LogRowLength ? Rows(layout.Columns << layout.Variables, w) : layout.Lengths.Sum(cells => Rows(cells, w));
        Assert.Equal(products, layout.ProductVariables);
        var expected = new Dictionary<string, double>
        {
            ["registration: lookup fingerprint"] = Over((long)registrationSlots << w.LogRowLength), ["execution: lookup fingerprint"] = Over(layout.Leaves),
            ["registration: fraction layers, batching and descent"] = Over(1), ["execution: fraction layers, batching and descent"] = Over(1),
            ["registration: fraction layers, sum-check"] = Over(3), ["execution: fraction layers, sum-check"] = Over(3),
            ["registration: biases against limbs"] = Over(w.LogRowLength + (limbRows == 1 ? 0 : Log(limbRows))), ["registration: batching of claims"] = Over(Log(registrationWitness)),
            ["execution: demands, output and lookups as one claim"] = Over(8 + 4 + 2), ["execution: product sum-check"] = Over(2), ["execution: factors as one claim"] = Over(1),
            ["execution: parameters beside weights"] = Over(1), ["execution: weight sum-check"] = Over(2), ["execution: values read as one claim"] = Over(1), ["execution: cell sum-check"] = Over(3),
            ["execution: combination of columns and blocks"] = Over(Math.Max(Log(layout.Columns), w.LogRowLength - 8)), ["execution: merging of two points"] = Over(2), ["both: Keccak-256 collision"] = 128,
        };
        foreach (var (opening, rows) in new[] { ("registration", registrationWitness), ("execution", witnessRows) })
        {
            expected[$"{opening}: proximity of a tensor combination"] = Over((long)w.Length * Log(weightRows + rows));
            expected[$"{opening}: proximity on a line, and value"] = Over(w.Length + 1);
            expected[$"{opening}: queries"] = Queries(w);
        }
        Assert.Equal(expected.Keys.Order(), model.Ledger.Terms.Select(t => t.Round).Order());
        Assert.All(model.Ledger.Terms, t => Assert.Equal(expected[t.Round], t.Bits, 6));
        Assert.Equal((address, products, 8), (Times("execution: weight sum-check"), Times("execution: product sum-check"), Times("execution: cell sum-check")));
        Assert.Equal(-Math.Log2(model.Ledger.Terms.Sum(t => t.Count * Math.Pow(2, -expected[t.Round]))), model.Ledger.SumBits, 6);
        Assert.True(model.Ledger.SumBits >= 100);

        int Times(string round) => model.Ledger.Terms.Single(t => t.Round == round).Count;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_short_schedules_terms_are_what_the_page_says(bool hidden)
    {
        var model = RandomModels.Register(5, hidden ? Folding.ShortSchedule.Hidden : Folding.ShortSchedule.Public, 200, 40, 10).Model;
        var (code, rounds) = (model.Parameters.Code, model.Parameters.Folding!.Rounds);
        int cells = code.RowLength + code.Masks;
        Assert.True(int.IsPow2(cells) && hidden == code.Masks > 0);
        var expected = new Dictionary<string, (double Bits, int Count)>();
        foreach (string proof in new[] { "registration", "execution" })
        {
            expected[$"{proof}: queries"] = (Queries(code.Length, cells, code.Queries), 1);
            if (hidden) expected[$"{proof}: queries of the pads"] = (Queries(code.Length, cells, code.Queries), 1);
            expected[$"{proof}: folding, batching of claims"] = (Over(1), rounds.Length);
            int m = Log(cells) + (hidden ? 1 : 0);
            for (int i = 0; i < rounds.Length; i++)
            {
                var (rho, fold, queries) = rounds[i];
                int runs = 1 << (m + rho - fold);
                expected[$"{proof}: folding {i + 1}, proximity on a line, and sum-check"] = (Over(runs + 2), fold);
                expected[$"{proof}: folding {i + 1}, queries"] = (Queries(runs, 1 << (m - fold), queries), 1);
                m -= fold;
            }
            Assert.True(m >= 1);
        }
        foreach (var (round, (bits, count)) in expected)
        {
            var term = Assert.Single(model.Ledger.Terms, t => t.Round == round);
            Assert.Equal(bits, term.Bits, 6);
            Assert.Equal(count, term.Count);
        }
        Assert.Equal(expected.Keys.Count(k => k.Contains("folding", StringComparison.Ordinal)), model.Ledger.Terms.Count(t => t.Round.Contains("folding", StringComparison.Ordinal)));
        Assert.True(model.Ledger.SecurityBits >= 100);
        Assert.True(model.Ledger.SumBits >= 99.9, $"{model.Ledger.SumBits}");
    }

    [Fact]
    public void A_model_in_bytes_that_declares_too_few_queries_for_any_code_is_refused()
    {
        var model = Forging.Registered.Model;
        for (int k = 4; k <= 8; k++)
            for (int rate = 1; rate <= 4; rate++)
            {
                var enough = RowCode.WithBits(k, rate, 100);
                if (enough.Queries > enough.Length) continue;
                var few = enough with { Queries = enough.Queries - 1 };
                Assert.True(Queries(few) < 100 && Queries(enough) >= 100, $"{few}");
                Assert.Equal(ZkChecks.ModelSecurity, Forging.CheckOf(CommittedGraph.Create(model.Graph, model.Parameters with { Code = few }, default, out _)));
                if (enough.Queries is 24 or 256) continue; // one less is spelt in fewer bytes
                // The same in bytes: an honest encoding with the code overwritten.
                Assert.Equal(Verdict.Accept, CommittedGraph.Create(model.Graph, model.Parameters with { Code = enough }, Keccak256.Hash([]), out var honest));
                var bytes = honest!.Encode();
                Assert.Equal(Verdict.Accept, CommittedGraph.Decode(bytes, out _));
                // The code follows kind, version and profile, 1 + 24 + 2 bytes; a number below 24 takes one byte, below 256 two.
                Assert.Equal(0x84, bytes[27]);
                bytes[30 + (enough.Queries < 24 ? 0 : enough.Queries < 256 ? 1 : 2)]--;
                Assert.Equal(ZkChecks.ModelSecurity, Forging.CheckOf(CommittedGraph.Decode(bytes, out _)));
            }
    }

    static double Over(long numerator) => BigInteger.Log(Field, 2) - Math.Log2(numerator);

    // Π (A − i)/(n − i), exactly.
    static double Queries(RowCode code) => Queries(code.Length, code.RowLength, code.Queries);

    static double Queries(int n, int cells, int queries)
    {
        int agreements = n - (n - cells) / 2 - 1;
        BigInteger numerator = 1, denominator = 1;
        for (int i = 0; i < queries; i++) (numerator, denominator) = (numerator * Math.Max(0, agreements - i), denominator * (n - i));
        return numerator.IsZero ? double.PositiveInfinity : BigInteger.Log(denominator, 2) - BigInteger.Log(numerator, 2);
    }

    static IEnumerable<int> Limbs(int bits, int count) => Enumerable.Range(0, count).Select(k => Math.Clamp(bits - 8 * k, 0, 8));

    static int Entries(IEnumerable<int> tables) => tables.Append(0).Distinct().Sum(t => t == 9 ? 255 : 1 << t);

    static int Rows(int cells, RowCode code) => (cells + code.RowLength - 1) / code.RowLength;

    static int Log(int count) => Math.Max(1, (int)Math.Ceiling(Math.Log2(count)));
}
