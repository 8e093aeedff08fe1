using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Commitments;

/// <summary>Inner products of one row of bytes with many rows of words, as <see cref="ByteFolding"/> multiplies: a word in two halves of 32 bits, so that reduction waits until the row is done.</summary>
static class ByteProducts
{
    static readonly FoldingWidth Widest = WordLanes8.IsSupported ? FoldingWidth.Bits512 : WordLanes4.IsSupported ? FoldingWidth.Bits256 : FoldingWidth.Scalar;

    /// <summary>sums[p] += Σ cells[i]·words[p·stride + i], at most 2^24 cells.</summary>
    public static void Add(ReadOnlySpan<byte> cells, ReadOnlySpan<ulong> words, int stride, Span<Goldilocks> sums) => Add(cells, words, stride, sums, Widest);

    internal static void Add(ReadOnlySpan<byte> cells, ReadOnlySpan<ulong> words, int stride, Span<Goldilocks> sums, FoldingWidth width)
    {
        int p = 0;
        if (width == FoldingWidth.Bits512 && Avx512F.IsSupported)
            for (; p + 4 <= sums.Length; p += 4) Add512(cells, words[(p * stride)..], stride, sums.Slice(p, 4));
        else if (width == FoldingWidth.Bits256 && Avx2.IsSupported)
            for (; p + 4 <= sums.Length; p += 4) Add256(cells, words[(p * stride)..], stride, sums.Slice(p, 4));
        for (; p < sums.Length; p++)
        {
            ulong low = 0, high = 0;
            for (int i = 0; i < cells.Length; i++) Add(cells[i], words[p * stride + i], ref low, ref high);
            sums[p] += Join(low, high);
        }
    }

    static void Add512(ReadOnlySpan<byte> cells, ReadOnlySpan<ulong> words, int stride, Span<Goldilocks> sums)
    {
        ref byte cell = ref MemoryMarshal.GetReference(cells);
        ref ulong word = ref MemoryMarshal.GetReference(words);
        Vector512<ulong> l0 = default, l1 = default, l2 = default, l3 = default, h0 = default, h1 = default, h2 = default, h3 = default;
        nuint s1 = (nuint)stride, s2 = 2 * s1, s3 = 3 * s1;
        int done = cells.Length & ~7;
        for (nuint i = 0; i < (nuint)done; i += 8)
        {
            var bytes = Avx512F.ConvertToVector512UInt64(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref cell, i))).AsByte()).AsUInt32();
            Vector512<ulong> w0 = Vector512.LoadUnsafe(ref word, i), w1 = Vector512.LoadUnsafe(ref word, s1 + i), w2 = Vector512.LoadUnsafe(ref word, s2 + i), w3 = Vector512.LoadUnsafe(ref word, s3 + i);
            l0 += Avx512F.Multiply(bytes, w0.AsUInt32());
            l1 += Avx512F.Multiply(bytes, w1.AsUInt32());
            l2 += Avx512F.Multiply(bytes, w2.AsUInt32());
            l3 += Avx512F.Multiply(bytes, w3.AsUInt32());
            h0 += Avx512F.Multiply(bytes, (w0 >>> 32).AsUInt32());
            h1 += Avx512F.Multiply(bytes, (w1 >>> 32).AsUInt32());
            h2 += Avx512F.Multiply(bytes, (w2 >>> 32).AsUInt32());
            h3 += Avx512F.Multiply(bytes, (w3 >>> 32).AsUInt32());
        }
        Finish(cells, words, stride, sums, done, [Vector512.Sum(l0), Vector512.Sum(l1), Vector512.Sum(l2), Vector512.Sum(l3)], [Vector512.Sum(h0), Vector512.Sum(h1), Vector512.Sum(h2), Vector512.Sum(h3)]);
    }

    static void Add256(ReadOnlySpan<byte> cells, ReadOnlySpan<ulong> words, int stride, Span<Goldilocks> sums)
    {
        ref ulong word = ref MemoryMarshal.GetReference(words);
        Vector256<ulong> l0 = default, l1 = default, l2 = default, l3 = default, h0 = default, h1 = default, h2 = default, h3 = default;
        nuint s1 = (nuint)stride, s2 = 2 * s1, s3 = 3 * s1;
        int done = cells.Length & ~3;
        for (int i = 0; i < done; i += 4)
        {
            var bytes = Avx2.ConvertToVector256Int64(Vector128.CreateScalar(BitConverter.ToUInt32(cells[i..])).AsByte()).AsUInt32();
            Vector256<ulong> w0 = Vector256.LoadUnsafe(ref word, (nuint)i), w1 = Vector256.LoadUnsafe(ref word, s1 + (nuint)i), w2 = Vector256.LoadUnsafe(ref word, s2 + (nuint)i), w3 = Vector256.LoadUnsafe(ref word, s3 + (nuint)i);
            l0 += Avx2.Multiply(bytes, w0.AsUInt32());
            l1 += Avx2.Multiply(bytes, w1.AsUInt32());
            l2 += Avx2.Multiply(bytes, w2.AsUInt32());
            l3 += Avx2.Multiply(bytes, w3.AsUInt32());
            h0 += Avx2.Multiply(bytes, (w0 >>> 32).AsUInt32());
            h1 += Avx2.Multiply(bytes, (w1 >>> 32).AsUInt32());
            h2 += Avx2.Multiply(bytes, (w2 >>> 32).AsUInt32());
            h3 += Avx2.Multiply(bytes, (w3 >>> 32).AsUInt32());
        }
        Finish(cells, words, stride, sums, done, [Vector256.Sum(l0), Vector256.Sum(l1), Vector256.Sum(l2), Vector256.Sum(l3)], [Vector256.Sum(h0), Vector256.Sum(h1), Vector256.Sum(h2), Vector256.Sum(h3)]);
    }

    static void Finish(ReadOnlySpan<byte> cells, ReadOnlySpan<ulong> words, int stride, Span<Goldilocks> sums, int done, Span<ulong> lows, Span<ulong> highs)
    {
        for (int p = 0; p < sums.Length; p++)
        {
            for (int i = done; i < cells.Length; i++) Add(cells[i], words[p * stride + i], ref lows[p], ref highs[p]);
            sums[p] += Join(lows[p], highs[p]);
        }
    }

    static void Add(byte cell, ulong word, ref ulong low, ref ulong high)
    {
        low += cell * (word & 0xFFFF_FFFF);
        high += cell * (word >> 32);
    }

    static Goldilocks Join(ulong low, ulong high) => Goldilocks.FromUInt64(low) + Goldilocks.FromUInt64(high) * Goldilocks.FromUInt64(1UL << 32);
}
