using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>
/// Arithmetic on one 64-bit word of several messages at once. The compiler makes a kernel of its own for each implementation.
/// </summary>
/// <remarks>
/// No <c>AggressiveOptimization</c> on the kernels: measured, it makes them slower than what tiering arrives at after its first tenth of a
/// second.
/// Each form asks for its vectors to be accelerated as well as for its instructions: ahead of time, the instructions may be there behind a
/// call for each of them, which is slower than one lane. A host compiled for x86-64-v3 or v4 (<c>IlcInstructionSet</c>) has them inline.
/// </remarks>
interface ILongLanes<V> where V : unmanaged
{
    static abstract int Count { get; }
    static abstract V Broadcast(ulong value);
    static abstract V Xor(V a, V b);
    static abstract V Xor5(V a, V b, V c, V d, V e);
    /// <summary>a ⊕ (b ≪ 1).</summary>
    static abstract V XorRotated(V a, V b);
    static abstract V RotateLeft(V a, [ConstantExpected] byte bits);
    /// <summary>a ⊕ (¬b ∧ c).</summary>
    static abstract V Chi(V a, V b, V c);
}

/// <summary>One message: plain words.</summary>
readonly struct LongLanes1 : ILongLanes<ulong>
{
    public static int Count => 1;
    public static ulong Broadcast(ulong value) => value;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static ulong Xor(ulong a, ulong b) => a ^ b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor5(ulong a, ulong b, ulong c, ulong d, ulong e) =>
        a ^ b ^ c ^ d ^ e;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong XorRotated(ulong a, ulong b) =>
        a ^ BitOperations.RotateLeft(b, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong RotateLeft(ulong a, [ConstantExpected] byte bits) =>
        BitOperations.RotateLeft(a, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static ulong Chi(ulong a, ulong b, ulong c) => a ^ (~b & c);
}

/// <summary>Four messages in AVX2.</summary>
readonly struct LongLanes4 : ILongLanes<Vector256<ulong>>
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Avx2.IsSupported;
    public static int Count => 4;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<ulong> Broadcast(ulong value) => Vector256.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<ulong> Xor(Vector256<ulong> a, Vector256<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor5(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c, Vector256<ulong> d, Vector256<ulong> e) =>
        a ^ b ^ c ^ d ^ e;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> XorRotated(Vector256<ulong> a, Vector256<ulong> b) =>
        a ^ (b + b | b >>> 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> RotateLeft(Vector256<ulong> a, [ConstantExpected] byte bits) => a << bits | a >>> (64 - bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Chi(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) => a ^ Vector256.AndNot(c, b);
}

/// <summary>Eight messages in AVX-512: rotation is an instruction, and so is any function of three inputs (by its truth table).</summary>
readonly struct LongLanes8 : ILongLanes<Vector512<ulong>>
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;
    public static int Count => 8;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<ulong> Broadcast(ulong value) => Vector512.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<ulong> Xor(Vector512<ulong> a, Vector512<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor5(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c, Vector512<ulong> d, Vector512<ulong> e) =>
        Avx512F.TernaryLogic(Avx512F.TernaryLogic(a, b, c, 0x96), d, e, 0x96); // 0x96: a ⊕ b ⊕ c

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> XorRotated(Vector512<ulong> a, Vector512<ulong> b) =>
        a ^ Avx512F.RotateLeft(b, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> RotateLeft(Vector512<ulong> a, [ConstantExpected] byte bits) => Avx512F.RotateLeft(a, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Chi(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
        Avx512F.TernaryLogic(a, b, c, 0xd2); // a ⊕ (¬b ∧ c)
}
