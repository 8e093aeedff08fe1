using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Zk.Fields;

/// <summary>Four lanes of <see cref="Goldilocks"/> arithmetic, least residues in and out. Only where <see cref="IsSupported"/>.</summary>
static class GoldilocksVector256
{
    /// <summary>Whether this machine multiplies 32-bit halves four at a time.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Add(Vector256<ulong> a, Vector256<ulong> b)
    {
        var p = Vector256.Create(Goldilocks.Modulus);
        var complement = p - b;
        return a - complement + (Vector256.LessThan(a, complement) & p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Subtract(Vector256<ulong> a, Vector256<ulong> b) =>
        a - b + (Vector256.LessThan(a, b) & Vector256.Create(Goldilocks.Modulus));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Multiply(Vector256<ulong> a, Vector256<ulong> b)
    {
        // Schoolbook on 32-bit halves, then 2^64 ≡ 2^32 − 1 and 2^96 ≡ −1 as in the scalar form.
        var epsilon = Vector256.Create(0xFFFF_FFFFUL);
        Vector256<ulong> aHigh = a >>> 32, bHigh = b >>> 32;
        var low = Product(a, b);
        var middle = Product(aHigh, b) + (low >>> 32);
        var cross = Product(a, bHigh) + (middle & epsilon);
        var high = Product(aHigh, bHigh) + (middle >>> 32) + (cross >>> 32);
        low = (cross << 32) | (low & epsilon);

        var top = high >>> 32;
        var t = low - top - (Vector256.LessThan(low, top) & epsilon);
        var fold = Product(high, epsilon);
        var r = t + fold;
        r += Vector256.LessThan(r, fold) & epsilon;
        return Vector256.Min(r, r - Vector256.Create(Goldilocks.Modulus));
    }

    /// <summary>The products of the low halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Product(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Multiply(a.AsUInt32(), b.AsUInt32());
}
