using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Attacks;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Hiding;
using Counterfoil.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>
/// Forgeries of single messages. Each passes under challenges that its forger knew and fails under the real ones, so it is the transcript that stops it; where a forger goes only half the way, the check that refuses
/// him is named.
/// </summary>
public sealed class ForgeryTests
{
    static GraphLayout Layout => Forging.Layout;

    static ColumnBlock Last => Layout.Blocks[Layout.BlockOf[4]];

    [Fact]
    public void The_honest_proof_passes_under_both_transcripts()
    {
        foreach (bool frozen in new[] { true, false }) Assert.Equal(Verdict.Accept, Forging.Verify(frozen, Forging.Statement, Forging.Prove(frozen).Proof));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_limb_outside_its_table_needs_the_lookup_challenges_in_advance(bool frozen)
    {
        // One result is one too large, and the remainder pays for it with a top limb that is no limb.
        int cell = Enumerable.Range(0, 6).First(i => Math.Abs(Forging.Output[i]) is > 0 and < 126), limb = Last.LimbsOf(1).Last(), bits = Last.Limbs[limb].Bits;
        long[] output = [.. Forging.Output.Select((y, i) => i == cell ? y + 1 : y)];
        using var witness = new ExecutionWitness(Layout, Forging.Values);
        witness.SetPair(Layout, Last, cell, output[cell], 0);
        long top = (long)witness.Column(GraphLayout.FirstLimb + limb)[Last.Offset + cell].Value - (1L << bits);
        witness.SetLimb(Layout, Last, limb, cell, top);

        // Two multiplicities make up for the missing fraction, if α, β and γ are known: two equations over the base field.
        var print = new Fingerprint(Forging.Prove(frozen).Said.Challenges("witness")[0]);
        Goldilocks2 Entry(int e)
        {
            int table = 0;
            while (Layout.Tables.Starts[table + 1] <= e) table++;
            return Goldilocks2.Inverse(print.Of(table, Layout.Tables.Firsts[e], Layout.Tables.Seconds[e]));
        }
        Goldilocks2 missing = Goldilocks2.Inverse(print.Of(Layout.LimbNumbers[bits], top, 0)), u = Entry(1), v = Entry(2);
        var determinant = Goldilocks.Inverse(u.C0 * v.C1 - v.C0 * u.C1);
        witness.Column(Layout.FirstMultiplicity)[1] += (missing.C0 * v.C1 - v.C0 * missing.C1) * determinant;
        witness.Column(Layout.FirstMultiplicity)[2] += (u.C0 * missing.C1 - missing.C0 * u.C1) * determinant;

        var statement = Forging.Statement with { Output = output };
        var (proof, _) = Forging.Prove(frozen, [.. Forging.Values.Take(4), output], statement, witness);
        var verdict = Forging.Verify(frozen, statement, proof);
        if (frozen) Assert.Equal(Verdict.Accept, verdict);
        else Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(verdict));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Other_values_of_the_columns_need_the_challenge_of_the_opening_in_advance(bool frozen)
    {
        // An output off by one: what the columns are at the point is claimed as the relation needs it, which it does linearly; then the opening is bent.
        var statement = Forging.Statement with { Output = Forging.OffByOne() };
        using var witness = new ExecutionWitness(Layout, Forging.Values);
        var forger = new MaliciousProver(statement, Forging.Source, Forging.Values, witness);
        var said = new MessageTranscript(Forging.Transcript(frozen));
        var proof = forger.Prove(said);
        Assert.Equal(ZkChecks.Sumcheck, Forging.CheckOf(forger.Verify(proof, Forging.Transcript(frozen), out var off)));
        int at = said.Offset("columns") + 16 * Layout.FirstMultiplicity;
        ProofMap.Add(proof, at, Goldilocks2.One);
        forger.Verify(proof, Forging.Transcript(frozen), out var further);
        ProofMap.Add(proof, at, -Goldilocks2.One - off * Goldilocks2.Inverse(further - off));
        Assert.Equal(ZkChecks.OpeningValue, Forging.CheckOf(forger.Verify(proof, Forging.Transcript(frozen), out off)));
        ProofMap.Add(proof, said.Offset("opening-value"), -off);
        var verdict = forger.Verify(proof, Forging.Transcript(frozen), out _);
        if (frozen) Assert.Equal(Verdict.Accept, verdict);
        else Assert.Equal(ZkChecks.OpeningValue, Forging.CheckOf(verdict));
    }

    [Fact]
    public void A_layer_that_does_not_follow_from_the_next_is_refused_even_under_known_challenges()
    {
        var (proof, said) = Forging.Prove(true);
        for (int layer = 1; layer < Layout.Depth; layer++)
            foreach (int message in new[] { said.Offset("fraction-round", layer * (layer - 1) / 2), said.Offset("fraction-layer", layer - 1) })
            {
                var changed = (byte[])proof.Clone();
                ProofMap.Add(changed, message, Goldilocks2.One);
                Assert.Equal(ZkChecks.LookupLayer, Forging.CheckOf(Forging.Verify(true, Forging.Statement, changed)));
            }
    }

    [Fact]
    public void Fractions_over_zero_sum_to_zero_over_zero_and_only_the_denominator_tells()
    {
        // With challenges in the base field a committed limb can cancel α + γ·table. Two such fractions make every numerator above them zero.
        static Transcript Known() => new FrozenTranscript(5, inBaseField: true);
        var prover = Forging.Registered.Prover(Forging.Values, Forging.Statement);
        using var witness = NoDenominator(prover, Known);
        var proof = Forging.Registered.Prover(Forging.Values, Forging.Statement).Prove(Known(), witness);
        Assert.Equal(ZkChecks.LookupDenominator, Forging.CheckOf(ExecutionProof.Verify(Forging.Statement, proof, Known())));
    }

    /// <summary>A witness with two limbs whose fractions are over zero under these challenges.</summary>
    internal static ExecutionWitness NoDenominator(ExecutionProver prover, Func<Transcript> challenges)
    {
        var said = new MessageTranscript(challenges());
        prover.Prove(said);
        var print = new Fingerprint(said.Challenges("witness")[0]);
        var block = Layout.Blocks[0];
        var witness = new ExecutionWitness(Layout, Forging.Values);
        foreach (int cell in new[] { 0, 1 }) witness.Column(GraphLayout.FirstLimb)[block.Offset + cell] = -print.Of(Layout.LimbNumbers[block.Limbs[0].Bits], 0, 0).C0;
        return witness;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_row_other_than_the_rows_combination_needs_the_queries_in_advance(bool frozen)
    {
        // A model whose rows are longer than there are queries: else no other row agrees with all of them.
        var registered = RandomModels.Register(9, 200, 64, 10);
        var code = registered.Model.Parameters.Code;
        Assert.True(code.Queries < code.RowLength, "the vanishing polynomial must fit into a row");
        var values = registered.Execute(RandomModels.Input(9, 200));
        var statement = new ExecutionStatement(registered.Model, RandomModels.Input(9, 200), values[^1], Forging.Context);
        var proof = registered.Prover(values, statement).Prove(Forging.Transcript(frozen));
        var (row, value, cells, positions) = Opening(statement, proof, Forging.Transcript(frozen));
        // Z vanishes at every queried position: adding it to the row changes no symbol that is looked at.
        var z = HiddenProofMap.Vanishing(code, positions);
        var change = Goldilocks2.Zero;
        for (int i = 0; i < z.Length; i++)
        {
            change += cells[i] * z[i];
            ProofMap.Add(proof, row + 16 * i, z[i]);
        }
        if (frozen) Assert.Equal(ZkChecks.OpeningValue, Forging.CheckOf(Forging.Verify(frozen, statement, proof)));
        ProofMap.Add(proof, value, change);
        Assert.Equal(frozen, Forging.Verify(frozen, statement, proof).IsAccepted);
    }

    [Fact]
    public void A_row_changed_without_regard_to_the_queries_disagrees_with_the_columns()
    {
        var (proof, _) = Forging.Prove(true);
        var (row, _, cells, _) = Opening(Forging.Statement, proof, Forging.Transcript(true));
        // A change orthogonal to the cells' weights keeps the claimed value, and only the columns are left to notice.
        ProofMap.Add(proof, row, cells[1]);
        ProofMap.Add(proof, row + 16, -cells[0]);
        Assert.Equal(ZkChecks.Opening, Forging.CheckOf(Forging.Verify(true, Forging.Statement, proof)));
    }

    [Fact]
    public void A_column_other_than_the_one_committed_does_not_lie_under_the_root()
    {
        var (proof, said) = Forging.Prove(true);
        int columns = said.Offset("opening-row") + said.Messages("opening-row")[0].Length;
        foreach (int at in new[] { columns + 7, proof.Length - 1 })
        {
            var changed = (byte[])proof.Clone();
            changed[at] ^= 1;
            Assert.Equal(ZkChecks.Path, Forging.CheckOf(Forging.Verify(true, Forging.Statement, changed)));
        }
    }

    [Fact]
    public void A_second_spelling_of_a_field_element_is_refused()
    {
        // No cell saturates, so the sides' column is zero everywhere and zero at the opened point; p is zero too.
        var source = RandomModels.Mlp(3, 4, 3);
        var node = (Requantise)source.Graph.Nodes[1];
        source = source with { Graph = source.Graph with { Nodes = source.Graph.Nodes.SetItem(1, node with { Multipliers = [1, 1, 1], Shift = 30 }) } };
        var registered = RegisteredGraph.Register(source);
        var values = PrimitiveExecutor.Execute(source, [1, 2, 3, 4]);
        var statement = new ExecutionStatement(registered.Model, new[] { 1, 2, 3, 4 }, values[2], Forging.Context);
        var said = new MessageTranscript(Forging.Transcript(true));
        var proof = registered.Prover(values, statement).Prove(said);
        Assert.Equal(Verdict.Accept, Forging.Verify(true, statement, proof));
        int at = said.Offset("columns") + 16 * GraphLayout.Side;
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64BigEndian(proof.AsSpan(at)));
        BinaryPrimitives.WriteUInt64BigEndian(proof.AsSpan(at), Goldilocks.Modulus);
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Forging.Verify(true, statement, proof)));
    }

    // Where row and value are, what weighs the row's cells, and what is queried.
    static (int Row, int Value, Goldilocks2[] Cells, int[] Positions) Opening(ExecutionStatement statement, byte[] proof, Transcript transcript)
    {
        Assert.Equal(Verdict.Accept, statement.Check(out var plan));
        var said = new MessageTranscript(transcript);
        var channel = new VerifierChannel(proof, said);
        var claim = ExecutionProof.Reduce(statement, plan!, channel, out _)!;
        channel.Challenges(RowOpening.Variables(claim.RowCount, false));
        channel.ReceiveClaims(Labels.OpeningValue, 1);
        channel.Challenge();
        channel.Receive(Labels.OpeningRow, plan!.Code.Cells);
        var positions = channel.Positions(plan.Code.Queries, plan.Code.LogLength);
        return (said.Offset("opening-row"), said.Offset("opening-value"), Counterfoil.Zk.Polynomials.Multilinear.Equality<Goldilocks2>(claim.Cells), positions);
    }
}
