using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Attacks;
using Counterfoil.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>
/// Every lie about an execution, told by a prover who bends one message wherever a relation does not hold. Who knows the challenges in advance is believed, so nothing but the challenge that meets the lie stands in
/// its way; who does not know them is refused by that very check.
/// </summary>
public sealed class ExecutionLieTests
{
    static readonly Bytes32 Context = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
    static readonly Dictionary<string, RegisteredGraph> Registered = SmallGraphs.All.ToDictionary(m => m.Key, m => RegisteredGraph.Register(m.Value));

    public static TheoryData<string> Names => [.. SmallGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_lie_at_any_node_from_which_all_else_follows(string name)
    {
        var (model, source) = (Registered[name], SmallGraphs.All[name]);
        for (int v = 1; v < model.Model.Graph.Values; v++)
            if (Follow(model, source, v) is { } values) Met(model, source, values, Witness(model, values));
    }

    [Theory]
    [InlineData("linear rows", "proof.matrix")]
    [InlineData("convolution", "proof.matrix")]
    [InlineData("cell product", "proof.factors")]
    [InlineData("matrix product of products", "proof.factors")]
    public void A_lie_about_what_is_multiplied_or_added_is_met_where_that_is_proven(string name, string check)
    {
        var (model, source) = (Registered[name], SmallGraphs.All[name]);
        var values = Follow(model, source, 1)!;
        Assert.Equal(check, Met(model, source, values, Witness(model, values))?.Id);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_cell_of_any_column_that_is_another(string name)
    {
        var model = Registered[name];
        var values = model.Execute(SmallGraphs.Input(model.Model.Graph, 1));
        var layout = model.Model.Layout;
        for (int c = 0; c < layout.Columns; c++)
            for (int x = 0; x < layout.Lengths[c]; x += 1 + layout.Lengths[c] / 2)
            {
                // σ means something on requantised cells alone.
                if (c == GraphLayout.Side && layout.Blocks.First(b => x < b.End).Kind != CellKind.Requantised) continue;
                using var witness = Witness(model, values);
                witness.Column(c)[x] += Goldilocks.FromUInt64(1UL << 40);
                Met(model, SmallGraphs.All[name], values, witness);
            }
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("convolution")]
    [InlineData("depthwise")]
    [InlineData("parameter multiplied")]
    [InlineData("row gather")]
    public void Weights_other_than_those_registered(string name)
    {
        var model = Registered[name];
        var source = SmallGraphs.All[name];
        var others = source with { Hidden = SmallGraphs.Hide(source.Graph, 77) };
        if (!others.Validate(out _).IsAccepted) Assert.Fail("the other weights are no weights");
        var values = PrimitiveExecutor.Execute(others, SmallGraphs.Input(source.Graph, 1));
        Met(model, source, values, Witness(model, values), others);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_input_other_than_the_one_asked(string name)
    {
        var model = Registered[name];
        int[] asked = SmallGraphs.Input(model.Model.Graph, 1), other = SmallGraphs.Input(model.Model.Graph, 2);
        var values = model.Execute(other);
        if (name == "row gather") return; // rows chosen by the input are chosen by the verifier himself
        Met(model, SmallGraphs.All[name], values, Witness(model, values), input: asked);
    }

    // The lie stands at one node; everything after it is computed honestly from it.
    static List<long[]>? Follow(RegisteredGraph model, IntegerModel source, int lie)
    {
        var values = new List<long[]> { model.Execute(SmallGraphs.Input(source.Graph, 1))[0] };
        var range = model.Model.Layout.Ranges;
        for (int v = 1; v < source.Graph.Values; v++)
        {
            try
            {
                values.Add(PrimitiveExecutor.Run(source, v - 1, values));
            }
            catch (Exception e) when (e is IndexOutOfRangeException or DivideByZeroException)
            {
                return null; // nothing can be computed from this lie
            }
            if (v == lie) values[v][0] += values[v][0] < range[v].Most ? 1 : -1;
        }
        var output = values[source.Graph.Output];
        return output.All(y => y >= range[source.Graph.Output].Least && y <= range[source.Graph.Output].Most) ? values : null;
    }

    static ExecutionWitness Witness(RegisteredGraph model, IReadOnlyList<long[]> values)
    {
        try
        {
            return new ExecutionWitness(model.Model.Layout, values);
        }
        catch (IndexOutOfRangeException)
        {
            // No lookup to count it by: the columns of the truth, the values of the lie.
            return new ExecutionWitness(model.Model.Layout, model.Execute([.. values[0].Select(x => (int)x)]));
        }
    }

    static Check? Met(RegisteredGraph model, IntegerModel source, IReadOnlyList<long[]> values, ExecutionWitness witness, IntegerModel? weights = null, int[]? input = null) =>
        new MaliciousProver(new ExecutionStatement(model.Model, input ?? [.. values[0].Select(x => (int)x)], values[model.Model.Graph.Output], Context), source, values, witness, weights).Tell();
}
