using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>The integer graphs that today's protocol proves: matrix products with requantisation, each of an earlier value.</summary>
public static class GemmGraph
{
    /// <summary>The same integers as a <see cref="Graph"/> of Gemm nodes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="graph">The graph, or null unless accepted.</param>
    /// <param name="parameters">Weights and biases, one per node of the graph.</param>
    public static Verdict TryLower(IntegerModel model, out Graph? graph, out ImmutableArray<GemmParameters> parameters)
    {
        ArgumentNullException.ThrowIfNull(model);
        (graph, parameters) = (null, []);
        var nodes = ImmutableArray.CreateBuilder<Node>();
        var cells = ImmutableArray.CreateBuilder<GemmParameters>();
        var number = new int[model.Graph.Values];
        Array.Fill(number, -1);
        number[0] = 0;
        for (int i = 0; i < model.Graph.Nodes.Length; i++)
        {
            switch (model.Graph.Nodes[i])
            {
                case LinearMap { Window: { IsRows: true, N: 1 }, Groups: 1 } map when number[map.Input] >= 0: break;
                case Requantise { Most: 127, Least: 0 or -127 } r when r.Input > 0 && model.Graph.Nodes[r.Input - 1] is LinearMap map && number[map.Input] >= 0:
                    ImmutableArray<uint> multipliers = r.Multipliers.Length == 1 ? [.. Enumerable.Repeat(r.Multipliers[0], map.Outputs)] : r.Multipliers;
                    if (r.Inner != 1 && r.Multipliers.Length > 1) goto default;
                    nodes.Add(new Gemm(number[map.Input], map.Window.C, map.Outputs, new Requantisation(multipliers, r.Shift), r.Least == 0));
                    cells.Add(new GemmParameters(model.Hidden[r.Input - 1].Weights, model.Hidden[r.Input - 1].Biases));
                    number[i + 1] = nodes.Count;
                    break;
                default:
                    return Verdict.Reject(QuantisationChecks.Operator, "a Gemm of one row, or the only ReLU behind one", $"node {i}: {model.Graph.Nodes[i].GetType().Name}");
            }
        }
        if (number[model.Graph.Output] != nodes.Count) return Verdict.Reject(QuantisationChecks.Operator, "the last Gemm to write the output", "an earlier one");
        if (model.Graph.Input is not { Least: -127, Most: 127 }) return Verdict.Reject(QuantisationChecks.Operator, "an input of int8", $"{model.Graph.Input}");
        (graph, parameters) = (new Graph(model.Graph.Input.Length, nodes.ToImmutable()), cells.ToImmutable());
        return IntegerExecutor.Validate(graph, parameters);
    }
}
