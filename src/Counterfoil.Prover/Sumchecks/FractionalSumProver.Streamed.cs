using System.Buffers;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>Layers that are not held.</summary>
sealed partial class FractionalSumProver
{
    // Cells of each of the grid's vectors at a time: 3^4 points of four vectors of these take 2.6 MB.
    const int GridPiece = 256;

    // The fractions of a layer from one on. A node adds all leaves whose numbers end in its own; in which order makes no difference, for the sum of all is Σ pᵢ·Π of the other q over Π q.
    void WriteNodes(int layer, int first, ExtensionVector p, ExtensionVector q)
    {
        leaves.Write(first, p, q);
        if (layer == depth) return;
        var scratch = ArrayPool<ulong>.Shared.Rent(4 * p.Length);
        ExtensionVector otherP = Part(scratch, 0, p.Length), otherQ = Part(scratch, 1, p.Length);
        for (int j = 1; j < 1 << (depth - layer); j++)
        {
            leaves.Write((j << layer) + first, otherP, otherQ);
            FractionVectors.Add(p, q, otherP, otherQ, p, q);
        }
        ArrayPool<ulong>.Shared.Return(scratch);
    }

    // Sums up what the rounds before the held ones are made of.
    void Sum(int layer, Goldilocks2 lambda, Grid grid)
    {
        int half = 1 << (held - 1);
        if (half < 2 * GridPiece)
        {
            grid.Add(SumStretch(layer, lambda, grid, 0, half, half));
            return;
        }
        Goldilocks2[] low = [], high = [];
        Parallel.Invoke(() => low = SumStretch(layer, lambda, grid, 0, half / 2, GridPiece), () => high = SumStretch(layer, lambda, grid, half / 2, half, GridPiece));
        grid.Add(low);
        grid.Add(high);
    }

    Goldilocks2[] SumStretch(int layer, Goldilocks2 lambda, Grid grid, int from, int end, int piece)
    {
        int points = grid.Points, between = 1 << (layer - 1);
        var totals = new Goldilocks2[points];
        // p₀, q₀, p₁ + λq₁ and q₁ at every point of the grid.
        var vectors = ArrayPool<ulong>.Shared.Rent(8 * points * piece);
        for (; from < end; from += piece)
        {
            for (int b = 0; b < 1 << grid.Variables; b++)
            {
                int at = 4 * grid.PointOf(b), first = (b << (held - 1)) + from;
                WriteNodes(layer, first, Part(vectors, at, piece), Part(vectors, at + 1, piece));
                WriteNodes(layer, first + between, Part(vectors, at + 2, piece), Part(vectors, at + 3, piece));
                FractionVectors.AddScaled(Part(vectors, at + 2, piece), Part(vectors, at + 3, piece), lambda);
            }
            foreach (var (target, at0, at1) in grid.Differences)
                for (int v = 0; v < 4; v++) FractionVectors.Subtract(Part(vectors, 4 * at1 + v, piece), Part(vectors, 4 * at0 + v, piece), Part(vectors, 4 * target + v, piece));
            for (int u = 0; u < points; u++)
                totals[u] += FractionVectors.Sum(E(from, piece), Part(vectors, 4 * u, piece), Part(vectors, 4 * u + 1, piece), Part(vectors, 4 * u + 2, piece), Part(vectors, 4 * u + 3, piece));
        }
        ArrayPool<ulong>.Shared.Return(vectors);
        return totals;
    }

    // Leaves the layer where a held one of 2^h fractions lies, its highest variables bound.
    void Bind(int layer, Goldilocks2 lambda, ReadOnlySpan<Goldilocks2> bound)
    {
        var weights = Multilinear.Equality(bound);
        int size = 1 << held, half = size / 2;
        Share(half, (from, count) =>
        {
            var scratch = ArrayPool<ulong>.Shared.Rent(4 * count);
            ExtensionVector p = Part(scratch, 0, count), q = Part(scratch, 1, count);
            for (int side = 0; side < 2; side++)
            {
                ExtensionVector sumP = P(size + side * half + from, count), sumQ = Q(size + side * half + from, count);
                sumP.Clear();
                sumQ.Clear();
                for (int b = 0; b < weights.Length; b++)
                {
                    WriteNodes(layer, (side << (layer - 1)) + b * half + from, p, q);
                    FractionVectors.AddScaled(sumP, p, weights[b]);
                    FractionVectors.AddScaled(sumQ, q, weights[b]);
                }
                if (side == 1) FractionVectors.AddScaled(sumP, sumQ, lambda);
            }
            ArrayPool<ulong>.Shared.Return(scratch);
            return default;
        });
    }

    static ExtensionVector Part(ulong[] words, int number, int count) => new(words.AsSpan(2 * number * count, count), words.AsSpan((2 * number + 1) * count, count));
}

/// <summary>
/// Σ eq·(p₀q₁ + p₁q₀) as a polynomial in the variables that are bound first, of degree two in each: its values where each of them is 0 or 1 or, for the leading coefficient, ∞. The digit of a variable in a point's number to base three says which.
/// </summary>
sealed class Grid
{
    readonly Goldilocks2[] point, values;
    int left;

    /// <param name="variables">How many.</param>
    /// <param name="point">Their coordinates in the point of the layer above.</param>
    public Grid(int variables, Goldilocks2[] point)
    {
        (Variables, this.point, left) = (variables, point, variables);
        Points = (int)Math.Pow(3, variables);
        values = new Goldilocks2[Points];
        for (int power = 1; power < Points; power *= 3)
            for (int u = 0; u < Points; u++)
                // Digits below may be anything by now, those above are 0 or 1.
                if (u / power % 3 == 2 && HasNoLead(u / power / 3)) Differences.Add((u, u - 2 * power, u - power));
    }

    public int Variables { get; }

    public int Points { get; }

    /// <summary>Which values, in this order, are the difference of two others: of what is linear in every variable, f(∞) = f(1) − f(0).</summary>
    public List<(int Target, int At0, int At1)> Differences { get; } = [];

    /// <summary>The number of a corner of the hypercube.</summary>
    public int PointOf(int corner)
    {
        int number = 0;
        for (int k = Variables - 1; k >= 0; k--) number = 3 * number + (corner >> k & 1);
        return number;
    }

    public void Add(ReadOnlySpan<Goldilocks2> sums)
    {
        for (int u = 0; u < Points; u++) values[u] += sums[u];
    }

    /// <summary>What the round of the highest variable left is made of.</summary>
    public FractionSums Round()
    {
        int power = (int)Math.Pow(3, left - 1);
        var weights = Multilinear.Equality<Goldilocks2>(point.AsSpan(0, left - 1));
        FractionSums sums = default;
        for (int b = 0; b < weights.Length; b++)
        {
            int u = PointOf(b);
            sums += new FractionSums(weights[b] * values[u], weights[b] * values[u + power], weights[b] * values[u + 2 * power]);
        }
        return sums;
    }

    /// <summary>Binds it.</summary>
    public void Bind(Goldilocks2 r)
    {
        int power = (int)Math.Pow(3, --left);
        for (int u = 0; u < power; u++)
        {
            Goldilocks2 at0 = values[u], at1 = values[u + power], lead = values[u + 2 * power];
            values[u] = at0 + r * (at1 - at0 - lead) + r * r * lead;
        }
    }

    static bool HasNoLead(int digits)
    {
        for (; digits > 0; digits /= 3)
            if (digits % 3 == 2) return false;
        return true;
    }
}
