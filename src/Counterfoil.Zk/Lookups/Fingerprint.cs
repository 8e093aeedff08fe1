using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Lookups;

/// <summary>
/// Turns a looked-up tuple into a fraction's denominator: α + first + β·second + γ·table. The challenges are independent, so the fractions'
/// common numerator has degree at most one per fraction, and a tuple outside its table escapes with (lookups + entries) / |F| (Haböck,
/// eprint 2022/1530).
/// </summary>
readonly record struct Fingerprint(Goldilocks2 Alpha, Goldilocks2 Beta, Goldilocks2 Gamma)
{
    public Fingerprint(ReadOnlySpan<Goldilocks2> challenges) : this(challenges[0], challenges[1], challenges[2]) { }

    /// <summary>The denominator of an entry.</summary>
    public Goldilocks2 Of(TableEntry entry) => Of((int)entry.Table, entry.Value, 0);

    /// <summary>The denominator of a tuple of integers.</summary>
    public Goldilocks2 Of(int table, long first, long second) =>
        Alpha + Goldilocks.FromInteger(first) + Beta * Goldilocks.FromInteger(second) + Gamma * Goldilocks.FromInteger(table);
}
