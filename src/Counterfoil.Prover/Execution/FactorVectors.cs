using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;

namespace Counterfoil.Prover.Execution;

/// <summary>Both factors of every pair, as <see cref="ProductClaims"/> weighs them.</summary>
sealed class FactorVectors
{
    public FactorVectors(GraphLayout layout, ProductClaims products, IReadOnlyList<long[]> values)
    {
        Left = new Goldilocks2[1 << layout.FactorVariables];
        Right = new Goldilocks2[1 << layout.FactorVariables];
        foreach (var block in layout.Products)
        {
            var node = layout.Graph.Nodes[block.Value - 1];
            if (block.Kind == ProductKind.Linear) continue;
            int count = (int)ProductBlock.FactorsOf(node);
            Span<Goldilocks2> left = Left.AsSpan(block.Factors, count), right = Right.AsSpan(block.Factors, count);
            switch (node)
            {
                case MatrixProduct p: FillMatrices(p, products, block, values[p.A], values[p.B], left, right); break;
                case CellProduct p: Fill(products.Flat(block), values[p.A], values[p.B], 1, left, right); break;
                case Quotient q: Fill(products.Flat(block), values[q.B], values[block.Value], q.Inner, left, right); break;
                case SquareRoot: Fill(products.Flat(block), values[block.Value], values[block.Value], 1, left, right); break;
            }
        }
    }

    public Goldilocks2[] Left { get; }

    public Goldilocks2[] Right { get; }

    static void Fill(ReadOnlySpan<Goldilocks2> e, long[] a, long[] b, int inner, Span<Goldilocks2> left, Span<Goldilocks2> right)
    {
        for (int i = 0; i < e.Length; i++)
        {
            left[i] = e[i] * Goldilocks.FromInteger(a[i / inner]);
            right[i] = Goldilocks2.FromInteger(b[i]);
        }
    }

    static void FillMatrices(MatrixProduct p, ProductClaims products, ProductBlock block, long[] a, long[] b, Span<Goldilocks2> left, Span<Goldilocks2> right)
    {
        Goldilocks2[] pairs = products.Of(block, 0), rows = products.Of(block, 1), columns = products.Of(block, 2);
        for (int pair = 0; pair < p.Batch; pair++)
        {
            var part = left.Slice(pair * p.K, p.K);
            for (int m = 0; m < p.M; m++)
            {
                var row = a.AsSpan((pair * p.M + m) * p.K, p.K);
                for (int k = 0; k < row.Length; k++)
                    if (row[k] != 0) part[k] += rows[m] * Goldilocks.FromInteger(row[k]);
            }
            for (int k = 0; k < p.K; k++)
            {
                part[k] *= pairs[pair];
                var row = b.AsSpan((pair * p.K + k) * p.N, p.N);
                var sum = Goldilocks2.Zero;
                for (int n = 0; n < row.Length; n++)
                    if (row[n] != 0) sum += columns[n] * Goldilocks.FromInteger(row[n]);
                right[pair * p.K + k] = sum;
            }
        }
    }
}
