using Counterfoil.Zk.Graphs;

namespace Counterfoil.Zk.Execution;

/// <summary>What a verifier computes for himself: linear primitives over what the statement gives.</summary>
static class PublicArithmetic
{
    /// <summary>What a node writes.</summary>
    public static long[] Run(Primitive node, IReadOnlyList<long[]?> values)
    {
        var y = new long[node.Length];
        switch (node)
        {
            case Movement movement:
                long[] x = movement.Inputs.Length == 1 ? values[movement.Inputs[0]]! : [.. movement.Inputs.SelectMany(v => values[v]!)];
                for (int i = 0; i < y.Length; i++) y[i] = movement.Map[i] >= 0 ? x[movement.Map[i]] : movement.Constants[-1 - movement.Map[i]];
                break;
            case Combination combination:
                Array.Fill(y, combination.Constant);
                foreach (var (value, factor) in combination.Terms)
                    for (int i = 0; i < y.Length; i++) y[i] += factor * values[value]![i];
                break;
            case WindowSum { Window: var w } sum:
                int at = 0;
                for (int n = 0; n < w.N; n++)
                    for (int c = 0; c < w.C; c++)
                        for (int i = 0; i < w.OH; i++)
                            for (int j = 0; j < w.OW; j++, at++)
                                for (int u = 0; u < w.KH; u++)
                                    for (int v = 0; v < w.KW; v++)
                                        if (w.Cell(n, c, i, j, u, v) is >= 0 and var cell) y[at] += values[sum.Input]![cell];
                break;
            default: throw new InvalidOperationException($"not public: {node.GetType().Name}");
        }
        return y;
    }
}
