using Counterfoil.Evm;

namespace Counterfoil.DevChain.Precompiles.Bn254;

/// <summary>A point of y² = x³ + b in Jacobian coordinates, (X / Z², Y / Z³); Z = 0 is infinity. The formulas do not need b.</summary>
readonly record struct Point<F>(F X, F Y, F Z) where F : struct, IField<F>
{
    public static Point<F> Infinity => new(F.One, F.One, default);

    public static Point<F> Of(F x, F y) => new(x, y, F.One);

    public bool IsInfinity => Z.IsZero;

    /// <summary>x and y; both zero for infinity, as EIP-196 writes it.</summary>
    public (F X, F Y) Affine
    {
        get
        {
            if (IsInfinity) return default;
            F inverse = Z.Inverse, square = inverse * inverse;
            return (X * square, Y * square * inverse);
        }
    }

    // "dbl-2009-l" of the Explicit-Formulas Database, for curves with a = 0.
    public Point<F> Doubled
    {
        get
        {
            if (IsInfinity || Y.IsZero) return Infinity;
            F a = X * X, b = Y * Y, c = b * b, t = X + b, d = t * t - a - c;
            d += d;
            F e = a + a + a, x = e * e - d - d, c8 = c + c;
            c8 += c8;
            c8 += c8;
            F yz = Y * Z;
            return new(x, e * (d - x) - c8, yz + yz);
        }
    }

    // "add-1998-cmo-2".
    public static Point<F> operator +(Point<F> left, Point<F> right)
    {
        if (left.IsInfinity) return right;
        if (right.IsInfinity) return left;
        F z1 = left.Z * left.Z, z2 = right.Z * right.Z;
        F u1 = left.X * z2, u2 = right.X * z1, s1 = left.Y * z2 * right.Z, s2 = right.Y * z1 * left.Z;
        F h = u2 - u1, r = s2 - s1;
        if (h.IsZero) return r.IsZero ? left.Doubled : Infinity;
        F hh = h * h, hhh = hh * h, v = u1 * hh, x = r * r - hhh - v - v;
        return new(x, r * (v - x) - s1 * hhh, left.Z * right.Z * h);
    }

    public static Point<F> operator *(Point<F> point, UInt256 scalar)
    {
        var result = Infinity;
        for (int i = scalar.BitLength; --i >= 0;)
        {
            result = result.Doubled;
            if (scalar.Bit(i)) result += point;
        }
        return result;
    }
}
