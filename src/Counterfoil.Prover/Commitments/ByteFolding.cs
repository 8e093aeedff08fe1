using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Commitments;

/// <summary>Σ over rows of weight·(cell − 128) for a matrix of bytes: the prover's only pass over all weights.</summary>
/// <remarks>
/// A weight's coefficient is split into two 32-bit words; a word times a byte is below 2^40, so 2^24 of them sum in 64 bits and reduction
/// waits until the column is done. The 128 comes off at the end, 128·Σ weights, the same for every column.
/// </remarks>
static class ByteFolding
{
    static readonly FoldingWidth Widest =
        WordLanes8.IsSupported ? FoldingWidth.Bits512 : WordLanes4.IsSupported ? FoldingWidth.Bits256 : FoldingWidth.Scalar;

    const int MostRows = 1 << 24;

    /// <summary>Writes the sums of all columns; the matrix has as many rows as there are weights.</summary>
    public static void Fold(ReadOnlySpan<byte> cells, ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum) =>
        Fold(cells, weights, sum, Widest);

    internal static void Fold(ReadOnlySpan<byte> cells, ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum, FoldingWidth width)
    {
        if (weights.Length > MostRows) throw new ArgumentException($"at most {MostRows} rows, got {weights.Length}", nameof(weights));
        int columns = sum.Length;
        var words = new ulong[4 * weights.Length];
        var total = Goldilocks2.Zero;
        for (int r = 0; r < weights.Length; r++)
        {
            (words[4 * r], words[4 * r + 1]) = (weights[r].C0.Value & 0xFFFF_FFFF, weights[r].C0.Value >> 32);
            (words[4 * r + 2], words[4 * r + 3]) = (weights[r].C1.Value & 0xFFFF_FFFF, weights[r].C1.Value >> 32);
            total += weights[r];
        }
        var offset = total * Goldilocks.FromUInt64(128);
        int done = width switch
        {
            FoldingWidth.Bits512 when Avx512F.IsSupported => Fold512(cells, words, sum),
            FoldingWidth.Bits256 when Avx2.IsSupported => Fold256(cells, words, sum),
            _ => 0,
        };
        FoldScalar(cells, words, sum, done);
        for (int c = 0; c < columns; c++) sum[c] -= offset;
    }

    static int Fold512(ReadOnlySpan<byte> cells, ReadOnlySpan<ulong> words, Span<Goldilocks2> sum)
    {
        const int Tile = 16;
        int columns = sum.Length, rows = words.Length / 4, c = 0;
        ref byte cell = ref MemoryMarshal.GetReference(cells);
        ref ulong word = ref MemoryMarshal.GetReference(words);
        var upperHalf = Vector128.Create((byte)8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0);
        Span<ulong> lanes = stackalloc ulong[4 * Tile];
        ref ulong lane = ref MemoryMarshal.GetReference(lanes);
        for (; c + Tile <= columns; c += Tile)
        {
            Vector512<ulong> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            for (int r = 0; r < rows; r++)
            {
                var bytes = Vector128.LoadUnsafe(ref cell, (nuint)((long)r * columns + c));
                var low = Avx512F.ConvertToVector512UInt64(bytes).AsUInt32();
                var high = Avx512F.ConvertToVector512UInt64(Vector128.Shuffle(bytes, upperHalf)).AsUInt32();
                Vector512<uint> w0 = Word(ref word, 4 * r), w1 = Word(ref word, 4 * r + 1), w2 = Word(ref word, 4 * r + 2), w3 = Word(ref word, 4 * r + 3);
                a0 += Avx512F.Multiply(low, w0);
                a1 += Avx512F.Multiply(low, w1);
                a2 += Avx512F.Multiply(low, w2);
                a3 += Avx512F.Multiply(low, w3);
                b0 += Avx512F.Multiply(high, w0);
                b1 += Avx512F.Multiply(high, w1);
                b2 += Avx512F.Multiply(high, w2);
                b3 += Avx512F.Multiply(high, w3);
            }
            a0.StoreUnsafe(ref lane);
            b0.StoreUnsafe(ref lane, 8);
            a1.StoreUnsafe(ref lane, 16);
            b1.StoreUnsafe(ref lane, 24);
            a2.StoreUnsafe(ref lane, 32);
            b2.StoreUnsafe(ref lane, 40);
            a3.StoreUnsafe(ref lane, 48);
            b3.StoreUnsafe(ref lane, 56);
            for (int i = 0; i < Tile; i++) sum[c + i] = Join(lanes[i], lanes[16 + i], lanes[32 + i], lanes[48 + i]);
        }
        return c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> Word(ref ulong words, int index) => Vector512.Create(Unsafe.Add(ref words, index)).AsUInt32();

    static int Fold256(ReadOnlySpan<byte> cells, ReadOnlySpan<ulong> words, Span<Goldilocks2> sum)
    {
        const int Tile = 4;
        int columns = sum.Length, rows = words.Length / 4, c = 0;
        for (; c + Tile <= columns; c += Tile)
        {
            Vector256<ulong> a0 = default, a1 = default, a2 = default, a3 = default;
            for (int r = 0; r < rows; r++)
            {
                var bytes = Vector128.CreateScalar(BitConverter.ToUInt32(cells[(r * columns + c)..])).AsByte();
                var cell = Avx2.ConvertToVector256Int64(bytes).AsUInt32();
                a0 += Avx2.Multiply(cell, Vector256.Create(words[4 * r]).AsUInt32());
                a1 += Avx2.Multiply(cell, Vector256.Create(words[4 * r + 1]).AsUInt32());
                a2 += Avx2.Multiply(cell, Vector256.Create(words[4 * r + 2]).AsUInt32());
                a3 += Avx2.Multiply(cell, Vector256.Create(words[4 * r + 3]).AsUInt32());
            }
            for (int i = 0; i < Tile; i++) sum[c + i] = Join(a0[i], a1[i], a2[i], a3[i]);
        }
        return c;
    }

    static void FoldScalar(ReadOnlySpan<byte> cells, ReadOnlySpan<ulong> words, Span<Goldilocks2> sum, int first)
    {
        for (int c = first; c < sum.Length; c++)
        {
            ulong a0 = 0, a1 = 0, a2 = 0, a3 = 0;
            for (int r = 0; r < words.Length / 4; r++)
            {
                ulong cell = cells[r * sum.Length + c];
                a0 += cell * words[4 * r];
                a1 += cell * words[4 * r + 1];
                a2 += cell * words[4 * r + 2];
                a3 += cell * words[4 * r + 3];
            }
            sum[c] = Join(a0, a1, a2, a3);
        }
    }

    // low + 2^32·high for both coefficients.
    static Goldilocks2 Join(ulong low0, ulong high0, ulong low1, ulong high1)
    {
        var shift = Goldilocks.FromUInt64(1UL << 32);
        return new(
            Goldilocks.FromUInt64(low0) + Goldilocks.FromUInt64(high0) * shift,
            Goldilocks.FromUInt64(low1) + Goldilocks.FromUInt64(high1) * shift);
    }
}

/// <summary>How wide <see cref="ByteFolding"/> works: chosen once, and each tested against the field.</summary>
enum FoldingWidth
{
    Scalar,
    Bits256,
    Bits512,
}
