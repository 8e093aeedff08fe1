using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>Sixteen messages in AVX-512: rotation is an instruction, and so is any function of three inputs (by its truth table).</summary>
readonly struct WordLanes16 : IWordLanes<Vector512<uint>>
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;
    public static int Count => 16;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<uint> Broadcast(uint value) => Vector512.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<uint> Add(Vector512<uint> a, Vector512<uint> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<uint> Xor(Vector512<uint> a, Vector512<uint> b) => a ^ b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<uint> Add3(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => a + b + c;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> XorRotateRight(Vector512<uint> a, Vector512<uint> b, [ConstantExpected] byte bits) => Avx512F.RotateRight(a ^ b, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateRight(Vector512<uint> a, [ConstantExpected] byte bits) =>
        Avx512F.RotateRight(a, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ShiftLeft(Vector512<uint> a, [ConstantExpected] byte bits) =>
        a << bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ShiftRight(Vector512<uint> a, [ConstantExpected] byte bits) =>
        a >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Xor3(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) =>
        Avx512F.TernaryLogic(a, b, c, 0x96);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Choose(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) =>
        Avx512F.TernaryLogic(a, b, c, 0xca);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Majority(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) =>
        Avx512F.TernaryLogic(a, b, c, 0xe8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ReverseBytes(Vector512<uint> a) => Avx512BW.Shuffle(a.AsByte(), Vector512.Create(
        0x0405060700010203UL, 0x0c0d0e0f08090a0bUL, 0x0405060700010203UL, 0x0c0d0e0f08090a0bUL,
        0x0405060700010203UL, 0x0c0d0e0f08090a0bUL, 0x0405060700010203UL, 0x0c0d0e0f08090a0bUL).AsByte()).AsUInt32();

    public static void Transpose(ref byte first, nint stride, int rows, ref Vector512<uint> words)
    {
        Quad(ref first, stride, rows, 0, out var a0, out var a1, out var a2, out var a3);
        Quad(ref first, stride, rows, 4, out var b0, out var b1, out var b2, out var b3);
        Quad(ref first, stride, rows, 8, out var c0, out var c1, out var c2, out var c3);
        Quad(ref first, stride, rows, 12, out var d0, out var d1, out var d2, out var d3);
        Spread(a0, b0, c0, d0, ref words, 0);
        Spread(a1, b1, c1, d1, ref words, 1);
        Spread(a2, b2, c2, d2, ref words, 2);
        Spread(a3, b3, c3, d3, ref words, 3);
    }

    // Four rows of sixteen words; 128-bit part p of uc holds column 4p + c of the four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Quad(ref byte first, nint stride, int rows, int row, out Vector512<uint> u0, out Vector512<uint> u1, out Vector512<uint> u2, out Vector512<uint> u3)
    {
        Vector512<uint> r0 = Row(ref first, stride, rows, row), r1 = Row(ref first, stride, rows, row + 1);
        Vector512<uint> r2 = Row(ref first, stride, rows, row + 2), r3 = Row(ref first, stride, rows, row + 3);
        var (t0, t1) = (Avx512F.UnpackLow(r0, r1).AsUInt64(), Avx512F.UnpackHigh(r0, r1).AsUInt64());
        var (t2, t3) = (Avx512F.UnpackLow(r2, r3).AsUInt64(), Avx512F.UnpackHigh(r2, r3).AsUInt64());
        u0 = Avx512F.UnpackLow(t0, t2).AsUInt32();
        u1 = Avx512F.UnpackHigh(t0, t2).AsUInt32();
        u2 = Avx512F.UnpackLow(t1, t3).AsUInt32();
        u3 = Avx512F.UnpackHigh(t1, t3).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> Row(ref byte first, nint stride, int rows, int row) =>
        Vector512.LoadUnsafe(ref Unsafe.Add(ref first, row < rows ? row * stride : 0)).AsUInt32();

    // A 4×4 transposition of 128-bit parts: a to d are four rows each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Spread(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d, ref Vector512<uint> words, int column)
    {
        var (ab02, ab13) = (Avx512F.Shuffle4x128(a, b, 0x88), Avx512F.Shuffle4x128(a, b, 0xdd));
        var (cd02, cd13) = (Avx512F.Shuffle4x128(c, d, 0x88), Avx512F.Shuffle4x128(c, d, 0xdd));
        Unsafe.Add(ref words, column) = Avx512F.Shuffle4x128(ab02, cd02, 0x88);
        Unsafe.Add(ref words, column + 4) = Avx512F.Shuffle4x128(ab13, cd13, 0x88);
        Unsafe.Add(ref words, column + 8) = Avx512F.Shuffle4x128(ab02, cd02, 0xdd);
        Unsafe.Add(ref words, column + 12) = Avx512F.Shuffle4x128(ab13, cd13, 0xdd);
    }
}
