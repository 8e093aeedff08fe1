using System.Runtime.CompilerServices;

namespace Counterfoil.Zk.Fields;

/// <summary>An element c₀ + c₁·X of F_p[X] / (X² − 7): where challenges live, so that one guess in |F| ≈ 2^128 is lucky.</summary>
/// <remarks>7 generates F_p*, hence is no square (p − 1 is even), hence X² − 7 is irreducible; a test computes 7^((p−1)/2) = −1.</remarks>
public readonly struct Goldilocks2 : IField<Goldilocks2>
{
    /// <summary>The constant coefficient.</summary>
    public Goldilocks C0 { get; }

    /// <summary>The coefficient of X.</summary>
    public Goldilocks C1 { get; }

    /// <summary>−log₂ of the chance of hitting one element: log₂ p², less than 128 by a third of a billionth.</summary>
    public const double SizeBits = 128 - 6.72e-10;

    /// <summary>c₀ + c₁·X.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Goldilocks2(Goldilocks c0, Goldilocks c1)
    {
        C0 = c0;
        C1 = c1;
    }

    /// <inheritdoc/>
    public static Goldilocks2 Zero => default;

    /// <inheritdoc/>
    public static Goldilocks2 One => new(Goldilocks.One, default);

    /// <summary>The base field lies inside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Goldilocks2(Goldilocks value) => new(value, default);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks2 FromInteger(long value) => Goldilocks.FromInteger(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks2 operator +(Goldilocks2 left, Goldilocks2 right) => new(left.C0 + right.C0, left.C1 + right.C1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks2 operator -(Goldilocks2 left, Goldilocks2 right) => new(left.C0 - right.C0, left.C1 - right.C1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks2 operator -(Goldilocks2 value) => new(-value.C0, -value.C1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks2 operator *(Goldilocks2 left, Goldilocks2 right)
    {
        // Karatsuba: three products instead of four.
        Goldilocks low = left.C0 * right.C0, high = left.C1 * right.C1;
        var cross = (left.C0 + left.C1) * (right.C0 + right.C1) - low - high;
        return new(low + TimesSeven(high), cross);
    }

    /// <summary>The product with an element of the base field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Goldilocks2 operator *(Goldilocks2 left, Goldilocks right) => new(left.C0 * right, left.C1 * right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Goldilocks TimesSeven(Goldilocks value)
    {
        // 7v < 2^67: what lies above 64 bits is at most 6, and 6·(2^32 − 1) cannot carry twice.
        ulong high = Math.BigMul(value.Value, 7, out ulong low);
        ulong sum = low + high * 0xFFFF_FFFF;
        if (sum < low) sum += 0xFFFF_FFFF;
        return Goldilocks.FromUInt64(sum);
    }

    /// <inheritdoc/>
    public static Goldilocks2 Inverse(Goldilocks2 value)
    {
        // (c₀ + c₁X)(c₀ − c₁X) = c₀² − 7c₁², which is in F_p and non-zero.
        var norm = Goldilocks.Inverse(value.C0 * value.C0 - TimesSeven(value.C1 * value.C1));
        return new(value.C0 * norm, -value.C1 * norm);
    }

    /// <inheritdoc/>
    public bool Equals(Goldilocks2 other) => C0 == other.C0 && C1 == other.C1;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Goldilocks2 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(C0, C1);

    /// <summary>Whether two elements are the same.</summary>
    public static bool operator ==(Goldilocks2 left, Goldilocks2 right) => left.Equals(right);

    /// <summary>Whether two elements differ.</summary>
    public static bool operator !=(Goldilocks2 left, Goldilocks2 right) => !left.Equals(right);

    /// <summary>c₀ + c₁·X.</summary>
    public override string ToString() => $"{C0} + {C1}·X";
}
