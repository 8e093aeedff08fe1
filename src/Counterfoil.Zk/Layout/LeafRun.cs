using System.Collections.Immutable;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Layout;

/// <summary>
/// Leaves of the fractional sum that belong to neighbouring cells of one slot: cell <paramref name="First"/> + i at leaf <paramref name="Place"/> + i, for i below 2^<paramref name="Variables"/>, both starts being
/// multiples of that. So the weight of all of them at a point is one product over the high coordinates, and eq of the low ones from cell to cell.
/// </summary>
/// <param name="Slot">What is looked up: the pair, a limb column, or the entries counted by a column of multiplicities.</param>
/// <param name="First">The first cell.</param>
/// <param name="Variables">⌈log₂⌉ of the cells.</param>
/// <param name="Place">The first leaf.</param>
readonly record struct LeafRun(int Slot, int First, int Variables, int Place)
{
    /// <summary>Cells.</summary>
    public int Count => 1 << Variables;

    /// <summary>After the last cell.</summary>
    public int End => First + Count;

    /// <summary>
    /// Places the first <paramref name="lengths"/>[s] cells of every slot s, rounded up to multiples of 2^(variables − 5): each in runs that halve, and all runs the longest first, so that there are no gaps. A slot
    /// that few cells use then costs few leaves.
    /// </summary>
    /// <param name="lengths">Cells of each slot, at most 2^<paramref name="variables"/>.</param>
    /// <param name="variables">Variables of a cell's number.</param>
    /// <param name="leaves">Leaves in all.</param>
    public static ImmutableArray<LeafRun> PlaceAll(ReadOnlySpan<int> lengths, int variables, out long leaves)
    {
        var runs = new List<LeafRun>();
        int least = Math.Max(0, variables - 5);
        for (int slot = 0; slot < lengths.Length; slot++)
        {
            int rounded = (lengths[slot] + (1 << least) - 1) >> least << least;
            for (int m = variables, first = 0; m >= least; m--)
                if ((rounded >> m & 1) != 0)
                {
                    runs.Add(new(slot, first, m, 0));
                    first += 1 << m;
                }
        }
        long place = 0;
        var placed = ImmutableArray.CreateBuilder<LeafRun>(runs.Count);
        foreach (var run in runs.OrderByDescending(r => r.Variables).ThenBy(r => r.Slot).ThenBy(r => r.First))
        {
            placed.Add(run with { Place = (int)Math.Min(place, int.MaxValue) });
            place += run.Count;
        }
        leaves = place;
        return placed.MoveToImmutable();
    }
}
