using System.Numerics;
using Counterfoil.Zk.Graphs;
using F = (System.Numerics.BigInteger A, System.Numerics.BigInteger B);

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>What is committed and what is made of it: <c>docs/proofs.md</c> §5. A value's cells are sums over committed cells (y), products (p), hidden parameters (h) and a number.</summary>
sealed partial class ExecutionReference
{
    enum Kind { Requantised, LookedUp, Maximum, Quotient, Root, Exposed, Input }

    readonly record struct Atom(char Kind, int A, int B = 0);

    static readonly Atom Number = new('1', 0);

    sealed class Form : Dictionary<Atom, F>
    {
        public static Form Of(Atom atom, F weight) => new() { [atom] = weight };

        public static Form Of(Atom atom) => Of(atom, One);

        public void Plus(Form other, F weight)
        {
            foreach (var (atom, f) in other) this[atom] = ExecutionReference.Add(TryGetValue(atom, out var old) ? old : Zero, Mul(f, weight));
        }

        public F At(Atom atom) => TryGetValue(atom, out var f) ? f : Zero;
    }

    // Tables by (kind, parameters), which is their order.
    sealed record Block(Kind Kind, int Value, int Count, int[] Bits, (int, int, int)? Table)
    {
        public int Offset { get; set; }

        // (group, index, bits)
        public List<(int Group, int Index, int Bits)> Limbs(int b) =>
            [.. Bits.SelectMany((bits, g) => Enumerable.Range(0, (bits + b - 1) / b).Select(j => (g, j, Math.Min(b, bits - b * j))))];
    }

    sealed record Run(int Slot, int First, int M)
    {
        public int Place { get; set; }
    }

    sealed record Products(int Value, bool IsTensor, int[] Dimensions)
    {
        public int Offset { get; set; }
        public int Factors { get; set; }
        public int Size => IsTensor ? 1 << Dimensions.Sum(Log) : Dimensions[0];

        public int Place(params int[] at) => Offset + at.Zip(Dimensions).Aggregate(0, (place, d) => IsTensor ? (place << Log(d.Second)) + d.First : d.First);
    }

    readonly List<Block> blocks = [];
    readonly List<(int, int, int)> tables = [];
    readonly List<(int Table, int First, int Second)> entries = [];
    readonly List<Products> products = [];
    readonly Dictionary<int, (List<(int First, int Second)> Pairs, List<int> Results)> maxima = [];
    Form[][] seen = [], made = [];
    List<Run> runs = [];
    int[] lengths = [];
    int nu, limbBits, limbColumns, sideLimbs, leaves, omega, phi;

    int ColumnCount => lengths.Length;

    int Length(int v) => v == 0 ? graph.Input.Length : graph.Nodes[v - 1].Length;

    void LayOut()
    {
        var exposed = Exposed();
        for (int v = 0; v <= graph.Nodes.Length; v++)
        {
            if (v == 0 && hidesInput) blocks.Add(new(Kind.Input, 0, Length(0), [0, 0, 0], (1, graph.Input.Least, graph.Input.Most)));
            if (exposed[v]) blocks.Add(new(Kind.Exposed, v, Length(v), [0, 0, 0], null));
            if (v > 0 && BlockOf(v, graph.Nodes[v - 1]) is { } block) blocks.Add(block);
        }
        nu = Math.Max(8, Log(blocks.Sum(b => b.Count)));
        limbBits = Enumerable.Range(8, 9).MinBy(b =>
        {
            PlaceRuns(b, blocks.Where(x => x.Table is not null).Sum(x => x.Count));
            return (Log(leaves), leaves);
        });
        var order = blocks.OrderByDescending(b => b.Limbs(limbBits).Count).ThenByDescending(b => b.Table is not null).ToArray();
        blocks.Clear();
        foreach (var block in order)
        {
            block.Offset = blocks.Sum(b => b.Count);
            blocks.Add(block);
        }
        PlaceRuns(limbBits, blocks.Where(b => b.Table is not null).Select(b => b.Offset + b.Count).DefaultIfEmpty().Max());
        sideLimbs = blocks.Where(b => b.Kind == Kind.Requantised).Select(b => b.Limbs(limbBits).Count(l => l.Group == 0)).DefaultIfEmpty().Max();
        PlaceProducts();
        MakeValues(exposed);
    }

    bool[] Exposed()
    {
        bool[] exposed = new bool[graph.Nodes.Length + 1], product = new bool[exposed.Length], parameter = new bool[exposed.Length];
        for (int v = 1; v < exposed.Length; v++)
        {
            var node = graph.Nodes[v - 1];
            foreach (int x in node is Quotient q ? [q.B] : node is MatrixProduct or CellProduct or LinearMap ? node.Reads : [])
                if (product[x] || node is LinearMap && parameter[x]) (exposed[x], product[x], parameter[x]) = (true, false, false);
            int[] through = node switch { Movement or Combination or WindowSum => [.. node.Reads], RowGather g => [g.Table], WindowMaximum m => [m.Input], _ => [] };
            product[v] = node is LinearMap or MatrixProduct or CellProduct || through.Any(x => product[x]);
            parameter[v] = node is Parameter || through.Any(x => parameter[x]);
        }
        return exposed;
    }

    Block? BlockOf(int v, Primitive node)
    {
        static int BitsOf(BigInteger x) => (int)x.GetBitLength();
        switch (node)
        {
            case Requantise r:
                BigInteger Rounded(long x, uint m) => ((BigInteger)x * m + (BigInteger.One << (r.Shift - 1))) >> r.Shift;
                var x = ranges[r.Input];
                var over = BigInteger.Max(r.Multipliers.Max(m => Rounded(x.Most, m)) - r.Most, r.Least - r.Multipliers.Min(m => Rounded(x.Least, m)));
                return new(Kind.Requantised, v, r.Cells, [BitsOf(BigInteger.Max(over, 0)), r.Shift, 0], (1, r.Least, r.Most));
            case Lookup l: return new(Kind.LookedUp, v, l.Cells, [0, 0, 0], (2, l.Table, 0));
            case WindowMaximum m:
                var (pairs, results) = (new List<(int, int)>(), new List<int>());
                var w = m.Window;
                for (int at = 0; at < m.Length; at++)
                {
                    int[] cells = [.. Enumerable.Range(0, w.KernelLength).Select(u => w.Cell(at / w.Positions / w.C, at / w.Positions % w.C, at % w.Positions / w.OW, at % w.OW, u / w.KW, u % w.KW)).Where(c => c >= 0)];
                    for (int i = 1; i < cells.Length; i++) pairs.Add((i == 1 ? cells[0] : -1, cells[i]));
                    results.Add(cells.Length == 1 ? -1 - cells[0] : pairs.Count - 1);
                }
                maxima[v] = (pairs, results);
                return pairs.Count == 0 ? null : new(Kind.Maximum, v, pairs.Count, [0, 0, 0], (3, (int)(ranges[m.Input].Most - ranges[m.Input].Least), 0));
            case Quotient q:
                int remainder = BitsOf(2 * (BigInteger)ranges[q.B].Most - 1);
                return new(Kind.Quotient, v, q.Cells, [remainder, remainder, BitsOf((BigInteger)ranges[v].Most - ranges[v].Least)], null);
            case SquareRoot s:
                int root = BitsOf(ranges[v].Most);
                return new(Kind.Root, v, s.Cells, [root + 1, root + 1, root], null);
            default: return null;
        }
    }

    void PlaceRuns(int limb, int pairs)
    {
        tables.Clear();
        tables.AddRange(blocks.SelectMany(b => b.Limbs(limb)).Select(l => (0, l.Bits, 0)).Append((0, 0, 0)).Concat(blocks.Select(b => b.Table).OfType<(int, int, int)>()).Distinct().Order());
        entries.Clear();
        foreach (var (table, number) in tables.Select((t, i) => (t, i))) entries.AddRange(Entries(table).Select(e => (number, e.Item1, e.Item2)));
        limbColumns = blocks.Select(b => b.Limbs(limb).Count).DefaultIfEmpty().Max();
        int[] columns = [.. Enumerable.Range(0, limbColumns).Select(j => blocks.Where(b => b.Limbs(limb).Count > j).Sum(b => b.Count)), .. entries.Chunk(1 << nu).Select(c => c.Length)];
        lengths = [blocks.Sum(b => b.Count), blocks.Where(b => b.Kind == Kind.Requantised).Select(b => b.Offset + b.Count).DefaultIfEmpty().Max(), .. columns];
        runs = [];
        int least = nu - 5;
        foreach (var (length, slot) in columns.Prepend(pairs).Select((l, s) => (l, s)))
            for (int rounded = (length + (1 << least) - 1) >> least << least, first = 0; rounded > first;)
            {
                int m = Log(rounded - first + 1) - 1;
                runs.Add(new(slot, first, m));
                first += 1 << m;
            }
        runs = [.. runs.OrderByDescending(r => r.M).ThenBy(r => r.Slot).ThenBy(r => r.First)];
        leaves = 0;
        foreach (var run in runs) (run.Place, leaves) = (leaves, leaves + (1 << run.M));
    }

    IEnumerable<(int, int)> Entries((int Kind, int A, int B) table)
    {
        switch (table.Kind)
        {
            case 0: return Enumerable.Range(0, 1 << table.A).Select(x => (x, 0));
            case 1: return Enumerable.Range(table.A, table.B - table.A + 1).Select(y => (y, 0)).Append((table.B, 1)).Append((table.A, -1));
            case 2:
                var arguments = graph.Nodes.OfType<Lookup>().Where(l => l.Table == table.A).Select(l => ranges[l.Input]).ToArray();
                int least = (int)arguments.Min(r => r.Least), most = (int)arguments.Max(r => r.Most);
                return Enumerable.Range(least, most - least + 1).Select(x => (x, (int)graph.Tables[table.A].Entries[x - graph.Tables[table.A].Least]));
            default: return Enumerable.Range(-table.A, 2 * table.A + 1).Select(d => (d, Math.Max(d, 0)));
        }
    }

    void PlaceProducts()
    {
        int factors = 0;
        for (int v = 1; v <= graph.Nodes.Length; v++)
        {
            Products? block = graph.Nodes[v - 1] switch
            {
                LinearMap m => new(v, true, [m.Window.N, m.Groups, m.Outputs / m.Groups, m.Window.Positions]),
                MatrixProduct p => new(v, true, [p.Batch, p.M, p.N]),
                CellProduct or Quotient or SquareRoot => new(v, false, [Length(v)]),
                _ => null,
            };
            if (block is null) continue;
            block.Factors = factors;
            factors += graph.Nodes[v - 1] switch { LinearMap => 0, MatrixProduct p => p.Batch * p.K, _ => Length(v) };
            products.Add(block);
        }
        var order = products.OrderByDescending(p => p.IsTensor).ThenByDescending(p => p.Size).ThenBy(p => p.Value).ToArray();
        products.Clear();
        int end = 0;
        foreach (var block in order)
        {
            (block.Offset, end) = (end, end + block.Size);
            products.Add(block);
        }
        (omega, phi) = (Log(end), Log(factors));
    }

    // Those of a value's node, or those that its readers see in its place.
    Form[] CellsOf(int v, bool isOwn)
    {
        var block = blocks.Single(b => b.Value == v && (b.Kind is Kind.Exposed or Kind.Input) != isOwn);
        return [.. Enumerable.Range(0, block.Count).Select(i => Form.Of(new('y', block.Offset + i)))];
    }

    Form[] PlacesOf(int v)
    {
        var block = products.Single(p => p.Value == v);
        var forms = new Form[block.Dimensions.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < forms.Length; i++)
        {
            var at = new int[block.Dimensions.Length];
            for (int d = at.Length - 1, rest = i; d >= 0; rest /= block.Dimensions[d--]) at[d] = rest % block.Dimensions[d];
            forms[i] = Form.Of(new('p', block.Place(at)));
        }
        return forms;
    }

    void MakeValues(bool[] exposed)
    {
        (made, seen) = (new Form[graph.Nodes.Length + 1][], new Form[graph.Nodes.Length + 1][]);
        for (int v = 0; v < made.Length; v++)
        {
            made[v] = v > 0 ? Made(v, graph.Nodes[v - 1]) : hidesInput ? CellsOf(0, false) : [.. input.Select(x => Form.Of(Number, Of(x)))];
            seen[v] = exposed[v] ? CellsOf(v, false) : made[v];
        }
    }

    Form[] Made(int v, Primitive node)
    {
        Form[] y = [.. Enumerable.Range(0, node.Length).Select(_ => new Form())];
        switch (node)
        {
            case Requantise or Lookup or Quotient or SquareRoot: return CellsOf(v, true);
            case LinearMap or MatrixProduct or CellProduct: return PlacesOf(v);
            case Parameter: return [.. Enumerable.Range(0, node.Length).Select(i => Form.Of(new('h', v, i)))];
            case WindowMaximum m:
                Form[] cells = maxima[v].Pairs.Count == 0 ? [] : CellsOf(v, true);
                return [.. maxima[v].Results.Select(r => r < 0 ? seen[m.Input][-1 - r] : cells[r])];
            case Combination c:
                foreach (var form in y) form[Number] = Of(c.Constant);
                foreach (var (x, factor) in c.Terms)
                    for (int i = 0; i < y.Length; i++) y[i].Plus(seen[x][i], Of(factor));
                return y;
            case Movement m:
                Form[] all = [.. m.Inputs.SelectMany(x => seen[x])];
                return [.. m.Map.Select(e => e >= 0 ? all[e] : Form.Of(Number, Of(m.Constants[-1 - e])))];
            case RowGather g:
                return [.. Enumerable.Range(0, y.Length).Select(i => seen[g.Table][(int)seen[g.Indices][i / g.Width].At(Number).A * g.Width + i % g.Width])];
            case WindowSum { Window: var w } sum:
                for (int at = 0; at < y.Length; at++)
                    for (int u = 0; u < w.KernelLength; u++)
                        if (w.Cell(at / w.Positions / w.C, at / w.Positions % w.C, at % w.Positions / w.OW, at % w.OW, u / w.KW, u % w.KW) is >= 0 and var cell) y[at].Plus(seen[sum.Input][cell], One);
                return y;
            default: throw new InvalidOperationException($"{node}");
        }
    }
}
