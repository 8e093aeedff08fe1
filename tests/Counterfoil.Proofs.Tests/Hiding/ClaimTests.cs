using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Hiding;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>Claims are values, and pads are held to exactly the constraints that were collected.</summary>
public sealed class ClaimTests
{
    const int Pads = 40;

    static readonly Random Random = new(19);

    static Goldilocks2 Element() => new(Goldilocks.FromUInt64((ulong)Random.NextInt64()), Goldilocks.FromUInt64((ulong)Random.NextInt64()));

    static Goldilocks2[] Elements(int count) => [.. Enumerable.Range(0, count).Select(_ => Element())];

    [Fact]
    public void Sums_multiples_and_inner_products_of_claims_are_those_of_their_values()
    {
        for (int run = 0; run < 50; run++)
        {
            var pads = Elements(Pads);
            Claim Any()
            {
                Claim claim = Element();
                for (int i = 0; i < Random.Next(5); i++) claim += Claim.Padded(Element(), Random.Next(Pads)) * Element() - Claim.Pad(Random.Next(Pads));
                return claim;
            }
            Claim a = Any(), b = Any();
            var factor = Element();
            Assert.Equal(a.Evaluate(pads) + b.Evaluate(pads), (a + b).Evaluate(pads));
            Assert.Equal(a.Evaluate(pads) - b.Evaluate(pads), (a - b).Evaluate(pads));
            Assert.Equal(a.Evaluate(pads) * factor, (a * factor).Evaluate(pads));
            Claim[] claims = [.. Enumerable.Range(0, 7).Select(_ => Any())];
            var weights = Elements(9);
            var sum = Goldilocks2.Zero;
            for (int i = 0; i < 7; i++) sum += claims[i].Evaluate(pads) * weights[i];
            var product = Claim.InnerProduct(claims, weights);
            Assert.Equal(sum, product.Evaluate(pads));
            Assert.Equal(product.Terms.ToArray().Select(t => t.Pad).Distinct().Order(), product.Terms.ToArray().Select(t => t.Pad));
        }
    }

    // Six hidden values; the fourth is to be the product of the first two, the fifth their sum, the sixth an inverse.
    static (Verdict Verdict, bool Holds) Run(Action<Goldilocks2[]> change, bool frozen)
    {
        var code = new RowCode(4, 6, 60);
        var layout = new PadLayout(6 + 2 + 6, code);
        var values = Elements(6);
        (values[3], values[4], values[5]) = (values[0] * values[1], values[0] + values[1], Goldilocks2.Inverse(values[2]));
        change(values);

        using var secrets = new SecretStream(new byte[32]);
        Goldilocks[][] rows = [new Goldilocks[layout.Cells], new Goldilocks[layout.Cells], new Goldilocks[layout.Cells]];
        foreach (var row in rows) secrets.Fill(row);
        Goldilocks2[] pads = [.. Enumerable.Range(0, layout.Pads).Select(i => new Goldilocks2(rows[0][2 * i], rows[0][2 * i + 1]))];
        var prover = new ProverChannel(Forging.Transcript(frozen));
        prover.Hide(pads);
        prover.SendClaims("values"u8, values);
        var constraints = new Constraints();
        Relate(new VerifierChannel(prover.Written(), prover.Transcript.Replay(), constraints));
        PadProver.ProveProducts(prover, constraints, pads);
        PadProver.ProveLinear(prover, layout, constraints, rows[0], rows[1], rows[2], inClear: true);

        var verifier = new VerifierChannel(prover.ToArray(), Forging.Transcript(frozen), new Constraints());
        Relate(verifier);
        PadOpening.VerifyProducts(verifier, verifier.Constraints!);
        PadOpening.VerifyLinear(verifier, layout, verifier.Constraints!, inClear: true);
        bool holds = values[3] == values[0] * values[1] && values[4] == values[0] + values[1] && values[2] * values[5] == Goldilocks2.One;
        return (verifier.Finish(), holds);

        static void Relate(VerifierChannel channel)
        {
            var claims = channel.ReceiveClaims("values"u8, 6);
            Factor[] factors = [.. claims.Select(channel.Factor)];
            channel.Demand([new(factors[0], factors[1], Goldilocks2.One)], claims[3] * -Goldilocks2.One, ZkChecks.Sumcheck, "a product", "another");
            channel.Demand(claims[0] + claims[1] - claims[4], ZkChecks.Sumcheck, "a sum", "another");
            channel.Demand([new(factors[2], factors[5], Goldilocks2.One)], -Goldilocks2.One, ZkChecks.LookupDenominator, "an inverse", "another");
        }
    }

    [Fact]
    public void Pads_that_satisfy_every_constraint_are_accepted_and_others_are_not()
    {
        foreach (bool frozen in new[] { true, false })
        {
            Assert.Equal((Verdict.Accept, true), Run(_ => { }, frozen));
            for (int i = 0; i < 6; i++)
            {
                var (verdict, holds) = Run(values => values[i] += Goldilocks2.One, frozen);
                Assert.False(holds);
                Assert.Equal(ZkChecks.Pads, Forging.CheckOf(verdict));
            }
            // Zero has no inverse, whatever is claimed to be one.
            foreach (var inverse in Elements(3))
                Assert.Equal(ZkChecks.Pads, Forging.CheckOf(Run(values => (values[2], values[5]) = (Goldilocks2.Zero, inverse), frozen).Verdict));
        }
    }
}
