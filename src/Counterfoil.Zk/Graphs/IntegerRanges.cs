using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Graphs;

/// <summary>What a cell of a value can be.</summary>
/// <param name="Least">Not less than this.</param>
/// <param name="Most">Not more than this.</param>
public readonly record struct CellRange(long Least, long Most)
{
    /// <summary>The larger magnitude.</summary>
    public long Magnitude => Math.Max(Math.Abs(Least), Math.Abs(Most));

    /// <summary>Whether another range lies within this one.</summary>
    public bool Contains(CellRange other) => Least <= other.Least && other.Most <= Most;
}

/// <summary>The checks of an integer graph, in the order in which they are made node by node.</summary>
public static class IntegerGraphChecks
{
    /// <summary>Nodes, tables and cells are within the limits; every node reads earlier values, and its geometry agrees with their lengths.</summary>
    public static readonly Check Shape = new("model.integer.shape");

    /// <summary>Factors, multipliers, shifts, ranges and constants are within theirs.</summary>
    public static readonly Check Constants = new("model.integer.constants");

    /// <summary>No number of any execution leaves (−2^62, 2^62); a table is asked only for its entries, a divisor is positive, a root's argument not negative.</summary>
    public static readonly Check Range = new("model.integer.range");

    /// <summary>The encoding is the one canonical encoding of a graph.</summary>
    public static readonly Check Encoding = new("model.integer.encoding");

    /// <summary>There is one set of hidden cells per node, of its shape, and every cell is in its range.</summary>
    public static readonly Check Hidden = new("model.integer.hidden");
}

/// <summary>
/// The range of every value, by interval arithmetic over the graph alone: it holds for all weights in [−127, 127], all biases of the declared bits and all inputs in range, so it is
/// public and a verifier derives it again.
/// </summary>
public static partial class IntegerRanges
{
    /// <summary>Every number stays below this in magnitude: 2^62.</summary>
    public const long Bound = 1L << 62;

    /// <summary>Nodes of a graph.</summary>
    public const int MaximumNodes = 1 << 14;

    /// <summary>Tables of a graph.</summary>
    public const int MaximumTables = 1 << 10;

    /// <summary>Cells of a value.</summary>
    public const int MaximumCells = 1 << 28;

    /// <summary>Cells of all maps together: a few bytes of a graph can stand for many of them.</summary>
    public const int MaximumMapCells = 1 << 24;

    /// <summary>The range of each value, or what is wrong with the graph.</summary>
    /// <param name="graph">A graph, perhaps a stranger's.</param>
    /// <param name="ranges">One per value, or empty unless accepted.</param>
    public static Verdict Derive(IntegerGraph graph, out ImmutableArray<CellRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ranges = [];
        var (length, least, most) = graph.Input;
        if (length is < 1 or > MaximumCells || graph.Nodes.IsDefaultOrEmpty || graph.Nodes.Length > MaximumNodes || graph.Tables.IsDefault || graph.Tables.Length > MaximumTables)
            return Verdict.Reject(IntegerGraphChecks.Shape, $"1 to {MaximumNodes} nodes, {MaximumTables} tables and an input", $"{(graph.Nodes.IsDefault ? 0 : graph.Nodes.Length)} nodes");
        if (least > most || least < short.MinValue + 1 || most > ushort.MaxValue) return Verdict.Reject(IntegerGraphChecks.Constants, "input cells from −2^15 + 1 to 2^16 − 1", $"{least} to {most}");
        foreach (var table in graph.Tables)
            if (table is null || table.Name is not { Length: > 0 and <= 64 } || table.Entries.IsDefaultOrEmpty || table.Entries.Length > 1 << 16 || Math.Abs((long)table.Least) > 1 << 17 || table.Entries.Contains(short.MinValue))
                return Verdict.Reject(IntegerGraphChecks.Constants, "tables of 1 to 2^16 entries above −2^15, with a name", $"{table?.Name}");
        if ((uint)graph.Output >= (uint)graph.Values || graph.Output == 0) return Verdict.Reject(IntegerGraphChecks.Shape, "an output that a node writes", $"{graph.Output}");

        var derived = ImmutableArray.CreateBuilder<CellRange>(graph.Values);
        derived.Add(new CellRange(least, most));
        long mapped = 0;
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            var node = graph.Nodes[i];
            if (node is null || Shape(graph, i, node) is { } wrong) return Verdict.Reject(IntegerGraphChecks.Shape, $"node {i}: {(node is null ? "a primitive" : Shape(graph, i, node))}", node?.GetType().Name ?? "none");
            if (Constants(node) is { } unfit) return Verdict.Reject(IntegerGraphChecks.Constants, $"node {i} ({node.GetType().Name}): {unfit}", "another");
            if (node is Movement move && (mapped += move.Map.Length) > MaximumMapCells) return Verdict.Reject(IntegerGraphChecks.Shape, $"at most {MaximumMapCells} cells in all maps", $"more at node {i}");
            if (Of(graph.Tables, node, derived) is not { } range) return Verdict.Reject(IntegerGraphChecks.Range, Demand(node), $"node {i} ({node.GetType().Name})");
            derived.Add(range);
        }
        ranges = derived.MoveToImmutable();
        return Verdict.Accept;
    }

    static string Demand(Primitive node) => node switch
    {
        Lookup => "a table that has an entry for every argument",
        RowGather => "numbers of rows that there are",
        Quotient => "a divisor above 0, and 2·m·a + 3d below 2^62",
        SquareRoot => "an argument from 0",
        _ => "every number below 2^62",
    };

    /// <summary>What a node of the right shape writes, or null when a number could leave the bound.</summary>
    /// <param name="tables">The graph's tables.</param>
    /// <param name="node">The node.</param>
    /// <param name="ranges">The ranges of the values before it.</param>
    public static CellRange? Of(IReadOnlyList<CellTable> tables, Primitive node, IReadOnlyList<CellRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(ranges);
        CellRange x = node.Reads.Length > 0 ? ranges[node.Reads[0]] : default;
        switch (node)
        {
            case LinearMap map:
                // The magnitude of a cell times 127, for every column, and the bias: whatever the weights are.
                BigInteger sum = (BigInteger)map.Columns * 127 * x.Magnitude + (BigInteger.One << (map.BiasBits - 1));
                return Within(-sum, sum);
            case Parameter: return new CellRange(-127, 127);
            case MatrixProduct product:
                var (low, high) = Times(x, ranges[product.B]);
                return Within(low * product.K, high * product.K);
            case CellProduct product:
                (low, high) = Times(x, ranges[product.B]);
                return Within(product.A == product.B ? BigInteger.Max(low, 0) : low, high);
            case Combination combination:
                BigInteger least = combination.Constant, most = combination.Constant;
                foreach (var (value, factor) in combination.Terms)
                {
                    var term = ranges[value];
                    least += (BigInteger)factor * (factor > 0 ? term.Least : term.Most);
                    most += (BigInteger)factor * (factor > 0 ? term.Most : term.Least);
                    // Of every term and of every partial sum: the order of adding must not matter.
                    if (Within((BigInteger)factor * term.Least, (BigInteger)factor * term.Least) is null || Within((BigInteger)factor * term.Most, (BigInteger)factor * term.Most) is null || Within(least, most) is null) return null;
                }
                return Within(least, most);
            case Requantise requantise:
                uint largest = 0;
                foreach (uint m in requantise.Multipliers) largest = Math.Max(largest, m);
                if (Within(0, (BigInteger)x.Magnitude * largest + (BigInteger.One << (requantise.Shift - 1))) is null) return null;
                uint smallest = uint.MaxValue;
                foreach (uint m in requantise.Multipliers) smallest = Math.Min(smallest, m);
                long Step(long cell, bool isLeast) => Math.Clamp(((cell * ((cell < 0) == isLeast ? largest : smallest)) + (1L << (requantise.Shift - 1))) >> requantise.Shift, requantise.Least, requantise.Most);
                return new CellRange(Step(x.Least, true), Step(x.Most, false));
            case Lookup lookup:
                var table = tables[lookup.Table];
                if (x.Least < table.Least || x.Most > table.Most) return null;
                short bottom = short.MaxValue, top = short.MinValue;
                foreach (short entry in table.Entries.AsSpan((int)(x.Least - table.Least), (int)(x.Most - x.Least + 1))) (bottom, top) = (Math.Min(bottom, entry), Math.Max(top, entry));
                return new CellRange(bottom, top);
            case Movement movement:
                foreach (int value in movement.Inputs) x = new CellRange(Math.Min(x.Least, ranges[value].Least), Math.Max(x.Most, ranges[value].Most));
                foreach (int constant in movement.Constants) x = new CellRange(Math.Min(x.Least, constant), Math.Max(x.Most, constant));
                return x;
            case RowGather gather:
                var index = ranges[gather.Indices];
                return index.Least < 0 || index.Most >= gather.Rows ? null : x;
            case WindowSum { Window: var window }:
                // A window that padding cuts short sums less: 0 is among what its cells can be.
                bool isWhole = window is { PT: 0, PL: 0 } && ((window.OH - 1) * window.SH) + ((window.KH - 1) * window.DH) < window.H && ((window.OW - 1) * window.SW) + ((window.KW - 1) * window.DW) < window.W;
                return Within((BigInteger)window.KernelLength * (isWhole ? x.Least : Math.Min(0, x.Least)), (BigInteger)window.KernelLength * (isWhole ? x.Most : Math.Max(0, x.Most)));
            case WindowMaximum: return x;
            case Quotient quotient:
                var divisor = ranges[quotient.B];
                if (divisor.Least < 1 || Within(0, (2 * (BigInteger)quotient.Multiplier * x.Magnitude) + (3 * (BigInteger)divisor.Most)) is null) return null;
                long Rounded(long a, long d) => FloorDivide((2 * quotient.Multiplier * a) + d, 2 * d);
                return new CellRange(Math.Min(Rounded(x.Least, divisor.Least), Rounded(x.Least, divisor.Most)), Math.Max(Rounded(x.Most, divisor.Least), Rounded(x.Most, divisor.Most)));
            case SquareRoot: return x.Least < 0 ? null : new CellRange(FloorRoot(x.Least), FloorRoot(x.Most));
            default: return null;
        }
    }

    static (BigInteger Low, BigInteger High) Times(CellRange a, CellRange b)
    {
        BigInteger[] corners = [(BigInteger)a.Least * b.Least, (BigInteger)a.Least * b.Most, (BigInteger)a.Most * b.Least, (BigInteger)a.Most * b.Most];
        return (corners.Min(), corners.Max());
    }

    static CellRange? Within(BigInteger least, BigInteger most) => least <= -Bound || most >= Bound ? null : new CellRange((long)least, (long)most);

    /// <summary>The quotient rounded down, of a divisor above 0.</summary>
    public static long FloorDivide(long a, long d) => a >= 0 ? a / d : -((-a + d - 1) / d);

    /// <summary>The largest y whose square is at most x, x below 2^62.</summary>
    public static long FloorRoot(long x)
    {
        // A float64 has 53 bits: the guess is off by at most one, either way.
        long y = (long)Math.Sqrt(x);
        while (y * y > x) y--;
        while ((y + 1) * (y + 1) <= x) y++;
        return y;
    }
}
