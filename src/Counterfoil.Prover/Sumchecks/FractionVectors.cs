using System.Runtime.Intrinsics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>The loops of <see cref="FractionalSumProver"/>, as wide as machine and length allow.</summary>
static class FractionVectors
{
    /// <summary>sumP/sumQ = p₀/q₀ + p₁/q₁, fraction by fraction; the sum may be where a summand is.</summary>
    public static void Add(ExtensionVector p0, ExtensionVector q0, ExtensionVector p1, ExtensionVector q1, ExtensionVector sumP, ExtensionVector sumQ)
    {
        if (WordLanes8.IsSupported && p0.Length >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.Add(p0, q0, p1, q1, sumP, sumQ);
        else if (WordLanes4.IsSupported && p0.Length >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.Add(p0, q0, p1, q1, sumP, sumQ);
        else FractionKernel<ulong, WordLanes1>.Add(p0, q0, p1, q1, sumP, sumQ);
    }

    /// <summary>target += source.</summary>
    public static void Add(ExtensionVector target, ExtensionVector source)
    {
        if (WordLanes8.IsSupported && target.Length >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.Add(target, source);
        else if (WordLanes4.IsSupported && target.Length >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.Add(target, source);
        else FractionKernel<ulong, WordLanes1>.Add(target, source);
    }

    /// <summary>target += factor·source.</summary>
    public static void AddScaled(ExtensionVector target, ExtensionVector source, Goldilocks2 factor)
    {
        if (WordLanes8.IsSupported && target.Length >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.AddScaled(target, source, factor);
        else if (WordLanes4.IsSupported && target.Length >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.AddScaled(target, source, factor);
        else FractionKernel<ulong, WordLanes1>.AddScaled(target, source, factor);
    }

    /// <summary>difference = left − right.</summary>
    public static void Subtract(ExtensionVector left, ExtensionVector right, ExtensionVector difference)
    {
        if (WordLanes8.IsSupported && left.Length >= 8) FractionKernel<Vector512<ulong>, WordLanes8>.Subtract(left, right, difference);
        else if (WordLanes4.IsSupported && left.Length >= 4) FractionKernel<Vector256<ulong>, WordLanes4>.Subtract(left, right, difference);
        else FractionKernel<ulong, WordLanes1>.Subtract(left, right, difference);
    }

    /// <summary>low += r·(high − low).</summary>
    public static void Bind(ExtensionVector low, ExtensionVector high, Goldilocks2 r)
    {
        if (WordLanes8.IsSupported && low.Length >= 8) SumcheckKernel<Vector512<ulong>, WordLanes8>.Bind(low, high, r);
        else if (WordLanes4.IsSupported && low.Length >= 4) SumcheckKernel<Vector256<ulong>, WordLanes4>.Bind(low, high, r);
        else SumcheckKernel<ulong, WordLanes1>.Bind(low, high, r);
    }

    /// <summary>Σ eq·(p₀q₁ + p₁q₀).</summary>
    public static Goldilocks2 Sum(ExtensionVector equality, ExtensionVector p0, ExtensionVector q0, ExtensionVector p1, ExtensionVector q1) =>
        WordLanes8.IsSupported && p0.Length >= 8 ? FractionKernel<Vector512<ulong>, WordLanes8>.Sum(equality, p0, q0, p1, q1)
        : WordLanes4.IsSupported && p0.Length >= 4 ? FractionKernel<Vector256<ulong>, WordLanes4>.Sum(equality, p0, q0, p1, q1)
        : FractionKernel<ulong, WordLanes1>.Sum(equality, p0, q0, p1, q1);

    /// <inheritdoc cref="FractionKernel{V, L}.Round"/>
    public static FractionSums Round(
        ExtensionVector equality, ExtensionVector a, ExtensionVector b, ExtensionVector c, ExtensionVector d, ExtensionVector upperA, ExtensionVector upperB, ExtensionVector upperC, ExtensionVector upperD) =>
        WordLanes8.IsSupported && a.Length >= 8 ? FractionKernel<Vector512<ulong>, WordLanes8>.Round(equality, a, b, c, d, upperA, upperB, upperC, upperD)
        : WordLanes4.IsSupported && a.Length >= 4 ? FractionKernel<Vector256<ulong>, WordLanes4>.Round(equality, a, b, c, d, upperA, upperB, upperC, upperD)
        : FractionKernel<ulong, WordLanes1>.Round(equality, a, b, c, d, upperA, upperB, upperC, upperD);
}
