using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Counterfoil.Models.Integer.Lanes;

/// <summary>C = A·Bᵀ over int16 rows, summed in int32 within blocks and in int64 across them: exact, so every width gives the same integers.</summary>
abstract class DotKernel
{
    /// <summary>Cells that a row is padded to a multiple of, with zeros: the widest vector.</summary>
    const int Alignment = 32;

    /// <summary>The widest form that this machine has.</summary>
    public static DotKernel Widest { get; } = ShortLanes512.IsSupported ? new DotKernel<ShortLanes512, System.Runtime.Intrinsics.Vector512<int>>()
        : ShortLanes256.IsSupported ? new DotKernel<ShortLanes256, System.Runtime.Intrinsics.Vector256<int>>()
        : new DotKernel<ScalarShorts, int>();

    public static int Stride(int columns) => (columns + Alignment - 1) / Alignment * Alignment;

    /// <summary>Columns, a multiple of the alignment, whose products sum to less than 2^31.</summary>
    public static int SafeColumns(long largestProduct)
    {
        long columns = int.MaxValue / Math.Max(1, largestProduct) / Alignment * Alignment;
        return (int)Math.Min(columns, 1 << 20);
    }

    /// <summary>Rows of bytes as padded rows of int16.</summary>
    public static short[] Pack(ReadOnlySpan<sbyte> cells, int rows, int columns)
    {
        int stride = Stride(columns);
        var packed = new short[rows * stride];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) packed[(r * stride) + c] = cells[(r * columns) + c];
        return packed;
    }

    /// <summary><c>c[i, j] = Σ a[i, k]·b[j, k]</c>.</summary>
    /// <param name="a">Rows of <paramref name="stride"/> cells.</param>
    /// <param name="m">How many.</param>
    /// <param name="b">Rows of <paramref name="stride"/> cells.</param>
    /// <param name="n">How many.</param>
    /// <param name="stride">A multiple of the alignment.</param>
    /// <param name="block">From <see cref="SafeColumns"/>; 0 when not even one vector is safe.</param>
    /// <param name="c">m × n sums.</param>
    public abstract void Multiply(ReadOnlySpan<short> a, int m, ReadOnlySpan<short> b, int n, int stride, int block, Span<long> c);
}

sealed class DotKernel<L, V> : DotKernel where L : struct, IShortLanes<V> where V : struct
{
    public override unsafe void Multiply(ReadOnlySpan<short> a, int m, ReadOnlySpan<short> b, int n, int stride, int block, Span<long> c)
    {
        if (block == 0)
        {
            // Two int16 of full size: a pair of products passes int32.
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++)
                {
                    long sum = 0;
                    for (int k = 0; k < stride; k++) sum += (long)a[(i * stride) + k] * b[(j * stride) + k];
                    c[(i * n) + j] = sum;
                }
            return;
        }
        fixed (short* pa = a, pb = b)
        fixed (long* pc = c)
        {
            // A few rows of B stay in the first cache while A passes.
            for (int j = 0; j < n; j += 4)
                for (int i = 0; i < m; i += 4)
                {
                    if (i + 4 <= m && j + 4 <= n) Tile4x4(pa + ((long)i * stride), pb + ((long)j * stride), stride, block, pc + ((long)i * n) + j, n);
                    else
                        for (int u = i; u < Math.Min(m, i + 4); u++)
                            for (int v = j; v < Math.Min(n, j + 4); v++) pc[((long)u * n) + v] = Dot(pa + ((long)u * stride), pb + ((long)v * stride), stride, block);
                }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe long Dot(short* a, short* b, int stride, int block)
    {
        long total = 0;
        for (int from = 0; from < stride; from += block)
        {
            V sum = default;
            for (int k = from; k < Math.Min(stride, from + block); k += L.Width) sum = L.MultiplyAdd(sum, L.Load(a + k), L.Load(b + k));
            total += L.Sum(sum);
        }
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static unsafe void Tile4x4(short* a, short* b, int stride, int block, long* c, int n)
    {
        short* a1 = a + stride, a2 = a1 + stride, a3 = a2 + stride, b1 = b + stride, b2 = b1 + stride, b3 = b2 + stride;
        for (int from = 0; from < stride; from += block)
        {
            V c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
            V c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
            int end = Math.Min(stride, from + block);
            for (int k = from; k < end; k += L.Width)
            {
                V x0 = L.Load(b + k), x1 = L.Load(b1 + k), x2 = L.Load(b2 + k), x3 = L.Load(b3 + k);
                V w = L.Load(a + k);
                (c00, c01, c02, c03) = (L.MultiplyAdd(c00, w, x0), L.MultiplyAdd(c01, w, x1), L.MultiplyAdd(c02, w, x2), L.MultiplyAdd(c03, w, x3));
                w = L.Load(a1 + k);
                (c10, c11, c12, c13) = (L.MultiplyAdd(c10, w, x0), L.MultiplyAdd(c11, w, x1), L.MultiplyAdd(c12, w, x2), L.MultiplyAdd(c13, w, x3));
                w = L.Load(a2 + k);
                (c20, c21, c22, c23) = (L.MultiplyAdd(c20, w, x0), L.MultiplyAdd(c21, w, x1), L.MultiplyAdd(c22, w, x2), L.MultiplyAdd(c23, w, x3));
                w = L.Load(a3 + k);
                (c30, c31, c32, c33) = (L.MultiplyAdd(c30, w, x0), L.MultiplyAdd(c31, w, x1), L.MultiplyAdd(c32, w, x2), L.MultiplyAdd(c33, w, x3));
            }
            Store(c, from, L.Sum(c00), L.Sum(c01), L.Sum(c02), L.Sum(c03));
            Store(c + n, from, L.Sum(c10), L.Sum(c11), L.Sum(c12), L.Sum(c13));
            Store(c + (2L * n), from, L.Sum(c20), L.Sum(c21), L.Sum(c22), L.Sum(c23));
            Store(c + (3L * n), from, L.Sum(c30), L.Sum(c31), L.Sum(c32), L.Sum(c33));
        }
    }

    static unsafe void Store(long* c, int from, int s0, int s1, int s2, int s3)
    {
        if (from == 0) (c[0], c[1], c[2], c[3]) = (s0, s1, s2, s3);
        else (c[0], c[1], c[2], c[3]) = (c[0] + s0, c[1] + s1, c[2] + s2, c[3] + s3);
    }
}
