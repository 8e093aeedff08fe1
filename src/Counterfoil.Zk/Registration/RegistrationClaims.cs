using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Registration;

/// <summary>
/// What the fractional sum of a registration leaves, all at one cell point: claims on the weights' rows and on the registration's own rows,
/// and what ties the biases to their limbs.
/// </summary>
sealed class RegistrationClaims
{
    readonly RegistrationLayout layout;
    readonly Goldilocks2[] sums;

    public RegistrationClaims(RegistrationLayout layout, FractionalSum.Leaf claim)
    {
        this.layout = layout;
        int cellVariables = layout.Weights.Code.LogRowLength;
        Point = claim.Point[..cellVariables];
        Cells = Multilinear.Equality<Goldilocks2>(Point);
        Slots = Multilinear.Equality<Goldilocks2>(claim.Point.AsSpan(cellVariables));
        sums = Multilinear.PrefixSums<Goldilocks2>(Cells);
    }

    /// <summary>The cell point.</summary>
    public Goldilocks2[] Point { get; }

    /// <summary>eq of the cell point.</summary>
    public Goldilocks2[] Cells { get; }

    /// <summary>eq of the slot point.</summary>
    public Goldilocks2[] Slots { get; }

    /// <summary>
    /// Both sides of the fractional sum's last claim, from the combined weight rows and the values of the registration's own rows.
    /// </summary>
    public (Claim Numerator, Claim Denominator) Leaves(Fingerprint fingerprint, Claim weights, ReadOnlySpan<Claim> rows)
    {
        Goldilocks2 numerator = default, denominator = default;
        Goldilocks2[] inNumerator = new Goldilocks2[rows.Length], inDenominator = new Goldilocks2[rows.Length];
        for (int slot = 0; slot < Slots.Length; slot++)
        {
            var weight = Slots[slot];
            int row = slot - layout.FirstLimbSlot;
            if (slot < layout.FirstTableSlot)
            {
                numerator += weight;
                denominator += weight * fingerprint.Alpha;
                if (row >= 0) inDenominator[row] = weight;
            }
            else if (slot < layout.Slots)
            {
                inNumerator[row] = -weight;
                denominator += weight * TableSlot(fingerprint, slot - layout.FirstTableSlot);
            }
            else denominator += weight;
        }

        // Cells of biases are not looked up themselves; weights and limbs have table numbers other than zero.
        var numbers = Goldilocks2.Zero;
        foreach (var block in layout.Weights.Blocks)
            foreach (var (row, start, end) in layout.Weights.Entries(block))
            {
                var share = Slots[row] * (sums[end] - sums[start]);
                if (block == layout.Weights.Biases) numerator -= share;
                else numbers += share * Goldilocks.FromUInt64((ulong)TableId.Weight);
            }
        foreach (var group in layout.Weights.BiasGroups)
            for (int k = 0; k < RegistrationLayout.Limbs; k++)
                foreach (var (row, start, end) in layout.Weights.Segments(layout.Weights.Biases, group.Start, group.End))
                    numbers += Slots[LimbSlot(k, row)] * (sums[end] - sums[start]) * Goldilocks.FromUInt64((ulong)TableSet.Limb(group.Bits, k));
        return (Claim.InnerProduct(rows, inNumerator) + numerator, weights + Claim.InnerProduct(rows, inDenominator) + (denominator + fingerprint.Gamma * numbers));
    }

    /// <summary>
    /// The biases at (<paramref name="rowEquality"/>, cell point), from their limbs: Σ 256^k·limb k − 2^(bits−1) on every real bias.
    /// </summary>
    public Claim Biases(ReadOnlySpan<Goldilocks2> rowEquality, ReadOnlySpan<Claim> rows)
    {
        var weights = new Goldilocks2[RegistrationLayout.Limbs * layout.LimbRows];
        for (int i = 0; i < weights.Length; i++) weights[i] = rowEquality[i % layout.LimbRows] * Goldilocks.FromUInt64(1UL << (8 * (i / layout.LimbRows)));
        var offset = Goldilocks2.Zero;
        int first = layout.Weights.Biases.FirstRow;
        foreach (var group in layout.Weights.BiasGroups)
            foreach (var (row, start, end) in layout.Weights.Segments(layout.Weights.Biases, group.Start, group.End))
                offset += rowEquality[row - first] * (sums[end] - sums[start]) * Goldilocks.FromUInt64(1UL << (group.Bits - 1));
        return Claim.InnerProduct(rows, weights) - offset;
    }

    /// <summary>Row weights of the weights' matrix: the fractional sum's, and the biases' times <paramref name="omega"/>.</summary>
    public Goldilocks2[] MatrixRows(Goldilocks2 omega, ReadOnlySpan<Goldilocks2> rowEquality)
    {
        var rows = Slots.AsSpan(0, layout.Weights.Rows).ToArray();
        for (int h = 0; h < layout.LimbRows; h++) rows[layout.Weights.Biases.FirstRow + h] += omega * rowEquality[h];
        return rows;
    }

    /// <summary>The slot of limb <paramref name="limb"/> of the biases in matrix row <paramref name="row"/>.</summary>
    int LimbSlot(int limb, int row) => layout.FirstLimbSlot + limb * layout.LimbRows + row - layout.Weights.Biases.FirstRow;

    Goldilocks2 TableSlot(Fingerprint fingerprint, int table)
    {
        var sum = Goldilocks2.Zero;
        for (int x = 0; x < Cells.Length; x++) sum += Cells[x] * fingerprint.Of(layout.Tables[(table << layout.Weights.Code.LogRowLength) + x]);
        return sum;
    }
}
