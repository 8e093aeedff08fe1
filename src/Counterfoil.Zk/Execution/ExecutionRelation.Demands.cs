using System.Runtime.InteropServices;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;

namespace Counterfoil.Zk.Execution;

// What a block's cells owe, weighted by T. The weights of their own numbers are Coefficient and Scale; here is put down what is said of y and of products (DemandOfColumns), and of the values that nodes read
// (DemandOfValues): forms apart, so that each is made on a thread of its own.
sealed partial class ExecutionRelation
{
    void DemandOfColumns()
    {
        foreach (var block in layout.Blocks)
        {
            Claim += DemandOfColumns(block, demands.AsSpan(block.Offset, block.Count), adjoint.Columns.Slice(block.Offset, block.Count));
            if (ColumnBlock.HasPair(block.Kind)) PairsOfColumns(block, adjoint.Columns);
        }
    }

    void DemandOfValues()
    {
        foreach (var block in layout.Blocks)
        {
            DemandOfValues(block, demands.AsSpan(block.Offset, block.Count));
            if (ColumnBlock.HasPair(block.Kind)) PairsOfValues(block);
        }
    }

    // Returns the constant part.
    Goldilocks2 DemandOfColumns(ColumnBlock block, ReadOnlySpan<Goldilocks2> t, Span<Goldilocks2> y)
    {
        Goldilocks2 sum = default, second = challenges.Kappa[0], third = challenges.Kappa[1];
        switch (block.Kind)
        {
            // 2^s·(y + σ·G₀) + G₁ − x·M = 2^(s−1)
            case CellKind.Requantised:
                var half = Goldilocks.FromUInt64(1UL << (((Requantise)layout.Graph.Nodes[block.Value - 1]).Shift - 1));
                ExtensionRow.AddScaled(t, half + half, y);
                return half * Mass(challenges.Tau, block.Offset, block.End);
            // y − (what it is made of) = 0
            case CellKind.Exposed:
                ExtensionRow.Add(t, y);
                return default;
            // G₀ − 2m·a − d + 2·(d·y) = 0;  G₁ + G₀ − 2d = −1;  G₂ − y = −Least
            case CellKind.Quotient:
                ExtensionRow.AddScaled(t, -third, y);
                ExtensionRow.AddScaled(t, Goldilocks.FromUInt64(2), ProductsOf(block));
                foreach (var weight in t) sum += weight;
                return -sum * (second + third * Goldilocks.FromInteger(layout.Ranges[block.Value].Least));
            // G₀ + y² − x = 0;  G₁ + G₀ − 2y = 0;  G₂ − y = 0
            case CellKind.Root:
                ExtensionRow.AddScaled(t, -(second + second + third), y);
                ExtensionRow.Add(t, ProductsOf(block));
                return default;
            case CellKind.LookedUp or CellKind.Maximum or CellKind.Input: return default; // the lookup is all there is to say
            default: throw new InvalidOperationException($"no such kind of cell: {block.Kind}");
        }
    }

    void DemandOfValues(ColumnBlock block, ReadOnlySpan<Goldilocks2> t)
    {
        switch (block.Kind)
        {
            case CellKind.Requantised:
                var r = (Requantise)layout.Graph.Nodes[block.Value - 1];
                SubtractMultiplied(t, r, adjoint.Of(r.Input));
                break;
            case CellKind.Exposed:
                ExtensionRow.AddScaled(t, -Goldilocks.One, adjoint.Behind(block.Value));
                break;
            case CellKind.Quotient:
                var q = (Quotient)layout.Graph.Nodes[block.Value - 1];
                ExtensionRow.AddScaled(t, -Goldilocks.FromUInt64(2UL * (ulong)q.Multiplier), adjoint.Of(q.A));
                var d = adjoint.Of(q.B);
                var factor = -(Goldilocks2.One + challenges.Kappa[0] + challenges.Kappa[0]);
                for (int i = 0; i < t.Length; i += q.Inner)
                {
                    Goldilocks2 sum = default;
                    foreach (var weight in t.Slice(i, q.Inner)) sum += weight;
                    d[i / q.Inner] += sum * factor;
                }
                break;
            case CellKind.Root:
                ExtensionRow.AddScaled(t, -Goldilocks.One, adjoint.Of(((SquareRoot)layout.Graph.Nodes[block.Value - 1]).Input));
                break;
        }
    }

    Span<Goldilocks2> ProductsOf(ColumnBlock block) => adjoint.Products.Slice(layout.Products[layout.ProductOf[block.Value]].Offset, block.Count);

    // x[i] −= t[i]·M of cell i.
    static void SubtractMultiplied(ReadOnlySpan<Goldilocks2> t, Requantise r, Span<Goldilocks2> x)
    {
        const int Few = 16;
        if (r.Multipliers.Length == 1) ExtensionRow.AddScaled(t, -Goldilocks.FromUInt64(r.Multipliers[0]), x);
        else if (r.Inner >= Few)
        {
            for (int i = 0; i < t.Length;)
                foreach (uint multiplier in r.Multipliers)
                {
                    ExtensionRow.AddScaled(t.Slice(i, r.Inner), -Goldilocks.FromUInt64(multiplier), x[i..]);
                    i += r.Inner;
                }
        }
        else
        {
            // A row of all multipliers, each as often as it has neighbours, for both coefficients of the extension.
            Goldilocks[] row = new Goldilocks[2 * r.Multipliers.Length * r.Inner], product = new Goldilocks[row.Length];
            for (int i = 0; i < row.Length; i++) row[i] = -Goldilocks.FromUInt64(r.Multipliers[i / 2 / r.Inner]);
            for (int i = 0; i < t.Length; i += row.Length / 2)
            {
                FieldVector.Multiply(MemoryMarshal.Cast<Goldilocks2, Goldilocks>(t.Slice(i, row.Length / 2)), row, product);
                ExtensionRow.Add(MemoryMarshal.Cast<Goldilocks, Goldilocks2>(product.AsSpan()), x[i..]);
            }
        }
    }
}
