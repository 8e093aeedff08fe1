using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>
/// A block whose sum is a product of two vectors, first over its rows (A and the accumulators without bias), then, once the rows are bound, over its columns (the weights folded over rows, and the value read).
/// </summary>
/// <param name="block">Where it lies.</param>
/// <param name="ofRows">A of the block's rows. Used up.</param>
/// <param name="sums">Per row, Σ W·x (or the bias). Used up.</param>
/// <param name="read">x, of which the biases have none.</param>
/// <param name="fold">Writes Σ over rows of weight·row of W; biases have none.</param>
sealed class MatrixTerm(WeightLayout.Block block, Goldilocks2[] ofRows, Goldilocks2[] sums, Goldilocks2[]? read, Action<Goldilocks2[], Goldilocks2[]>? fold) : IMatrixTerm
{
    Goldilocks2[] left = ofRows, right = sums;
    Goldilocks2 factor = Goldilocks2.One;
    int variables = Multilinear.VariablesFor(block.Height);
    bool overColumns;

    public void Round(int k, Goldilocks2[] point, ref Goldilocks2 constant, ref Goldilocks2 lead)
    {
        if (!overColumns && k < block.ColumnVariables) StartColumns(point);
        if (Index(k) >= variables)
        {
            // Beyond the block's rows everything is zero: (1 − X) times each vector.
            var sum = factor * Multilinear.InnerProduct<Goldilocks2>(left.AsSpan(0, 1 << variables), right.AsSpan(0, 1 << variables));
            constant += sum;
            lead += sum;
            return;
        }
        int half = 1 << Index(k);
        Goldilocks2 at0 = default, slope = default;
        for (int x = 0; x < half; x++)
        {
            at0 += left[x] * right[x];
            slope += (left[half + x] - left[x]) * (right[half + x] - right[x]);
        }
        constant += factor * at0;
        lead += factor * slope;
    }

    public void Bind(Goldilocks2 r, int k)
    {
        if (Index(k) >= variables)
        {
            var rest = Goldilocks2.One - r;
            factor *= rest * rest;
            return;
        }
        Folding.Bind(left.AsSpan(0, 2 << Index(k)), r);
        Folding.Bind(right.AsSpan(0, 2 << Index(k)), r);
        variables = Index(k);
    }

    /// <inheritdoc/>
    public Goldilocks2 Weight(Goldilocks2[] point)
    {
        if (fold is not null)
        {
            if (!overColumns) StartColumns(point);
            return left[0];
        }
        var weight = right[0];
        for (int k = Multilinear.VariablesFor(block.Height); k < point.Length; k++) weight *= Goldilocks2.One - point[k];
        return weight;
    }

    int Index(int k) => overColumns ? k : k - block.ColumnVariables;

    // Rows are bound: A's value is a factor from now on, and the rows' sum is a sum over columns.
    void StartColumns(Goldilocks2[] point)
    {
        int columns = block.ColumnVariables;
        var rows = Multilinear.EqualityPrefix<Goldilocks2>(point.AsSpan(columns), block.Height);
        var outside = Goldilocks2.One;
        for (int k = columns + Multilinear.VariablesFor(block.Height); k < point.Length; k++) outside *= Goldilocks2.One - point[k];
        factor = left[0] * outside;
        overColumns = true;
        variables = columns;
        left = new Goldilocks2[1 << columns];
        right = new Goldilocks2[1 << columns];
        fold!(rows[..block.Height], left);
        read!.CopyTo(right, 0);
    }
}
