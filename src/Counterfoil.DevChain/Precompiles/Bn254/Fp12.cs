using System.Numerics;
using System.Runtime.CompilerServices;

namespace Counterfoil.DevChain.Precompiles.Bn254;

/// <summary>Fp2[w] / (w⁶ − ξ), where the pairing's values lie: six coefficients, the constant first.</summary>
struct Fp12
{
    [InlineArray(6)]
    struct Coefficients
    {
        Fp2 first;
    }

    Coefficients c;

    public static Fp12 One => Sparse(Fp2.One, default, default);

    public readonly bool IsOne
    {
        get
        {
            for (int i = 1; i < 6; i++)
                if (!c[i].IsZero) return false;
            return c[0] == Fp2.One;
        }
    }

    /// <summary>a + b·w + d·w³: the shape of a line.</summary>
    public static Fp12 Sparse(Fp2 a, Fp2 b, Fp2 d)
    {
        var value = new Fp12();
        (value.c[0], value.c[1], value.c[3]) = (a, b, d);
        return value;
    }

    public static Fp12 operator *(in Fp12 left, in Fp12 right)
    {
        var (low, high) = (new Fp12(), new Fp12());
        for (int i = 0; i < 6; i++)
        {
            if (left.c[i].IsZero) continue;
            for (int j = 0; j < 6; j++)
            {
                if (right.c[j].IsZero) continue;
                var product = left.c[i] * right.c[j];
                if (i + j < 6) low.c[i + j] += product;
                else high.c[i + j - 6] += product;
            }
        }
        for (int i = 0; i < 6; i++) low.c[i] += high.c[i] * Fp2.Xi;
        return low;
    }

    public readonly Fp12 Power(BigInteger exponent)
    {
        var result = One;
        for (long i = exponent.GetBitLength(); --i >= 0;)
        {
            result = result * result;
            if (!(exponent >> (int)i).IsEven) result = result * this;
        }
        return result;
    }
}
