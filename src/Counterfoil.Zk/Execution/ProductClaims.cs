using System.Buffers;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Execution;

/// <summary>
/// Once the products are claimed at one point of their space, they are a sum over factors: weights times positions for linear maps, and pairs of factors for everything else, which lie in one space of factors
/// so that one sum-check serves all.
/// </summary>
/// <remarks>
/// A pair's left factor takes along whatever weight its product has, so the sum is of plain products, degree 2: of a matrix product Σ_k (E_p·Σ_m E_m·a)·(Σ_n E_n·b), of others (E·a)·b. Each factor is a known linear
/// form in a value (Thaler 2013, and Gruen's remark that a public factor may be folded into a private one).
/// </remarks>
sealed class ProductClaims : IDisposable
{
    readonly GraphLayout layout;
    readonly Goldilocks2[] flat; // lent
    readonly Dictionary<int, Goldilocks2[][]> tensors = [];

    /// <param name="layout">The graph.</param>
    /// <param name="point">The point of the space of products.</param>
    public ProductClaims(GraphLayout layout, ReadOnlySpan<Goldilocks2> point)
    {
        this.layout = layout;
        flat = ArrayPool<Goldilocks2>.Shared.Rent(1 << point.Length);
        Multilinear.WriteEquality(point, flat.AsSpan(0, 1 << point.Length));
        foreach (var block in layout.Products)
            if (block.IsTensor) tensors.Add(block.Value, Tensor(block, point));
    }

    /// <summary>eq of the point: the weight of every product.</summary>
    public ReadOnlySpan<Goldilocks2> Equality => flat.AsSpan(0, 1 << layout.ProductVariables);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => ArrayPool<Goldilocks2>.Shared.Return(flat);

    /// <summary>eq of one dimension of a tensor block; the first takes along the bits above the block.</summary>
    public Goldilocks2[] Of(ProductBlock block, int dimension) => tensors[block.Value][dimension];

    /// <summary>eq over a flat block.</summary>
    public ReadOnlySpan<Goldilocks2> Flat(ProductBlock block) => flat.AsSpan(block.Offset, block.Dimensions[0]);

    /// <summary>eq of every output in its group of a linear map: the weights of a block's rows.</summary>
    public ReadOnlySpan<Goldilocks2> Rows(ProductBlock block) => Of(block, 2).AsSpan(0, block.Dimensions[2]);

    /// <summary>eq of (n, position) of a linear map.</summary>
    public Goldilocks2[] Positions(ProductBlock block)
    {
        Goldilocks2[] inputs = Of(block, 0), places = Of(block, 3);
        var positions = new Goldilocks2[block.Dimensions[0] * block.Dimensions[3]];
        for (int n = 0, at = 0; n < block.Dimensions[0]; n++)
            for (int p = 0; p < block.Dimensions[3]; p++) positions[at++] = inputs[n] * places[p];
        return positions;
    }

    /// <summary>Multiplies the entries of every column of a linear map, group by group, by eq of the group.</summary>
    public void ScaleGroups(ProductBlock block, Span<Goldilocks2> columns)
    {
        int width = columns.Length / block.Dimensions[1];
        for (int g = 0; g < block.Dimensions[1]; g++)
            for (int j = 0; j < width; j++) columns[g * width + j] *= Of(block, 1)[g];
    }

    /// <summary>What each bias of a linear map counts for.</summary>
    public Goldilocks2[] Biases(ProductBlock block)
    {
        Goldilocks2 inputs = Goldilocks2.Zero, places = Goldilocks2.Zero;
        for (int n = 0; n < block.Dimensions[0]; n++) inputs += Of(block, 0)[n];
        for (int p = 0; p < block.Dimensions[3]; p++) places += Of(block, 3)[p];
        var biases = new Goldilocks2[block.Dimensions[1] * block.Dimensions[2]];
        for (int g = 0, at = 0; g < block.Dimensions[1]; g++)
            for (int o = 0; o < block.Dimensions[2]; o++) biases[at++] = inputs * places * Of(block, 1)[g] * Of(block, 2)[o];
        return biases;
    }

    /// <summary>Adds the forms that the two factors are at a point of the space of factors, times <paramref name="left"/> and <paramref name="right"/>.</summary>
    public void AddFactors(Adjoint adjoint, ReadOnlySpan<Goldilocks2> point, Goldilocks2 left, Goldilocks2 right)
    {
        var factors = ArrayPool<Goldilocks2>.Shared.Rent(1 << point.Length);
        Multilinear.WriteEquality(point, factors.AsSpan(0, 1 << point.Length));
        foreach (var block in layout.Products)
        {
            var node = layout.Graph.Nodes[block.Value - 1];
            if (block.Kind == ProductKind.Linear) continue;
            var e = factors.AsSpan(block.Factors, (int)ProductBlock.FactorsOf(node));
            switch (node)
            {
                case MatrixProduct p: AddMatrices(adjoint, p, block, e, left, right); break;
                case CellProduct p:
                    Span<Goldilocks2> a = adjoint.Of(p.A), b = adjoint.Of(p.B);
                    for (int i = 0; i < e.Length; i++)
                    {
                        a[i] += left * e[i] * flat[block.Offset + i];
                        b[i] += right * e[i];
                    }
                    break;
                case Quotient q:
                    var d = adjoint.Of(q.B);
                    var y = adjoint.Columns.Slice(layout.Blocks[layout.BlockOf[block.Value]].Offset, e.Length);
                    for (int i = 0; i < e.Length; i++)
                    {
                        d[i / q.Inner] += left * e[i] * flat[block.Offset + i];
                        y[i] += right * e[i];
                    }
                    break;
                case SquareRoot:
                    y = adjoint.Columns.Slice(layout.Blocks[layout.BlockOf[block.Value]].Offset, e.Length);
                    for (int i = 0; i < e.Length; i++) y[i] += e[i] * (left * flat[block.Offset + i] + right);
                    break;
            }
        }
        ArrayPool<Goldilocks2>.Shared.Return(factors);
    }

    void AddMatrices(Adjoint adjoint, MatrixProduct p, ProductBlock block, ReadOnlySpan<Goldilocks2> e, Goldilocks2 left, Goldilocks2 right)
    {
        Span<Goldilocks2> a = adjoint.Of(p.A), b = adjoint.Of(p.B), columns = Of(block, 2).AsSpan(0, p.N);
        Goldilocks2[] pairs = Of(block, 0), rows = Of(block, 1);
        for (int pair = 0; pair < p.Batch; pair++)
        {
            var part = e.Slice(pair * p.K, p.K);
            for (int m = 0; m < p.M; m++) ExtensionRow.AddScaled(part, left * pairs[pair] * rows[m], a.Slice((pair * p.M + m) * p.K, p.K));
            for (int k = 0; k < p.K; k++) ExtensionRow.AddScaled(columns, right * part[k], b.Slice((pair * p.K + k) * p.N, p.N));
        }
    }

    static Goldilocks2[][] Tensor(ProductBlock block, ReadOnlySpan<Goldilocks2> point)
    {
        var tensor = new Goldilocks2[block.Dimensions.Length][];
        int from = 0;
        for (int d = tensor.Length - 1; d >= 0; d--)
        {
            tensor[d] = Multilinear.Equality(point.Slice(from, block.Variables(d)));
            from += block.Variables(d);
        }
        var above = Goldilocks2.One;
        for (int k = from; k < point.Length; k++) above *= (block.Offset >> k & 1) != 0 ? point[k] : Goldilocks2.One - point[k];
        foreach (ref var weight in tensor[0].AsSpan()) weight *= above;
        return tensor;
    }
}
