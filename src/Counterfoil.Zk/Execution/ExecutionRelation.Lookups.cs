using System.Buffers;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;

namespace Counterfoil.Zk.Execution;

// The claims that the lookups left, of all leaves at one point.
sealed partial class ExecutionRelation
{
    // The fractional sum's last claims: every leaf's numerator and denominator are known forms in columns and in the values that are looked up; the public part is taken off.
    void AddLookups(FractionalSum.Leaf leaves, Goldilocks2 entries)
    {
        Goldilocks2 numerators = challenges.Batching[0], denominators = challenges.Batching[1];
        Goldilocks2 numerator = default, denominator = entries, unused = Goldilocks2.One;
        for (int r = 0; r < runWeights.Length; r++)
        {
            var (run, weight) = (layout.Runs[r], runWeights[r]);
            unused -= weight;
            if (run.Slot > layout.Limbs) continue;
            numerator += weight;
            denominator += weight * (fingerprint.Alpha + fingerprint.Gamma * TableNumbers(run));
        }
        Claim += (leaves.Numerator - numerator) * numerators + (leaves.Denominator - (denominator + unused)) * denominators;
    }

    // Σ over a run's cells of eq·(the number of the cell's table).
    Goldilocks2 TableNumbers(LeafRun run)
    {
        var sum = Goldilocks2.Zero;
        foreach (var block in layout.Blocks)
        {
            int number = layout.TableOf(block, run.Slot);
            if (number == 0 || block.End <= run.First || block.Offset >= run.End) continue;
            var mass = Mass(leaf.AsSpan(0, run.Variables), Math.Max(block.Offset, run.First) - run.First, Math.Min(block.End, run.End) - run.First);
            sum += mass * Goldilocks.FromInteger(number);
        }
        return sum;
    }

    // What the pairs weigh, by cell: of every run of pairs its weight times eq of the leaf's low coordinates; nothing where no pair is.
    ReadOnlySpan<Goldilocks2> WeightsOf(ColumnBlock block) => pairs.AsSpan(block.Offset, block.Count);

    // (y, σ), of which σ is a column's weight; (y, 0); (x, y); (a − b, y − b)
    void PairsOfColumns(ColumnBlock block, Span<Goldilocks2> columns)
    {
        var weights = WeightsOf(block);
        var y = columns.Slice(block.Offset, block.Count);
        switch (block.Kind)
        {
            case CellKind.Requantised or CellKind.Input: ExtensionRow.Add(weights, y); break;
            case CellKind.LookedUp: ExtensionRow.AddScaled(weights, fingerprint.Beta, y); break;
            case CellKind.Maximum:
                ExtensionRow.AddScaled(weights, fingerprint.Beta, y);
                var first = layout.Pairs[block.Value].First;
                for (int i = 0; i < weights.Length; i++)
                    if (first[i] < 0) y[i - 1] += weights[i];
                break;
        }
    }

    void PairsOfValues(ColumnBlock block)
    {
        var weights = WeightsOf(block);
        switch (block.Kind)
        {
            case CellKind.LookedUp: ExtensionRow.Add(weights, adjoint.Of(((Lookup)layout.Graph.Nodes[block.Value - 1]).Input)); break;
            case CellKind.Maximum:
                var (maximum, factor) = (layout.Pairs[block.Value], Goldilocks2.One + fingerprint.Beta);
                var x = adjoint.Of(((WindowMaximum)layout.Graph.Nodes[block.Value - 1]).Input);
                for (int i = 0; i < weights.Length; i++)
                {
                    if (maximum.First[i] >= 0) x[maximum.First[i]] += weights[i];
                    x[maximum.Second[i]] -= weights[i] * factor;
                }
                break;
        }
    }

    // The denominators of all table entries at the leaves' point.
    Goldilocks2 Entries()
    {
        var room = ArrayPool<Goldilocks2>.Shared.Rent(layout.Size);
        var sum = Goldilocks2.Zero;
        for (int r = 0; r < runWeights.Length; r++)
            if (layout.Runs[r].Slot > layout.Limbs) sum += runWeights[r] * Entries(layout.Runs[r], EqualityOf(layout.Runs[r], room));
        ArrayPool<Goldilocks2>.Shared.Return(room);
        return sum;
    }

    // Σ over a run's table entries of eq·(what the entry is looked up as); past the end, the last entry repeats, where a multiplicity does no harm.
    Goldilocks2 Entries(LeafRun run, ReadOnlySpan<Goldilocks2> equality)
    {
        int start = (run.Slot - layout.LookupSlots << layout.Variables) + run.First, count = Math.Min(equality.Length, layout.Tables.Entries - start);
        ReadOnlySpan<int> firsts = layout.Tables.Firsts.Slice(start, count), seconds = layout.Tables.Seconds.Slice(start, count);
        Goldilocks2 first = default, second = default, number = default, rest = Goldilocks2.One;
        for (int i = 0; i < count; i++)
        {
            first += equality[i] * Goldilocks.FromInteger(firsts[i]);
            if (seconds[i] != 0) second += equality[i] * Goldilocks.FromInteger(seconds[i]);
        }
        for (int t = 0; t < layout.Tables.Tables.Length; t++)
        {
            int from = Math.Max(layout.Tables.Starts[t], start), to = Math.Min(layout.Tables.Starts[t + 1], start + count);
            if (from >= to) continue;
            var mass = Mass(leaf.AsSpan(0, run.Variables), from - start, to - start);
            number += mass * Goldilocks.FromInteger(t);
            rest -= mass;
        }
        if (count < equality.Length)
        {
            first += rest * Goldilocks.FromInteger(firsts[^1]);
            second += rest * Goldilocks.FromInteger(seconds[^1]);
            number += rest * Goldilocks.FromInteger(layout.Tables.Tables.Length - 1);
        }
        return fingerprint.Alpha + first + fingerprint.Beta * second + fingerprint.Gamma * number;
    }
}
