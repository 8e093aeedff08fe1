using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover.Inference;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>
/// Each forgery passes under challenges that its forger knew and fails under the real ones: it is the transcript that stops it. Where a forger goes only half
/// the way, the check that refuses him is named.
/// </summary>
public sealed class ForgeryTests
{
    static ProofMap Map(bool frozen) => Forging.Prove(frozen).Map;

    [Fact]
    public void The_honest_proof_passes_under_both_transcripts()
    {
        foreach (bool frozen in new[] { true, false })
        {
            var (proof, map) = Forging.Prove(frozen);
            Assert.Equal(map.Length, proof.Length);
            Assert.Equal(Verdict.Accept, Forging.Verify(frozen, Forging.Statement, proof));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_logit_off_by_one_needs_the_challenges_in_advance(bool frozen)
    {
        var forged = Forging.Trace.Output.ToArray();
        forged[2] = (sbyte)(forged[2] > 0 ? forged[2] - 1 : forged[2] + 1);
        var statement = Forging.Statement with { Output = forged };
        var (proof, map) = Forging.Prove(frozen, statement: statement);
        if (frozen) Assert.Equal(ZkChecks.Output, Forging.CheckOf(Forging.Verify(frozen, statement, proof)));

        // Claim the forged value, then repair the sum-check's end: the change of its claim times all challenges but the last reaches the last round.
        var value = Multilinear.InnerProduct(forged, Multilinear.Equality<Goldilocks2>(map.OutputPoint));
        var change = map.Batching[2] * (value - ProofMap.Read(proof, map.OutputValue));
        ProofMap.Write(proof, map.OutputValue, value);
        if (frozen) Assert.Equal(ZkChecks.Sumcheck, Forging.CheckOf(Forging.Verify(frozen, statement, proof)));
        foreach (var r in map.NeuronPoint) change *= r;
        ProofMap.Shift(proof, map.NeuronRounds + 48 * (map.NeuronPoint.Length - 1), map.NeuronPoint[0], -change);
        Assert.Equal(frozen, Forging.Verify(frozen, statement, proof).IsAccepted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_input_needs_the_challenges_in_advance(bool frozen)
    {
        var other = (sbyte[])Forging.Input.Clone();
        other[3] ^= 1;
        var statement = Forging.Statement with { Input = other };
        if (frozen) Assert.Equal(ZkChecks.Input, Forging.CheckOf(Forging.Verify(frozen, statement, Forging.Prove(frozen, statement: statement).Proof)));

        // The prover reads the other input but keeps the accumulators of the true one; the matrix sum-check's end no longer fits the weights.
        var (proof, map) = Forging.Prove(frozen, Forging.Trace with { Input = [.. other] }, statement);
        if (frozen) Assert.Equal(ZkChecks.MatrixProduct, Forging.CheckOf(Forging.Verify(frozen, statement, proof)));
        var (layout, space) = (Forging.Registered.Model.Weights, Forging.Registered.Model.Space);
        var claim = ProofMap.Read(proof, map.Accumulators);
        for (int t = 0; t < layout.AddressVariables; t++)
            claim = Attacks.Dialogue.Evaluate(ProofMap.Read(proof, map.MatrixRounds + 32 * t, 2), claim, map.MatrixPoint[layout.AddressVariables - 1 - t]);
        var a = MatrixClaim.BlockWeights(layout, MatrixClaim.RowWeights(space, Multilinear.Equality<Goldilocks2>(map.Tau)), map.MatrixPoint);
        Goldilocks2[] read = [.. ProofMap.Read(proof, map.ValuesRead, 2), Goldilocks2.One], values = ProofMap.Read(proof, map.WeightValues, 3);
        var product = Goldilocks2.Zero;
        for (int l = 0; l < 3; l++) product += a[l] * read[l] * values[l];
        ProofMap.Shift(proof, map.MatrixRounds + 32 * (layout.AddressVariables - 1), map.MatrixPoint[0], product - claim);
        Assert.Equal(frozen, Forging.Verify(frozen, statement, proof).IsAccepted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_limb_outside_its_table_needs_the_lookup_challenges_in_advance(bool frozen)
    {
        // One result is one too large, and the remainder pays for it with a top limb that is no limb.
        var layout = Forging.Registered.Model.Inference;
        var last = layout.Space.Last;
        int cell = Enumerable.Range(0, 6).First(i => Math.Abs((int)Forging.Trace.Output[i]) is > 0 and < 126);
        int neuron = last.Offset + cell, limb = (last.RemainderBits - 1) / 8, width = last.RemainderBits - 8 * limb;
        var output = Forging.Trace.Output.SetItem(cell, (sbyte)(Forging.Trace.Output[cell] + 1));
        var witness = new Witness(layout, Forging.Trace);
        Move(layout, witness, TableId.Saturate, Forging.Trace.Output[cell], -1);
        Move(layout, witness, TableId.Saturate, output[cell], +1);
        witness.Columns[InferenceLayout.Value][neuron] = Goldilocks.FromInteger(output[cell]);
        ref var top = ref witness.Columns[layout.FirstRemainder + limb][neuron];
        Move(layout, witness, TableSet.Limb(last.RemainderBits, limb), (int)top.Value, -1);
        top -= Goldilocks.FromUInt64(1UL << width);

        // Two multiplicities make up for the missing fraction, if α, β and γ are known: two equations over the base field.
        var print = new Fingerprint(Map(frozen).Fingerprint);
        var missing = Goldilocks2.Inverse(print.Of(TableSet.Limb(last.RemainderBits, limb), 0, 0) + top);
        Goldilocks2 u = Goldilocks2.Inverse(print.Of(layout.Tables[1])), v = Goldilocks2.Inverse(print.Of(layout.Tables[2]));
        var determinant = Goldilocks.Inverse(u.C0 * v.C1 - v.C0 * u.C1);
        witness.Columns[layout.FirstMultiplicity][1] += (missing.C0 * v.C1 - v.C0 * missing.C1) * determinant;
        witness.Columns[layout.FirstMultiplicity][2] += (u.C0 * missing.C1 - missing.C0 * u.C1) * determinant;

        var statement = Forging.Statement with { Output = output.AsMemory() };
        var (proof, _) = Forging.Prove(frozen, Forging.WithOutput(Forging.Trace, output), statement, witness);
        var verdict = Forging.Verify(frozen, statement, proof);
        if (frozen) Assert.Equal(Verdict.Accept, verdict);
        else Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(verdict));
    }

    [Fact]
    public void A_value_of_another_table_is_not_in_this_one()
    {
        // A ReLU node keeps a negative result: the pair is in the table of plain saturation, which another node uses.
        var layout = Forging.Registered.Model.Inference;
        var first = layout.Space.Nodes[0];
        int neuron = Enumerable.Range(0, 20).First(i => Forging.Trace.Nodes[0].Output[i] == 0);
        var witness = new Witness(layout, Forging.Trace);
        int side = witness.Columns[InferenceLayout.Side][neuron] == Goldilocks.Zero ? 0 : -1;
        Move(layout, witness, TableId.SaturateRelu, 0, -1, side);
        Move(layout, witness, TableId.Saturate, -5, +1);
        witness.Columns[InferenceLayout.Value][neuron] = Goldilocks.FromInteger(-5);
        witness.Columns[InferenceLayout.Side][neuron] = Goldilocks.Zero;
        Assert.True(first.Node.Relu);
        Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Forging.Verify(true, Forging.Statement, Forging.Prove(true, witness: witness).Proof)));
    }

    [Fact]
    public void A_layer_that_does_not_follow_from_the_next_is_refused_even_under_known_challenges()
    {
        var (proof, map) = Forging.Prove(true);
        int at = map.FractionRoot + 64;
        for (int layer = 1; layer < Forging.Registered.Model.Inference.Depth; layer++)
        {
            foreach (int message in new[] { at, at + 48 * layer })
            {
                var changed = (byte[])proof.Clone();
                ProofMap.Write(changed, message, ProofMap.Read(changed, message) + Goldilocks2.One);
                Assert.Equal(ZkChecks.LookupLayer, Forging.CheckOf(Forging.Verify(true, Forging.Statement, changed)));
            }
            at += 48 * layer + 64;
        }
        Assert.Equal(map.Accumulators, at);
    }

    [Fact]
    public void Every_sampled_cell_of_the_witness_is_bound()
    {
        var layout = Forging.Registered.Model.Inference;
        var random = new Random(31);
        for (int c = 0; c < layout.Columns; c++)
            foreach (int x in new[] { 0, 19, 20, 25, 26, layout.Space.Size - 1, random.Next(layout.Space.Size), random.Next(layout.Space.Size) })
            {
                // A multiplicity past the last entry belongs to an entry that repeats, and moves nothing but counts of that entry.
                var witness = new Witness(layout, Forging.Trace);
                witness.Columns[c][x] += Goldilocks.One;
                Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Forging.Verify(false, Forging.Statement, Forging.Prove(false, witness: witness).Proof)));
            }
    }

    [Fact]
    public void Another_hidden_value_of_the_same_table_breaks_the_relation()
    {
        // The lookups are all in order: what a hidden neuron's value is, is for the requantisation to say.
        var layout = Forging.Registered.Model.Inference;
        int neuron = Enumerable.Range(0, 20).First(i => Forging.Trace.Nodes[0].Output[i] is > 0 and < 126);
        int value = Forging.Trace.Nodes[0].Output[neuron];
        var witness = new Witness(layout, Forging.Trace);
        Move(layout, witness, TableId.SaturateRelu, value, -1);
        Move(layout, witness, TableId.SaturateRelu, value + 1, +1);
        witness.Columns[InferenceLayout.Value][neuron] += Goldilocks.One;
        Assert.Equal(ZkChecks.Sumcheck, Forging.CheckOf(Forging.Verify(false, Forging.Statement, Forging.Prove(false, witness: witness).Proof)));
    }

    [Fact]
    public void Another_remainder_of_the_same_table_breaks_the_relation()
    {
        var layout = Forging.Registered.Model.Inference;
        foreach (var node in layout.Space.Nodes)
        {
            var witness = new Witness(layout, Forging.Trace);
            ref var limb = ref witness.Columns[layout.FirstRemainder][node.Offset];
            Move(layout, witness, TableSet.Limb(node.RemainderBits, 0), (int)limb.Value, -1);
            limb = Goldilocks.FromUInt64(limb.Value ^ 1);
            Move(layout, witness, TableSet.Limb(node.RemainderBits, 0), (int)limb.Value, +1);
            Assert.Equal(ZkChecks.Sumcheck, Forging.CheckOf(Forging.Verify(false, Forging.Statement, Forging.Prove(false, witness: witness).Proof)));
        }
    }

    [Fact]
    public void Saturation_is_no_excuse_for_a_value_that_did_not_saturate()
    {
        // σ = 1 with y = 127 for a result below: w would have to be negative, and p − |w| has no limbs in the tables.
        var layout = Forging.Registered.Model.Inference;
        var last = layout.Space.Last;
        int cell = Enumerable.Range(0, 6).First(i => Math.Abs((int)Forging.Trace.Output[i]) < 126);
        int neuron = last.Offset + cell, value = Forging.Trace.Output[cell];
        var witness = new Witness(layout, Forging.Trace);
        Move(layout, witness, TableId.Saturate, value, -1);
        Move(layout, witness, TableId.Saturate, 127, +1, 1);
        (witness.Columns[InferenceLayout.Value][neuron], witness.Columns[InferenceLayout.Side][neuron]) = (Goldilocks.FromUInt64(127), Goldilocks.One);
        witness.Columns[InferenceLayout.FirstLimb][neuron] = Goldilocks.FromInteger(value - 127);
        var output = Forging.Trace.Output.SetItem(cell, 127);
        var statement = Forging.Statement with { Output = output.AsMemory() };
        var (proof, _) = Forging.Prove(false, Forging.WithOutput(Forging.Trace, output), statement, witness);
        Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Forging.Verify(false, statement, proof)));
    }

    [Fact]
    public void A_multiplicity_that_is_wrong_by_one_is_refused()
    {
        var layout = Forging.Registered.Model.Inference;
        var witness = new Witness(layout, Forging.Trace);
        Move(layout, witness, TableId.Saturate, 3, +1);
        Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Forging.Verify(false, Forging.Statement, Forging.Prove(false, witness: witness).Proof)));
    }

    [Fact]
    public void Fractions_over_zero_sum_to_zero_over_zero_and_only_the_denominator_tells()
    {
        // With challenges in the base field a committed limb can cancel α + γ·table. Two such fractions make every numerator above them zero.
        var layout = Forging.Registered.Model.Inference;
        var recorder = new RecordingTranscript(new FrozenTranscript(5, inBaseField: true));
        Forging.Registered.Prover(Forging.Trace, Forging.Statement).Prove(recorder);
        var print = new Fingerprint(new ProofMap(Forging.Registered.Model, recorder.Replay()).Fingerprint);
        var witness = new Witness(layout, Forging.Trace);
        foreach (int neuron in new[] { 0, 1 })
            witness.Columns[layout.FirstRemainder][neuron] = -print.Of(TableSet.Limb(layout.Space.Nodes[0].RemainderBits, 0), 0, 0).C0;
        var proof = Forging.Registered.Prover(Forging.Trace, Forging.Statement).Prove(new FrozenTranscript(5, inBaseField: true), witness);
        var verdict = InferenceProof.Verify(Forging.Statement, proof, new FrozenTranscript(5, inBaseField: true));
        Assert.Equal(ZkChecks.LookupDenominator, Forging.CheckOf(verdict));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_row_other_than_the_rows_combination_needs_the_queries_in_advance(bool frozen)
    {
        // A model whose rows are longer than there are queries: else no other row agrees with all of them.
        var registered = RandomModels.Register(9, 200, 64, 10);
        var layout = registered.Model.Weights;
        Assert.True(layout.Code.Queries < layout.Code.RowLength, "the vanishing polynomial must fit into a row");
        var trace = registered.Execute(RandomModels.Input(9, 200));
        var statement = new InferenceStatement(registered.Model, trace.Input.AsMemory(), trace.Output.AsMemory(), Forging.Context);
        var recorder = new RecordingTranscript(Forging.Transcript(frozen));
        var proof = registered.Prover(trace, statement).Prove(recorder);
        var map = new ProofMap(registered.Model, recorder.Replay());
        // Z vanishes at every queried position: adding it to the row changes no symbol that is looked at.
        var root = Goldilocks.RootOfUnity(layout.Code.LogLength);
        Goldilocks[] z = [Goldilocks.One];
        foreach (int position in map.Row.Positions)
        {
            var x = root.Power(Reverse((uint)position, layout.Code.LogLength));
            var next = new Goldilocks[z.Length + 1];
            for (int i = 0; i < z.Length; i++) (next[i], next[i + 1]) = (next[i] - x * z[i], next[i + 1] + z[i]);
            z = next;
        }
        var cells = Multilinear.Equality<Goldilocks2>(map.MergePoint);
        var change = Goldilocks2.Zero;
        for (int i = 0; i < z.Length; i++)
        {
            change += cells[i] * z[i];
            ProofMap.Write(proof, map.Row.Row + 16 * i, ProofMap.Read(proof, map.Row.Row + 16 * i) + z[i]);
        }
        if (frozen) Assert.Equal(ZkChecks.OpeningValue, Forging.CheckOf(Forging.Verify(frozen, statement, proof)));
        ProofMap.Write(proof, map.Row.Value, ProofMap.Read(proof, map.Row.Value) + change);
        Assert.Equal(frozen, Forging.Verify(frozen, statement, proof).IsAccepted);
    }

    [Fact]
    public void A_row_changed_without_regard_to_the_queries_disagrees_with_the_columns()
    {
        var layout = Forging.Registered.Model.Weights;
        var (proof, map) = Forging.Prove(true);
        // A change orthogonal to the cells' weights keeps the claimed value, and only the columns are left to notice.
        var cells = Multilinear.Equality<Goldilocks2>(map.MergePoint);
        ProofMap.Write(proof, map.Row.Row, ProofMap.Read(proof, map.Row.Row) + cells[1]);
        ProofMap.Write(proof, map.Row.Row + 16, ProofMap.Read(proof, map.Row.Row + 16) - cells[0]);
        Assert.Equal(ZkChecks.Opening, Forging.CheckOf(Forging.Verify(true, Forging.Statement, proof)));
    }

    [Fact]
    public void A_second_spelling_of_a_field_element_is_refused()
    {
        // No node saturates, so the sides' column is zero everywhere and zero at the opened point; p is zero too.
        var (graph, parameters) = RandomModels.Mlp(3, 4, 3);
        var gemm = (Counterfoil.Zk.Graphs.Gemm)graph.Nodes[0];
        graph = graph with { Nodes = [gemm with { Requantisation = new([1, 1, 1], 30) }] };
        var registered = Counterfoil.Prover.RegisteredModel.Register(graph, parameters);
        var trace = Counterfoil.Models.IntegerExecutor.Execute(graph, parameters, [1, 2, 3, 4]);
        var statement = new InferenceStatement(registered.Model, trace.Input.AsMemory(), trace.Output.AsMemory(), Forging.Context);
        var recorder = new RecordingTranscript(Forging.Transcript(true));
        var proof = registered.Prover(trace, statement).Prove(recorder);
        Assert.Equal(Verdict.Accept, Forging.Verify(true, statement, proof));
        int at = new ProofMap(registered.Model, recorder.Replay()).Columns + 16 * InferenceLayout.Side;
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64BigEndian(proof.AsSpan(at)));
        BinaryPrimitives.WriteUInt64BigEndian(proof.AsSpan(at), Goldilocks.Modulus);
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Forging.Verify(true, statement, proof)));
    }

    static void Move(InferenceLayout layout, Witness witness, TableId table, int first, int by, int second = 0)
    {
        int index = layout.Tables.IndexOf(table, first, second);
        witness.Columns[layout.FirstMultiplicity + (index >> layout.Space.Variables)][index & (layout.Space.Size - 1)] += Goldilocks.FromInteger(by);
    }

    static ulong Reverse(uint value, int bits)
    {
        ulong reversed = 0;
        for (int bit = 0; bit < bits; bit++) reversed |= (ulong)(value >> bit & 1) << (bits - 1 - bit);
        return reversed;
    }
}
