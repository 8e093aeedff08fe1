using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Attacks;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Prover.Hiding;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>
/// Where weights are hidden, a lie can be hidden too, but only by who knows the challenges: in the pads' form, in the products, in the opened row, in the opened pads. Each passes under challenges known
/// in advance and fails under the real ones.
/// </summary>
public sealed class HidingForgeryTests
{
    static GraphLayout Layout => Hidden.Model.Layout;

    static ColumnBlock First => Layout.Blocks[Layout.BlockOf[2]];

    static ColumnBlock Last => Layout.Blocks[Layout.BlockOf[4]];

    public static TheoryData<string, bool> Lies()
    {
        var data = new TheoryData<string, bool>();
        foreach (string lie in new[] { "an output off by one", "another input", "a limb outside its table", "another remainder", "a multiplicity off by one", "a value of another table" })
            foreach (bool frozen in new[] { true, false }) data.Add(lie, frozen);
        return data;
    }

    // A false statement or witness; the honest prover's arithmetic does the rest.
    static (ExecutionStatement Statement, ExecutionWitness Witness) Tell(string lie)
    {
        var (statement, witness) = (Hidden.Statement, new ExecutionWitness(Layout, Forging.Values));
        int limb = Last.LimbsOf(1).First();
        switch (lie)
        {
            case "an output off by one": return (statement with { Output = Forging.OffByOne() }, witness);
            case "another input":
                var input = (int[])Forging.Input.Clone();
                input[3] ^= 1;
                return (statement with { Input = input }, witness);
            case "a limb outside its table": witness.SetLimb(Layout, Last, limb, 0, 1L << 20); break;
            case "another remainder": witness.SetLimb(Layout, Last, limb, 0, (long)(witness.Column(GraphLayout.FirstLimb + limb)[Last.Offset].Value ^ 1)); break;
            case "a multiplicity off by one": witness.Count(Layout, Last.Table, 3, 0, +1); break;
            case "a value of another table":
                witness.SetPair(Layout, First, Enumerable.Range(0, 20).First(i => Forging.Values[2][i] == 0), -5, 0, Last.Table);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(lie), lie, null);
        }
        return (statement, witness);
    }

    [Fact]
    public void The_honest_proof_passes_under_both_transcripts_and_its_pads_leave_no_gap()
    {
        foreach (bool frozen in new[] { true, false })
        {
            byte[] proof = Hidden.Prove(frozen);
            Assert.Equal(Verdict.Accept, Hidden.Verify(frozen, Hidden.Statement, proof));
            Assert.Equal(Goldilocks2.Zero, HiddenProofMap.Of(Hidden.Statement, proof, Forging.Transcript(frozen)).Gap);
        }
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_hidden_in_the_form_of_the_pads_needs_the_last_challenge_in_advance(string lie, bool frozen)
    {
        var (statement, witness) = Tell(lie);
        byte[] proof = Hidden.Prove(frozen, statement, witness);
        Assert.Equal(ZkChecks.Pads, Forging.CheckOf(Hidden.Verify(frozen, statement, proof)));
        var map = HiddenProofMap.Of(statement, proof, Forging.Transcript(frozen));
        ProofMap.Add(proof, map.PadValue, map.Gap);
        Accepted(frozen, statement, proof, ZkChecks.Pads);
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_hidden_among_the_products_needs_the_challenges_that_meet_it(string lie, bool frozen)
    {
        // a₀ counts once in the last linear constraint: −κ·Δ in the target makes up for any gap.
        var (statement, witness) = Tell(lie);
        byte[] proof = Hidden.Prove(frozen, statement, witness);
        var map = HiddenProofMap.Of(statement, proof, Forging.Transcript(frozen));
        ProofMap.Add(proof, map.ProductValues, -map.Gap * Goldilocks2.Inverse(map.PadEpsilon * map.Kappa[^1]));
        Accepted(frozen, statement, proof, ZkChecks.Pads);
    }

    [Fact]
    public void Every_hidden_message_and_every_opened_factor_is_held_to_the_relations()
    {
        byte[] proof = Hidden.Prove(true);
        var map = HiddenProofMap.Of(Hidden.Statement, proof, Forging.Transcript(true));
        // Even under known challenges: a value changed alone breaks some relation, and the pads say so. A row is held to its columns besides.
        for (int at = 32; at < map.Columns; at += 16)
        {
            if (at > map.OpeningRow + 160 && at < map.ProductValues || at > map.PadRow + 160) continue;
            byte[] changed = (byte[])proof.Clone();
            ProofMap.Add(changed, at, Goldilocks2.One);
            Assert.Equal(ZkChecks.Pads, Forging.CheckOf(Hidden.Verify(true, Hidden.Statement, changed)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_opened_row_needs_the_queries_in_advance(bool frozen)
    {
        byte[] proof = Hidden.Prove(frozen);
        var (code, map) = (Hidden.Model.Parameters.Code, HiddenProofMap.Of(Hidden.Statement, proof, Forging.Transcript(frozen)));
        var z = HiddenProofMap.Vanishing(code, map.Positions);
        Assert.True(z.Length <= code.Cells);
        var change = Goldilocks2.Zero;
        for (int i = 0; i < z.Length; i++)
        {
            if (i < map.Cells.Length) change += map.Cells[i] * z[i];
            ProofMap.Add(proof, map.OpeningRow + 16 * i, z[i]);
        }
        ProofMap.Add(proof, map.OpeningValue, change);
        Accepted(frozen, Hidden.Statement, proof, ZkChecks.Pads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Other_opened_pads_need_the_queries_in_advance(bool frozen)
    {
        byte[] proof = Hidden.Prove(frozen);
        var map = HiddenProofMap.Of(Hidden.Statement, proof, Forging.Transcript(frozen));
        var z = HiddenProofMap.Vanishing(Hidden.Model.Parameters.Code, map.Positions);
        Assert.True(z.Length <= map.Pads.Length);
        var change = Goldilocks2.Zero;
        for (int i = 0; i < z.Length; i++)
        {
            if (i < map.Form.Length) change += map.Form[i] * z[i];
            ProofMap.Add(proof, map.PadRow + 16 * i, z[i]);
        }
        ProofMap.Add(proof, map.PadValue, change);
        Accepted(frozen, Hidden.Statement, proof, ZkChecks.Pads);
    }

    [Fact]
    public void A_row_or_pads_changed_where_no_value_is_read_disagree_with_the_columns()
    {
        byte[] proof = Hidden.Prove(true);
        var map = HiddenProofMap.Of(Hidden.Statement, proof, Forging.Transcript(true));
        byte[] row = (byte[])proof.Clone(), pads = (byte[])proof.Clone();
        ProofMap.Add(row, map.ProductValues - 16, Goldilocks2.One);
        Assert.Equal(ZkChecks.Opening, Forging.CheckOf(Hidden.Verify(true, Hidden.Statement, row)));
        ProofMap.Add(pads, map.Columns - 16, Goldilocks2.One);
        Assert.Equal(ZkChecks.PadOpening, Forging.CheckOf(Hidden.Verify(true, Hidden.Statement, pads)));
    }

    [Fact]
    public void A_salt_or_a_symbol_other_than_those_committed_is_refused()
    {
        byte[] proof = Hidden.Prove(true);
        int at = HiddenProofMap.Of(Hidden.Statement, proof, Forging.Transcript(true)).Columns;
        foreach (int offset in new[] { 0, 31, 39, proof.Length - at - 1 })
        {
            byte[] changed = (byte[])proof.Clone();
            changed[at + offset] ^= 1;
            Assert.Equal(ZkChecks.Path, Forging.CheckOf(Hidden.Verify(true, Hidden.Statement, changed)));
        }
    }

    [Fact]
    public void A_hidden_denominator_of_zero_has_no_inverse_to_show()
    {
        // As in the public profile two fractions over zero make the root 0/0; there the denominator tells, here the inverse that is missing.
        static Transcript Known() => new FrozenTranscript(5, inBaseField: true);
        using SecretStream secrets = Hidden.Registered.Secrets(true)!, more = Hidden.Registered.Secrets(true)!;
        using var witness = ForgeryTests.NoDenominator(Hidden.Registered.Prover(Forging.Values, Hidden.Statement, secrets), Known);
        byte[] proof = Hidden.Registered.Prover(Forging.Values, Hidden.Statement, more).Prove(Known(), witness);
        var map = HiddenProofMap.Of(Hidden.Statement, proof, Known());
        Assert.Equal(ZkChecks.Pads, Forging.CheckOf(ExecutionProof.Verify(Hidden.Statement, proof, Known())));
        // The second and third quadratic constraints are q₀·i₀ = 1 and q₁·i₁ = 1.
        foreach (var quadratic in map.Constraints.Quadratics.Skip(1).Take(2))
        {
            Assert.Equal(-Goldilocks2.One, quadratic.Rest.Constant);
            Assert.True(quadratic.Rest.Terms.IsEmpty);
            Assert.Single(quadratic.Products);
        }
    }

    [Fact]
    public void A_proof_holds_for_its_statement_its_root_and_its_model_alone()
    {
        byte[] proof = Hidden.Prove(false);
        Assert.Equal(Verdict.Accept, Hidden.Verify(false, Hidden.Statement, proof));
        foreach (var statement in new[]
        {
            Hidden.Statement with { Context = default }, Hidden.Statement with { Output = new long[6] }, Hidden.Statement with { Input = new int[30] },
            Hidden.Statement with { Model = Hidden.Model.WithRoot(Forging.Registered.Model.WeightRoot) },
        })
            Assert.False(Hidden.Verify(false, statement, proof).IsAccepted);
        // The public model's proof is none of the hidden one, nor the other way round.
        Assert.False(Hidden.Verify(false, Hidden.Statement, Forging.Prove(false).Proof).IsAccepted);
        Assert.False(Hidden.Verify(false, Forging.Statement, proof).IsAccepted);
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(Hidden.Verify(true, Hidden.Statement with { Model = Hidden.Model.WithRoot(Forging.Registered.Model.WeightRoot) }, Hidden.Prove(true))));
    }

    public static TheoryData<string, CommitmentParameters> Parameters()
    {
        var honest = Hidden.Model.Parameters;
        var (code, budget) = (honest.Code, honest.Budget);
        return new()
        {
            { "model.hiding", honest with { Code = code with { Masks = code.Masks - 1 } } },
            { "model.hiding", honest with { Budget = budget + 1 } },
            { "model.hiding", honest with { Code = code with { Masks = code.Length / 2 + 1 } } },
            { "model.encoding", honest with { Budget = 0 } },
            { "model.encoding", honest with { Budget = 4097 } },
            { "model.encoding", honest with { Profile = PrivacyProfile.PublicWeights } },
            { "model.encoding", honest with { Profile = (PrivacyProfile)2 } },
            { "model.hiding", honest with { Profile = PrivacyProfile.PublicWeights, Budget = 0, Code = code with { Masks = code.Queries - 1 } } },
            { "model.security", honest with { Code = code with { Queries = code.Queries - 8 } } },
        };
    }

    [Theory]
    [MemberData(nameof(Parameters), DisableDiscoveryEnumeration = true)]
    public void Too_few_masks_or_queries_make_no_model(string check, CommitmentParameters parameters)
    {
        Assert.Equal(check, Forging.CheckOf(CommittedGraph.Create(Hidden.Model.Graph, parameters, Hidden.Model.WeightRoot, out var model)).Id);
        Assert.Null(model);
    }

    [Fact]
    public void A_code_with_room_for_rows_but_not_for_pads_is_refused_by_the_term_that_names_them()
    {
        // 2^12 points suffice for the rows of this model; its pads, some 800 cells, are queried at them too.
        var code = RowCode.Hiding(4, 8, 3, 101)!.Value;
        var verdict = CommittedGraph.Create(Hidden.Model.Graph, new CommitmentParameters(PrivacyProfile.HiddenWeights, code, 1), default, out _);
        Assert.Equal(ZkChecks.ModelSecurity, Forging.CheckOf(verdict));
        Assert.Contains("pads", Assert.IsType<Verdict.Rejected>(verdict).Reason.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ledger_has_the_terms_of_pads_products_and_roots()
    {
        var (ledger, code) = (Hidden.Model.Ledger, Hidden.Model.Parameters.Code);
        double Bits(string round) => ledger.Terms.Single(t => t.Round == round).Bits;
        double field = 2 * Math.Log2(Goldilocks.Modulus);
        foreach (string proof in new[] { "registration", "execution" })
        {
            Assert.Equal(field, Bits($"{proof}: batching of products"), 6);
            Assert.Equal(field - 1, Bits($"{proof}: products of factors"), 6);
            Assert.Equal(field, Bits($"{proof}: batching of linear constraints"), 6);
            Assert.Equal(field - Math.Log2(code.Length + 1), Bits($"{proof}: proximity of the pads, and their form"), 6);
            int cells = (proof == "registration" ? Hidden.Model.RegistrationPads! : Hidden.Model.Plan.Pads!).Cells;
            double bits = 0;
            int agreements = code.Length - (code.Length - cells) / 2 - 1;
            for (int i = 0; i < code.Queries; i++) bits += Math.Log2((double)(code.Length - i) / (agreements - i));
            Assert.Equal(bits, Bits($"{proof}: queries of the pads"), 6);
            Assert.True(Bits($"{proof}: queries") >= 102.5);
        }
        Assert.True(Bits("equality of roots: queries") >= 102.5);
        Assert.InRange(ledger.SumBits, 100, ledger.SecurityBits);
    }

    static void Accepted(bool frozen, ExecutionStatement statement, byte[] proof, Check otherwise)
    {
        var verdict = Hidden.Verify(frozen, statement, proof);
        if (frozen) Assert.Equal(Verdict.Accept, verdict);
        else Assert.Equal(otherwise, Forging.CheckOf(verdict));
    }
}
