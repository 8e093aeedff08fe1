using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Security;
using Counterfoil.Zk.Transcripts;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>Inputs and outputs under roots (rule E): true statements are proven, and a root stands for its cells and no others.</summary>
public sealed class HiddenTensorTests
{
    static readonly TensorCase mlp = new("mlp"), rows = new("linear rows");

    public static TheoryData<string, PrivacyProfile> Cases => new()
    {
        { "mlp", PrivacyProfile.PublicWeights }, { "mlp", PrivacyProfile.HiddenWeights }, { "softmax", PrivacyProfile.HiddenWeights }, { "convolution", PrivacyProfile.PublicWeights },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Input_and_output_are_proven_in_the_clear_or_under_roots_in_all_four_ways(string name, PrivacyProfile profile)
    {
        var c = new TensorCase(name, profile);
        foreach (var (x, y) in new (CommittedTensor?, CommittedTensor?)[] { (null, null), (c.X, null), (null, c.Y), (c.X, c.Y) })
        {
            Assert.Equal(Verdict.Accept, c.Model.TryProve(c.Input, TensorCase.Context, x, y, out var proven));
            Assert.Equal(Verdict.Accept, ExecutionProof.Verify(c.Statement(x, y), proven!.Proof));
            Assert.Equal(c.Output, proven.Output.ToArray());
        }
    }

    [Fact]
    public void Executions_of_random_graphs_are_proven_under_roots() =>
        RandomGraphs.Models.Sample(
            model =>
            {
                var registered = RegisteredGraph.Register(model, new RegistrationOptions { TensorBudget = 1 });
                var input = SmallGraphs.Input(model.Graph, model.Graph.Nodes.Length);
                Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(Array.ConvertAll(input, cell => (long)cell), registered.Model, 1, null, out var x));
                Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(registered.Answer(input).AsSpan(), registered.Model, 1, null, out var y));
                if (!registered.Model.HiddenInputLayout.Verdict.IsAccepted) x = null;
                Assert.Equal(Verdict.Accept, registered.TryProve(input, TensorCase.Context, x, y, out var proven));
                var statement = new ExecutionStatement(registered.Model, x is null ? input : default, default, TensorCase.Context) { HiddenInput = x?.Commitment, HiddenOutput = y!.Commitment };
                Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proven!.Proof));
            },
            iter: Counterfoil.Tests.Surroundings.IsCampaign ? 500 : 8, print: model => $"{model.Graph.Input}; {string.Join("; ", model.Graph.Nodes)}");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_execution_of_another_input_is_refused_under_a_root(bool clear)
    {
        var other = new TensorCase("mlp", seed: 1);
        var statement = mlp.Statement(mlp.X, mlp.Y);
        Assert.NotEqual(mlp.Output, other.Output);
        // Everything but the root's own claim is of the other input.
        Assert.Equal(clear ? ZkChecks.Sumcheck : ZkChecks.Pads, mlp.Refused(statement with { HiddenOutput = other.Y.Commitment }, clear, other.Values, y: other.Y));
        // And if that too is of the other: it does not lie under the root.
        Assert.Equal(ZkChecks.Path, mlp.Refused(statement with { HiddenOutput = other.Y.Commitment }, clear, other.Values, x: other.X, y: other.Y));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_output_off_by_one_is_refused_under_a_root(bool clear)
    {
        var cells = (long[])mlp.Output.Clone();
        cells[^1] += cells[^1] < 127 ? 1 : -1;
        var forged = mlp.Commit(cells);
        foreach (var x in new[] { null, mlp.X })
            Assert.Equal(clear ? ZkChecks.Sumcheck : ZkChecks.Pads, mlp.Refused(mlp.Statement(x, forged), clear, y: forged));
    }

    [Fact]
    public void A_cell_out_of_range_is_refused_by_the_lookup()
    {
        // Everything is as if 200 were an int8: the executor computes with it, the root holds it, the columns do.
        var values = new List<long[]> { (long[])rows.Values[0].Clone() };
        values[0][3] = 200;
        while (values.Count < rows.Source.Graph.Values) values.Add(PrimitiveExecutor.Run(rows.Source, values.Count - 1, values));
        CommittedTensor x = rows.Commit(values[0]), y = rows.Commit(values[^1]);
        var statement = rows.Statement(x, y);
        var layout = TensorCase.Plan(statement).Layout;
        var block = layout.Blocks.Single(b => b.Kind == CellKind.Input);
        var witness = new ExecutionWitness(layout, rows.Values);
        witness.Column(GraphLayout.Value)[block.Offset + 3] = Goldilocks.FromInteger(200);
        Assert.Equal(ZkChecks.Lookup, rows.Refused(statement, true, values, witness, x, y));
        Assert.Equal(ZkChecks.Pads, rows.Refused(statement, false, values, witness, x, y));
        // An honest prover does not even begin.
        Assert.Throws<ArgumentException>(() => rows.Model.TryProve([.. values[0].Select(v => (int)v)], TensorCase.Context, x, y, out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_root_made_for_challenges_known_in_advance_needs_them_to_be_those(bool frozen)
    {
        // With the point of the input known, cells that are no tensor have its value there; the columns hold the honest input.
        Transcript Challenges() => frozen ? new FrozenTranscript(5, inBaseField: true) : new KeccakTranscript();
        var recorded = new MessageTranscript(new FrozenTranscript(5, inBaseField: true));
        mlp.Prove(mlp.Statement(mlp.X, null), recorded, clear: true);
        int variables = TensorCase.Plan(mlp.Statement(mlp.X, null)).Layout.Variables, outputs = Multilinear.VariablesFor(mlp.Output.Length), inputs = mlp.X.Commitment.Variables;
        var point = recorded.Challenges("fraction-layer")[^1].AsSpan(1 + variables + 2 + outputs, inputs);
        var equality = Multilinear.Equality<Goldilocks2>(point);
        var elements = Array.ConvertAll(mlp.Values[0], Goldilocks.FromInteger);
        elements[0] += Goldilocks.One;
        elements[1] -= (equality[0] * Goldilocks2.Inverse(equality[1])).C0;
        using var swapped = new CommittedTensor(mlp.Values[0], elements, mlp.X.Commitment.Code, new byte[32], new MemoryProofBudget());
        var statement = mlp.Statement(swapped, null);
        foreach (bool clear in new[] { true, false })
        {
            var proof = mlp.Prove(statement, Challenges(), clear, x: swapped);
            var verdict = ExecutionProof.Verify(statement, TensorCase.Plan(statement, clear), proof, Challenges());
            if (frozen) Assert.Equal(Verdict.Accept, verdict);
            else Assert.Equal(clear ? ZkChecks.Sumcheck : ZkChecks.Pads, Forging.CheckOf(verdict));
        }
    }

    [Fact]
    public void What_follows_the_last_cell_under_a_root_is_zero()
    {
        // The row goes on behind the tensor; a cell there would be a second tensor under one root.
        var elements = Array.ConvertAll(mlp.Values[0], Goldilocks.FromInteger);
        var longer = new CommittedTensor(mlp.Values[0], [.. elements, Goldilocks.One], mlp.X.Commitment.Code, new byte[32], new MemoryProofBudget());
        var statement = mlp.Statement(longer, null) with { HiddenInput = longer.Commitment with { Length = elements.Length } };
        Assert.Equal(ZkChecks.Sumcheck, mlp.Refused(statement, true, x: longer));
        Assert.Equal(ZkChecks.Pads, mlp.Refused(statement, false, x: longer));
    }

    [Fact]
    public void A_proof_holds_under_its_own_roots_alone()
    {
        CommittedTensor x = mlp.Commit(mlp.Values[0]), y = mlp.Commit(mlp.Output);
        Assert.NotEqual(mlp.X.Commitment.Root, x.Commitment.Root);
        var statement = mlp.Statement(mlp.X, mlp.Y);
        var proof = mlp.Prove(statement, new KeccakTranscript());
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proof));
        // The same cells under other roots.
        Assert.False(ExecutionProof.Verify(mlp.Statement(x, mlp.Y), proof).IsAccepted);
        Assert.False(ExecutionProof.Verify(mlp.Statement(mlp.X, y), proof).IsAccepted);
        Assert.False(ExecutionProof.Verify(statement with { Context = new Bytes32(new byte[32]) }, proof).IsAccepted);
        // Even where nothing depends on what was absorbed the columns do not lie under another root.
        var frozen = mlp.Prove(statement, Forging.Transcript(true));
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, frozen, Forging.Transcript(true)));
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(ExecutionProof.Verify(mlp.Statement(x, mlp.Y), frozen, Forging.Transcript(true))));
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(ExecutionProof.Verify(mlp.Statement(mlp.X, y), frozen, Forging.Transcript(true))));
    }

    [Fact]
    public void Every_sampled_byte_is_bound()
    {
        var random = new Random(3);
        var statement = mlp.Statement(mlp.X, mlp.Y);
        var proof = mlp.Prove(statement, new KeccakTranscript());
        int step = Counterfoil.Tests.Surroundings.IsCampaign ? 1 : proof.Length / 90;
        for (int at = random.Next(step); at < proof.Length; at += step)
        {
            var changed = (byte[])proof.Clone();
            changed[at] ^= (byte)(1 << random.Next(8));
            Assert.False(ExecutionProof.Verify(statement, changed).IsAccepted, $"byte {at}");
        }
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(ExecutionProof.Verify(statement, (byte[])[.. proof, 0])));
    }

    [Fact]
    public void Rows_are_not_chosen_by_a_hidden_input()
    {
        var c = new TensorCase("row gather");
        Assert.Equal(ZkChecks.HiddenRows, Forging.CheckOf(c.Model.TryProve(c.Input, TensorCase.Context, c.X, null, out _)));
        Assert.Equal(ZkChecks.HiddenRows, Forging.CheckOf(ExecutionProof.Verify(c.Statement(c.X, c.Y), new byte[100])));
        // Its output may be hidden.
        Assert.Equal(Verdict.Accept, c.Model.TryProve(c.Input, TensorCase.Context, null, c.Y, out var proven));
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(c.Statement(null, c.Y), proven!.Proof));
    }

    [Fact]
    public void A_commitment_that_does_not_fit_the_model_is_refused_by_name()
    {
        var commitment = mlp.X.Commitment;
        var code = commitment.Code;
        foreach (var wrong in new[]
        {
            commitment with { Length = 6 }, commitment with { Length = int.MinValue }, commitment with { Code = code with { LogRowLength = code.LogRowLength - 1, LogInverseRate = code.LogInverseRate + 1 } },
            commitment with { Code = code with { LogInverseRate = code.LogInverseRate + 1 } }, commitment with { Code = code with { Queries = code.Queries - 1 } },
            commitment with { Code = code with { Masks = code.Masks - 1 } }, commitment with { Code = code with { Masks = code.Masks + 1 } }, commitment with { Code = code with { Masks = int.MinValue } },
        })
            Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(ExecutionProof.Verify(mlp.Statement(mlp.X, null) with { HiddenInput = wrong }, new byte[100])));
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(ExecutionProof.Verify(mlp.Statement(null, mlp.Y) with { HiddenOutput = commitment }, new byte[100])));
        // Cells and a root for one tensor.
        Assert.Equal(ZkChecks.Statement, Forging.CheckOf(ExecutionProof.Verify(mlp.Statement(mlp.X, null) with { Input = mlp.Input }, new byte[100])));
        // A model that has no masks: its registration did not ask for any.
        var narrow = RegisteredGraph.Register(mlp.Source);
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(CommittedTensor.TryCommit(mlp.Values[0], narrow.Model, 1, null, out _)));
        var statement = mlp.Statement(mlp.X, null) with { Model = narrow.Model };
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(ExecutionProof.Verify(statement, new byte[100])));
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(ExecutionProof.Verify(statement with { HiddenInput = commitment with { Code = narrow.Model.Parameters.Code } }, new byte[100])));
        // Fewer masks than one opening shows columns, or more than the code can hold.
        foreach (int masks in new[] { code.Queries - 1, code.Length / 2 + 1 })
            Assert.Equal(ZkChecks.ModelHiding, Forging.CheckOf(CommittedGraph.Create(mlp.Source.Graph, mlp.Model.Model.Parameters with { Code = code with { Masks = masks } }, mlp.Model.Model.WeightRoot, out _)));
        // More masks than the queries can look past: refused with the model, whatever it may be asked later.
        var weak = CommittedGraph.Create(mlp.Source.Graph, mlp.Model.Model.Parameters with { Code = code with { Masks = code.Length / 2 - code.RowLength } }, mlp.Model.Model.WeightRoot, out _);
        Assert.Equal(ZkChecks.ModelSecurity, Forging.CheckOf(weak));
        Assert.Contains("queries", weak.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_opening_of_a_model_counts_its_queries_for_one_code()
    {
        // Rows without masks are read in the clear, beside hidden tensors they are read as if they had some. Were the queries of the former counted for the shorter rows, rows far enough from them could be read in two
        // ways: one registered, the other proven with.
        var code = mlp.Model.Model.Parameters.Code;
        Assert.Equal(0, mlp.Model.Model.Parameters.WeightCode.Masks);
        Assert.True(code.QueryBits < mlp.Model.Model.Parameters.WeightCode.QueryBits);
        foreach (var ledger in new[] { mlp.Model.Model.Ledger, TensorCase.Plan(mlp.Statement(mlp.X, mlp.Y)).Ledger })
            foreach (string round in new[] { "registration: queries", "execution: queries" }) Assert.Equal(code.QueryBits, ledger.Terms.Single(t => t.Round == round).Bits);
    }

    [Fact]
    public void The_ledger_of_a_hidden_statement_has_its_terms_and_a_hundred_bits()
    {
        var ledger = TensorCase.Plan(mlp.Statement(mlp.X, mlp.Y)).Ledger;
        Assert.True(ledger.SecurityBits >= SecurityLedger.LeastBits);
        Assert.Contains(ledger.Terms, t => t.Round == "execution: hidden values beside demands");
        Assert.Contains(ledger.Terms, t => t.Round == "execution: queries of the pads");
        Assert.DoesNotContain(mlp.Model.Model.Ledger.Terms, t => t.Round is "execution: hidden values beside demands" or "execution: queries of the pads");
    }
}
