using System.Runtime.CompilerServices;

namespace Counterfoil.Zk.Fields.Lanes;

/// <summary>
/// Arithmetic of <see cref="Goldilocks"/>, lane by lane, least residues in and out. Written once; <typeparamref name="L"/> says how wide.
/// </summary>
static class GoldilocksLanes<V, L> where V : struct where L : struct, IWordLanes<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V a, V b)
    {
        var p = L.Broadcast(Goldilocks.Modulus);
        var complement = L.Minus(p, b);
        return L.Plus(L.Minus(a, complement), L.And(L.Below(a, complement), p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Subtract(V a, V b) => L.Plus(L.Minus(a, b), L.And(L.Below(a, b), L.Broadcast(Goldilocks.Modulus)));

    /// <summary>Schoolbook on 32-bit halves, then 2^64 ≡ 2^32 − 1 and 2^96 ≡ −1 as in <see cref="Goldilocks.Reduce"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V a, V b)
    {
        var epsilon = L.Broadcast(0xFFFF_FFFF);
        V aHigh = L.High(a), bHigh = L.High(b), low = L.Product(a, b);
        var middle = L.Plus(L.Product(aHigh, b), L.High(low));
        var cross = L.Plus(L.Product(a, bHigh), L.And(middle, epsilon));
        var high = L.Plus(L.Plus(L.Product(aHigh, bHigh), L.High(middle)), L.High(cross));
        low = L.Or(L.Raise(cross), L.And(low, epsilon));

        var top = L.High(high);
        var t = L.Minus(L.Minus(low, top), L.And(L.Below(low, top), epsilon));
        var fold = L.Product(high, epsilon);
        var r = L.Plus(t, fold);
        r = L.Plus(r, L.And(L.Below(r, fold), epsilon));
        return L.Min(r, L.Minus(r, L.Broadcast(Goldilocks.Modulus)));
    }

    /// <summary>The product of elements of the extension: Karatsuba, with X² = 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V C0, V C1) Multiply((V C0, V C1) a, (V C0, V C1) b)
    {
        V low = Multiply(a.C0, b.C0), high = Multiply(a.C1, b.C1);
        var cross = Multiply(Add(a.C0, a.C1), Add(b.C0, b.C1));
        var twice = Add(high, high);
        var four = Add(twice, twice);
        return (Add(low, Subtract(Add(four, four), high)), Subtract(Subtract(cross, low), high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V C0, V C1) Add((V C0, V C1) a, (V C0, V C1) b) => (Add(a.C0, b.C0), Add(a.C1, b.C1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V C0, V C1) Subtract((V C0, V C1) a, (V C0, V C1) b) => (Subtract(a.C0, b.C0), Subtract(a.C1, b.C1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V C0, V C1) Broadcast(Goldilocks2 value) => (L.Broadcast(value.C0.Value), L.Broadcast(value.C1.Value));

    /// <summary>The sum of all lanes.</summary>
    public static Goldilocks2 Sum((V C0, V C1) value) => new(Sum(value.C0), Sum(value.C1));

    /// <inheritdoc cref="Sum(ValueTuple{V, V})"/>
    public static Goldilocks Sum(V value)
    {
        Span<ulong> words = stackalloc ulong[L.Count];
        L.Store(value, ref words[0], 0);
        var sum = Goldilocks.Zero;
        foreach (ulong word in words) sum += Goldilocks.FromUInt64(word);
        return sum;
    }
}
