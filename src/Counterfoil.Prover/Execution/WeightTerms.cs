using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Prover.Execution;

/// <summary>The sum over weights, block by block: what every linear map reads is summed over its positions first, so that no weight is touched more than once.</summary>
sealed class WeightTerms
{
    readonly CommittedGraph model;
    readonly HiddenMatrix hidden;
    readonly HiddenLayout layout;
    readonly GraphLayout graph;
    readonly Goldilocks2[] biases;

    // Per block of a linear map: what it reads by column, and per row Σ W·that.
    readonly Goldilocks2[]?[] reads, sums, rows;

    public WeightTerms(CommittedGraph model, ProductClaims products, IReadOnlyList<long[]> values, HiddenMatrix hidden)
    {
        (this.model, this.hidden, layout, graph) = (model, hidden, model.Hidden, model.Layout);
        int count = layout.Values.Length;
        (reads, sums, rows) = (new Goldilocks2[count][], new Goldilocks2[count][], new Goldilocks2[count][]);
        biases = WeightClaims.BiasWeights(graph, layout, products);
        for (int i = 0; i < hidden.Biases.Length; i++) Linear += biases[i] * Goldilocks.FromInteger(hidden.Biases.Span[i]);
        for (int l = 0; l < count; l++)
        {
            if (graph.Graph.Nodes[layout.Values[l] - 1] is not LinearMap map) continue;
            var block = graph.Products[graph.ProductOf[layout.Values[l]]];
            var positions = products.Positions(block);
            var read = reads[l] = new Goldilocks2[map.Groups * map.Columns];
            WindowPass.Gather(map.Window, positions, values[map.Input], read);
            products.ScaleGroups(block, read);
            rows[l] = products.Rows(block).ToArray();
            sums[l] = Sums(map, products.Of(block, 1), positions, values[layout.Values[l]], hidden.Biases.Span[layout.BiasOf[layout.Values[l]]..]);
            for (int o = 0; o < rows[l]!.Length; o++) Linear += rows[l]![o] * sums[l]![o];
        }
    }

    /// <summary>The products with weights, as they are claimed: the accumulators at the point.</summary>
    public Goldilocks2 Linear { get; }

    /// <summary>What the adjoint says of all parameters.</summary>
    public Goldilocks2 Parameters(Adjoint adjoint)
    {
        var sum = Goldilocks2.Zero;
        for (int l = 0; l < layout.Values.Length; l++)
        {
            if (adjoint.Parameters[layout.Values[l]] is not { } form) continue;
            foreach (var (start, weights) in form.Stretches)
            {
                var cells = hidden.Block(l)[start..];
                for (int i = 0; i < weights.Length; i++) sum += weights[i] * Goldilocks.FromInteger(cells[i] - 128);
            }
        }
        return sum;
    }

    /// <summary>The terms of the sum-check.</summary>
    public List<IMatrixTerm> Terms(Adjoint adjoint, Goldilocks2 xi)
    {
        var terms = new List<IMatrixTerm>();
        for (int l = 0; l < layout.Values.Length; l++)
        {
            var block = layout.Weights.Blocks[l];
            int index = l;
            if (reads[l] is { } read)
            {
                int size = 1 << Multilinear.VariablesFor(block.Height);
                Goldilocks2[] left = new Goldilocks2[size], right = new Goldilocks2[size];
                rows[l]!.CopyTo(left, 0);
                sums[l]!.CopyTo(right, 0);
                terms.Add(new MatrixTerm(block, left, right, read, (weights, sum) => hidden.FoldBlock(index, weights, sum)));
            }
            else terms.Add(new ParameterTerm(block.Height, hidden.Padded(l), adjoint.Parameters[layout.Values[l]], xi));
        }
        int length = 1 << Multilinear.VariablesFor(biases.Length);
        Goldilocks2[] a = new Goldilocks2[length], b = new Goldilocks2[length];
        for (int i = 0; i < biases.Length; i++) (a[i], b[i]) = (biases[i], Goldilocks2.FromInteger(hidden.Biases.Span[i]));
        terms.Add(new MatrixTerm(layout.Weights.Biases, a, b, null, null));
        return terms;
    }

    /// <summary>What every linear map reads, at the point.</summary>
    public Goldilocks2[] Reads(Goldilocks2[] point)
    {
        var values = new List<Goldilocks2>();
        for (int l = 0; l < reads.Length; l++)
            if (reads[l] is { } read) values.Add(Multilinear.InnerProduct<Goldilocks2>(read, Multilinear.Equality<Goldilocks2>(point.AsSpan(0, layout.Weights.Blocks[l].ColumnVariables))));
        return [.. values];
    }

    // Per output in a group, Σ over inputs, groups and positions of eq·(accumulator less bias).
    static Goldilocks2[] Sums(LinearMap map, Goldilocks2[] groups, Goldilocks2[] positions, long[] accumulators, ReadOnlySpan<int> biases)
    {
        int height = map.Outputs / map.Groups, places = map.Window.Positions;
        var sums = new Goldilocks2[height];
        for (int n = 0, at = 0; n < map.Window.N; n++)
            for (int o = 0; o < map.Outputs; o++)
            {
                var sum = Goldilocks2.Zero;
                for (int p = 0; p < places; p++, at++) sum += positions[n * places + p] * Goldilocks.FromInteger(accumulators[at] - biases[o]);
                sums[o % height] += sum * groups[o / height];
            }
        return sums;
    }
}
