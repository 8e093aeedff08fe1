using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The loops of <see cref="FractionVectors"/>. Lengths are powers of two and multiples of the lanes.</summary>
static class FractionKernel<V, L> where V : struct where L : struct, IWordLanes<V>
{
    /// <summary>p₀/q₀ + p₁/q₁, fraction by fraction.</summary>
    public static void Add(ExtensionVector p0, ExtensionVector q0, ExtensionVector p1, ExtensionVector q1, ExtensionVector sumP, ExtensionVector sumQ)
    {
        for (int x = 0; x < sumP.Length; x += L.Count)
        {
            (V, V) left = q0.Load<V, L>(x), right = q1.Load<V, L>(x);
            sumP.Store<V, L>(x, Cross(p0.Load<V, L>(x), right, p1.Load<V, L>(x), left));
            sumQ.Store<V, L>(x, GoldilocksLanes<V, L>.Multiply(left, right));
        }
    }

    /// <summary>target += source.</summary>
    public static void Add(ExtensionVector target, ExtensionVector source)
    {
        for (int x = 0; x < target.Length; x += L.Count) target.Store<V, L>(x, GoldilocksLanes<V, L>.Add(target.Load<V, L>(x), source.Load<V, L>(x)));
    }

    /// <summary>target += factor·source.</summary>
    public static void AddScaled(ExtensionVector target, ExtensionVector source, Goldilocks2 factor)
    {
        var scale = GoldilocksLanes<V, L>.Broadcast(factor);
        for (int x = 0; x < target.Length; x += L.Count)
            target.Store<V, L>(x, GoldilocksLanes<V, L>.Add(target.Load<V, L>(x), GoldilocksLanes<V, L>.Multiply(scale, source.Load<V, L>(x))));
    }

    /// <summary>difference = left − right.</summary>
    public static void Subtract(ExtensionVector left, ExtensionVector right, ExtensionVector difference)
    {
        for (int x = 0; x < left.Length; x += L.Count) difference.Store<V, L>(x, GoldilocksLanes<V, L>.Subtract(left.Load<V, L>(x), right.Load<V, L>(x)));
    }

    /// <summary>Σ eq·(p₀q₁ + p₁q₀).</summary>
    public static Goldilocks2 Sum(ExtensionVector equality, ExtensionVector p0, ExtensionVector q0, ExtensionVector p1, ExtensionVector q1)
    {
        (V, V) sum = default;
        for (int x = 0; x < p0.Length; x += L.Count)
            sum = Accumulate(sum, equality.Load<V, L>(x), Cross(p0.Load<V, L>(x), q1.Load<V, L>(x), p1.Load<V, L>(x), q0.Load<V, L>(x)));
        return GoldilocksLanes<V, L>.Sum(sum);
    }

    /// <summary>Σ eq·(p₀q₁ + p₁q₀) with the highest variable at 0, at 1, and its leading coefficient: a, b, c, d are p₀, q₀, p₁, q₁ in the lower half, then in the upper.</summary>
    public static FractionSums Round(
        ExtensionVector equality, ExtensionVector a, ExtensionVector b, ExtensionVector c, ExtensionVector d, ExtensionVector upperA, ExtensionVector upperB, ExtensionVector upperC, ExtensionVector upperD)
    {
        (V, V) at0 = default, at1 = default, lead = default;
        for (int x = 0; x < a.Length; x += L.Count)
        {
            (V, V) a0 = a.Load<V, L>(x), b0 = b.Load<V, L>(x), c0 = c.Load<V, L>(x), d0 = d.Load<V, L>(x);
            (V, V) a1 = upperA.Load<V, L>(x), b1 = upperB.Load<V, L>(x), c1 = upperC.Load<V, L>(x), d1 = upperD.Load<V, L>(x);
            var weight = equality.Load<V, L>(x);
            at0 = Accumulate(at0, weight, Cross(a0, d0, c0, b0));
            at1 = Accumulate(at1, weight, Cross(a1, d1, c1, b1));
            lead = Accumulate(lead, weight, Cross(
                GoldilocksLanes<V, L>.Subtract(a1, a0), GoldilocksLanes<V, L>.Subtract(d1, d0),
                GoldilocksLanes<V, L>.Subtract(c1, c0), GoldilocksLanes<V, L>.Subtract(b1, b0)));
        }
        return new(GoldilocksLanes<V, L>.Sum(at0), GoldilocksLanes<V, L>.Sum(at1), GoldilocksLanes<V, L>.Sum(lead));
    }

    static (V, V) Cross((V, V) a, (V, V) d, (V, V) c, (V, V) b) =>
        GoldilocksLanes<V, L>.Add(GoldilocksLanes<V, L>.Multiply(a, d), GoldilocksLanes<V, L>.Multiply(c, b));

    static (V, V) Accumulate((V, V) sum, (V, V) weight, (V, V) value) =>
        GoldilocksLanes<V, L>.Add(sum, GoldilocksLanes<V, L>.Multiply(weight, value));
}

/// <summary>What a round of a layer is made of, in part: the sum with the variable at 0, at 1, and the leading coefficient, without the factor eq of the variable.</summary>
readonly record struct FractionSums(Goldilocks2 At0, Goldilocks2 At1, Goldilocks2 Lead)
{
    public static FractionSums operator +(FractionSums left, FractionSums right) => new(left.At0 + right.At0, left.At1 + right.At1, left.Lead + right.Lead);
}
