namespace Counterfoil.Evm.Secp256k1;

/// <summary>k · G for a secret k: 64 additions from a table of j · 16^i · G, every entry of a window read for each digit.</summary>
/// <remarks>
/// 64 × 15 points, 60 KiB, computed once. Which entry is used shows neither in a branch nor in an address; the additions have no exceptional cases.
/// The JIT could in principle compile a mask into a branch: .NET 10 on x86-64 does not, optimised or not yet, by its own listing; nothing promises it.
/// </remarks>
static class GeneratorMultiplication
{
    const int Windows = 64, Entries = 15;

    static readonly AffinePoint[] Table = BuildTable();

    public static ProjectivePoint Multiply(in Scalar k)
    {
        var digits = k.Value;
        var sum = ProjectivePoint.Infinity;
        for (int i = 0; i < Windows; i++)
        {
            ulong limb = (i >> 4) switch { 0 => digits.U0, 1 => digits.U1, 2 => digits.U2, _ => digits.U3 };
            ulong digit = limb >> (4 * (i & 15)) & 15;
            FieldElement x = default, y = default;
            var window = Table.AsSpan(i * Entries, Entries);
            for (int j = 0; j < window.Length; j++)
            {
                ulong mask = EqualMask(digit, (ulong)j + 1);
                x = FieldElement.OrMasked(x, window[j].X, mask);
                y = FieldElement.OrMasked(y, window[j].Y, mask);
            }
            // Digit 0 adds the meaningless (0, 0) and then drops the sum.
            sum = ProjectivePoint.Select(EqualMask(digit, 0), sum + new AffinePoint(x, y), sum);
        }
        return sum;
    }

    // a − b has its top bit set after or-ing its negation exactly where it is not 0.
    static ulong EqualMask(ulong a, ulong b)
    {
        ulong difference = a ^ b;
        return ((difference | (0 - difference)) >> 63) - 1;
    }

    static AffinePoint[] BuildTable()
    {
        var points = new JacobianPoint[Windows * Entries];
        var unit = AffinePoint.Generator; // 16^i · G
        for (int i = 0; i < Windows; i++)
        {
            var multiple = new JacobianPoint(unit);
            for (int j = 0; j < Entries; j++)
            {
                points[i * Entries + j] = multiple;
                multiple += unit;
            }
            unit = multiple.ToAffine();
        }
        var table = new AffinePoint[points.Length];
        JacobianPoint.ToAffine(points, table);
        return table;
    }
}
