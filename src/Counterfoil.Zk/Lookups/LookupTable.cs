using System.Collections.Immutable;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Zk.Lookups;

/// <summary>A finite set of pairs that cells of a graph are looked up in.</summary>
abstract record LookupTable
{
    /// <summary>How many entries.</summary>
    public abstract int Count { get; }

    /// <summary>An entry.</summary>
    public abstract (int First, int Second) this[int index] { get; }

    /// <summary>Where a pair that is in the table stands in it.</summary>
    public abstract int IndexOf(long first, long second);
}

/// <summary>(v, 0) for 0 ≤ v &lt; 2^<paramref name="Bits"/>; of no bits, {(0, 0)}: what is looked up there is zero.</summary>
sealed record RangeTable(int Bits) : LookupTable
{
    public override int Count => 1 << Bits;
    public override (int First, int Second) this[int index] => (index, 0);
    public override int IndexOf(long first, long second) => (int)first;
}

/// <summary>(y, 0) for every y from <paramref name="Least"/> to <paramref name="Most"/>, then (Most, 1) and (Least, −1): a clamped number, and on which side it was clamped.</summary>
sealed record SaturationTable(int Least, int Most) : LookupTable
{
    public override int Count => Most - Least + 3;
    public override (int First, int Second) this[int index] => index <= Most - Least ? (Least + index, 0) : index == Most - Least + 1 ? (Most, 1) : (Least, -1);
    public override int IndexOf(long first, long second) => second == 0 ? (int)(first - Least) : Most - Least + (second > 0 ? 1 : 2);
}

/// <summary>(x, f(x)) for the arguments that a graph can ask of one of its tables.</summary>
sealed record FunctionTable(int Number, CellTable Function, int Least, int Most) : LookupTable
{
    public override int Count => Most - Least + 1;
    public override (int First, int Second) this[int index] => (Least + index, Function.Entries[Least + index - Function.Least]);
    public override int IndexOf(long first, long second) => (int)(first - Least);
}

/// <summary>(d, max(d, 0)) for |d| ≤ <paramref name="Reach"/>: with d = a − b, how far the larger of two numbers is above the second.</summary>
sealed record DifferenceTable(int Reach) : LookupTable
{
    public override int Count => 2 * Reach + 1;
    public override (int First, int Second) this[int index] => (index - Reach, Math.Max(0, index - Reach));
    public override int IndexOf(long first, long second) => (int)(first + Reach);
}

/// <summary>The tables of a graph, one after the other; a table's number is its place, and part of every tuple that is looked up.</summary>
sealed class TableList
{
    readonly Dictionary<LookupTable, int> numbers = [];
    int[]? firsts, seconds;

    /// <summary>Sorts by kind, then by size; number 0 is the range of no bits, which padding is looked up in.</summary>
    public TableList(IEnumerable<LookupTable> tables)
    {
        Tables =
        [
            .. tables.Append(new RangeTable(0)).Distinct().OrderBy(t => t switch
            {
                RangeTable r => (0, r.Bits, 0),
                SaturationTable s => (1, s.Least, s.Most),
                FunctionTable f => (2, f.Number, 0),
                DifferenceTable d => (3, d.Reach, 0),
                _ => throw new ArgumentException($"no such table: {t}", nameof(tables)),
            }),
        ];
        var starts = ImmutableArray.CreateBuilder<int>(Tables.Length + 1);
        int total = 0;
        foreach (var table in Tables)
        {
            numbers.Add(table, numbers.Count);
            starts.Add(total);
            total += table.Count;
        }
        starts.Add(total);
        Starts = starts.MoveToImmutable();
    }

    /// <summary>The tables by number.</summary>
    public ImmutableArray<LookupTable> Tables { get; }

    /// <summary>Where each table's entries start among all, and last their count.</summary>
    public ImmutableArray<int> Starts { get; }

    /// <summary>Entries of all tables.</summary>
    public int Entries => Starts[^1];

    /// <summary>The first number of every entry.</summary>
    public ReadOnlySpan<int> Firsts => LazyInitializer.EnsureInitialized(ref firsts, () => All(e => e.First));

    /// <summary>The second number of every entry.</summary>
    public ReadOnlySpan<int> Seconds => LazyInitializer.EnsureInitialized(ref seconds, () => All(e => e.Second));

    /// <summary>The number of a table that is in the list.</summary>
    public int NumberOf(LookupTable table) => numbers[table];

    /// <summary>Where a pair of table <paramref name="number"/> stands among all entries.</summary>
    public int IndexOf(int number, long first, long second) => Starts[number] + Tables[number].IndexOf(first, second);

    int[] All(Func<(int First, int Second), int> number) => [.. Tables.SelectMany(t => Enumerable.Range(0, t.Count).Select(i => number(t[i])))];
}
