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
/// <para>All committed cells of all nodes are numbered in one space of 2^ν, so the depth of a graph adds no round. Columns: y, σ, three groups of limbs, then the multiplicities of the
/// tables' entries. Slots of lookups: the pair, one per limb, then the tables. A leaf of the fractional sum is (slot, cell), slot in the high bits.</para>
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
        GroupLimbs = [.. Enumerable.Range(0, Groups).Select(g => LimbsOf(blocks, g, limb))];
        Limbs = GroupLimbs.Sum();
        TableSlots = (tables.Entries + Size - 1) >> Variables;
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

    /// <summary>Limbs of each group, enough for its widest number.</summary>
    public ImmutableArray<int> GroupLimbs { get; }

    /// <summary>Limbs of all groups.</summary>
    public int Limbs { get; }

    /// <summary>Columns of multiplicities.</summary>
    public int TableSlots { get; }

    /// <summary>The first column of multiplicities.</summary>
    public int FirstMultiplicity => FirstLimb + Limbs;

    /// <summary>Columns.</summary>
    public int Columns => FirstMultiplicity + TableSlots;

    /// <summary>Lookups of a cell: its pair and its limbs.</summary>
    public int LookupSlots => 1 + Limbs;

    /// <summary>Slots in use.</summary>
    public int Slots => LookupSlots + TableSlots;

    /// <summary>Levels of the fractional sum's tree.</summary>
    public int Depth => Variables + Math.Max(1, Multilinear.VariablesFor(Slots));

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

    /// <summary>The first limb of a group, counted from the first of all.</summary>
    public int GroupStart(int group) => GroupLimbs.Take(group).Sum();

    /// <summary>Bits that limb <paramref name="limb"/> of a group has in a block.</summary>
    public int BitsOf(ColumnBlock block, int group, int limb) => Math.Clamp(block.Bits[group] - limb * LimbBits, 0, LimbBits);

    /// <summary>The number of the table of every slot of lookups in a block.</summary>
    public int[] SlotTables(ColumnBlock block)
    {
        var numbers = new int[LookupSlots];
        numbers[0] = block.Table;
        for (int g = 0, slot = 1; g < Groups; g++)
            for (int k = 0; k < GroupLimbs[g]; k++) numbers[slot++] = LimbNumbers[BitsOf(block, g, k)];
        return numbers;
    }

    static int[] None(IntegerGraph graph)
    {
        var none = new int[graph.Values];
        Array.Fill(none, -1);
        return none;
    }

    static int VariablesOf(int count) => Math.Max(LeastVariables, Multilinear.VariablesFor(count));

    static int LimbsOf(IEnumerable<ColumnBlock> blocks, int group, int limb) => blocks.Select(b => (b.Bits[group] + limb - 1) / limb).DefaultIfEmpty().Max();

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
