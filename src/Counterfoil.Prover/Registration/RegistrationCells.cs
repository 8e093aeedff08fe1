using System.Runtime.InteropServices;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Registration;

namespace Counterfoil.Prover.Registration;

/// <summary>All that a registration looks up, slot after slot: which table each cell is to be in, and the registration's own rows, limbs of biases and multiplicities.</summary>
sealed class RegistrationCells
{
    // A slot's cells from Start to before End; null where a bias stands. Together they are the whole slot.
    readonly record struct Stretch(int Start, int End, TableId? Table);

    readonly RegistrationLayout layout;
    readonly IMatrix weights;
    readonly Stretch[][] stretches;
    readonly int length;

    public RegistrationCells(RegistrationLayout layout, IMatrix weights, ReadOnlySpan<int> biases)
    {
        (this.layout, this.weights, length) = (layout, weights, layout.Weights.Code.RowLength);
        stretches = Tables();
        Own = new Goldilocks[layout.WitnessRows * length];
        foreach (var group in layout.Weights.BiasGroups)
            for (int i = group.Start; i < group.End; i++)
            {
                long shifted = biases[i] + (1L << (group.Bits - 1));
                for (int k = 0; k < RegistrationLayout.Limbs; k++) Own[k * layout.LimbRows * length + i] = Goldilocks.FromInteger(shifted >> (8 * k) & 255);
            }
        int[] counts = Count();
        for (int i = 0; i < counts.Length; i++) Own[(layout.FirstTableSlot - layout.FirstLimbSlot) * length + i] = Goldilocks.FromInteger(counts[i]);
    }

    /// <summary>The registration's own rows.</summary>
    public Goldilocks[] Own { get; }

    /// <summary>The same as fractions.</summary>
    public IFractionLeaves Fractions(Fingerprint fingerprint) => new Leaves(this, fingerprint);

    // Padding is in the table of no bits.
    Stretch[][] Tables()
    {
        var entries = new List<Stretch>[layout.FirstTableSlot];
        for (int slot = 0; slot < entries.Length; slot++) entries[slot] = [];
        foreach (var block in layout.Weights.Blocks)
            foreach (var (row, start, end) in layout.Weights.Entries(block)) entries[row].Add(new(start, end, block == layout.Weights.Biases ? null : TableId.Weight));
        foreach (var group in layout.Weights.BiasGroups)
            for (int k = 0; k < RegistrationLayout.Limbs; k++)
                foreach (var (row, start, end) in layout.Weights.Segments(layout.Weights.Biases, group.Start, group.End))
                    entries[layout.FirstLimbSlot + k * layout.LimbRows + row - layout.Weights.Biases.FirstRow].Add(new(start, end, TableSet.Limb(group.Bits, k)));
        return Array.ConvertAll(entries, list =>
        {
            var whole = new List<Stretch>(2 * list.Count + 1);
            int at = 0;
            foreach (var stretch in list)
            {
                if (stretch.Start > at) whole.Add(new(at, stretch.Start, TableId.Range));
                whole.Add(stretch);
                at = stretch.End;
            }
            if (at < length) whole.Add(new(at, length, TableId.Range));
            return whole.ToArray();
        });
    }

    int[] Count()
    {
        var counts = new int[layout.TableSlots * length];
        Parallel.For(0, layout.FirstTableSlot, new ParallelOptions { MaxDegreeOfParallelism = 2 }, () => (Cells: new Goldilocks[length], Counts: new int[counts.Length]), (slot, _, local) =>
        {
            Copy(slot, 0, local.Cells);
            foreach (var (start, end, table) in stretches[slot])
                if (table is { } id)
                    foreach (var cell in local.Cells.AsSpan(start, end - start)) local.Counts[layout.Tables.IndexOf(id, id == TableId.Weight ? Signed(cell) : (int)cell.Value)]++;
            return local;
        }, local =>
        {
            lock (counts)
                for (int i = 0; i < counts.Length; i++) counts[i] += local.Counts[i];
        });
        return counts;
    }

    void Copy(int slot, int first, Span<Goldilocks> cells)
    {
        if (slot < layout.FirstLimbSlot) weights.CopyRow(slot, cells, first);
        else Own.AsSpan((slot - layout.FirstLimbSlot) * length + first, cells.Length).CopyTo(cells);
    }

    static int Signed(Goldilocks value) => value.Value > Goldilocks.Modulus / 2 ? -(int)(Goldilocks.Modulus - value.Value) : (int)value.Value;

    sealed class Leaves : IFractionLeaves
    {
        readonly RegistrationCells cells;
        readonly RegistrationLayout layout;
        readonly Fingerprint fingerprint;
        readonly Goldilocks2[] numbers = new Goldilocks2[12];

        public Leaves(RegistrationCells cells, Fingerprint fingerprint)
        {
            (this.cells, layout, this.fingerprint) = (cells, cells.layout, fingerprint);
            for (int id = 0; id < numbers.Length; id++) numbers[id] = fingerprint.Of(id, 0, 0);
        }

        public void Write(int first, ExtensionVector numerators, ExtensionVector denominators)
        {
            for (int at = 0; at < numerators.Length;)
            {
                int slot = first + at >> layout.Weights.Code.LogRowLength, offset = first + at & (cells.length - 1), count = Math.Min(numerators.Length - at, cells.length - offset);
                ExtensionVector p = numerators.Slice(at, count), q = denominators.Slice(at, count);
                if (slot < layout.FirstTableSlot) WriteCells(slot, offset, p, q);
                else if (slot < layout.Slots) WriteEntries(slot, offset, p, q);
                else
                {
                    p.Clear();
                    q.Fill(Goldilocks2.One);
                }
                at += count;
            }
        }

        void WriteCells(int slot, int first, ExtensionVector p, ExtensionVector q)
        {
            var sums = MemoryMarshal.Cast<ulong, Goldilocks>(q.C0);
            cells.Copy(slot, first, sums);
            p.C1.Clear();
            foreach (var (start, end, table) in cells.stretches[slot])
            {
                int from = Math.Max(start, first) - first, to = Math.Min(end - first, sums.Length);
                if (from >= to) continue;
                p.C0[from..to].Fill(table is null ? 0UL : 1);
                var number = numbers[(int)(table ?? TableId.Range)];
                foreach (ref var cell in sums[from..to]) cell += number.C0;
                q.C1[from..to].Fill(number.C1.Value);
            }
        }

        void WriteEntries(int slot, int first, ExtensionVector p, ExtensionVector q)
        {
            for (int i = 0; i < p.Length; i++)
            {
                p[i] = -(Goldilocks2)cells.Own[(slot - layout.FirstLimbSlot) * cells.length + first + i];
                q[i] = fingerprint.Of(layout.Tables[(slot - layout.FirstTableSlot) * cells.length + first + i]);
            }
        }
    }
}
