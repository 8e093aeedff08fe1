using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Layout;

/// <summary>
/// How an execution of a graph is laid out for a proof: which cells are committed, in which columns, with which lookups; where products lie that no column holds; where weights are.
/// Derived from the graph alone: a proof has no say in it.
/// </summary>
/// <remarks>
/// <para>All committed cells of all nodes are numbered in one space of 2^ν, so the depth of a graph adds no round; those with more limbs come first, so that the cells of every column are the first ones. Columns: y, σ,
/// limbs, then the multiplicities of the tables' entries. Slots of lookups: the pair, one per limb column, then the tables; their leaves lie in <see cref="Runs"/>.</para>
/// <para>A value that is a movement, a combination, a sum of windows or a gathering of rows is not committed: a linear form in it is one in what it is made of (<see cref="Adjoint"/>). Nor is a
/// product, unless another product reads it (<see cref="CellKind.Exposed"/>).</para>
/// </remarks>
sealed partial class GraphLayout
{
    /// <summary>The first columns: the value, and the side on which it was clamped.</summary>
    public const int Value = 0, Side = 1, FirstLimb = 2;

    /// <summary>Groups of limbs.</summary>
    public const int Groups = 3;

    // Fewer than 2^8 cells would save nothing.
    const int LeastVariables = 8, LeastLimb = 8, MostLimb = 16;

    GraphLayout(IntegerGraph graph, ImmutableArray<CellRange> ranges, ImmutableArray<ColumnBlock> blocks, TableList tables, int limb, Draft draft)
    {
        (Graph, Ranges, Blocks, Tables, LimbBits) = (graph, ranges, blocks, tables, limb);
        Count = blocks.Sum(b => b.Count);
        Variables = VariablesOf(Count);
        int[] limbCells = LimbCells(blocks.Select(b => (b.Count, b.Limbs.Length)));
        Limbs = limbCells.Length;
        SideLimbs = blocks.Where(b => b.Kind == CellKind.Requantised).Select(b => b.Limbs.Count(l => l.Group == 0)).DefaultIfEmpty().Max();
        Lengths =
        [
            Count, blocks.Where(b => b.Kind == CellKind.Requantised).Select(b => b.End).DefaultIfEmpty().Max(),
            .. limbCells, .. TableCells(tables.Entries, Variables),
        ];
        Runs = LeafRun.PlaceAll([blocks.Where(b => ColumnBlock.HasPair(b.Kind)).Select(b => b.End).DefaultIfEmpty().Max(), .. Lengths.AsSpan()[FirstLimb..]], Variables, out long leaves);
        Leaves = (int)leaves;
        (BlockOf, ExposureOf, ProductOf) = (None(graph), None(graph), None(graph));
        for (int b = 0; b < blocks.Length; b++) (blocks[b].Kind is CellKind.Exposed or CellKind.Input ? ExposureOf : BlockOf)[blocks[b].Value] = b;
        Pairs = draft.Pairs;
        (Products, ProductVariables, FactorCount) = PlaceProducts(graph);
        for (int b = 0; b < Products.Length; b++) ProductOf[Products[b].Value] = b;
        Places = [.. Products.Select(p => p.Places())];
        IsPublic = draft.IsPublic;
        LimbNumbers = [.. Enumerable.Range(0, MostLimb + 1).Select(b => tables.Tables.Contains(new RangeTable(b)) ? tables.NumberOf(new RangeTable(b)) : -1)];
    }

    /// <summary>The graph.</summary>
    public IntegerGraph Graph { get; }

    /// <summary>What the cells of each value can be.</summary>
    public ImmutableArray<CellRange> Ranges { get; }

    /// <summary>The committed cells, node by node.</summary>
    public ImmutableArray<ColumnBlock> Blocks { get; }

    /// <summary>The block that a value's node is proven by, or −1.</summary>
    public int[] BlockOf { get; }

    /// <summary>The block in which a value is committed because products read it, or, value 0, because it is hidden; or −1.</summary>
    public int[] ExposureOf { get; }

    /// <summary>The pairs of every maximum of windows, by value.</summary>
    public IReadOnlyDictionary<int, MaximumPairs> Pairs { get; }

    /// <summary>The tables in use.</summary>
    public TableList Tables { get; }

    /// <summary>Bits of a limb, chosen so that there are the fewest leaves.</summary>
    public int LimbBits { get; }

    /// <summary>Cells that are committed.</summary>
    public int Count { get; }

    /// <summary>ν.</summary>
    public int Variables { get; }

    /// <summary>Cells of a column.</summary>
    public int Size => 1 << Variables;

    /// <summary>Columns of limbs.</summary>
    public int Limbs { get; }

    /// <summary>How many of them, the first, can hold what σ multiplies: the limbs of a requantisation's overflow.</summary>
    public int SideLimbs { get; }

    /// <summary>How many cells of every column mean something: the first ones.</summary>
    public ImmutableArray<int> Lengths { get; }

    /// <summary>The first column of multiplicities: entry e is counted in cell e of all of them, one after the other.</summary>
    public int FirstMultiplicity => FirstLimb + Limbs;

    /// <summary>Columns.</summary>
    public int Columns => Lengths.Length;

    /// <summary>Lookups of a cell: its pair and its limbs.</summary>
    public int LookupSlots => 1 + Limbs;

    /// <summary>Where the leaves of the fractional sum are.</summary>
    public ImmutableArray<LeafRun> Runs { get; }

    /// <summary>Leaves in use.</summary>
    public int Leaves { get; }

    /// <summary>Levels of the fractional sum's tree.</summary>
    public int Depth => Multilinear.VariablesFor(Leaves);

    /// <summary>The products that are not committed.</summary>
    public ImmutableArray<ProductBlock> Products { get; }

    /// <summary>The products of a value's node, or −1.</summary>
    public int[] ProductOf { get; }

    /// <summary>The place of every product of a block.</summary>
    public ImmutableArray<int[]> Places { get; }

    /// <summary>Variables of the space of products.</summary>
    public int ProductVariables { get; }

    /// <summary>Products that are with weights.</summary>
    public int LinearMaps => Products.Count(p => p.Kind == ProductKind.Linear);

    /// <summary>Pairs of factors: what a product other than with weights is a sum of.</summary>
    public int FactorCount { get; }

    /// <summary>Variables of the space of factors.</summary>
    public int FactorVariables => Multilinear.VariablesFor(FactorCount);

    /// <summary>Which values follow from the statement's input alone; none, if that is hidden.</summary>
    public ImmutableArray<bool> IsPublic { get; }

    /// <summary>The number of the table of b bits, by b; −1 where there is none.</summary>
    public ImmutableArray<int> LimbNumbers { get; }

    /// <summary>The column that slot <paramref name="slot"/> looks up or counts; the pair has none of its own.</summary>
    public static int ColumnOf(int slot) => FirstLimb + slot - 1;

    /// <summary>The number of the table that a block's cells are looked up in: 0, of padding, in a slot that they do not use.</summary>
    public int TableOf(ColumnBlock block, int slot) => slot == 0 ? block.Table : slot <= block.Limbs.Length ? LimbNumbers[block.Limbs[slot - 1].Bits] : 0;

    static int[] None(IntegerGraph graph)
    {
        var none = new int[graph.Values];
        Array.Fill(none, -1);
        return none;
    }

    static int VariablesOf(int count) => Math.Max(LeastVariables, Multilinear.VariablesFor(count));

    // Blocks with more limbs come first: column j has the cells of those with more than j.
    static int[] LimbCells(IEnumerable<(int Cells, int Limbs)> blocks)
    {
        var cells = new List<int>();
        foreach (var (count, limbs) in blocks)
            for (int j = 0; j < limbs; j++)
            {
                if (j == cells.Count) cells.Add(0);
                cells[j] += count;
            }
        return [.. cells];
    }

    static IEnumerable<int> TableCells(int entries, int variables)
    {
        for (; entries > 0; entries -= 1 << variables) yield return Math.Min(entries, 1 << variables);
    }

    // Tensor blocks first and the largest first: each then starts at a multiple of its size, without gaps.
    static (ImmutableArray<ProductBlock>, int, int) PlaceProducts(IntegerGraph graph)
    {
        var blocks = new List<ProductBlock>();
        long factors = 0;
        for (int v = 1; v < graph.Values; v++)
            if (ProductBlock.Of(graph.Nodes[v - 1]) is var (kind, dimensions))
            {
                blocks.Add(new ProductBlock(kind, v, 0, dimensions, (int)factors));
                factors += ProductBlock.FactorsOf(graph.Nodes[v - 1]);
            }
        long offset = 0;
        var placed = ImmutableArray.CreateBuilder<ProductBlock>();
        foreach (var block in blocks.OrderByDescending(b => b.IsTensor).ThenByDescending(b => b.Size).ThenBy(b => b.Value))
        {
            placed.Add(block with { Offset = (int)offset });
            offset += block.Size;
        }
        return (placed.ToImmutable(), Multilinear.VariablesFor((int)Math.Max(1, offset)), (int)factors);
    }
}
