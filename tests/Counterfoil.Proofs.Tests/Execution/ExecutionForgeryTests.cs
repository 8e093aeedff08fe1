using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>
/// False statements about every primitive. A forger who knows the challenges in advance passes; the same forgery fails under the real ones. A prover who lies in one place and is honest from there on is refused by
/// a check that has a name.
/// </summary>
public sealed class ExecutionForgeryTests
{
    static readonly Bytes32 Context = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
    static readonly Dictionary<string, RegisteredGraph> registered = SmallGraphs.All.ToDictionary(m => m.Key, m => RegisteredGraph.Register(m.Value));

    public static TheoryData<string> Names => [.. SmallGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_output_off_by_one_needs_the_challenges_in_advance(string name)
    {
        foreach (bool frozen in new[] { true, false })
        {
            var model = registered[name];
            var values = model.Execute(SmallGraphs.Input(model.Model.Graph, 0));
            var (honest, statement) = (values[model.Model.Graph.Output], Statement(model, values));
            var range = model.Model.Layout.Ranges[model.Model.Graph.Output];
            var forged = (long[])honest.Clone();
            forged[^1] += forged[^1] < range.Most ? 1 : -1;
            var transcript = new MessageTranscript(Transcript(frozen));
            var claimed = statement with { Output = forged };
            var proof = model.Prover(values, claimed).Prove(transcript);
            Assert.Equal(ZkChecks.Sumcheck, CheckOf(ExecutionProof.Verify(claimed, proof, Transcript(frozen))));

            // The forged output moves the claim of the sum over cells and nothing else; the last round takes the difference back.
            var drawn = transcript.Challenges("fraction-layer")[^1];
            int variables = model.Model.Layout.Variables, outputs = Multilinear.VariablesFor(forged.Length);
            var equality = Multilinear.EqualityPrefix<Goldilocks2>(drawn.AsSpan(1 + variables + 2, outputs), forged.Length);
            var change = drawn[1 + variables + 2 + outputs + 2] * equality[forged.Length - 1] * Goldilocks.FromInteger(forged[^1] - honest[^1]);
            var point = transcript.Challenges("cell-round").Select(c => c[0]).ToArray();
            foreach (var r in point) change *= r;
            ProofMap.Shift(proof, transcript.Offset("cell-round"), point[^1], -change);
            Assert.Equal(frozen, ExecutionProof.Verify(claimed, proof, Transcript(frozen)).IsAccepted);
        }
    }

    [Theory]
    [InlineData("cell product", "products", "proof.products")]
    [InlineData("matrix product", "product-value", "proof.products")]
    [InlineData("cell product", "accumulators", "proof.factors")]
    [InlineData("matrix product", "factors", "proof.factors")]
    [InlineData("parameter multiplied", "parameters", "proof.matrix")]
    [InlineData("mlp", "values-read", "proof.matrix")]
    [InlineData("convolution", "weight-values", "proof.matrix")]
    [InlineData("softmax", "columns", "proof.sumcheck")]
    [InlineData("mlp", "opening-value", "proof.commitment.value")]
    public void A_message_that_does_not_fit_is_refused_by_its_own_check_even_under_known_challenges(string name, string label, string check)
    {
        var model = registered[name];
        var values = model.Execute(SmallGraphs.Input(model.Model.Graph, 0));
        var statement = Statement(model, values);
        var said = new MessageTranscript(Transcript(true));
        var proof = model.Prover(values, statement).Prove(said);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proof, Transcript(true)));
        ProofMap.Add(proof, said.Offset(label), Goldilocks2.One);
        Assert.Equal(check, CheckOf(ExecutionProof.Verify(statement, proof, Transcript(true))).Id);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_lie_at_any_node_is_refused(string name)
    {
        var model = registered[name];
        for (int v = 1; v < model.Model.Graph.Values; v++)
            foreach (int change in new[] { 1, -1 })
                AssertRefused(model, SmallGraphs.All[name], v, 0, change);
    }

    [Fact]
    public void No_forgery_of_a_random_graph_is_accepted() =>
        Gen.Select(RandomGraphs.Models, Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Int[-3, 3]).Sample(
            (model, node, cell, change) =>
            {
                if (change == 0) return;
                int v = 1 + node % model.Graph.Nodes.Length;
                AssertRefused(RegisteredGraph.Register(model), model, v, cell % model.Graph.Length(v), change);
            },
            iter: Counterfoil.Tests.Surroundings.IsCampaign ? 10_000 : 30);

    [Fact]
    public void Every_sampled_cell_of_a_witness_is_bound()
    {
        var random = new Random(5);
        foreach (string name in new[] { "softmax", "quotient", "square root", "window maximum", "groups and dilation" })
        {
            var model = registered[name];
            var layout = model.Model.Layout;
            var values = model.Execute(SmallGraphs.Input(model.Model.Graph, 0));
            for (int c = 0; c < layout.FirstMultiplicity; c++)
            {
                if (layout.Lengths[c] == 0) continue;
                int x = random.Next(layout.Lengths[c]);
                if (c == GraphLayout.Side && layout.Blocks.First(b => x < b.End).Kind != CellKind.Requantised) continue;
                var witness = new ExecutionWitness(layout, values);
                witness.Column(c)[x] += Goldilocks.One;
                var statement = Statement(model, values);
                var proof = model.Prover(values, statement).Prove(new KeccakTranscript(), witness);
                Assert.Contains(CheckOf(ExecutionProof.Verify(statement, proof, new KeccakTranscript())), new[] { ZkChecks.Lookup, ZkChecks.Sumcheck, ZkChecks.LookupLayer });
            }
        }
    }

    [Fact]
    public void A_proof_holds_for_its_own_statement_alone()
    {
        var model = registered["convolution"];
        var input = SmallGraphs.Input(model.Model.Graph, 0);
        var proven = model.Prove(input, Context);
        var statement = new ExecutionStatement(model.Model, input, proven.Output.AsMemory(), Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proven.Proof));
        Assert.False(ExecutionProof.Verify(statement with { Context = new(new byte[32]) }, proven.Proof).IsAccepted);
        input[7] ^= 1;
        Assert.False(ExecutionProof.Verify(statement with { Input = input }, proven.Proof).IsAccepted);
        Assert.Equal(ZkChecks.Statement, CheckOf(ExecutionProof.Verify(statement with { Output = new long[3] }, proven.Proof)));
    }

    [Fact]
    public void Every_sampled_byte_of_a_proof_is_bound()
    {
        var random = new Random(7);
        foreach (string name in new[] { "softmax", "groups and dilation", "row gather" })
        {
            var model = registered[name];
            var values = model.Execute(SmallGraphs.Input(model.Model.Graph, 0));
            var statement = Statement(model, values);
            var proof = model.Prover(values, statement).Prove(new KeccakTranscript());
            int step = Counterfoil.Tests.Surroundings.IsCampaign ? 1 : proof.Length / 60;
            for (int at = 0; at < proof.Length; at += step)
            {
                var changed = (byte[])proof.Clone();
                changed[at] ^= (byte)(1 << random.Next(8));
                Assert.False(ExecutionProof.Verify(statement, changed, new KeccakTranscript()).IsAccepted, $"{name}: byte {at}");
            }
            Assert.Equal(ZkChecks.Encoding, CheckOf(ExecutionProof.Verify(statement, (byte[])[.. proof, 0], new KeccakTranscript())));
        }
    }

    [Fact]
    public void Rows_chosen_by_what_is_computed_are_refused_by_name()
    {
        var graph = new IntegerGraph(
            new GraphInput(3, 0, 3), [new CellTable("id", 0, [0, 1, 2, 3])], [new Parameter(8), new Lookup(0, 3, 0), new RowGather(1, 2, 4, 2, 3)], 3);
        var verdict = GraphLayout.Derive(graph, out _);
        Assert.Equal(ZkChecks.ModelGraph, CheckOf(verdict));
        Assert.Contains("node 2", verdict.ToString(), StringComparison.Ordinal);
    }

    // The lie stands at one node; everything after it is computed honestly from it.
    static void AssertRefused(RegisteredGraph model, IntegerModel source, int v, int cell, int change)
    {
        var input = SmallGraphs.Input(source.Graph, 1);
        var honest = model.Execute(input);
        var values = new List<long[]>();
        for (int i = 0; i < source.Graph.Values; i++)
        {
            try
            {
                values.Add(i == 0 ? honest[0] : PrimitiveExecutor.Run(source, i - 1, values));
            }
            catch (Exception e) when (e is IndexOutOfRangeException or DivideByZeroException)
            {
                return; // nothing can be computed from this lie
            }
            if (i == v) values[i][cell] += change;
        }
        var output = values[source.Graph.Output];
        var range = model.Model.Layout.Ranges[source.Graph.Output];
        if (output.Any(y => y < range.Least || y > range.Most)) return; // not even a statement
        ExecutionWitness witness;
        try
        {
            witness = new ExecutionWitness(model.Model.Layout, values);
        }
        catch (IndexOutOfRangeException)
        {
            witness = new ExecutionWitness(model.Model.Layout, honest); // no lookup to count it by: the columns of the truth, the values of the lie
        }
        var statement = Statement(model, values);
        var proof = model.Prover(values, statement).Prove(new KeccakTranscript(), witness);
        var verdict = ExecutionProof.Verify(statement, proof, new KeccakTranscript());
        if (!output.SequenceEqual(honest[source.Graph.Output])) Assert.False(verdict.IsAccepted, $"value {v}, cell {cell}, {change}: {string.Join("; ", source.Graph.Nodes)}");
    }

    static ExecutionStatement Statement(RegisteredGraph model, IReadOnlyList<long[]> values) =>
        new(model.Model, values[0].Select(x => (int)x).ToArray(), values[model.Model.Graph.Output], Context);

    static Transcript Transcript(bool frozen) => frozen ? new FrozenTranscript(11) : new KeccakTranscript();

    static Check CheckOf(Verdict verdict) => Assert.IsType<Verdict.Rejected>(verdict).Reason.Check;
}
