using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The loops of a sum-check round: both halves of vectors whose highest variable is bound. Lengths are multiples of the lanes.</summary>
static class SumcheckKernel<V, L> where V : struct where L : struct, IWordLanes<V>
{
    /// <summary>Σ a·b with the variable at 0, and the leading coefficient.</summary>
    public static RoundSums Pair(ExtensionVector a0, ExtensionVector a1, ExtensionVector b0, ExtensionVector b1)
    {
        (V, V) at0 = default, lead = default;
        for (int x = 0; x < a0.Length; x += L.Count)
        {
            (V, V) a = a0.Load<V, L>(x), b = b0.Load<V, L>(x);
            at0 = GoldilocksLanes<V, L>.Add(at0, GoldilocksLanes<V, L>.Multiply(a, b));
            var (da, db) = (GoldilocksLanes<V, L>.Subtract(a1.Load<V, L>(x), a), GoldilocksLanes<V, L>.Subtract(b1.Load<V, L>(x), b));
            lead = GoldilocksLanes<V, L>.Add(lead, GoldilocksLanes<V, L>.Multiply(da, db));
        }
        return new(GoldilocksLanes<V, L>.Sum(at0), GoldilocksLanes<V, L>.Sum(lead), default);
    }

    /// <summary>Σ a·b·c with the variable at 0, and the coefficients of degree 2 and 3.</summary>
    public static RoundSums Triple(ExtensionVector a0, ExtensionVector a1, ExtensionVector b0, ExtensionVector b1, ExtensionVector c0, ExtensionVector c1)
    {
        (V, V) at0 = default, second = default, third = default;
        for (int x = 0; x < a0.Length; x += L.Count)
        {
            (V, V) a = a0.Load<V, L>(x), b = b0.Load<V, L>(x), c = c0.Load<V, L>(x);
            (V, V) da = GoldilocksLanes<V, L>.Subtract(a1.Load<V, L>(x), a), db = GoldilocksLanes<V, L>.Subtract(b1.Load<V, L>(x), b), dc = GoldilocksLanes<V, L>.Subtract(c1.Load<V, L>(x), c);
            var both = GoldilocksLanes<V, L>.Multiply(db, dc);
            var cross = GoldilocksLanes<V, L>.Add(GoldilocksLanes<V, L>.Multiply(db, c), GoldilocksLanes<V, L>.Multiply(b, dc));
            at0 = GoldilocksLanes<V, L>.Add(at0, GoldilocksLanes<V, L>.Multiply(a, GoldilocksLanes<V, L>.Multiply(b, c)));
            second = GoldilocksLanes<V, L>.Add(second, GoldilocksLanes<V, L>.Add(GoldilocksLanes<V, L>.Multiply(da, cross), GoldilocksLanes<V, L>.Multiply(a, both)));
            third = GoldilocksLanes<V, L>.Add(third, GoldilocksLanes<V, L>.Multiply(da, both));
        }
        return new(GoldilocksLanes<V, L>.Sum(at0), GoldilocksLanes<V, L>.Sum(second), GoldilocksLanes<V, L>.Sum(third));
    }

    /// <summary>Σ a·b.</summary>
    public static Zk.Fields.Goldilocks2 Sum(ExtensionVector a, ExtensionVector b)
    {
        (V, V) sum = default;
        for (int x = 0; x < a.Length; x += L.Count) sum = GoldilocksLanes<V, L>.Add(sum, GoldilocksLanes<V, L>.Multiply(a.Load<V, L>(x), b.Load<V, L>(x)));
        return GoldilocksLanes<V, L>.Sum(sum);
    }

    /// <summary>Σ a·b·c.</summary>
    public static Zk.Fields.Goldilocks2 Sum(ExtensionVector a, ExtensionVector b, ExtensionVector c)
    {
        (V, V) sum = default;
        for (int x = 0; x < a.Length; x += L.Count)
            sum = GoldilocksLanes<V, L>.Add(sum, GoldilocksLanes<V, L>.Multiply(a.Load<V, L>(x), GoldilocksLanes<V, L>.Multiply(b.Load<V, L>(x), c.Load<V, L>(x))));
        return GoldilocksLanes<V, L>.Sum(sum);
    }

    /// <summary>values *= factor.</summary>
    public static void Scale(ExtensionVector values, Zk.Fields.Goldilocks2 factor)
    {
        var scale = GoldilocksLanes<V, L>.Broadcast(factor);
        for (int x = 0; x < values.Length; x += L.Count) values.Store<V, L>(x, GoldilocksLanes<V, L>.Multiply(scale, values.Load<V, L>(x)));
    }

    /// <summary>low += r·(high − low).</summary>
    public static void Bind(ExtensionVector low, ExtensionVector high, Zk.Fields.Goldilocks2 r)
    {
        var point = GoldilocksLanes<V, L>.Broadcast(r);
        for (int x = 0; x < low.Length; x += L.Count)
        {
            var value = low.Load<V, L>(x);
            low.Store<V, L>(x, GoldilocksLanes<V, L>.Add(value, GoldilocksLanes<V, L>.Multiply(point, GoldilocksLanes<V, L>.Subtract(high.Load<V, L>(x), value))));
        }
    }
}

/// <summary>What a round sends, in part: the constant coefficient, the second, the third.</summary>
readonly record struct RoundSums(Zk.Fields.Goldilocks2 Constant, Zk.Fields.Goldilocks2 Second, Zk.Fields.Goldilocks2 Third)
{
    public static RoundSums operator +(RoundSums left, RoundSums right) => new(left.Constant + right.Constant, left.Second + right.Second, left.Third + right.Third);
}
