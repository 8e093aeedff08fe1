namespace Counterfoil.Evm.Secp256k1;

/// <summary>A point in homogeneous coordinates, x = X/Z, y = Y/Z, added by formulas that have no exceptions: for secrets.</summary>
/// <remarks>Renes, Costello, Batina, "Complete addition formulas for prime order elliptic curves" (eprint 2015/1060), algorithm 8 (a = 0, mixed). 3b = 21.</remarks>
readonly struct ProjectivePoint(in FieldElement x, in FieldElement y, in FieldElement z)
{
    readonly FieldElement x = x, y = y, z = z;

    public static ProjectivePoint Infinity => new(FieldElement.Zero, FieldElement.One, FieldElement.Zero);

    public static ProjectivePoint operator +(in ProjectivePoint p, in AffinePoint q)
    {
        var xx = p.x * q.X;
        var yy = p.y * q.Y;
        var cross = (q.X + q.Y) * (p.x + p.y) - (xx + yy);
        var yz = q.Y * p.z + p.y;
        var xz = (q.X * p.z + p.x) * 21;
        var xx3 = xx.Doubled + xx;
        var b3z = p.z * 21;
        var sum = yy + b3z;
        var difference = yy - b3z;
        return new(cross * difference - yz * xz, difference * sum + xz * xx3, sum * yz + xx3 * cross);
    }

    /// <summary><paramref name="p"/> where <paramref name="mask"/> is 0, <paramref name="q"/> where it is all ones.</summary>
    public static ProjectivePoint Select(ulong mask, in ProjectivePoint p, in ProjectivePoint q) =>
        new(FieldElement.Select(mask, p.x, q.x), FieldElement.Select(mask, p.y, q.y), FieldElement.Select(mask, p.z, q.z));

    /// <summary>The point in affine coordinates; infinity gives (0, 0).</summary>
    public AffinePoint ToAffine()
    {
        var inverse = z.Inverse();
        return new(x * inverse, y * inverse);
    }
}
