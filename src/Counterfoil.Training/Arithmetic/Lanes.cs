using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Counterfoil.Training.Arithmetic;

/// <summary>How many cells one instruction works on. The results are the same bits on every path; only the speed differs.</summary>
public enum KernelPath
{
    /// <summary>One cell at a time.</summary>
    Scalar,
    /// <summary>Four cells: NEON, SSE, WebAssembly SIMD.</summary>
    Vector128,
    /// <summary>Eight cells: AVX2.</summary>
    Vector256,
    /// <summary>Sixteen cells: AVX-512.</summary>
    Vector512,
}

/// <summary>
/// The operations that the kernels are written in, once for every width. No fused multiply-add: it rounds once where a multiply and
/// an add round twice, and not every machine has it.
/// </summary>
interface ILanes<V> where V : struct
{
    static abstract int Width { get; }
    static abstract V Broadcast(float value);
    static abstract unsafe V Load(float* from);
    static abstract unsafe void Store(V value, float* to);
    static abstract V Add(V a, V b);
    static abstract V Subtract(V a, V b);
    static abstract V Multiply(V a, V b);
}

readonly struct ScalarLanes : ILanes<float>
{
    public static int Width => 1;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float Broadcast(float value) => value;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe float Load(float* from) => *from;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe void Store(float value, float* to) => *to = value;
    // The casts forbid a wider intermediate, which the language would otherwise allow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float Add(float a, float b) => (float)(a + b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float Subtract(float a, float b) => (float)(a - b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float Multiply(float a, float b) => (float)(a * b);
}

readonly struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Width => 4;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Broadcast(float value) => Vector128.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe Vector128<float> Load(float* from) => Vector128.Load(from);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe void Store(Vector128<float> value, float* to) => value.Store(to);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;
}

readonly struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Width => 8;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Broadcast(float value) => Vector256.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe Vector256<float> Load(float* from) => Vector256.Load(from);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe void Store(Vector256<float> value, float* to) => value.Store(to);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;
}

readonly struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Width => 16;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Broadcast(float value) => Vector512.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe Vector512<float> Load(float* from) => Vector512.Load(from);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static unsafe void Store(Vector512<float> value, float* to) => value.Store(to);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;
}
