using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The loops of <see cref="FractionalSumProver"/>. Lengths are powers of two and multiples of the lanes.</summary>
static class FractionKernel<V, L> where V : struct where L : struct, IWordLanes<V>
{
    /// <summary>Adds the fractions of the lower half to those of the upper half.</summary>
    public static void Add(ExtensionVector p, ExtensionVector q, ExtensionVector sumP, ExtensionVector sumQ)
    {
        int half = sumP.Length;
        for (int x = 0; x < half; x += L.Count)
        {
            (V, V) q0 = q.Load<V, L>(x), q1 = q.Load<V, L>(half + x);
            sumP.Store<V, L>(x, Cross(p.Load<V, L>(x), q1, p.Load<V, L>(half + x), q0));
            sumQ.Store<V, L>(x, GoldilocksLanes<V, L>.Multiply(q0, q1));
        }
    }

    /// <summary>target += factor·source.</summary>
    public static void AddScaled(ExtensionVector target, ExtensionVector source, Goldilocks2 factor)
    {
        var scale = GoldilocksLanes<V, L>.Broadcast(factor);
        for (int x = 0; x < target.Length; x += L.Count)
            target.Store<V, L>(x, GoldilocksLanes<V, L>.Add(target.Load<V, L>(x), GoldilocksLanes<V, L>.Multiply(scale, source.Load<V, L>(x))));
    }

    /// <summary>Σ eq·(p₀q₁ + p₁q₀) with the highest variable at 0, at 1, and its leading coefficient.</summary>
    public static (Goldilocks2 At0, Goldilocks2 At1, Goldilocks2 Lead) Round(
        ExtensionVector equality, ExtensionVector p0, ExtensionVector q0, ExtensionVector p1, ExtensionVector q1)
    {
        int half = p0.Length / 2;
        (V, V) at0 = default, at1 = default, lead = default;
        for (int x = 0; x < half; x += L.Count)
        {
            int y = half + x;
            (V, V) a0 = p0.Load<V, L>(x), b0 = q0.Load<V, L>(x), c0 = p1.Load<V, L>(x), d0 = q1.Load<V, L>(x);
            (V, V) a1 = p0.Load<V, L>(y), b1 = q0.Load<V, L>(y), c1 = p1.Load<V, L>(y), d1 = q1.Load<V, L>(y);
            var weight = equality.Load<V, L>(x);
            at0 = Accumulate(at0, weight, Cross(a0, d0, c0, b0));
            at1 = Accumulate(at1, weight, Cross(a1, d1, c1, b1));
            lead = Accumulate(lead, weight, Cross(
                GoldilocksLanes<V, L>.Subtract(a1, a0), GoldilocksLanes<V, L>.Subtract(d1, d0),
                GoldilocksLanes<V, L>.Subtract(c1, c0), GoldilocksLanes<V, L>.Subtract(b1, b0)));
        }
        return (GoldilocksLanes<V, L>.Sum(at0), GoldilocksLanes<V, L>.Sum(at1), GoldilocksLanes<V, L>.Sum(lead));
    }

    /// <summary>Adds the upper half to the lower: eq over one variable fewer, since the bound variable's two values sum to one.</summary>
    public static void Halve(ExtensionVector equality)
    {
        int half = equality.Length / 2;
        for (int x = 0; x < half; x += L.Count)
            equality.Store<V, L>(x, GoldilocksLanes<V, L>.Add(equality.Load<V, L>(x), equality.Load<V, L>(half + x)));
    }

    static (V, V) Cross((V, V) a, (V, V) d, (V, V) c, (V, V) b) =>
        GoldilocksLanes<V, L>.Add(GoldilocksLanes<V, L>.Multiply(a, d), GoldilocksLanes<V, L>.Multiply(c, b));

    static (V, V) Accumulate((V, V) sum, (V, V) weight, (V, V) value) =>
        GoldilocksLanes<V, L>.Add(sum, GoldilocksLanes<V, L>.Multiply(weight, value));
}
