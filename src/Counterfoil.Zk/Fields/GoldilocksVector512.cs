using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Zk.Fields;

/// <summary>Eight lanes of <see cref="Goldilocks"/> arithmetic, least residues in and out. Only where <see cref="IsSupported"/>.</summary>
static class GoldilocksVector512
{
    /// <summary>Whether this machine multiplies 32-bit halves eight at a time.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Add(Vector512<ulong> a, Vector512<ulong> b)
    {
        var p = Vector512.Create(Goldilocks.Modulus);
        var complement = p - b;
        return a - complement + (Vector512.LessThan(a, complement) & p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Subtract(Vector512<ulong> a, Vector512<ulong> b) =>
        a - b + (Vector512.LessThan(a, b) & Vector512.Create(Goldilocks.Modulus));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Multiply(Vector512<ulong> a, Vector512<ulong> b)
    {
        // Schoolbook on 32-bit halves, then 2^64 ≡ 2^32 − 1 and 2^96 ≡ −1 as in the scalar form.
        var epsilon = Vector512.Create(0xFFFF_FFFFUL);
        Vector512<ulong> aHigh = a >>> 32, bHigh = b >>> 32;
        var low = Product(a, b);
        var middle = Product(aHigh, b) + (low >>> 32);
        var cross = Product(a, bHigh) + (middle & epsilon);
        var high = Product(aHigh, bHigh) + (middle >>> 32) + (cross >>> 32);
        low = (cross << 32) | (low & epsilon);

        var top = high >>> 32;
        var t = low - top - (Vector512.LessThan(low, top) & epsilon);
        var fold = Product(high, epsilon);
        var r = t + fold;
        r += Vector512.LessThan(r, fold) & epsilon;
        return Vector512.Min(r, r - Vector512.Create(Goldilocks.Modulus));
    }

    /// <summary>The products of the low halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Product(Vector512<ulong> a, Vector512<ulong> b) => Avx512F.Multiply(a.AsUInt32(), b.AsUInt32());
}
