using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Layout;

/// <summary>
/// A linear form in the cells of a parameter, as the sum of forms in stretches of them: who gathers sixteen rows of a table of fifty thousand needs room and time for the sixteen.
/// </summary>
sealed class ParameterForm
{
    // Variables of what one table of eq covers.
    const int LogBlock = 10;

    readonly Dictionary<(int Start, int Length), Goldilocks2[]> stretches = [];

    /// <summary>The stretches: weights of the cells from Start on. They may overlap, in which case the weights of a cell add up.</summary>
    public IEnumerable<(int Start, Goldilocks2[] Weights)> Stretches => stretches.Select(s => (s.Key.Start, s.Value));

    /// <summary>Adds a form in the cells from <paramref name="start"/> on.</summary>
    public void Add(int start, ReadOnlySpan<Goldilocks2> weights)
    {
        if (!stretches.TryGetValue((start, weights.Length), out var sum)) stretches.Add((start, weights.Length), sum = new Goldilocks2[weights.Length]);
        ExtensionRow.Add(weights, sum);
    }

    /// <summary>Σ weight·eq(<paramref name="point"/>, cell): the form, as a polynomial given by its weights, at a point.</summary>
    public Goldilocks2 At(ReadOnlySpan<Goldilocks2> point)
    {
        int log = Math.Min(LogBlock, point.Length);
        var low = Multilinear.Equality(point[..log]);
        var sum = Goldilocks2.Zero;
        foreach (var (start, weights) in Stretches)
            for (int at = 0; at < weights.Length;)
            {
                int cell = start + at, within = cell & ((1 << log) - 1), count = Math.Min(weights.Length - at, (1 << log) - within);
                sum += High(point[log..], cell >> log) * ExtensionRow.InnerProduct(weights.AsSpan(at, count), low.AsSpan(within, count));
                at += count;
            }
        return sum;
    }

    static Goldilocks2 High(ReadOnlySpan<Goldilocks2> point, int index)
    {
        var product = Goldilocks2.One;
        for (int k = 0; k < point.Length; k++) product *= (index >> k & 1) != 0 ? point[k] : Goldilocks2.One - point[k];
        return product;
    }
}
