using System.Collections.Immutable;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Graphs;

/// <summary>
/// Where every weight and bias lies in the one committed matrix of a model. A block starts at a row of its own; in it, the weight of row i
/// and column j has the address i·2^κ + j, κ the variables of a row of W. The last block holds all biases, output after output (κ = 0).
/// </summary>
/// <remarks>
/// Bit b of an address is variable b of the matrix sum-check for every block: blocks of all shapes end at one point, and one opening serves
/// all.
/// </remarks>
sealed class WeightLayout
{
    /// <summary>Lays out weights of these heights and widths, then biases, of which there is at least one.</summary>
    public WeightLayout(IEnumerable<(int Height, int Width)> shapes, ImmutableArray<BiasGroup> biases, RowCode code)
    {
        Code = code;
        BiasGroups = biases;
        var blocks = ImmutableArray.CreateBuilder<Block>();
        int rows = 0;
        foreach (var (height, width) in shapes) blocks.Add(Place(height, width, Multilinear.VariablesFor(width), ref rows));
        Biases = Place(biases[^1].End, 1, 0, ref rows);
        blocks.Add(Biases);
        Blocks = blocks.ToImmutable();
        Rows = rows;
        AddressVariables = code.LogRowLength;
        foreach (var block in Blocks)
            AddressVariables = Math.Max(AddressVariables, block.ColumnVariables + Multilinear.VariablesFor(block.Height));
    }

    /// <summary>The code whose rows these are.</summary>
    public RowCode Code { get; }

    /// <summary>One block per node, and the biases last.</summary>
    public ImmutableArray<Block> Blocks { get; }

    /// <summary>The block of the biases.</summary>
    public Block Biases { get; }

    /// <summary>Neighbouring biases that have one width.</summary>
    public ImmutableArray<BiasGroup> BiasGroups { get; }

    /// <summary>Rows of the matrix.</summary>
    public int Rows { get; }

    /// <summary>Rounds of the matrix sum-check: bits of the longest address, and at least those of a cell in its row.</summary>
    public int AddressVariables { get; }

    /// <summary>The parts of rows that addresses from <paramref name="start"/> to <paramref name="end"/> of a block fill.</summary>
    public IEnumerable<Segment> Segments(Block block, long start, long end)
    {
        while (start < end)
        {
            int row = (int)(start >> Code.LogRowLength), first = (int)(start & (Code.RowLength - 1));
            int length = (int)Math.Min(end - start, Code.RowLength - first);
            yield return new Segment(block.FirstRow + row, first, first + length);
            start += length;
        }
    }

    /// <summary>The parts of rows that hold the entries of a block; every other cell is padding.</summary>
    public IEnumerable<Segment> Entries(Block block)
    {
        long stride = 1L << block.ColumnVariables;
        if (block.Width == stride) return Segments(block, 0, block.Height * stride);
        return Enumerable.Range(0, block.Height).SelectMany(i => Segments(block, i * stride, i * stride + block.Width));
    }

    Block Place(int height, int width, int columnVariables, ref int rows)
    {
        int count = (int)((((long)height << columnVariables) + Code.RowLength - 1) >> Code.LogRowLength);
        var block = new Block(rows, count, height, width, columnVariables);
        rows += count;
        return block;
    }

    /// <summary>
    /// Entries of <paramref name="Height"/> rows and <paramref name="Width"/> columns, from row <paramref name="FirstRow"/> on.
    /// </summary>
    public readonly record struct Block(int FirstRow, int Rows, int Height, int Width, int ColumnVariables);

    /// <summary>Biases from <paramref name="Start"/> to before <paramref name="End"/>, each b with −2^(Bits−1) ≤ b &lt; 2^(Bits−1).</summary>
    public readonly record struct BiasGroup(int Start, int End, int Bits);

    /// <summary>Cells from <paramref name="Start"/> to before <paramref name="End"/> of a row.</summary>
    public readonly record struct Segment(int Row, int Start, int End);
}
