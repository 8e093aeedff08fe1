using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>Binding of the highest variable of a multilinear polynomial given by its values.</summary>
static class Folding
{
    /// <summary>values[x] ← values[x] + r·(values[x + half] − values[x]) for the lower half.</summary>
    public static void Bind(Span<Goldilocks2> values, Goldilocks2 r)
    {
        int half = values.Length / 2;
        for (int x = 0; x < half; x++) values[x] += r * (values[half + x] - values[x]);
    }
}
