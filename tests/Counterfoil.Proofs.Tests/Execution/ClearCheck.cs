using System.Collections.Immutable;
using Counterfoil.Models;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>
/// What a proof proves, checked in the clear, cell by cell, from the columns and the hidden cells alone: every demand of every primitive in F_p, every lookup in its table, every table entry counted.
/// Written from <c>docs/proofs.md</c>, without the code that carries forms back.
/// </summary>
sealed class ClearCheck
{
    readonly GraphLayout layout;
    readonly Func<int, Goldilocks[]> column;
    readonly Dictionary<(int, Goldilocks, Goldilocks), long> lookups = [];

    ClearCheck(GraphLayout layout, Func<int, Goldilocks[]> column, ImmutableArray<HiddenCells> hidden, ReadOnlySpan<int> input)
    {
        (this.layout, this.column) = (layout, column);
        Values = new Goldilocks[layout.Graph.Values][];
        Defined = new Goldilocks[layout.Graph.Values][];
        for (int v = 0; v < Values.Length; v++)
        {
            Defined[v] = v == 0 ? Array.ConvertAll(input.ToArray(), x => Goldilocks.FromInteger(x)) : Run(v, layout.Graph.Nodes[v - 1], hidden);
            Values[v] = layout.ExposureOf[v] >= 0 ? Cells(GraphLayout.Value, layout.Blocks[layout.ExposureOf[v]]) : Defined[v];
        }
    }

    /// <summary>Every value, as its readers see it.</summary>
    public Goldilocks[][] Values { get; }

    /// <summary>Every value, as its node makes it.</summary>
    Goldilocks[][] Defined { get; }

    /// <summary>Evaluates a layout on a witness.</summary>
    public static ClearCheck Of(GraphLayout layout, ExecutionWitness witness, ImmutableArray<HiddenCells> hidden, ReadOnlySpan<int> input)
    {
        Goldilocks[][] columns = [.. Enumerable.Range(0, layout.Columns).Select(c => Enumerable.Range(0, layout.Size).Select(x => witness[c, x]).ToArray())];
        return new(layout, c => columns[c], hidden, input);
    }

    /// <summary>The first thing that is wrong, or null.</summary>
    public string? Wrong()
    {
        foreach (var block in layout.Blocks)
            for (int i = 0; i < block.Count; i++)
                if (Demand(block, i) is { } wrong) return $"{block.Kind} {i} of value {block.Value}: {wrong}";
        // A column has its cells at the start, and its leaves go a little further.
        foreach (var run in layout.Runs.Where(r => r.Slot < layout.LookupSlots))
            for (int x = run.First; x < run.End; x++)
            {
                var block = layout.Blocks.FirstOrDefault(b => x >= b.Offset && x < b.End);
                if (block is null || (run.Slot == 0 ? block.Kind is CellKind.Quotient or CellKind.Root or CellKind.Exposed : run.Slot > block.Limbs.Length))
                    Look(0, run.Slot == 0 ? default : column(GraphLayout.FirstLimb + run.Slot - 1)[x], default);
            }
        foreach (var block in layout.Blocks)
            for (int slot = 0; slot < layout.LookupSlots; slot++)
                if ((slot == 0 ? block.Kind is CellKind.Requantised or CellKind.LookedUp or CellKind.Maximum or CellKind.Input : slot <= block.Limbs.Length)
                    && layout.Runs.Where(r => r.Slot == slot).Sum(r => Math.Max(0, Math.Min(r.End, block.End) - Math.Max(r.First, block.Offset))) != block.Count) return $"{block}: cells without a leaf in slot {slot}";

        var entries = new Dictionary<(int, Goldilocks, Goldilocks), Goldilocks>();
        foreach (int e in layout.Runs.Where(r => r.Slot >= layout.LookupSlots).SelectMany(r => Enumerable.Range((r.Slot - layout.LookupSlots << layout.Variables) + r.First, r.Count)))
        {
            int entry = Math.Min(e, layout.Tables.Entries - 1), table = Enumerable.Range(0, layout.Tables.Tables.Length).Last(t => layout.Tables.Starts[t] <= entry);
            var (first, second) = layout.Tables.Tables[table][entry - layout.Tables.Starts[table]];
            var key = (table, Goldilocks.FromInteger(first), Goldilocks.FromInteger(second));
            entries[key] = entries.GetValueOrDefault(key) + column(layout.FirstMultiplicity + (e >> layout.Variables))[e & (layout.Size - 1)];
        }
        foreach (var (key, count) in lookups)
            if (!entries.TryGetValue(key, out var multiplicity)) return $"({key.Item2}, {key.Item3}) is not in table {key.Item1}";
            else if (multiplicity != Goldilocks.FromInteger(count)) return $"{key} counted {multiplicity} times, not {count}";
        return entries.Any(e => !lookups.ContainsKey(e.Key) && e.Value != Goldilocks.Zero) ? "an entry is counted that nothing looks up" : null;
    }

    string? Demand(ColumnBlock block, int i)
    {
        var y = column(GraphLayout.Value)[block.Offset + i];
        var groups = new Goldilocks[GraphLayout.Groups];
        for (int j = 0; j < block.Limbs.Length; j++)
        {
            var limb = column(GraphLayout.FirstLimb + j)[block.Offset + i];
            Look(layout.LimbNumbers[block.Limbs[j].Bits], limb, default);
            groups[block.Limbs[j].Group] += limb * Goldilocks.FromInteger(1L << (layout.LimbBits * block.Limbs[j].Index));
        }
        if (block.Kind == CellKind.Input)
        {
            Look(block.Table, y, default);
            return null; // that it is the input under the root is for the opening to say
        }
        var node = block.Kind == CellKind.Exposed ? null : layout.Graph.Nodes[block.Value - 1];
        Goldilocks Two(Goldilocks x) => x + x;
        switch (node)
        {
            case null:
                return y == Defined[block.Value][i] ? null : "not what it is made of";
            case Requantise r:
                var side = column(GraphLayout.Side)[block.Offset + i];
                Look(block.Table, y, side);
                Goldilocks m = Goldilocks.FromInteger(r.Multipliers[i / r.Inner % r.Multipliers.Length]), scale = Goldilocks.FromInteger(1L << r.Shift);
                return Values[r.Input][i] * m + Goldilocks.FromInteger(1L << (r.Shift - 1)) == scale * (y + side * groups[0]) + groups[1] ? null : "not the quotient";
            case Lookup l: Look(block.Table, Values[l.Input][i], y); return null;
            case WindowMaximum w:
                var pairs = layout.Pairs[block.Value];
                Goldilocks a = pairs.First[i] >= 0 ? Values[w.Input][pairs.First[i]] : column(GraphLayout.Value)[block.Offset + i - 1], b = Values[w.Input][pairs.Second[i]];
                Look(block.Table, a - b, y - b);
                return null;
            case Quotient q:
                Goldilocks d = Values[q.B][i / q.Inner], left = Two(Goldilocks.FromInteger(q.Multiplier)) * Values[q.A][i] + d;
                if (left != Two(d * y) + groups[0]) return "not the quotient";
                if (groups[0] + groups[1] + Goldilocks.One != Two(d)) return "the remainder is not below the divisor";
                return groups[2] + Goldilocks.FromInteger(layout.Ranges[block.Value].Least) == y ? null : "not in its range";
            case SquareRoot s:
                var x = Values[s.Input][i];
                return x == y * y + groups[0] && y * y + Two(y) == x + groups[1] && groups[2] == y ? null : "not the root";
            default: return "not a kind of cell";
        }
    }

    void Look(int table, Goldilocks first, Goldilocks second) => lookups[(table, first, second)] = lookups.GetValueOrDefault((table, first, second)) + 1;

    Goldilocks[] Cells(int index, ColumnBlock block) => column(index)[block.Offset..block.End];

    Goldilocks[] Run(int v, Primitive node, ImmutableArray<HiddenCells> hidden)
    {
        var y = new Goldilocks[node.Length];
        switch (node)
        {
            case Requantise or Lookup or Quotient or SquareRoot: return Cells(GraphLayout.Value, layout.Blocks[layout.BlockOf[v]]);
            case WindowMaximum m:
                for (int i = 0; i < y.Length; i++)
                    y[i] = layout.Pairs[v].Results[i] is var r && r < 0 ? Values[m.Input][-1 - r] : column(GraphLayout.Value)[layout.Blocks[layout.BlockOf[v]].Offset + r];
                break;
            case Parameter: return [.. hidden[v - 1].Weights.Select(w => Goldilocks.FromInteger(w))];
            case LinearMap map:
                var w = map.Window;
                int channels = w.C / map.Groups, outputs = map.Outputs / map.Groups;
                for (int at = 0; at < y.Length; at++)
                {
                    int p = at % w.Positions, o = at / w.Positions % map.Outputs, n = at / w.Positions / map.Outputs;
                    y[at] = Goldilocks.FromInteger(hidden[v - 1].Biases[o]);
                    for (int k = 0; k < map.Columns; k++)
                        if (w.Cell(n, o / outputs * channels + k / w.KernelLength, p / w.OW, p % w.OW, k % w.KernelLength / w.KW, k % w.KW) is >= 0 and var cell)
                            y[at] += Goldilocks.FromInteger(hidden[v - 1].Weights[o * map.Columns + k]) * Values[map.Input][cell];
                }
                break;
            case MatrixProduct p:
                for (int at = 0; at < y.Length; at++)
                    for (int k = 0; k < p.K; k++) y[at] += Values[p.A][at / p.N * p.K + k] * Values[p.B][(at / p.N / p.M * p.K + k) * p.N + at % p.N];
                break;
            case CellProduct p: for (int i = 0; i < y.Length; i++) y[i] = Values[p.A][i] * Values[p.B][i]; break;
            case Combination c:
                for (int i = 0; i < y.Length; i++) y[i] = c.Terms.Aggregate(Goldilocks.FromInteger(c.Constant), (sum, t) => sum + Goldilocks.FromInteger(t.Factor) * Values[t.Value][i]);
                break;
            case Movement m:
                Goldilocks[] all = [.. m.Inputs.SelectMany(x => Values[x])];
                return [.. m.Map.Select(e => e >= 0 ? all[e] : Goldilocks.FromInteger(m.Constants[-1 - e]))];
            case RowGather g: for (int i = 0; i < y.Length; i++) y[i] = Values[g.Table][(int)Values[g.Indices][i / g.Width].Value * g.Width + i % g.Width]; break;
            case WindowSum { Window: var s } sum:
                for (int at = 0; at < y.Length; at++)
                    for (int u = 0; u < s.KernelLength; u++)
                        if (s.Cell(at / s.Positions / s.C, at / s.Positions % s.C, at % s.Positions / s.OW, at % s.OW, u / s.KW, u % s.KW) is >= 0 and var cell) y[at] += Values[sum.Input][cell];
                break;
        }
        return y;
    }
}
