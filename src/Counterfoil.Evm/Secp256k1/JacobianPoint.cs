namespace Counterfoil.Evm.Secp256k1;

/// <summary>A point of the curve y² = x³ + 7 other than the point at infinity.</summary>
readonly record struct AffinePoint(FieldElement X, FieldElement Y)
{
    /// <summary>The generator G (SEC 2 §2.4.1).</summary>
    public static AffinePoint Generator { get; } = new(
        new FieldElement(0x59F2815B16F81798, 0x029BFCDB2DCE28D9, 0x55A06295CE870B07, 0x79BE667EF9DCBBAC),
        new FieldElement(0x9C47D08FFB10D4B8, 0xFD17B448A6855419, 0x5DA4FBFC0E1108A8, 0x483ADA7726A3C465));

    public bool IsOnCurve => FieldElement.AreEqual(Y.Squared, X.Squared * X + new FieldElement(7, 0, 0, 0));

    public AffinePoint Negated => new(X, -Y);

    /// <summary>The point with this x and this parity of y, if the curve has one. Branches: for public values.</summary>
    public static bool TryLift(in FieldElement x, bool odd, out AffinePoint point)
    {
        var y = (x.Squared * x + new FieldElement(7, 0, 0, 0)).SquareRootCandidate();
        point = new AffinePoint(x, y.IsOdd == odd ? y : -y);
        return point.IsOnCurve;
    }
}

/// <summary>A point in Jacobian coordinates, x = X/Z², y = Y/Z³; Z = 0 is the point at infinity.</summary>
/// <remarks>Formulas after Bernstein and Lange's Explicit-Formulas Database for a = 0. Branches on values: public points only, never in signing.</remarks>
readonly struct JacobianPoint(in FieldElement x, in FieldElement y, in FieldElement z)
{
    readonly FieldElement x = x, y = y, z = z;

    public static JacobianPoint Infinity => default;

    public JacobianPoint(in AffinePoint point) : this(point.X, point.Y, FieldElement.One) { }

    public FieldElement X => x;
    public FieldElement Y => y;
    public FieldElement Z => z;
    public bool IsInfinity => z.IsZero;

    /// <summary>3M + 4S: with L = 3/2 · X², the tangent's slope times Z, a halving saves the doublings of dbl-2009-l.</summary>
    public JacobianPoint Doubled
    {
        get
        {
            var s = y.Squared;
            var l = (x.Squared * 3).Halved;
            var t = x * s;
            var x3 = l.Squared - t - t;
            return new(x3, l * (t - x3) - s.Squared, y * z);
        }
    }

    /// <summary>madd: 8M + 3S.</summary>
    public static JacobianPoint operator +(in JacobianPoint p, in AffinePoint q)
    {
        if (p.IsInfinity) return new(q);
        var zz = p.z.Squared;
        var h = q.X * zz - p.x;
        var r = q.Y * p.z * zz - p.y;
        if (h.IsZero) return r.IsZero ? p.Doubled : Infinity;
        var hh = h.Squared;
        var hhh = h * hh;
        var v = p.x * hh;
        var x3 = r.Squared - hhh - v.Doubled;
        return new(x3, r * (v - x3) - p.y * hhh, p.z * h);
    }

    /// <summary>The point in affine coordinates; it must not be infinity.</summary>
    public AffinePoint ToAffine()
    {
        var inverse = z.PublicInverse();
        var square = inverse.Squared;
        return new(x * square, y * square * inverse);
    }

    /// <summary>Brings points to affine coordinates with one inversion for all (Montgomery). None may be infinity.</summary>
    public static void ToAffine(ReadOnlySpan<JacobianPoint> points, Span<AffinePoint> affine)
    {
        var product = FieldElement.One;
        for (int i = 0; i < points.Length; i++)
        {
            affine[i] = new(product, default); // the product of all z before this one
            product *= points[i].z;
        }
        var inverse = product.PublicInverse();
        for (int i = points.Length; --i >= 0;)
        {
            var own = inverse * affine[i].X;
            inverse *= points[i].z;
            var square = own.Squared;
            affine[i] = new(points[i].x * square, points[i].y * square * own);
        }
    }
}
