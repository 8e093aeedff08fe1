using System.Runtime.CompilerServices;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>An integer modulo p = 2^256 − 2^32 − 977, the field of secp256k1 (SEC 2 §2.4.1).</summary>
/// <remarks>
/// Held as any residue below 2^256, since 2^256 ≡ 2^32 + 977 (mod p) folds every carry back at once; <see cref="Canonical"/> takes the one below p.
/// No branch and no index depends on a value, except in the members that say so.
/// </remarks>
readonly partial struct FieldElement
{
    // 2^256 mod p
    const ulong Fold = 0x1_0000_03D1;
    const ulong P0 = ulong.MaxValue - Fold + 1;

    readonly ulong u0, u1, u2, u3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FieldElement(ulong u0, ulong u1, ulong u2, ulong u3) => (this.u0, this.u1, this.u2, this.u3) = (u0, u1, u2, u3);

    public FieldElement(UInt256 value) : this(value.U0, value.U1, value.U2, value.U3) { }

    public static FieldElement Zero => default;
    public static FieldElement One => new(1, 0, 0, 0);

    /// <summary>p, as an integer.</summary>
    public static UInt256 Modulus => new(P0, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    /// <summary>The residue below p.</summary>
    public UInt256 Canonical()
    {
        ulong c = Fold, r0 = Limbs.Add(u0, 0, ref c), r1 = Limbs.Add(u1, 0, ref c), r2 = Limbs.Add(u2, 0, ref c), r3 = Limbs.Add(u3, 0, ref c);
        ulong above = 0 - c; // all ones where the value was p or more
        return new((r0 & above) | (u0 & ~above), (r1 & above) | (u1 & ~above), (r2 & above) | (u2 & ~above), (r3 & above) | (u3 & ~above));
    }

    /// <summary>Whether the residue is 0. Branches: for public values.</summary>
    public bool IsZero => (u0 | u1 | u2 | u3) == 0 || ((u1 & u2 & u3) == ulong.MaxValue && u0 == P0);

    /// <summary>Whether the residue below p is odd.</summary>
    public bool IsOdd => (Canonical().U0 & 1) != 0;

    /// <summary>Whether two residues are the same. Branches: for public values.</summary>
    public static bool AreEqual(in FieldElement a, in FieldElement b) => (a - b).IsZero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator +(in FieldElement a, in FieldElement b)
    {
        ulong c = 0;
        ulong r0 = Limbs.Add(a.u0, b.u0, ref c), r1 = Limbs.Add(a.u1, b.u1, ref c), r2 = Limbs.Add(a.u2, b.u2, ref c), r3 = Limbs.Add(a.u3, b.u3, ref c);
        return FoldCarry(r0, r1, r2, r3, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement a, in FieldElement b)
    {
        ulong c = 0;
        ulong r0 = Limbs.Subtract(a.u0, b.u0, ref c), r1 = Limbs.Subtract(a.u1, b.u1, ref c);
        ulong r2 = Limbs.Subtract(a.u2, b.u2, ref c), r3 = Limbs.Subtract(a.u3, b.u3, ref c);
        ulong fold = Fold & (0 - c);
        c = 0;
        r0 = Limbs.Subtract(r0, fold, ref c);
        r1 = Limbs.Subtract(r1, 0, ref c);
        r2 = Limbs.Subtract(r2, 0, ref c);
        r3 = Limbs.Subtract(r3, 0, ref c);
        return new(r0 - (Fold & (0 - c)), r1, r2, r3); // a second borrow leaves r0 near 2^64: no third
    }

    public static FieldElement operator -(in FieldElement a) => Zero - a;

    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        Limbs.Multiply(a.u0, a.u1, a.u2, a.u3, b.u0, b.u1, b.u2, b.u3,
            out ulong r0, out ulong r1, out ulong r2, out ulong r3, out ulong r4, out ulong r5, out ulong r6, out ulong r7);
        return Reduce(r0, r1, r2, r3, r4, r5, r6, r7);
    }

    public static FieldElement operator *(in FieldElement a, uint small)
    {
        ulong c = 0;
        ulong r0 = Limbs.MultiplyAdd(0, a.u0, small, ref c), r1 = Limbs.MultiplyAdd(0, a.u1, small, ref c);
        ulong r2 = Limbs.MultiplyAdd(0, a.u2, small, ref c), r3 = Limbs.MultiplyAdd(0, a.u3, small, ref c);
        return FoldWide(r0, r1, r2, r3, c);
    }

    public FieldElement Squared
    {
        get
        {
            Limbs.Square(u0, u1, u2, u3,
                out ulong r0, out ulong r1, out ulong r2, out ulong r3, out ulong r4, out ulong r5, out ulong r6, out ulong r7);
            return Reduce(r0, r1, r2, r3, r4, r5, r6, r7);
        }
    }

    /// <summary>Twice the value.</summary>
    public FieldElement Doubled => this + this;

    /// <summary>Half the value: of an odd residue, half of it and p.</summary>
    public FieldElement Halved
    {
        get
        {
            ulong odd = 0 - (u0 & 1), c = 0;
            ulong r0 = Limbs.Add(u0, P0 & odd, ref c), r1 = Limbs.Add(u1, odd, ref c), r2 = Limbs.Add(u2, odd, ref c), r3 = Limbs.Add(u3, odd, ref c);
            return new(r0 >> 1 | r1 << 63, r1 >> 1 | r2 << 63, r2 >> 1 | r3 << 63, r3 >> 1 | c << 63);
        }
    }

    /// <summary><paramref name="a"/> where <paramref name="mask"/> is 0, <paramref name="b"/> where it is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement Select(ulong mask, in FieldElement a, in FieldElement b) => new(
        (a.u0 & ~mask) | (b.u0 & mask), (a.u1 & ~mask) | (b.u1 & mask), (a.u2 & ~mask) | (b.u2 & mask), (a.u3 & ~mask) | (b.u3 & mask));

    /// <summary>This value where <paramref name="mask"/> is all ones, else the one of no bits: for gathering a table entry by or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement OrMasked(in FieldElement gathered, in FieldElement entry, ulong mask) => new(
        gathered.u0 | (entry.u0 & mask), gathered.u1 | (entry.u1 & mask), gathered.u2 | (entry.u2 & mask), gathered.u3 | (entry.u3 & mask));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static FieldElement Reduce(ulong r0, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ulong r6, ulong r7)
    {
        ulong c = 0;
        r0 = Limbs.MultiplyAdd(r0, r4, Fold, ref c);
        r1 = Limbs.MultiplyAdd(r1, r5, Fold, ref c);
        r2 = Limbs.MultiplyAdd(r2, r6, Fold, ref c);
        r3 = Limbs.MultiplyAdd(r3, r7, Fold, ref c);
        return FoldWide(r0, r1, r2, r3, c);
    }

    // c < 2^34, so c · Fold < 2^67 and a carry out of it leaves less than 2^67 below: the last addition cannot carry.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static FieldElement FoldWide(ulong r0, ulong r1, ulong r2, ulong r3, ulong c)
    {
        ulong high = Limbs.Multiply(c, Fold, out ulong low);
        c = 0;
        r0 = Limbs.Add(r0, low, ref c);
        r1 = Limbs.Add(r1, high, ref c);
        r2 = Limbs.Add(r2, 0, ref c);
        r3 = Limbs.Add(r3, 0, ref c);
        ulong fold = Fold & (0 - c);
        c = 0;
        r0 = Limbs.Add(r0, fold, ref c);
        return new(r0, r1 + c, r2, r3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static FieldElement FoldCarry(ulong r0, ulong r1, ulong r2, ulong r3, ulong c)
    {
        ulong fold = Fold & (0 - c);
        c = 0;
        r0 = Limbs.Add(r0, fold, ref c);
        r1 = Limbs.Add(r1, 0, ref c);
        r2 = Limbs.Add(r2, 0, ref c);
        r3 = Limbs.Add(r3, 0, ref c);
        return new(r0 + (Fold & (0 - c)), r1, r2, r3); // a second carry leaves r0 below Fold: no third
    }
}
