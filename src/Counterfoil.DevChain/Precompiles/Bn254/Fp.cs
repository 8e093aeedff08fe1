using Counterfoil.Evm;

namespace Counterfoil.DevChain.Precompiles.Bn254;

/// <summary>The base field of the curve bn254 ("alt_bn128", EIP-196): integers modulo p, reduced.</summary>
readonly record struct Fp(UInt256 Value) : IField<Fp>
{
    /// <summary>p = 36·x⁴ + 36·x³ + 24·x² + 6·x + 1 with x = 4965661367192848881.</summary>
    public static readonly UInt256 Modulus = UInt256.Parse("21888242871839275222246405745257275088696311157297823662689037894645226208583");

    /// <summary>The order of both groups: 36·x⁴ + 36·x³ + 18·x² + 6·x + 1.</summary>
    public static readonly UInt256 Order = UInt256.Parse("21888242871839275222246405745257275088548364400416034343698204186575808495617");

    public static Fp One => new(UInt256.One);
    public bool IsZero => Value.IsZero;

    public static Fp operator +(Fp left, Fp right)
    {
        var sum = left.Value + right.Value; // p has 254 bits: no carry
        return new(sum >= Modulus ? sum - Modulus : sum);
    }

    public static Fp operator -(Fp left, Fp right) => new(left.Value >= right.Value ? left.Value - right.Value : left.Value + Modulus - right.Value);

    public static Fp operator -(Fp value) => default(Fp) - value;

    public static Fp operator *(Fp left, Fp right) => new(UInt256.MulMod(left.Value, right.Value, Modulus));

    // Fermat: x^(p − 2).
    public Fp Inverse
    {
        get
        {
            var (result, exponent) = (One, Modulus - 2);
            for (int i = exponent.BitLength; --i >= 0;)
            {
                result *= result;
                if (exponent.Bit(i)) result *= this;
            }
            return result;
        }
    }
}

/// <summary>Fp[u] / (u² + 1).</summary>
readonly record struct Fp2(Fp Real, Fp Imaginary) : IField<Fp2>
{
    public static Fp2 One => new(Fp.One, default);

    /// <summary>ξ = 9 + u, of which w is the sixth root: what the twist and the tower are made with.</summary>
    public static Fp2 Xi => new(new Fp(9), Fp.One);

    public bool IsZero => Real.IsZero && Imaginary.IsZero;
    public Fp2 Conjugate => new(Real, -Imaginary);

    public static Fp2 operator +(Fp2 left, Fp2 right) => new(left.Real + right.Real, left.Imaginary + right.Imaginary);
    public static Fp2 operator -(Fp2 left, Fp2 right) => new(left.Real - right.Real, left.Imaginary - right.Imaginary);
    public static Fp2 operator -(Fp2 value) => new(-value.Real, -value.Imaginary);
    public static Fp2 operator *(Fp2 left, Fp right) => new(left.Real * right, left.Imaginary * right);

    // Karatsuba: (a + b)(c + d) − ac − bd = ad + bc.
    public static Fp2 operator *(Fp2 left, Fp2 right)
    {
        Fp real = left.Real * right.Real, imaginary = left.Imaginary * right.Imaginary;
        return new(real - imaginary, (left.Real + left.Imaginary) * (right.Real + right.Imaginary) - real - imaginary);
    }

    public Fp2 Inverse => Conjugate * (Real * Real + Imaginary * Imaginary).Inverse;

    public Fp2 Power(UInt256 exponent)
    {
        var result = One;
        for (int i = exponent.BitLength; --i >= 0;)
        {
            result *= result;
            if (exponent.Bit(i)) result *= this;
        }
        return result;
    }
}
