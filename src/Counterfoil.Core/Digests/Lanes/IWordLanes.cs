using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>
/// Arithmetic on one 32-bit word of several messages at once. The compiler makes a kernel of its own for each implementation.
/// </summary>
interface IWordLanes<V> where V : unmanaged
{
    static abstract int Count { get; }
    static abstract V Broadcast(uint value);
    static abstract V Add(V a, V b);
    static abstract V Xor(V a, V b);
    static abstract V Add3(V a, V b, V c);
    static abstract V XorRotateRight(V a, V b, [ConstantExpected] byte bits);
    static abstract V RotateRight(V a, [ConstantExpected] byte bits);
    static abstract V ShiftLeft(V a, [ConstantExpected] byte bits);
    static abstract V ShiftRight(V a, [ConstantExpected] byte bits);
    static abstract V Xor3(V a, V b, V c);
    /// <summary>(a ∧ b) ⊕ (¬a ∧ c): SHA-256's Ch.</summary>
    static abstract V Choose(V a, V b, V c);
    /// <summary>The bit that at least two have: SHA-256's Maj.</summary>
    static abstract V Majority(V a, V b, V c);
    static abstract V ReverseBytes(V a);

    /// <summary>
    /// Word i of the 64 bytes at each row becomes a lane of <c>words[i]</c>, as it lies in memory. Row r ≥ <paramref name="rows"/> reads
    /// row 0 again.
    /// </summary>
    static abstract void Transpose(ref byte first, nint stride, int rows, ref V words);
}

/// <summary>One message: plain words.</summary>
readonly struct WordLanes1 : IWordLanes<uint>
{
    public static int Count => 1;
    public static uint Broadcast(uint value) => value;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static uint Add(uint a, uint b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static uint Xor(uint a, uint b) => a ^ b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static uint Add3(uint a, uint b, uint c) => a + b + c;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint XorRotateRight(uint a, uint b, [ConstantExpected] byte bits) => BitOperations.RotateRight(a ^ b, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RotateRight(uint a, [ConstantExpected] byte bits) =>
        BitOperations.RotateRight(a, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static uint ShiftLeft(uint a, [ConstantExpected] byte bits) => a << bits;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static uint ShiftRight(uint a, [ConstantExpected] byte bits) => a >> bits;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static uint Xor3(uint a, uint b, uint c) => a ^ b ^ c;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static uint Choose(uint a, uint b, uint c) => c ^ (a & (b ^ c));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static uint Majority(uint a, uint b, uint c) => (a & b) ^ (c & (a ^ b));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ReverseBytes(uint a) =>
        System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(a);

    public static void Transpose(ref byte first, nint stride, int rows, ref uint words)
    {
        for (int i = 0; i < 16; i++) Unsafe.Add(ref words, i) = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, 4 * i));
    }
}
