using System.Buffers;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;

namespace Counterfoil.Prover.Execution;

/// <summary>The witness columns of one execution.</summary>
sealed class ExecutionWitness : IDisposable
{
    readonly GraphLayout layout;
    readonly Goldilocks[][] columns;
    readonly int[] counts;

    /// <param name="layout">The graph.</param>
    /// <param name="values">Every value's cells, as the executor computes them.</param>
    public ExecutionWitness(GraphLayout layout, IReadOnlyList<long[]> values)
    {
        this.layout = layout;
        columns = [.. layout.Lengths.Select(Zeros)];
        counts = new int[layout.Tables.Entries];
        foreach (var block in layout.Blocks) Fill(block, values);
        // What leaves there are beyond the cells of a slot, and beside those that use it, are padding.
        foreach (var run in layout.Runs)
            if (run.Slot < layout.LookupSlots) counts[0] += run.Count - layout.Blocks.Where(b => Uses(b, run.Slot)).Sum(b => Math.Max(0, Math.Min(b.End, run.End) - Math.Max(b.Offset, run.First)));
        for (int e = 0; e < counts.Length; e++) columns[layout.FirstMultiplicity + (e >> layout.Variables)][e & layout.Size - 1] = Goldilocks.FromInteger(counts[e]);
    }

    /// <summary>The cells of a column that mean something.</summary>
    public Span<Goldilocks> Column(int index) => columns[index].AsSpan(0, layout.Lengths[index]);

    /// <summary>A cell of a column; zero beyond its length.</summary>
    public Goldilocks this[int column, int cell] => cell < layout.Lengths[column] ? columns[column][cell] : Goldilocks.Zero;

    /// <summary>Zeroes the cells and gives their memory back.</summary>
    public void Dispose()
    {
        foreach (var column in columns) ArrayPool<Goldilocks>.Shared.Return(column, clearArray: true);
    }

    static Goldilocks[] Zeros(int length)
    {
        var zeros = ArrayPool<Goldilocks>.Shared.Rent(length);
        zeros.AsSpan(0, length).Clear();
        return zeros;
    }

    static bool Uses(ColumnBlock block, int slot) => slot == 0 ? ColumnBlock.HasPair(block.Kind) : slot <= block.Limbs.Length;

    void Fill(ColumnBlock block, IReadOnlyList<long[]> values)
    {
        var y = Column(GraphLayout.Value).Slice(block.Offset, block.Count);
        var result = values[block.Value];
        if (block.Kind != CellKind.Maximum)
            for (int i = 0; i < y.Length; i++) y[i] = Goldilocks.FromInteger(result[i]);
        var entries = counts.AsSpan(layout.Tables.Starts[block.Table]);
        var table = layout.Tables.Tables[block.Table];
        long[] first = ArrayPool<long>.Shared.Rent(block.Count), second = ArrayPool<long>.Shared.Rent(block.Count), third = ArrayPool<long>.Shared.Rent(block.Count);
        switch (block.Kind)
        {
            case CellKind.Requantised:
                var r = (Requantise)layout.Graph.Nodes[block.Value - 1];
                var x = values[r.Input];
                var sides = Column(GraphLayout.Side).Slice(block.Offset, block.Count);
                for (int i = 0; i < y.Length;)
                    foreach (uint m in r.Multipliers)
                        for (int end = i + r.Inner; i < end; i++)
                        {
                            long scaled = x[i] * m + (1L << (r.Shift - 1)), over = (scaled >> r.Shift) - result[i];
                            int side = Math.Sign(over);
                            sides[i] = Goldilocks.FromInteger(side);
                            entries[table.IndexOf(result[i], side)]++;
                            (first[i], second[i]) = (Math.Abs(over), scaled & ((1L << r.Shift) - 1));
                        }
                break;
            case CellKind.LookedUp:
                x = values[((Lookup)layout.Graph.Nodes[block.Value - 1]).Input];
                for (int i = 0; i < y.Length; i++) entries[table.IndexOf(x[i], result[i])]++;
                break;
            case CellKind.Maximum:
                x = values[((WindowMaximum)layout.Graph.Nodes[block.Value - 1]).Input];
                var pairs = layout.Pairs[block.Value];
                long largest = 0;
                for (int i = 0; i < y.Length; i++)
                {
                    long a = pairs.First[i] >= 0 ? x[pairs.First[i]] : largest, b = x[pairs.Second[i]];
                    largest = Math.Max(a, b);
                    y[i] = Goldilocks.FromInteger(largest);
                    entries[table.IndexOf(a - b, largest - b)]++;
                }
                break;
            case CellKind.Quotient:
                var q = (Quotient)layout.Graph.Nodes[block.Value - 1];
                long least = layout.Ranges[block.Value].Least;
                for (int i = 0; i < y.Length; i++)
                {
                    long d = values[q.B][i / q.Inner], remainder = 2L * q.Multiplier * values[q.A][i] + d - 2 * d * result[i];
                    (first[i], second[i], third[i]) = (remainder, 2 * d - 1 - remainder, result[i] - least);
                }
                break;
            case CellKind.Root:
                x = values[((SquareRoot)layout.Graph.Nodes[block.Value - 1]).Input];
                for (int i = 0; i < y.Length; i++)
                {
                    long below = x[i] - result[i] * result[i];
                    (first[i], second[i], third[i]) = (below, 2 * result[i] - below, result[i]);
                }
                break;
        }
        FillLimbs(block, first, second, third);
        foreach (var numbers in (long[][])[first, second, third]) ArrayPool<long>.Shared.Return(numbers);
    }

    void FillLimbs(ColumnBlock block, params ReadOnlySpan<long[]> numbers)
    {
        for (int j = 0; j < block.Limbs.Length; j++)
        {
            var (group, index, bits) = block.Limbs[j];
            var column = Column(GraphLayout.FirstLimb + j).Slice(block.Offset, block.Count);
            var entries = counts.AsSpan(layout.Tables.Starts[layout.LimbNumbers[bits]]);
            var number = numbers[group];
            int shift = layout.LimbBits * index;
            long mask = (1L << layout.LimbBits) - 1;
            for (int i = 0; i < column.Length; i++)
            {
                int limb = (int)(number[i] >> shift & mask);
                column[i] = Goldilocks.FromInteger(limb);
                entries[limb]++;
            }
        }
    }
}
