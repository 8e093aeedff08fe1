using Counterfoil.Models;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Execution;

public sealed class LayoutProperties
{
    static long Iterations => Counterfoil.Tests.Surroundings.IsCampaign ? 5_000 : 40;

    static (GraphLayout Layout, ExecutionWitness Witness, IReadOnlyList<long[]> Values, int[] Input) Execute(IntegerModel model, int seed, bool hidesInput = false)
    {
        Assert.True(GraphLayout.Derive(model.Graph, out var layout, hidesInput).IsAccepted);
        var input = SmallGraphs.Input(model.Graph, seed);
        var values = PrimitiveExecutor.Execute(model, input);
        return (layout!, new ExecutionWitness(layout!, values), values, input);
    }

    // With the input in the clear, and, unless it chooses rows, with the input among what is committed.
    static void Holds(IntegerModel model)
    {
        foreach (bool hidesInput in new[] { false, true })
        {
            if (hidesInput && !GraphLayout.Derive(model.Graph, out _, hidesInput).IsAccepted) return;
            var (layout, witness, values, input) = Execute(model, model.Graph.Nodes.Length, hidesInput);
            var check = ClearCheck.Of(layout, witness, model.Hidden, input);
            Assert.Null(check.Wrong());
            for (int v = 0; v < values.Count; v++) Assert.Equal(values[v].Select(Goldilocks.FromInteger), check.Values[v]);
        }
    }

    [Fact]
    public void The_layout_of_every_primitive_evaluates_to_what_the_executor_computes()
    {
        foreach (var model in SmallGraphs.All.Values) Holds(model);
    }

    [Fact]
    public void The_layout_of_a_random_graph_evaluates_to_what_the_executor_computes() => RandomGraphs.Models.Sample(Holds, iter: Iterations, print: Print);

    [Fact]
    public void A_witness_with_another_cell_satisfies_nothing() =>
        Gen.Select(RandomGraphs.Models, Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Long[1, 1L << 40]).Sample(
            (model, column, cell, change) =>
            {
                var (layout, witness, _, input) = Execute(model, 1);
                if (layout.Count == 0) return;
                // Multiplicities are counted by the lookups; σ means something on requantised cells alone.
                int c = column % layout.FirstMultiplicity, x = cell % layout.Count;
                if (x >= layout.Lengths[c] || c == GraphLayout.Side && layout.Blocks.First(b => x < b.End).Kind != CellKind.Requantised) return;
                witness.Column(c)[x] += Goldilocks.FromInteger(change);
                Assert.NotNull(ClearCheck.Of(layout, witness, model.Hidden, input).Wrong());
            },
            iter: Iterations, print: t => Print(t.Item1));

    [Fact]
    public void A_form_carried_back_has_the_value_of_the_form() =>
        Gen.Select(RandomGraphs.Models, Gen.Int[0, int.MaxValue]).Sample(
            (model, seed) =>
            {
                var (layout, witness, values, input) = Execute(model, 2);
                var random = new Random(seed);
                var known = new long[]?[values.Count];
                for (int v = 0; v < known.Length; v++) known[v] = values[v];
                var adjoint = new Adjoint(layout, known);
                var expected = Goldilocks2.Zero;
                foreach (int v in new[] { random.Next(values.Count), values.Count - 1 })
                {
                    var form = adjoint.Of(v);
                    for (int i = 0; i < form.Length; i++)
                    {
                        var weight = new Goldilocks2(Goldilocks.FromInteger(random.NextInt64()), Goldilocks.FromInteger(random.NextInt64()));
                        form[i] += weight;
                        expected += weight * Goldilocks.FromInteger(values[v][i]);
                    }
                }
                adjoint.Propagate();
                var found = adjoint.Known;
                for (int x = 0; x < layout.Count; x++) found += adjoint.Columns[x] * witness.Column(GraphLayout.Value)[x];
                for (int b = 0; b < layout.Products.Length; b++)
                    for (int i = 0; i < layout.Places[b].Length; i++) found += adjoint.Products[layout.Places[b][i]] * Goldilocks.FromInteger(values[layout.Products[b].Value][i]);
                for (int v = 1; v < values.Count; v++)
                    if (adjoint.Parameters[v] is { } form)
                        foreach (var (start, weights) in form.Stretches)
                            for (int i = 0; i < weights.Length; i++) found += weights[i] * Goldilocks.FromInteger(values[v][start + i]);
                Assert.Equal(expected, found);
            },
            iter: Iterations, print: t => Print(t.Item1));

    static string Print(IntegerModel model) => $"{model.Graph.Input}; {string.Join("; ", model.Graph.Nodes)}";
}
