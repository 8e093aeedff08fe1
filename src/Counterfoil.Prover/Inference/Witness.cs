using Counterfoil.Models;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Lookups;

namespace Counterfoil.Prover.Inference;

/// <summary>The witness columns of one execution, and the table entry of each of its lookups.</summary>
sealed class Witness
{
    readonly InferenceLayout layout;
    readonly int[] counts;

    public Witness(InferenceLayout layout, ExecutionTrace trace)
    {
        this.layout = layout;
        var space = layout.Space;
        Columns = new Goldilocks[layout.Columns][];
        for (int c = 0; c < Columns.Length; c++) Columns[c] = new Goldilocks[space.Size];
        SlotTables = new TableId[layout.LookupSlots][];
        for (int s = 0; s < SlotTables.Length; s++) SlotTables[s] = new TableId[space.Size];
        counts = new int[layout.TableSlots << space.Variables];
        foreach (var node in space.Nodes) Fill(node, trace.Nodes[node.Index]);
        counts[layout.Tables.IndexOf(TableId.Range, 0, 0)] += layout.LookupSlots * (space.Size - space.Count);
        for (int i = 0; i < counts.Length; i++)
            Columns[layout.FirstMultiplicity + (i >> space.Variables)][i & (space.Size - 1)] = Goldilocks.FromInteger(counts[i]);
    }

    /// <summary>Columns in the layout's order.</summary>
    public Goldilocks[][] Columns { get; }

    /// <summary>The table of each lookup, by slot and neuron.</summary>
    public TableId[][] SlotTables { get; }

    /// <summary>All columns one after the other: the witness matrix.</summary>
    public Goldilocks[] Cells()
    {
        var cells = new Goldilocks[Columns.Length * layout.Space.Size];
        for (int c = 0; c < Columns.Length; c++) Columns[c].CopyTo(cells, c * layout.Space.Size);
        return cells;
    }

    void Fill(NodeArithmetic node, NodeTrace trace)
    {
        var (multipliers, shift) = node.Node.Requantisation;
        for (int i = 0; i < node.Node.OutputLength; i++)
        {
            int x = node.Offset + i;
            long scaled = trace.Accumulators[i] * (long)multipliers[i] + (1L << (shift - 1));
            long quotient = scaled >> shift, remainder = scaled & ((1L << shift) - 1);
            int value = trace.Output[i], side = Math.Sign(quotient - value);
            Columns[InferenceLayout.Value][x] = Goldilocks.FromInteger(value);
            Columns[InferenceLayout.Side][x] = Goldilocks.FromInteger(side);
            Count(0, x, InferenceLayout.Saturation(node), value, side);
            FillLimbs(node, x, Math.Abs(quotient - value), 0, layout.OverflowLimbs);
            FillLimbs(node, x, remainder, layout.OverflowLimbs, layout.RemainderLimbs);
        }
    }

    void FillLimbs(NodeArithmetic node, int x, long number, int first, int count)
    {
        for (int k = first; k < first + count; k++, number >>= 8)
        {
            int limb = (int)(number & 255);
            Columns[InferenceLayout.FirstLimb + k][x] = Goldilocks.FromInteger(limb);
            Count(1 + k, x, layout.LimbTable(node, k), limb, 0);
        }
    }

    void Count(int slot, int x, TableId table, int first, int second)
    {
        SlotTables[slot][x] = table;
        counts[layout.Tables.IndexOf(table, first, second)]++;
    }
}
