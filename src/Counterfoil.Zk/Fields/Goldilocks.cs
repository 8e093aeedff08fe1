using System.Runtime.CompilerServices;

namespace Counterfoil.Zk.Fields;

/// <summary>An element of F_p, p = 2^64 − 2^32 + 1, always held as its least residue.</summary>
/// <remarks>
/// p − 1 = 2^32 · 3 · 5 · 17 · 257 · 65537, so there are roots of unity of every order 2^k up to 2^32; 7 generates the whole group.
/// Reduction: 2^64 ≡ 2^32 − 1 and 2^96 ≡ −1 (mod p). Not constant-time: every value a verifier touches is public.
/// </remarks>
public readonly struct Goldilocks : IField<Goldilocks>
{
    /// <summary>p.</summary>
    public const ulong Modulus = 0xFFFF_FFFF_0000_0001;

    // 2^64 mod p.
    const ulong Epsilon = 0xFFFF_FFFF;

    /// <summary>The least residue.</summary>
    public ulong Value { get; }

    Goldilocks(ulong canonical) => Value = canonical;

    /// <inheritdoc/>
    public static Goldilocks Zero => default;

    /// <inheritdoc/>
    public static Goldilocks One => new(1);

    /// <summary>A generator of the multiplicative group.</summary>
    public static Goldilocks Generator => new(7);

    /// <summary>The residue class of any 64-bit integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks FromUInt64(ulong value) => new(value >= Modulus ? value - Modulus : value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks FromInteger(long value) => new(value < 0 ? Modulus - (ulong)(-value) : (ulong)value);

    /// <summary>The element whose least residue is <paramref name="value"/>; false if that is p or more: one element, one encoding.</summary>
    public static bool TryFromCanonical(ulong value, out Goldilocks element)
    {
        element = new(value);
        return value < Modulus;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks operator +(Goldilocks left, Goldilocks right)
    {
        // a + b = a − (p − b): one borrow tells whether p must come back, and no sum exceeds 64 bits.
        ulong complement = Modulus - right.Value;
        return new(left.Value - complement + (Modulus & Mask(left.Value < complement)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks operator -(Goldilocks left, Goldilocks right)
    {
        return new(left.Value - right.Value + (Modulus & Mask(left.Value < right.Value)));
    }

    // All ones or none. Half of all random operands wrap around: a branch that is taken by a coin's toss costs more than all the arithmetic.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Mask(bool set) => 0UL - Unsafe.BitCast<bool, byte>(set);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks operator -(Goldilocks value) => new(value.Value == 0 ? 0 : Modulus - value.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks operator *(Goldilocks left, Goldilocks right)
    {
        ulong high = Math.BigMul(left.Value, right.Value, out ulong low);
        return new(Reduce(high, low));
    }

    /// <summary>The least residue of high·2^64 + low.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Reduce(ulong high, ulong low)
    {
        // high = h₁·2^32 + h₀: h₁·2^96 ≡ −h₁, h₀·2^64 ≡ h₀·(2^32 − 1).
        ulong top = high >> 32;
        ulong t = low - top;
        if (low < top) t -= Epsilon;
        ulong middle = (high & Epsilon) * Epsilon;
        ulong r = t + middle;
        r += Epsilon & Mask(r < middle);
        return r >= Modulus ? r - Modulus : r;
    }

    /// <summary>This element to a power.</summary>
    public Goldilocks Power(ulong exponent)
    {
        Goldilocks result = One, square = this;
        for (; exponent != 0; exponent >>= 1, square *= square)
            if ((exponent & 1) != 0) result *= square;
        return result;
    }

    /// <inheritdoc/>
    public static Goldilocks Inverse(Goldilocks value) =>
        value.Value == 0 ? throw new DivideByZeroException("zero has no inverse") : value.Power(Modulus - 2);

    /// <summary>A root of unity of order exactly 2^<paramref name="logOrder"/>: 7^((p − 1) / 2^k).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="logOrder"/> is not from 0 to 32.</exception>
    public static Goldilocks RootOfUnity(int logOrder)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)logOrder, 32u, nameof(logOrder));
        return Generator.Power((Modulus - 1) >> logOrder);
    }

    /// <inheritdoc/>
    public bool Equals(Goldilocks other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Goldilocks other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Whether two elements are the same.</summary>
    public static bool operator ==(Goldilocks left, Goldilocks right) => left.Value == right.Value;

    /// <summary>Whether two elements differ.</summary>
    public static bool operator !=(Goldilocks left, Goldilocks right) => left.Value != right.Value;

    /// <summary>The least residue in decimal.</summary>
    public override string ToString() => $"{Value}";
}
