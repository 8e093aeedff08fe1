using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>Four messages in whatever 128-bit vectors there are: SSE ahead of time, NEON, WebAssembly.</summary>
readonly struct WordLanes4 : IWordLanes<Vector128<uint>>
{
    public static bool IsSupported => Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian;
    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<uint> Broadcast(uint value) => Vector128.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<uint> Add(Vector128<uint> a, Vector128<uint> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<uint> Xor(Vector128<uint> a, Vector128<uint> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<uint> Add3(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c) => a + b + c;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> XorRotateRight(Vector128<uint> a, Vector128<uint> b, [ConstantExpected] byte bits) => RotateRight(a ^ b, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> RotateRight(Vector128<uint> a, [ConstantExpected] byte bits) => a >>> bits | a << (32 - bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ShiftLeft(Vector128<uint> a, [ConstantExpected] byte bits) => a << bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ShiftRight(Vector128<uint> a, [ConstantExpected] byte bits) => a >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Xor3(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c) => a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Choose(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c) => c ^ (a & (b ^ c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> Majority(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c) => (a & b) ^ (c & (a ^ b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ReverseBytes(Vector128<uint> a) =>
        Vector128.Shuffle(a.AsByte(), Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();

    public static void Transpose(ref byte first, nint stride, int rows, ref Vector128<uint> words)
    {
        ref byte r1 = ref Unsafe.Add(ref first, rows > 1 ? stride : 0);
        ref byte r2 = ref Unsafe.Add(ref first, rows > 2 ? 2 * stride : 0);
        ref byte r3 = ref Unsafe.Add(ref first, rows > 3 ? 3 * stride : 0);
        for (int i = 0; i < 16; i++)
            Unsafe.Add(ref words, i) = Vector128.Create(Word(ref first, i), Word(ref r1, i), Word(ref r2, i), Word(ref r3, i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Word(ref byte row, int i) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref row, 4 * i));
}
