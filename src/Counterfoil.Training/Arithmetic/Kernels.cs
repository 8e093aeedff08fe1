using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Counterfoil.Training.Arithmetic;

/// <summary>The two loops that training spends its time in, in a form whose result does not depend on the machine.</summary>
/// <remarks>
/// The order of reduction: every cell of a product is one sum, from its initial value on, of its products in ascending order of the inner index, each
/// product and each sum rounded to float32 (IEEE 754, to nearest, ties to even). Vectors run over cells, never along a sum, and threads share out cells,
/// so any width and any number of threads give the same bits.
/// </remarks>
abstract class Kernels
{
    /// <summary><c>C[i,j] = initial[j] + Σ_t A(t,i)·B[t,j]</c> for rows <paramref name="from"/> to <paramref name="to"/> of C.</summary>
    /// <param name="a">A, read at <c>a[t·aInner + i·aRow]</c>: either way round, without copying a transpose.</param>
    /// <param name="aInner">Cells between neighbours in t.</param>
    /// <param name="aRow">Cells between neighbours in i.</param>
    /// <param name="inner">How many t there are.</param>
    /// <param name="b">B, of C's stride.</param>
    /// <param name="stride">Cells from one row of B and of C to the next: a multiple of 16.</param>
    /// <param name="initial">One cell per column of C, padding included; null is zero.</param>
    /// <param name="c">Where the product goes.</param>
    /// <param name="from">First row.</param>
    /// <param name="to">The row after the last.</param>
    public abstract unsafe void Multiply(float* a, int aInner, int aRow, int inner, float* b, float* initial, float* c, int stride, int from, int to);

    /// <summary><c>v = momentum·v + g; w = w − rate·v</c>, cell by cell.</summary>
    public abstract unsafe void Descend(float* w, float* v, float* g, int length, float rate, float momentum);

    /// <summary>The widest path of this machine.</summary>
    public static KernelPath Widest { get; } =
        Vector512.IsHardwareAccelerated ? KernelPath.Vector512
        : Vector256.IsHardwareAccelerated ? KernelPath.Vector256
        : Vector128.IsHardwareAccelerated ? KernelPath.Vector128
        : KernelPath.Scalar;

    /// <summary>The kernels of a path. A path wider than the machine's works too, slowly: the runtime emulates its vectors.</summary>
    public static Kernels For(KernelPath path) => path switch
    {
        KernelPath.Scalar => new Kernels<ScalarLanes, float>(),
        KernelPath.Vector128 => new Kernels<Lanes128, Vector128<float>>(),
        KernelPath.Vector256 => new Kernels<Lanes256, Vector256<float>>(),
        KernelPath.Vector512 => new Kernels<Lanes512, Vector512<float>>(),
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "no such path"),
    };
}

sealed class Kernels<L, V> : Kernels where L : struct, ILanes<V> where V : struct
{
    public override unsafe void Multiply(float* a, int aInner, int aRow, int inner, float* b, float* initial, float* c, int stride, int from, int to)
    {
        int i = from;
        for (; i + 4 <= to; i += 4)
        {
            int j = 0;
            for (; j + (2 * L.Width) <= stride; j += 2 * L.Width) Tile4x2(a + (i * aRow), aInner, aRow, inner, b + j, initial == null ? null : initial + j, c + (i * stride) + j, stride);
            for (; j < stride; j += L.Width)
                for (int row = i; row < i + 4; row++) Tile1x1(a + (row * aRow), aInner, inner, b + j, initial == null ? null : initial + j, c + (row * stride) + j, stride);
        }
        for (; i < to; i++)
            for (int j = 0; j < stride; j += L.Width) Tile1x1(a + (i * aRow), aInner, inner, b + j, initial == null ? null : initial + j, c + (i * stride) + j, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe void Tile4x2(float* a, int aInner, int aRow, int inner, float* b, float* initial, float* c, int stride)
    {
        V left = initial == null ? L.Broadcast(0) : L.Load(initial), right = initial == null ? L.Broadcast(0) : L.Load(initial + L.Width);
        V c00 = left, c10 = left, c20 = left, c30 = left, c01 = right, c11 = right, c21 = right, c31 = right;
        for (int t = 0; t < inner; t++)
        {
            V b0 = L.Load(b), b1 = L.Load(b + L.Width);
            V x = L.Broadcast(a[0]);
            c00 = L.Add(c00, L.Multiply(x, b0));
            c01 = L.Add(c01, L.Multiply(x, b1));
            x = L.Broadcast(a[aRow]);
            c10 = L.Add(c10, L.Multiply(x, b0));
            c11 = L.Add(c11, L.Multiply(x, b1));
            x = L.Broadcast(a[2 * aRow]);
            c20 = L.Add(c20, L.Multiply(x, b0));
            c21 = L.Add(c21, L.Multiply(x, b1));
            x = L.Broadcast(a[3 * aRow]);
            c30 = L.Add(c30, L.Multiply(x, b0));
            c31 = L.Add(c31, L.Multiply(x, b1));
            a += aInner;
            b += stride;
        }
        L.Store(c00, c);
        L.Store(c01, c + L.Width);
        L.Store(c10, c + stride);
        L.Store(c11, c + stride + L.Width);
        L.Store(c20, c + (2 * stride));
        L.Store(c21, c + (2 * stride) + L.Width);
        L.Store(c30, c + (3 * stride));
        L.Store(c31, c + (3 * stride) + L.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe void Tile1x1(float* a, int aInner, int inner, float* b, float* initial, float* c, int stride)
    {
        V sum = initial == null ? L.Broadcast(0) : L.Load(initial);
        for (int t = 0; t < inner; t++)
        {
            sum = L.Add(sum, L.Multiply(L.Broadcast(*a), L.Load(b)));
            a += aInner;
            b += stride;
        }
        L.Store(sum, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override unsafe void Descend(float* w, float* v, float* g, int length, float rate, float momentum)
    {
        V r = L.Broadcast(rate), m = L.Broadcast(momentum);
        for (int i = 0; i < length; i += L.Width)
        {
            V velocity = L.Add(L.Multiply(m, L.Load(v + i)), L.Load(g + i));
            L.Store(velocity, v + i);
            L.Store(L.Subtract(L.Load(w + i), L.Multiply(r, velocity)), w + i);
        }
    }
}
