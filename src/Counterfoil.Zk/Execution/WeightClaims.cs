using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Execution;

/// <summary>
/// Once the sum over weights is at a point ρ, what is left is a sum over blocks of A(ρ)·X(ρ)·W(ρ): A is public, X a linear form in the value that a linear map reads (1 for parameters and biases), W what is committed.
/// </summary>
sealed class WeightClaims
{
    readonly GraphLayout layout;
    readonly HiddenLayout hidden;
    readonly ProductClaims products;
    readonly Goldilocks2[] point;
    readonly Goldilocks2[] a;

    public WeightClaims(GraphLayout layout, HiddenLayout hidden, ProductClaims products, Adjoint adjoint, Goldilocks2 xi, Goldilocks2[] point)
    {
        (this.layout, this.hidden, this.products, this.point) = (layout, hidden, products, point);
        a = new Goldilocks2[hidden.Weights.Blocks.Length];
        for (int l = 0; l < hidden.Values.Length; l++)
        {
            int value = hidden.Values[l];
            if (layout.ProductOf[value] >= 0) a[l] = At(hidden.Weights.Blocks[l], products.Rows(layout.Products[layout.ProductOf[value]]));
            else if (adjoint.Parameters[value] is { } form) a[l] = xi * form.At(point);
        }
        a[^1] = At(hidden.Weights.Biases, BiasWeights(layout, hidden, products));
    }

    /// <summary>What each bias counts for.</summary>
    public static Goldilocks2[] BiasWeights(GraphLayout layout, HiddenLayout hidden, ProductClaims products)
    {
        var weights = new Goldilocks2[hidden.Weights.Biases.Height];
        foreach (var block in layout.Products)
            if (block.Kind == ProductKind.Linear) products.Biases(block).CopyTo(weights, hidden.BiasOf[block.Value]);
        return weights;
    }

    /// <summary>Demands that the sum over blocks is a claim, given what is read (one per linear map, in the order of the blocks) and the weights there (one per block).</summary>
    public void Demand(VerifierChannel channel, ReadOnlySpan<Claim> read, ReadOnlySpan<Claim> values, Claim claim)
    {
        var products = new List<Product>();
        Claim rest = claim * -Goldilocks2.One;
        for (int l = 0, r = 0; l < a.Length; l++)
            if (IsLinear(l)) products.Add(new(channel.Factor(read[r++]), channel.Factor(values[l]), a[l]));
            else rest += values[l] * a[l];
        channel.Demand([.. products], rest, ZkChecks.MatrixProduct, "weights whose products are the accumulators", "others");
    }

    /// <summary>Adds what each linear map reads at ρ, as a form in its value, times a challenge each.</summary>
    public void AddReads(Adjoint adjoint, ReadOnlySpan<Goldilocks2> challenges)
    {
        for (int l = 0, r = 0; l < hidden.Values.Length; l++)
        {
            if (!IsLinear(l)) continue;
            var map = (LinearMap)layout.Graph.Nodes[hidden.Values[l] - 1];
            var block = layout.Products[layout.ProductOf[hidden.Values[l]]];
            var columns = Multilinear.Equality<Goldilocks2>(point.AsSpan(0, hidden.Weights.Blocks[l].ColumnVariables)).AsSpan(0, hidden.Weights.Blocks[l].Width);
            foreach (ref var column in columns) column *= challenges[r];
            products.ScaleGroups(block, columns);
            WindowPass.Scatter(map.Window, products.Positions(block), columns, adjoint.Of(map.Input));
            r++;
        }
    }

    /// <summary>Σ over blocks of psi·W(ρ), as weights of the matrix's rows beside eq(ρ, ·) over the cells of a row.</summary>
    public static Goldilocks2[] MatrixRows(WeightLayout layout, ReadOnlySpan<Goldilocks2> psi, ReadOnlySpan<Goldilocks2> point)
    {
        var rows = new Goldilocks2[layout.Rows];
        for (int l = 0; l < layout.Blocks.Length; l++)
        {
            var block = layout.Blocks[l];
            var high = Multilinear.EqualityPrefix(point[layout.Code.LogRowLength..], block.Rows);
            for (int r = 0; r < block.Rows; r++) rows[block.FirstRow + r] = psi[l] * high[r];
        }
        return rows;
    }

    bool IsLinear(int block) => block < hidden.Values.Length && layout.ProductOf[hidden.Values[block]] >= 0;

    Goldilocks2 At(WeightLayout.Block block, ReadOnlySpan<Goldilocks2> rows) =>
        Multilinear.InnerProduct(rows, Multilinear.EqualityPrefix<Goldilocks2>(point.AsSpan(block.ColumnVariables), block.Height));
}
