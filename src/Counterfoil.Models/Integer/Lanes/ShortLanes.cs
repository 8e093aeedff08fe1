using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Models.Integer.Lanes;

/// <summary>Products of int16 cells summed in int32, so many at a time. V holds int16 cells as they are loaded, and int32 sums.</summary>
interface IShortLanes<V> where V : struct
{
    /// <summary>Cells of int16 in one vector.</summary>
    static abstract int Width { get; }
    static abstract unsafe V Load(short* from);
    /// <summary>sum + a·b, neighbouring products added; exact while sums stay below 2^31.</summary>
    static abstract V MultiplyAdd(V sum, V a, V b);
    static abstract int Sum(V value);
}

readonly struct ScalarShorts : IShortLanes<int>
{
    public static int Width => 1;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe int Load(short* from) => *from;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int MultiplyAdd(int sum, int a, int b) => sum + (a * b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Sum(int value) => value;
}

readonly struct ShortLanes256 : IShortLanes<Vector256<int>>
{
    public static bool IsSupported => Avx2.IsSupported;
    public static int Width => 16;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe Vector256<int> Load(short* from) => Vector256.Load(from).AsInt32();
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<int> a, Vector256<int> b) => sum + Avx2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16());
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Sum(Vector256<int> value) => Vector256.Sum(value);
}

readonly struct ShortLanes512 : IShortLanes<Vector512<int>>
{
    public static bool IsSupported => Avx512BW.IsSupported;
    public static int Width => 32;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe Vector512<int> Load(short* from) => Vector512.Load(from).AsInt32();
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> MultiplyAdd(Vector512<int> sum, Vector512<int> a, Vector512<int> b) => sum + Avx512BW.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16());
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static int Sum(Vector512<int> value) => Vector512.Sum(value);
}
