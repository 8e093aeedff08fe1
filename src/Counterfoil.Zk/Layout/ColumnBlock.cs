using System.Collections.Immutable;

namespace Counterfoil.Zk.Layout;

/// <summary>Why a cell is committed, and so what is proven of it.</summary>
enum CellKind
{
    /// <summary>y = clamp((x·M + 2^(s−1)) >> s): limbs of the overflow w and of the remainder r.</summary>
    Requantised,

    /// <summary>y = table(x), looked up.</summary>
    LookedUp,

    /// <summary>y = max(a, b), by a lookup of (a − b, y − b).</summary>
    Maximum,

    /// <summary>y = ⌊(2ma + d) / 2d⌋: limbs of the remainder r, of 2d − 1 − r, and of y.</summary>
    Quotient,

    /// <summary>y = ⌊√x⌋: limbs of x − y², of y² + 2y − x, and of y.</summary>
    Root,

    /// <summary>y is a value that a product reads and that is itself made of products, committed so that one product never reads another.</summary>
    Exposed,

    /// <summary>y is a cell of an input that the verifier does not see, looked up in the range of the graph's input.</summary>
    Input,
}

/// <summary>A limb of a number that belongs to a cell: Σ 2^(B·<paramref name="Index"/>)·limb over the limbs of a group is the group's number.</summary>
/// <param name="Group">Which of the cell's three numbers.</param>
/// <param name="Index">Which of its limbs, the lowest first.</param>
/// <param name="Bits">The range that it is looked up in.</param>
readonly record struct Limb(int Group, int Index, int Bits);

/// <summary>Neighbouring cells of the column space that one node has committed.</summary>
/// <param name="Kind">What is proven of them.</param>
/// <param name="Value">The value whose node they belong to.</param>
/// <param name="Offset">The first cell's number.</param>
/// <param name="Count">Cells.</param>
/// <param name="Table">The number of the table of their pair; 0, the table of padding, where there is none.</param>
/// <param name="Limbs">The limbs of their numbers, group after group: limb j is in limb column j.</param>
sealed record ColumnBlock(CellKind Kind, int Value, int Offset, int Count, int Table, ImmutableArray<Limb> Limbs)
{
    /// <summary>After the last cell.</summary>
    public int End => Offset + Count;

    /// <summary>Whether a kind of cell looks a pair up.</summary>
    public static bool HasPair(CellKind kind) => kind is CellKind.Requantised or CellKind.LookedUp or CellKind.Maximum or CellKind.Input;

    /// <summary>The limbs of numbers of so many bits, in limbs of <paramref name="limb"/> bits.</summary>
    public static ImmutableArray<Limb> LimbsOf(ReadOnlySpan<int> bits, int limb)
    {
        var limbs = ImmutableArray.CreateBuilder<Limb>();
        for (int g = 0; g < bits.Length; g++)
            for (int k = 0; k * limb < bits[g]; k++) limbs.Add(new(g, k, Math.Min(limb, bits[g] - k * limb)));
        return limbs.ToImmutable();
    }
}

/// <summary>How the maximum of every window is taken: pair by pair, each the larger of what came before and one more cell.</summary>
/// <param name="First">Per pair, the cell of the input that it starts from, or −1 for the pair before.</param>
/// <param name="Second">Per pair, the cell of the input that it is compared with.</param>
/// <param name="Results">Per window, the last of its pairs, or −1 − cell where it sees that one cell alone.</param>
sealed record MaximumPairs(ImmutableArray<int> First, ImmutableArray<int> Second, ImmutableArray<int> Results)
{
    /// <summary>The pairs of a window: channel by channel and position by position, cells in their order, padding left out.</summary>
    public static MaximumPairs Of(Graphs.Window window)
    {
        var (first, second) = (ImmutableArray.CreateBuilder<int>(), ImmutableArray.CreateBuilder<int>());
        var results = ImmutableArray.CreateBuilder<int>(window.N * window.C * window.Positions);
        for (int n = 0; n < window.N; n++)
            for (int c = 0; c < window.C; c++)
                for (int i = 0; i < window.OH; i++)
                    for (int j = 0; j < window.OW; j++)
                    {
                        int only = -1, pairs = 0;
                        for (int u = 0; u < window.KH; u++)
                            for (int v = 0; v < window.KW; v++)
                            {
                                int cell = window.Cell(n, c, i, j, u, v);
                                if (cell < 0) continue;
                                if (only < 0)
                                {
                                    only = cell;
                                    continue;
                                }
                                first.Add(pairs++ == 0 ? only : -1);
                                second.Add(cell);
                            }
                        results.Add(pairs == 0 ? -1 - only : first.Count - 1);
                    }
        return new(first.ToImmutable(), second.ToImmutable(), results.MoveToImmutable());
    }

    /// <summary>How many pairs <see cref="Of"/> makes, at most: asked before they are made.</summary>
    public static long Most(Graphs.Window window) => (long)window.N * window.C * window.Positions * (window.KernelLength - 1);
}
