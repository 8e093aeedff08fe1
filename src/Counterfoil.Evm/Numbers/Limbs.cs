using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Evm;

/// <summary>Arithmetic of four 64-bit limbs, the least significant first, without branches on their values.</summary>
static class Limbs
{
    // Not a conditional expression: before a method is optimised, the JIT makes a branch of one, and carries of secrets pass here.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong One(bool holds) => Unsafe.BitCast<bool, byte>(holds);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b, first = One(sum < a);
        ulong result = sum + carry;
        carry = first + One(result < sum);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Subtract(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b, first = One(a < b);
        ulong result = difference - borrow;
        borrow = first + One(difference < borrow);
        return result;
    }

    // Math.BigMul writes the low half through memory on x86-64; a second multiplication is quicker, and a third of a field multiplication's time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Multiply(ulong a, ulong b, out ulong low)
    {
        if (!Bmi2.X64.IsSupported) return Math.BigMul(a, b, out low);
        low = a * b;
        return Bmi2.X64.MultiplyNoFlags(a, b);
    }

    // sum + a·b + carry; the carry out is the high limb: (2^64 − 1)² + 2(2^64 − 1) = 2^128 − 1 never overflows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAdd(ulong sum, ulong a, ulong b, ref ulong carry)
    {
        ulong high = Multiply(a, b, out ulong low);
        low += carry;
        high += One(low < carry);
        ulong result = sum + low;
        carry = high + One(result < low);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(
        ulong a0, ulong a1, ulong a2, ulong a3, ulong b0, ulong b1, ulong b2, ulong b3,
        out ulong r0, out ulong r1, out ulong r2, out ulong r3, out ulong r4, out ulong r5, out ulong r6, out ulong r7)
    {
        ulong c = 0;
        r0 = MultiplyAdd(0, a0, b0, ref c);
        ulong t1 = MultiplyAdd(0, a0, b1, ref c), t2 = MultiplyAdd(0, a0, b2, ref c), t3 = MultiplyAdd(0, a0, b3, ref c), t4 = c;
        c = 0;
        r1 = MultiplyAdd(t1, a1, b0, ref c);
        t2 = MultiplyAdd(t2, a1, b1, ref c);
        t3 = MultiplyAdd(t3, a1, b2, ref c);
        t4 = MultiplyAdd(t4, a1, b3, ref c);
        ulong t5 = c;
        c = 0;
        r2 = MultiplyAdd(t2, a2, b0, ref c);
        t3 = MultiplyAdd(t3, a2, b1, ref c);
        t4 = MultiplyAdd(t4, a2, b2, ref c);
        t5 = MultiplyAdd(t5, a2, b3, ref c);
        ulong t6 = c;
        c = 0;
        r3 = MultiplyAdd(t3, a3, b0, ref c);
        r4 = MultiplyAdd(t4, a3, b1, ref c);
        r5 = MultiplyAdd(t5, a3, b2, ref c);
        r6 = MultiplyAdd(t6, a3, b3, ref c);
        r7 = c;
    }

    // Six products off the diagonal, doubled, and four on it: ten multiplications instead of sixteen.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Square(
        ulong a0, ulong a1, ulong a2, ulong a3,
        out ulong r0, out ulong r1, out ulong r2, out ulong r3, out ulong r4, out ulong r5, out ulong r6, out ulong r7)
    {
        ulong c = 0;
        ulong t1 = MultiplyAdd(0, a0, a1, ref c), t2 = MultiplyAdd(0, a0, a2, ref c), t3 = MultiplyAdd(0, a0, a3, ref c), t4 = c;
        c = 0;
        t3 = MultiplyAdd(t3, a1, a2, ref c);
        t4 = MultiplyAdd(t4, a1, a3, ref c);
        ulong t5 = c;
        c = 0;
        t5 = MultiplyAdd(t5, a2, a3, ref c);
        ulong t6 = c;

        ulong t7 = t6 >> 63;
        t6 = t6 << 1 | t5 >> 63;
        t5 = t5 << 1 | t4 >> 63;
        t4 = t4 << 1 | t3 >> 63;
        t3 = t3 << 1 | t2 >> 63;
        t2 = t2 << 1 | t1 >> 63;
        t1 <<= 1;

        ulong h0 = Multiply(a0, a0, out r0), h1 = Multiply(a1, a1, out ulong l1);
        ulong h2 = Multiply(a2, a2, out ulong l2), h3 = Multiply(a3, a3, out ulong l3);
        c = 0;
        r1 = Add(t1, h0, ref c);
        r2 = Add(t2, l1, ref c);
        r3 = Add(t3, h1, ref c);
        r4 = Add(t4, l2, ref c);
        r5 = Add(t5, h2, ref c);
        r6 = Add(t6, l3, ref c);
        r7 = t7 + h3 + c;
    }
}
