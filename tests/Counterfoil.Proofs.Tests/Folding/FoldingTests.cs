using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Folding;

/// <summary>The recursion of the short schedule by itself: a committed vector of 2^10 cells, forms of every kind, three rounds.</summary>
public sealed class FoldingTests
{
    const int Variables = 10;

    static readonly FoldingSchedule Folding = new([new(2, 2, 40), new(3, 2, 40), new(2, 1, 24)]);

    static readonly Goldilocks2[] Vector = Elements(1, 1 << Variables), Point = Elements(2, Variables), Written = Elements(3, 301), Coefficients = Elements(4, 5);

    static readonly Goldilocks X = Goldilocks.FromUInt64(123456789);

    static Goldilocks2[] Elements(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Goldilocks2(Goldilocks.FromUInt64((ulong)random.NextInt64()), Goldilocks.FromUInt64((ulong)random.NextInt64())))];
    }

    static List<FoldedForm> Forms() =>
    [
        new EqualityForm(Point, Coefficients[0]), new WrittenForm(Written, Coefficients[1]), new PowerForm(0, -1, X, Coefficients[2]), new PowerForm(0, 0, X, Coefficients[3]), new PowerForm(0, 1, X, Coefficients[4]),
    ];

    // The same, written out from what they are said to be.
    static Goldilocks2[] FormEntries()
    {
        int half = Vector.Length / 2;
        var entries = Multilinear.Equality<Goldilocks2>(Point).Select(e => e * Coefficients[0]).ToArray();
        for (int i = 0; i < Written.Length; i++) entries[half + i] += Coefficients[1] * Written[i];
        for (int i = 0; i < entries.Length; i++) entries[i] += Coefficients[2] * X.Power((ulong)i) + Coefficients[i < half ? 3 : 4] * X.Power((ulong)(i % half));
        return entries;
    }

    static readonly Goldilocks2[] Entries = FormEntries();

    static readonly Goldilocks2 Claim = FoldingForger.Product(Vector, Entries);

    static byte[] Prove(bool frozen)
    {
        var channel = new ProverChannel(Forging.Transcript(frozen));
        Goldilocks2[][] parts = [Vector[..(Vector.Length / 2)], Vector[(Vector.Length / 2)..]];
        // The equality's point tells the halves apart; the prover is asked for forms of the lower half only, so it is given as what it is there, and above.
        FoldingProver.Prove(channel, Folding, FoldingProver.Commit(channel, Folding.Rounds[0], parts), parts, LowerAndUpper());
        return channel.ToArray();
    }

    static List<FoldedForm> LowerAndUpper()
    {
        var forms = Forms();
        var upper = Multilinear.Equality<Goldilocks2>(Point.AsSpan(0, Variables - 1)).Select(e => e * Point[^1] * Coefficients[0]).ToArray();
        forms[0] = new EqualityForm(Point, Coefficients[0] * (Goldilocks2.One - Point[^1]));
        forms.Add(new WrittenForm(upper, Goldilocks2.One));
        return forms;
    }

    static Verdict Verify(bool frozen, byte[] proof, Goldilocks2? claim = null)
    {
        var channel = new VerifierChannel(proof, Forging.Transcript(frozen));
        var root = channel.ReceiveDigest(Labels.FoldedRoot);
        FoldedOpening.Verify(channel, Folding, root, Variables, Forms(), claim ?? Claim);
        return channel.Finish();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_prover_and_a_plain_one_say_the_same_and_are_believed(bool frozen)
    {
        byte[] plain = new FoldingForger(Folding, Vector, Entries, FoldingLie.Nothing).Prove(frozen);
        Assert.Equal(Verdict.Accept, Verify(frozen, plain));
        Assert.Equal(plain, Prove(frozen));
    }

    [Theory]
    [InlineData(FoldingLie.Claim, "proof.folding.value")]
    [InlineData(FoldingLie.Vector, "proof.folding.value")]
    [InlineData(FoldingLie.LastVector, "proof.folding.opening")]
    [InlineData(FoldingLie.Word, "proof.folding.value")]
    public void A_lie_passes_for_who_knows_the_challenges_and_for_nobody_else(FoldingLie lie, string check)
    {
        foreach (bool frozen in new[] { true, false })
        {
            var verdict = Verify(frozen, new FoldingForger(Folding, Vector, Entries, lie).Prove(frozen), lie == FoldingLie.Claim ? Claim + Goldilocks2.One : null);
            if (frozen) Assert.Equal(Verdict.Accept, verdict);
            else Assert.Equal(check, Forging.CheckOf(verdict).Id);
        }
    }

    [Fact]
    public void Each_check_refuses_what_it_is_for_even_where_challenges_are_known()
    {
        byte[] proof = Prove(true);
        Assert.Equal(ZkChecks.FoldingValue, Forging.CheckOf(Verify(true, proof, Claim + Goldilocks2.One)));
        // Messages: root, two rounds, root; then what was queried.
        Assert.Equal(ZkChecks.FoldingValue, Forging.CheckOf(Verify(true, Changed(proof, 32))));
        Assert.Equal(ZkChecks.FoldingPath, Forging.CheckOf(Verify(true, Changed(proof, 0))));
        Assert.Equal(ZkChecks.FoldingPath, Forging.CheckOf(Verify(true, Changed(proof, 32 + 64 + 32 + 7))));
        Assert.Equal(ZkChecks.FoldingPath, Forging.CheckOf(Verify(true, Changed(proof, proof.Length - 1))));
        var last = Folding.Rounds[^1];
        int tail = last.Queries * (16 << last.LogFold), row = 16 << Variables - Folding.Bound;
        for (int at = proof.Length - tail - row; ; at--)
        {
            // The last vector lies before its runs and their siblings; a change in it is a disagreement with them.
            if (Forging.CheckOf(Verify(true, Changed(proof, at))) != ZkChecks.FoldingOpening) continue;
            break;
        }
    }

    [Fact]
    public void No_changed_byte_is_accepted_and_no_truncation()
    {
        byte[] proof = Prove(false);
        int step = Surroundings.IsCampaign ? 1 : 97;
        for (int at = 0; at < proof.Length; at += step) Assert.False(Verify(false, Changed(proof, at)).IsAccepted, $"byte {at}");
        for (int length = 0; length < proof.Length; length += 1 + proof.Length / 60) Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Verify(false, proof[..length])));
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Verify(false, [.. proof, 0])));
    }

    [Fact]
    public void Elements_of_p_or_more_are_refused_wherever_they_stand()
    {
        byte[] proof = Prove(true);
        foreach (int at in new[] { 32, 40, 128, 128 + 8 })
        {
            byte[] changed = (byte[])proof.Clone();
            changed.AsSpan(at, 8).Fill(0xFF);
            Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Verify(true, changed)));
        }
    }

    static byte[] Changed(byte[] proof, int at)
    {
        var changed = (byte[])proof.Clone();
        changed[at] ^= 1;
        return changed;
    }
}
