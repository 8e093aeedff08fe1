using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>Eight messages in AVX2.</summary>
readonly struct WordLanes8 : IWordLanes<Vector256<uint>>
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Avx2.IsSupported;
    public static int Count => 8;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<uint> Broadcast(uint value) => Vector256.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<uint> Add(Vector256<uint> a, Vector256<uint> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<uint> Xor(Vector256<uint> a, Vector256<uint> b) => a ^ b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ShiftLeft(Vector256<uint> a, [ConstantExpected] byte bits) =>
        a << bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ShiftRight(Vector256<uint> a, [ConstantExpected] byte bits) =>
        a >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Xor3(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) =>
        a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Choose(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) =>
        c ^ (a & (b ^ c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) =>
        (a & b) ^ (c & (a ^ b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<uint> Add3(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) => a + b + c;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> XorRotateRight(Vector256<uint> a, Vector256<uint> b, [ConstantExpected] byte bits) => RotateRight(a ^ b, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateRight(Vector256<uint> a, [ConstantExpected] byte bits) => bits switch
    {
        // Whole bytes turn in one shuffle.
        8 => Avx2.Shuffle(a.AsByte(), Vector256.Create(0x0407060500030201UL, 0x0c0f0e0d080b0a09UL, 0x0407060500030201UL, 0x0c0f0e0d080b0a09UL).AsByte()).AsUInt32(),
        16 => Avx2.Shuffle(a.AsByte(), Vector256.Create(0x0504070601000302UL, 0x0d0c0f0e09080b0aUL, 0x0504070601000302UL, 0x0d0c0f0e09080b0aUL).AsByte()).AsUInt32(),
        _ => a >>> bits | a << (32 - bits),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ReverseBytes(Vector256<uint> a) =>
        Avx2.Shuffle(a.AsByte(), Vector256.Create(0x0405060700010203UL, 0x0c0d0e0f08090a0bUL, 0x0405060700010203UL, 0x0c0d0e0f08090a0bUL).AsByte()).AsUInt32();

    public static void Transpose(ref byte first, nint stride, int rows, ref Vector256<uint> words)
    {
        for (int half = 0; half < 2; half++)
        {
            Quad(ref first, stride, rows, 0, 32 * half, out var a0, out var a1, out var a2, out var a3);
            Quad(ref first, stride, rows, 4, 32 * half, out var b0, out var b1, out var b2, out var b3);
            Spread(a0, b0, ref words, 8 * half);
            Spread(a1, b1, ref words, 8 * half + 1);
            Spread(a2, b2, ref words, 8 * half + 2);
            Spread(a3, b3, ref words, 8 * half + 3);
        }
    }

    // Four rows of eight words; 128-bit part p of uc holds column 4p + c of the four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Quad(ref byte first, nint stride, int rows, int row, int offset, out Vector256<uint> u0, out Vector256<uint> u1, out Vector256<uint> u2, out Vector256<uint> u3)
    {
        Vector256<uint> r0 = Row(ref first, stride, rows, row, offset), r1 = Row(ref first, stride, rows, row + 1, offset);
        Vector256<uint> r2 = Row(ref first, stride, rows, row + 2, offset), r3 = Row(ref first, stride, rows, row + 3, offset);
        var (t0, t1) = (Avx2.UnpackLow(r0, r1).AsUInt64(), Avx2.UnpackHigh(r0, r1).AsUInt64());
        var (t2, t3) = (Avx2.UnpackLow(r2, r3).AsUInt64(), Avx2.UnpackHigh(r2, r3).AsUInt64());
        u0 = Avx2.UnpackLow(t0, t2).AsUInt32();
        u1 = Avx2.UnpackHigh(t0, t2).AsUInt32();
        u2 = Avx2.UnpackLow(t1, t3).AsUInt32();
        u3 = Avx2.UnpackHigh(t1, t3).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> Row(ref byte first, nint stride, int rows, int row, int offset) =>
        Vector256.LoadUnsafe(ref Unsafe.Add(ref first, (row < rows ? row * stride : 0) + offset)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Spread(Vector256<uint> a, Vector256<uint> b, ref Vector256<uint> words, int column)
    {
        Unsafe.Add(ref words, column) = Avx2.Permute2x128(a, b, 0x20);
        Unsafe.Add(ref words, column + 4) = Avx2.Permute2x128(a, b, 0x31);
    }
}
