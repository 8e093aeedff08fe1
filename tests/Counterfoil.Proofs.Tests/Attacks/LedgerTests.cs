using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>The ledger's figures, worked out again from <c>docs/proofs.md</c> §7 with exact fractions, and parameters that do not reach them.</summary>
public sealed class LedgerTests
{
    static readonly BigInteger Field = BigInteger.Pow(Goldilocks.Modulus, 2);

    [Fact]
    public void Every_term_is_what_the_page_says()
    {
        var model = RandomModels.Register(5, 784, 128, 10).Model;
        RowCode w = model.Parameters.Code;
        int weightRows = (128 * 1024 >> w.LogRowLength) + Rows(10 * 128, w) + Rows(138, w), limbRows = Rows(138, w);
        // Tables of a registration: none, weights, four limbs of each width of biases. Of an inference: both saturations, and limbs of w and r.
        int biasTable = Entries([9, .. model.BiasBits.SelectMany(b => Limbs(b, 4))]);
        int registrationWitness = 4 * limbRows + Rows(biasTable, w);
        int registrationSlots = weightRows + registrationWitness, registrationDepth = w.LogRowLength + Log(registrationSlots);

        var nodes = model.Graph.Nodes.Cast<Counterfoil.Zk.Graphs.Gemm>().ToArray();
        int[] overflow = [.. nodes.Select((n, i) => Overflow(n, model.BiasBits[i]))], shift = [.. nodes.Select(n => n.Requantisation.Shift)];
        int wLimbs = (overflow.Max() + 7) / 8, rLimbs = (shift.Max() + 7) / 8;
        int table = Entries([10, 11, .. overflow.SelectMany(b => Limbs(b, wLimbs)), .. shift.SelectMany(b => Limbs(b, rLimbs))]);
        int tables = (table + 255) / 256, columns = 2 + wLimbs + rLimbs + tables, depth = 8 + Log(1 + wLimbs + rLimbs + tables);
        int witnessRows = Rows(columns * 256, w);

        var expected = new Dictionary<string, double>
        {
            ["registration: lookup fingerprint"] = Over((long)registrationSlots << w.LogRowLength), ["inference: lookup fingerprint"] = Over(1L << depth),
            ["registration: fraction layers, batching and descent"] = Over(1), ["inference: fraction layers, batching and descent"] = Over(1),
            ["registration: fraction layers, sum-check"] = Over(3), ["inference: fraction layers, sum-check"] = Over(3),
            ["registration: biases against limbs"] = Over(w.LogRowLength + (limbRows == 1 ? 0 : Log(limbRows))), ["registration: batching of claims"] = Over(Log(registrationWitness)),
            ["inference: requantisation at a random neuron"] = Over(8), ["inference: matrix sum-check"] = Over(2),
            ["inference: output at a random cell"] = Over(4), ["inference: batching of claims"] = Over(1), ["inference: neuron sum-check"] = Over(3),
            ["inference: combination of columns and blocks"] = Over(Math.Max(Log(columns), w.LogRowLength - 8)), ["inference: merging of two points"] = Over(2), ["both: Keccak-256 collision"] = 128,
        };
        foreach (var (opening, rows) in new[] { ("registration", registrationWitness), ("inference", witnessRows) })
        {
            expected[$"{opening}: proximity of a tensor combination"] = Over((long)w.Length * Log(weightRows + rows));
            expected[$"{opening}: proximity on a line, and value"] = Over(w.Length + 1);
            expected[$"{opening}: queries"] = Queries(w);
        }
        Assert.Equal(expected.Keys.Order(), model.Ledger.Terms.Select(t => t.Round).Order());
        Assert.All(model.Ledger.Terms, t => Assert.Equal(expected[t.Round], t.Bits, 6));
        Assert.Equal(-Math.Log2(model.Ledger.Terms.Sum(t => t.Count * Math.Pow(2, -expected[t.Round]))), model.Ledger.SumBits, 6);
        Assert.True(model.Ledger.SumBits >= 100);
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
        foreach (string proof in new[] { "registration", "inference" })
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
                Assert.Equal(ZkChecks.ModelSecurity, Forging.CheckOf(CommittedModel.Create(model.Graph, model.BiasBits, model.Parameters with { Code = few }, default, out _)));
                if (enough.Queries is 24 or 256) continue; // one less is spelt in fewer bytes
                // The same in bytes: an honest encoding with the code overwritten.
                Assert.Equal(Verdict.Accept, CommittedModel.Create(model.Graph, model.BiasBits, model.Parameters with { Code = enough }, Keccak256.Hash([]), out var honest));
                var bytes = honest!.Encode();
                Assert.Equal(Verdict.Accept, CommittedModel.Decode(bytes, out _));
                // The code follows kind, version and profile, 1 + 18 + 2 bytes; a number below 24 takes one byte, below 256 two.
                Assert.Equal(0x84, bytes[21]);
                bytes[24 + (enough.Queries < 24 ? 0 : enough.Queries < 256 ? 1 : 2)]--;
                Assert.Equal(ZkChecks.ModelSecurity, Forging.CheckOf(CommittedModel.Decode(bytes, out _)));
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

    static int Overflow(Counterfoil.Zk.Graphs.Gemm node, int biasBits)
    {
        BigInteger bound = (BigInteger)node.InputLength * 127 * 127 + BigInteger.Pow(2, biasBits - 1);
        var quotient = (bound * node.Requantisation.Multipliers.Max() + BigInteger.Pow(2, node.Requantisation.Shift - 1)) / BigInteger.Pow(2, node.Requantisation.Shift);
        return (int)(quotient + 1).GetBitLength();
    }

    static IEnumerable<int> Limbs(int bits, int count) => Enumerable.Range(0, count).Select(k => Math.Clamp(bits - 8 * k, 0, 8));

    static int Entries(IEnumerable<int> tables) => tables.Append(0).Distinct().Sum(t => t switch { 9 => 255, 10 => 257, 11 => 130, _ => 1 << t });

    static int Rows(int cells, RowCode code) => (cells + code.RowLength - 1) / code.RowLength;

    static int Log(int count) => Math.Max(1, (int)Math.Ceiling(Math.Log2(count)));
}
