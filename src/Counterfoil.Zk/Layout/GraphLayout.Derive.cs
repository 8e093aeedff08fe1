using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Layout;

sealed partial class GraphLayout
{
    /// <summary>Most cells of a column, products and pairs of factors: a verifier's memory and time grow with them.</summary>
    public const int MostCells = 1 << 24;

    /// <summary>Entries of all tables.</summary>
    public const int MostEntries = 1 << 22;

    /// <summary>The largest difference between two cells that a maximum compares: its table has twice as many entries.</summary>
    public const int MostReach = 1 << 16;

    // Room for both sides of an equation between integers: |left| + |right| < p makes equality modulo p equality.
    // IntegerRanges keeps left sides below 2^62.
    static readonly BigInteger RightRoom = BigInteger.One << 63;

    sealed class Draft
    {
        public readonly List<(CellKind Kind, int Value, int Count, LookupTable? Table, int[] Bits)> Blocks = [];
        public readonly Dictionary<int, MaximumPairs> Pairs = [];
        public ImmutableArray<bool> IsPublic;
        public bool HidesInput;
        public long Cells;

        public void Add(CellKind kind, int value, int count, LookupTable? table, params int[] bits)
        {
            Blocks.Add((kind, value, count, table, [.. bits, .. new int[Groups - bits.Length]]));
            Cells += count;
        }
    }

    /// <summary>Lays a graph out, or says why it cannot be proven.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="layout">Its layout, if the verdict accepts.</param>
    /// <param name="hidesInput">Whether the verifier does not see the input, so that its cells are committed too.</param>
    public static Verdict Derive(IntegerGraph graph, out GraphLayout? layout, bool hidesInput = false)
    {
        layout = null;
        var verdict = IntegerRanges.Derive(graph, out var ranges);
        if (!verdict.IsAccepted) return verdict;
        var draft = new Draft { IsPublic = PublicValues(graph, hidesInput), HidesInput = hidesInput };
        var exposed = ExposedValues(graph);
        long products = 0, factors = 0;
        if (hidesInput)
        {
            var (length, least, most) = graph.Input;
            if ((long)most - least >= MostEntries) return Verdict.Reject(ZkChecks.Hidden, $"a hidden input whose cells can be at most {MostEntries} numbers", $"{(long)most - least + 1}");
            draft.Add(CellKind.Input, 0, length, new SaturationTable(least, most));
        }
        for (int v = 0; v < graph.Values; v++)
        {
            if (exposed[v]) draft.Add(CellKind.Exposed, v, graph.Length(v), null);
            if (v == 0) continue;
            var node = graph.Nodes[v - 1];
            verdict = Add(graph, ranges, draft, v, node);
            if (!verdict.IsAccepted) return verdict;
            if (ProductBlock.Of(node) is var (kind, dimensions))
            {
                products += new ProductBlock(kind, v, 0, dimensions, 0).Size;
                factors += ProductBlock.FactorsOf(node);
            }
            if (draft.Cells > MostCells || products > MostCells || factors > MostCells)
                return Verdict.Reject(ZkChecks.ModelGraph, $"at most {MostCells} committed cells, products and pairs of factors", $"{draft.Cells}, {products}, {factors} at node {v - 1}");
        }
        // The tables that lookups of a table share hold what any of them can ask.
        var functions = graph.Nodes.OfType<Lookup>().GroupBy(l => l.Table).ToDictionary(g => g.Key, g =>
            new FunctionTable(g.Key, graph.Tables[g.Key], (int)g.Min(l => ranges[l.Input].Least), (int)g.Max(l => ranges[l.Input].Most)));
        int limb = BestLimb(draft, functions.Values);
        var (tables, blocks) = Place(draft, functions, graph, limb);
        if (tables.Entries > MostEntries) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {MostEntries} entries of all tables", $"{tables.Entries}");
        layout = new GraphLayout(graph, ranges, blocks, tables, limb, draft);
        return Verdict.Accept;
    }

    static Verdict Add(IntegerGraph graph, ImmutableArray<CellRange> ranges, Draft draft, int v, Primitive node)
    {
        switch (node)
        {
            // acc·M + 2^(s−1) = 2^s·(y + σ·w) + r, 0 ≤ r < 2^s, 0 ≤ w < 2^o, (y, σ) in its table. Over the integers q = y + σw and r are quotient and remainder of the left side by 2^s, hence
            // unique, and each σ leaves one y: σ = 0 gives y = q within the range; σ = 1 gives y = Most and q = Most + w ≥ Most; σ = −1 likewise Least; so y is q, clamped. Modulo p: the left side is
            // below 2^62 (IntegerRanges), the right side below 2^63, and p is above their sum. Complete: w is at most what the range of x leaves above Most or below Least.
            case Requantise r:
                var x = ranges[r.Input];
                BigInteger over = Rounded(x.Most, r, upper: true) - r.Most, under = r.Least - Rounded(x.Least, r, upper: false);
                int overflow = BitLength(BigInteger.Max(BigInteger.Max(over, under), 0));
                var right = (BigInteger.One << r.Shift) * (Math.Max(Math.Abs(r.Least), Math.Abs(r.Most)) + (BigInteger.One << overflow) + 1);
                if (right >= RightRoom) return Verdict.Reject(ZkChecks.ModelRange, $"node {v - 1}: both sides of x·M + 2^(s−1) = 2^s·q + r below 2^63", $"{right}");
                draft.Add(CellKind.Requantised, v, node.Length, new SaturationTable(r.Least, r.Most), overflow, r.Shift);
                return Verdict.Accept;
            // (x, y) in the table: x is below 2^62 in magnitude and the table's arguments are small, so x is one of them as an integer.
            case Lookup: draft.Add(CellKind.LookedUp, v, node.Length, new RangeTable(0)); return Verdict.Accept;
            // (a − b, y − b) in {(d, max(d, 0))}: y = b + max(a − b, 0).
            case WindowMaximum m:
                long reach = ranges[m.Input].Most - ranges[m.Input].Least;
                if (reach > MostReach) return Verdict.Reject(ZkChecks.ModelRange, $"node {v - 1}: cells to compare that differ by at most {MostReach}", $"{reach}");
                if (MaximumPairs.Most(m.Window) > MostCells) return Verdict.Reject(ZkChecks.ModelGraph, $"node {v - 1}: at most {MostCells} comparisons", $"{MaximumPairs.Most(m.Window)}");
                var pairs = MaximumPairs.Of(m.Window);
                draft.Pairs.Add(v, pairs);
                if (pairs.First.Length > 0) draft.Add(CellKind.Maximum, v, pairs.First.Length, new DifferenceTable((int)reach));
                return Verdict.Accept;
            // 2ma + d = 2dy + r with 0 ≤ r and 0 ≤ 2d − 1 − r: y is the quotient. Modulo p: the left side is below 2^62; y is shown to lie in [Least, Least + 2^b), which bounds the right side.
            case Quotient q:
                var (d, y) = (ranges[q.B], ranges[v]);
                int remainder = BitLength(2 * (BigInteger)d.Most - 1), result = BitLength((BigInteger)y.Most - y.Least);
                var largest = BigInteger.Max(BigInteger.Abs(y.Least), y.Least + (BigInteger.One << result));
                right = 2 * (BigInteger)d.Most * largest + (BigInteger.One << remainder);
                if (right >= RightRoom) return Verdict.Reject(ZkChecks.ModelRange, $"node {v - 1}: both sides of 2·m·a + d = 2·d·y + r below 2^63", $"{right}");
                draft.Add(CellKind.Quotient, v, node.Length, null, remainder, remainder, result);
                return Verdict.Accept;
            // 0 ≤ x − y² and 0 ≤ y² + 2y − x with 0 ≤ y < 2^b: y² ≤ x < (y + 1)². Modulo p: x and y² are below 2^62, the two differences of at most 33 bits.
            case SquareRoot:
                int root = BitLength(ranges[v].Most);
                draft.Add(CellKind.Root, v, node.Length, null, root + 1, root + 1, root);
                return Verdict.Accept;
            case RowGather g when !draft.IsPublic[g.Indices] && draft.HidesInput:
                return Verdict.Reject(ZkChecks.HiddenRows, $"node {v - 1}: row numbers that follow from an input that the verifier sees", "a hidden input");
            case RowGather g when !draft.IsPublic[g.Indices]:
                return Verdict.Reject(ZkChecks.ModelGraph, $"node {v - 1}: row numbers that follow from the input alone", "row numbers that are computed");
            default: return Verdict.Accept;
        }
    }

    static BigInteger Rounded(long x, Requantise r, bool upper)
    {
        uint m = (x < 0) == upper ? r.Multipliers.Min() : r.Multipliers.Max();
        return ((BigInteger)x * m + (BigInteger.One << (r.Shift - 1))) >> r.Shift;
    }

    static int BitLength(BigInteger value) => (int)value.GetBitLength();

    // What the input alone decides, and a verifier computes for himself where rows are chosen by it.
    static ImmutableArray<bool> PublicValues(IntegerGraph graph, bool hidesInput)
    {
        var known = new bool[graph.Values];
        known[0] = !hidesInput;
        for (int v = 1; v < known.Length; v++)
            known[v] = graph.Nodes[v - 1] is Movement or Combination or WindowSum && graph.Nodes[v - 1].Reads.All(r => known[r]);
        return [.. known];
    }

    // A product may read what is committed, public, or a hidden parameter, and a product with weights no parameter either: what else it would read is committed.
    static bool[] ExposedValues(IntegerGraph graph)
    {
        bool[] exposed = new bool[graph.Values], products = new bool[graph.Values], parameters = new bool[graph.Values];
        for (int v = 1; v < graph.Values; v++)
        {
            var node = graph.Nodes[v - 1];
            foreach (int operand in node switch { MatrixProduct or CellProduct or LinearMap => node.Reads, Quotient q => [q.B], _ => [] })
                if (products[operand] || node is LinearMap && parameters[operand]) (exposed[operand], products[operand], parameters[operand]) = (true, false, false);
            switch (node)
            {
                case Parameter: parameters[v] = true; break;
                case LinearMap or MatrixProduct or CellProduct: products[v] = true; break;
                case Movement or Combination or WindowSum: (products[v], parameters[v]) = (node.Reads.Any(r => products[r]), node.Reads.Any(r => parameters[r])); break;
                case RowGather g: (products[v], parameters[v]) = (products[g.Table], parameters[g.Table]); break;
                // What sees one cell alone is that cell.
                case WindowMaximum m: (products[v], parameters[v]) = (products[m.Input], parameters[m.Input]); break;
            }
        }
        return exposed;
    }

    static int BestLimb(Draft draft, IEnumerable<LookupTable> functions)
    {
        var others = draft.Blocks.Select(b => b.Table).OfType<LookupTable>().Concat(functions).ToHashSet();
        int variables = VariablesOf((int)draft.Cells), pairs = draft.Blocks.Where(b => ColumnBlock.HasPair(b.Kind)).Sum(b => b.Count);
        return Enumerable.Range(LeastLimb, MostLimb - LeastLimb + 1).MinBy(limb =>
        {
            int entries = others.Union(LimbTables(draft, limb)).Sum(t => t.Count);
            LeafRun.PlaceAll([pairs, .. LimbCells(draft.Blocks.Select(b => (b.Count, ColumnBlock.LimbsOf(b.Bits, limb).Length))), .. TableCells(entries, variables)], variables, out long leaves);
            return (Multilinear.VariablesFor((int)Math.Min(leaves, int.MaxValue)), leaves);
        });
    }

    static IEnumerable<LookupTable> LimbTables(Draft draft, int limb) =>
        draft.Blocks.SelectMany(b => ColumnBlock.LimbsOf(b.Bits, limb)).Select(l => l.Bits).Append(0).Distinct().Select(bits => new RangeTable(bits));

    static (TableList, ImmutableArray<ColumnBlock>) Place(Draft draft, Dictionary<int, FunctionTable> functions, IntegerGraph graph, int limb)
    {
        LookupTable? TableOf(CellKind kind, int value, LookupTable? table) => kind == CellKind.LookedUp ? functions[((Lookup)graph.Nodes[value - 1]).Table] : table;
        var tables = new TableList(draft.Blocks.Select(b => TableOf(b.Kind, b.Value, b.Table)).OfType<LookupTable>().Concat(LimbTables(draft, limb)));
        var blocks = ImmutableArray.CreateBuilder<ColumnBlock>(draft.Blocks.Count);
        int offset = 0;
        foreach (var (kind, value, count, table, limbs) in draft.Blocks.Select(b => (b.Kind, b.Value, b.Count, TableOf(b.Kind, b.Value, b.Table), ColumnBlock.LimbsOf(b.Bits, limb)))
            .OrderByDescending(b => b.Item5.Length).ThenByDescending(b => ColumnBlock.HasPair(b.Kind)))
        {
            blocks.Add(new ColumnBlock(kind, value, offset, count, table is null ? 0 : tables.NumberOf(table), limbs));
            offset += count;
        }
        return (tables, blocks.MoveToImmutable());
    }
}
