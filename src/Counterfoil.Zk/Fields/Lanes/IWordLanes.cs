using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Zk.Fields.Lanes;

/// <summary>64-bit words side by side: what <see cref="GoldilocksLanes{V,L}"/> computes with. Everything wraps modulo 2^64.</summary>
interface IWordLanes<V> where V : struct
{
    /// <summary>Words.</summary>
    static abstract int Count { get; }

    static abstract V Load(ref ulong source, nuint index);

    static abstract void Store(V value, ref ulong destination, nuint index);

    static abstract V Broadcast(ulong value);

    static abstract V Plus(V a, V b);

    static abstract V Minus(V a, V b);

    static abstract V And(V a, V b);

    static abstract V Or(V a, V b);

    static abstract V Min(V a, V b);

    /// <summary>The upper 32 bits.</summary>
    static abstract V High(V a);

    /// <summary>The lower 32 bits, moved up.</summary>
    static abstract V Raise(V a);

    /// <summary>All ones where a &lt; b.</summary>
    static abstract V Below(V a, V b);

    /// <summary>The product of the lower 32 bits.</summary>
    static abstract V Product(V a, V b);
}

/// <summary>Lanes that hold pairs of words, so whole elements of the extension.</summary>
interface IPairLanes<V> : IWordLanes<V> where V : struct
{
    /// <summary>The same pair everywhere.</summary>
    static abstract V Broadcast(ulong even, ulong odd);

    /// <summary>The words of each pair exchanged.</summary>
    static abstract V Swap(V a);

    /// <summary>The first word of each pair, twice.</summary>
    static abstract V Evens(V a);

    /// <summary>The second word of each pair, twice.</summary>
    static abstract V Odds(V a);
}

/// <summary>Eight words, AVX-512.</summary>
readonly struct WordLanes8 : IPairLanes<Vector512<ulong>>
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;
    public static int Count => 8;
    public static Vector512<ulong> Load(ref ulong source, nuint index) => Vector512.LoadUnsafe(ref source, index);
    public static void Store(Vector512<ulong> value, ref ulong destination, nuint index) => value.StoreUnsafe(ref destination, index);
    public static Vector512<ulong> Broadcast(ulong value) => Vector512.Create(value);
    public static Vector512<ulong> Plus(Vector512<ulong> a, Vector512<ulong> b) => a + b;
    public static Vector512<ulong> Minus(Vector512<ulong> a, Vector512<ulong> b) => a - b;
    public static Vector512<ulong> And(Vector512<ulong> a, Vector512<ulong> b) => a & b;
    public static Vector512<ulong> Or(Vector512<ulong> a, Vector512<ulong> b) => a | b;
    public static Vector512<ulong> Min(Vector512<ulong> a, Vector512<ulong> b) => Vector512.Min(a, b);
    public static Vector512<ulong> High(Vector512<ulong> a) => a >>> 32;
    public static Vector512<ulong> Raise(Vector512<ulong> a) => a << 32;
    public static Vector512<ulong> Below(Vector512<ulong> a, Vector512<ulong> b) => Vector512.LessThan(a, b);
    public static Vector512<ulong> Product(Vector512<ulong> a, Vector512<ulong> b) => Avx512F.Multiply(a.AsUInt32(), b.AsUInt32());
    public static Vector512<ulong> Broadcast(ulong even, ulong odd) => Vector512.Create(even, odd, even, odd, even, odd, even, odd);
    public static Vector512<ulong> Swap(Vector512<ulong> a) => Avx512F.Shuffle(a.AsUInt32(), 0b01_00_11_10).AsUInt64();
    public static Vector512<ulong> Evens(Vector512<ulong> a) => Avx512F.Shuffle(a.AsUInt32(), 0b01_00_01_00).AsUInt64();
    public static Vector512<ulong> Odds(Vector512<ulong> a) => Avx512F.Shuffle(a.AsUInt32(), 0b11_10_11_10).AsUInt64();
}

/// <summary>Four words, AVX2.</summary>
readonly struct WordLanes4 : IPairLanes<Vector256<ulong>>
{
    public static bool IsSupported => Avx2.IsSupported;
    public static int Count => 4;
    public static Vector256<ulong> Load(ref ulong source, nuint index) => Vector256.LoadUnsafe(ref source, index);
    public static void Store(Vector256<ulong> value, ref ulong destination, nuint index) => value.StoreUnsafe(ref destination, index);
    public static Vector256<ulong> Broadcast(ulong value) => Vector256.Create(value);
    public static Vector256<ulong> Plus(Vector256<ulong> a, Vector256<ulong> b) => a + b;
    public static Vector256<ulong> Minus(Vector256<ulong> a, Vector256<ulong> b) => a - b;
    public static Vector256<ulong> And(Vector256<ulong> a, Vector256<ulong> b) => a & b;
    public static Vector256<ulong> Or(Vector256<ulong> a, Vector256<ulong> b) => a | b;
    public static Vector256<ulong> Min(Vector256<ulong> a, Vector256<ulong> b) => Vector256.Min(a, b);
    public static Vector256<ulong> High(Vector256<ulong> a) => a >>> 32;
    public static Vector256<ulong> Raise(Vector256<ulong> a) => a << 32;
    public static Vector256<ulong> Below(Vector256<ulong> a, Vector256<ulong> b) => Vector256.LessThan(a, b);
    public static Vector256<ulong> Product(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Multiply(a.AsUInt32(), b.AsUInt32());
    public static Vector256<ulong> Broadcast(ulong even, ulong odd) => Vector256.Create(even, odd, even, odd);
    public static Vector256<ulong> Swap(Vector256<ulong> a) => Avx2.Shuffle(a.AsUInt32(), 0b01_00_11_10).AsUInt64();
    public static Vector256<ulong> Evens(Vector256<ulong> a) => Avx2.Shuffle(a.AsUInt32(), 0b01_00_01_00).AsUInt64();
    public static Vector256<ulong> Odds(Vector256<ulong> a) => Avx2.Shuffle(a.AsUInt32(), 0b11_10_11_10).AsUInt64();
}

/// <summary>One word: the remainder of a loop, and machines without vectors.</summary>
readonly struct WordLanes1 : IWordLanes<ulong>
{
    public static int Count => 1;
    public static ulong Load(ref ulong source, nuint index) => Unsafe.Add(ref source, index);
    public static void Store(ulong value, ref ulong destination, nuint index) => Unsafe.Add(ref destination, index) = value;
    public static ulong Broadcast(ulong value) => value;
    public static ulong Plus(ulong a, ulong b) => a + b;
    public static ulong Minus(ulong a, ulong b) => a - b;
    public static ulong And(ulong a, ulong b) => a & b;
    public static ulong Or(ulong a, ulong b) => a | b;
    public static ulong Min(ulong a, ulong b) => Math.Min(a, b);
    public static ulong High(ulong a) => a >> 32;
    public static ulong Raise(ulong a) => a << 32;
    public static ulong Below(ulong a, ulong b) => a < b ? ulong.MaxValue : 0;
    public static ulong Product(ulong a, ulong b) => (a & 0xFFFF_FFFF) * (b & 0xFFFF_FFFF);
}
