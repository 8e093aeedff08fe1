using System.Collections.Immutable;

namespace Counterfoil.Zk.Lookups;

/// <summary>
/// A table of values that a registration looks up. The number is part of every looked-up tuple, so that a value of one table never passes in
/// another; a number never changes what it stands for.
/// </summary>
enum TableId : byte
{
    /// <summary>{0}: padding. Range + b holds v for 0 ≤ v &lt; 2^b, b up to 8.</summary>
    Range = 0,

    /// <summary>−127 ≤ v ≤ 127.</summary>
    Weight = 9,
}

/// <summary>One entry.</summary>
readonly record struct TableEntry(TableId Table, int Value);

/// <summary>The tables that a registration uses, one after the other by number.</summary>
sealed class TableSet
{
    readonly int[] starts = new int[(int)TableId.Weight + 1];

    public TableSet(IEnumerable<TableId> tables)
    {
        Ids = [.. tables.Distinct().Order()];
        var entries = ImmutableArray.CreateBuilder<TableEntry>();
        foreach (var id in Ids)
        {
            starts[(int)id] = entries.Count;
            switch (id)
            {
                case TableId.Weight: AddRange(entries, id, -127, 127); break;
                default: AddRange(entries, id, 0, (1 << (int)id) - 1); break;
            }
        }
        Entries = entries.ToImmutable();
    }

    /// <summary>The numbers, ascending.</summary>
    public ImmutableArray<TableId> Ids { get; }

    /// <summary>All entries.</summary>
    public ImmutableArray<TableEntry> Entries { get; }

    /// <summary>Entry <paramref name="index"/>; past the end the last entry repeats, where a multiplicity does no harm.</summary>
    public TableEntry this[int index] => Entries[Math.Min(index, Entries.Length - 1)];

    /// <summary>
    /// The table of <paramref name="bits"/>-bit numbers' limb <paramref name="limb"/>: 8 bits, fewer at the top, none above it.
    /// </summary>
    public static TableId Limb(int bits, int limb) => (TableId)Math.Clamp(bits - 8 * limb, 0, 8);

    /// <summary>Where a value that is in its table stands among all entries.</summary>
    public int IndexOf(TableId table, int value) => starts[(int)table] + (table == TableId.Weight ? value + 127 : value);

    static void AddRange(ImmutableArray<TableEntry>.Builder entries, TableId id, int first, int last)
    {
        for (int v = first; v <= last; v++) entries.Add(new TableEntry(id, v));
    }
}
