using System.Runtime.InteropServices;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;

namespace Counterfoil.Prover.Execution;

/// <summary>The lookups of an execution, and the entries that they are in, as fractions: run by run, the rest 0/1.</summary>
sealed class ExecutionLeaves(GraphLayout layout, ExecutionWitness witness, IReadOnlyList<long[]> values, Fingerprint fingerprint) : IFractionLeaves
{
    public void Write(int first, ExtensionVector numerators, ExtensionVector denominators)
    {
        int end = first + numerators.Length, used = Math.Clamp(layout.Leaves - first, 0, numerators.Length);
        numerators.Slice(used, numerators.Length - used).Clear();
        denominators.Slice(used, numerators.Length - used).Fill(Goldilocks2.One);
        // Runs lie one after the other in the order of their places.
        for (int r = FirstRun(first); r < layout.Runs.Length && layout.Runs[r].Place < end; r++)
        {
            var run = layout.Runs[r];
            int from = Math.Max(run.Place, first), count = Math.Min(run.Place + run.Count, end) - from;
            WriteRun(run.Slot, run.First + from - run.Place, numerators.Slice(from - first, count), denominators.Slice(from - first, count));
        }
    }

    int FirstRun(int leaf)
    {
        int low = 0, high = layout.Runs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (layout.Runs[middle].Place + layout.Runs[middle].Count <= leaf) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    void WriteRun(int slot, int first, ExtensionVector p, ExtensionVector q)
    {
        if (slot >= layout.LookupSlots)
        {
            WriteEntries(slot, first, p, q);
            return;
        }
        p.Fill(Goldilocks2.One);
        // Padding is looked up in table 0, and its cells are zero.
        q.Fill(fingerprint.Of(0, 0, 0));
        int end = first + p.Length;
        foreach (var block in layout.Blocks)
        {
            int from = Math.Max(block.Offset, first), to = Math.Min(block.End, end);
            if (from >= to) continue;
            var target = q.Slice(from - first, to - from);
            if (slot == 0) WritePairs(block, from - block.Offset, target);
            else if (slot <= block.Limbs.Length)
            {
                var table = fingerprint.Of(layout.TableOf(block, slot), 0, 0);
                var limbs = witness.Column(GraphLayout.ColumnOf(slot))[from..to];
                var sums = MemoryMarshal.Cast<ulong, Goldilocks>(target.C0);
                for (int x = 0; x < limbs.Length; x++) sums[x] = table.C0 + limbs[x];
                target.C1.Fill(table.C1.Value);
            }
        }
    }

    void WriteEntries(int slot, int first, ExtensionVector p, ExtensionVector q)
    {
        int column = GraphLayout.ColumnOf(slot), start = (slot - layout.LookupSlots << layout.Variables) + first;
        ReadOnlySpan<int> firsts = layout.Tables.Firsts, seconds = layout.Tables.Seconds;
        for (int i = 0, table = 0; i < p.Length; i++)
        {
            int entry = Math.Min(start + i, layout.Tables.Entries - 1);
            while (layout.Tables.Starts[table + 1] <= entry) table++;
            q[i] = fingerprint.Of(table, firsts[entry], seconds[entry]);
            p[i] = -(Goldilocks2)witness[column, first + i];
        }
    }

    void WritePairs(ColumnBlock block, int start, ExtensionVector target)
    {
        var table = fingerprint.Of(block.Table, 0, 0);
        var y = witness.Column(GraphLayout.Value).Slice(block.Offset, block.Count);
        switch (block.Kind)
        {
            case CellKind.Requantised:
                var sides = witness.Column(GraphLayout.Side).Slice(block.Offset + start, target.Length);
                for (int i = 0; i < target.Length; i++)
                    target[i] = sides[i] == Goldilocks.Zero ? table + y[start + i] : table + y[start + i] + fingerprint.Beta * sides[i];
                break;
            case CellKind.Input:
                for (int i = 0; i < target.Length; i++) target[i] = table + y[start + i];
                break;
            case CellKind.LookedUp:
                var x = values[((Lookup)layout.Graph.Nodes[block.Value - 1]).Input];
                for (int i = 0; i < target.Length; i++) target[i] = table + Goldilocks.FromInteger(x[start + i]) + fingerprint.Beta * y[start + i];
                break;
            case CellKind.Maximum:
                x = values[((WindowMaximum)layout.Graph.Nodes[block.Value - 1]).Input];
                var pairs = layout.Pairs[block.Value];
                for (int i = 0; i < target.Length; i++)
                {
                    int cell = start + i;
                    Goldilocks a = pairs.First[cell] >= 0 ? Goldilocks.FromInteger(x[pairs.First[cell]]) : y[cell - 1], b = Goldilocks.FromInteger(x[pairs.Second[cell]]);
                    target[i] = table + (a - b) + fingerprint.Beta * (y[cell] - b);
                }
                break;
        }
    }
}
