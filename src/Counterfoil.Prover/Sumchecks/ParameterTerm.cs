using Counterfoil.Prover.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>
/// A parameter's block: Σ form·cell. The form is in few stretches and the cells, which may be many, are bytes: so the highest variables are bound without writing either out, from the stretches and the cells that they meet, until 2^16 cells are
/// left.
/// </summary>
sealed class ParameterTerm : IMatrixTerm
{
    const int MostWritten = 16;

    readonly int variables, written;
    readonly ReadOnlyMemory<byte> cells;

    // Parts of stretches, none of which goes beyond a multiple of 2^16 cells, and eq of what is bound of their numbers.
    readonly List<(int Start, Goldilocks2[] Weights)> parts = [];
    readonly List<Goldilocks2> shares = [];

    // eq of what is bound, by the bits of it from the lowest variable up.
    Goldilocks2[] bound = [Goldilocks2.One];
    Goldilocks2 factor = Goldilocks2.One;

    // Form and cells, once they are written out.
    Goldilocks2[]? left, right;

    /// <param name="count">Cells.</param>
    /// <param name="cells">The cells, each 128 too large; those past the last are zero.</param>
    /// <param name="form">The form; null if there is none.</param>
    /// <param name="scale">What it is multiplied by.</param>
    /// <param name="mostWritten">Of how many variables form and cells are written out; tests choose fewer.</param>
    public ParameterTerm(int count, ReadOnlyMemory<byte> cells, ParameterForm? form, Goldilocks2 scale, int mostWritten = MostWritten)
    {
        variables = Multilinear.VariablesFor(count);
        written = Math.Min(variables, mostWritten);
        this.cells = cells[..Math.Min(cells.Length, 1 << variables)];
        foreach (var (start, weights) in form?.Stretches ?? [])
            for (int at = 0; at < weights.Length;)
            {
                int length = Math.Min(weights.Length - at, (1 << written) - (start + at & ((1 << written) - 1)));
                var part = new Goldilocks2[length];
                ExtensionRow.Scale(weights.AsSpan(at, length), scale, part);
                parts.Add((start + at, part));
                shares.Add(Goldilocks2.One);
                at += length;
            }
    }

    public void Round(int k, Goldilocks2[] point, ref Goldilocks2 constant, ref Goldilocks2 lead)
    {
        if (k >= variables)
        {
            // Beyond the block everything is zero: (1 − X) times form and cells.
            var sum = Goldilocks2.Zero;
            foreach (var (start, weights) in parts) sum += Multilinear.InnerProduct<Goldilocks2>(weights, Cells(start, weights.Length, variables));
            constant += factor * sum;
            lead += factor * sum;
            return;
        }
        Goldilocks2 at0 = default, slope = default;
        if (k >= written)
            for (int i = 0; i < parts.Count; i++)
            {
                var (start, weights) = parts[i];
                int place = start & ((2 << k) - 1), low = place & ~(1 << k);
                var below = shares[i] * Multilinear.InnerProduct<Goldilocks2>(weights, Cells(low, weights.Length, k + 1));
                var above = shares[i] * Multilinear.InnerProduct<Goldilocks2>(weights, Cells(low + (1 << k), weights.Length, k + 1));
                if (place == low) (at0, slope) = (at0 + below, slope + below - above);
                else slope += above - below;
            }
        else
        {
            if (left is null) WriteOut();
            int half = 1 << k;
            for (int x = 0; x < half; x++)
            {
                at0 += left![x] * right![x];
                slope += (left[half + x] - left[x]) * (right[half + x] - right[x]);
            }
        }
        constant += factor * at0;
        lead += factor * slope;
    }

    public void Bind(Goldilocks2 r, int k)
    {
        if (k >= variables)
        {
            var rest = Goldilocks2.One - r;
            factor *= rest * rest;
        }
        else if (k >= written)
        {
            var next = new Goldilocks2[2 * bound.Length];
            for (int h = 0; h < bound.Length; h++)
            {
                next[2 * h + 1] = bound[h] * r;
                next[2 * h] = bound[h] - next[2 * h + 1];
            }
            bound = next;
            for (int i = 0; i < parts.Count; i++) shares[i] *= (parts[i].Start >> k & 1) != 0 ? r : Goldilocks2.One - r;
        }
        else
        {
            Folding.Bind(left.AsSpan(0, 2 << k), r);
            Folding.Bind(right.AsSpan(0, 2 << k), r);
        }
    }

    public Goldilocks2 Weight(Goldilocks2[] point)
    {
        if (left is null) WriteOut();
        var weight = right![0];
        for (int k = variables; k < point.Length; k++) weight *= Goldilocks2.One - point[k];
        return weight;
    }

    // So many cells from one on, of the 2^log that are left: sums over what is bound.
    Goldilocks2[] Cells(int first, int count, int log)
    {
        var sums = new Goldilocks2[count];
        var span = cells.Span;
        for (int h = 0; h < bound.Length; h++)
        {
            int from = Math.Min((h << log) + first, span.Length);
            var row = span.Slice(from, Math.Min(count, span.Length - from));
            for (int i = 0; i < row.Length; i++) sums[i] += bound[h] * Goldilocks.FromInteger(row[i] - 128);
        }
        return sums;
    }

    void WriteOut()
    {
        (left, right) = (new Goldilocks2[1 << written], new Goldilocks2[1 << written]);
        for (int i = 0; i < parts.Count; i++) ExtensionRow.AddScaled(parts[i].Weights, shares[i], left.AsSpan(parts[i].Start & ((1 << written) - 1)));
        int rows = cells.Length >> written;
        ByteFolding.Fold(cells.Span, bound.AsSpan(0, rows), right);
        var rest = cells.Span[(rows << written)..];
        for (int x = 0; x < rest.Length; x++) right[x] += bound[rows] * Goldilocks.FromInteger(rest[x] - 128);
    }
}
