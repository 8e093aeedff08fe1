namespace Counterfoil.Zk.Graphs;

/// <summary>
/// How a window moves over a tensor [N, C, H, W]: output position (n, i, j) sees the cells (n, c, i·SH − PT + u·DH, j·SW − PL + v·DW) for 0 ≤ u &lt; KH, 0 ≤ v &lt; KW. What
/// lies outside the tensor is padding. One dimension is H = 1; a matrix product is H = W = KH = KW = 1 with N rows of C cells.
/// </summary>
/// <param name="N">Inputs side by side.</param>
/// <param name="C">Channels.</param>
/// <param name="H">Height.</param>
/// <param name="W">Width.</param>
/// <param name="KH">Height of the window.</param>
/// <param name="KW">Width of the window.</param>
/// <param name="SH">Rows from one window to the next.</param>
/// <param name="SW">Columns from one window to the next.</param>
/// <param name="PT">Rows of padding above.</param>
/// <param name="PL">Columns of padding to the left.</param>
/// <param name="DH">Rows from one cell of a window to the next.</param>
/// <param name="DW">Columns from one cell of a window to the next.</param>
/// <param name="OH">Rows of the output.</param>
/// <param name="OW">Columns of the output.</param>
public sealed record Window(int N, int C, int H, int W, int KH, int KW, int SH, int SW, int PT, int PL, int DH, int DW, int OH, int OW)
{
    /// <summary>The window of a matrix product: <paramref name="rows"/> times <paramref name="cells"/> cells.</summary>
    public static Window Rows(int rows, int cells) => new(rows, cells, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1);

    /// <summary>A window over the whole of each of <paramref name="rows"/> rows of <paramref name="cells"/> cells.</summary>
    public static Window Whole(int rows, int cells) => new(rows, 1, 1, cells, 1, cells, 1, 1, 0, 0, 1, 1, 1, 1);

    /// <summary>Cells of the input.</summary>
    public int InputLength => N * C * H * W;

    /// <summary>Cells of one channel's window.</summary>
    public int KernelLength => KH * KW;

    /// <summary>Positions of the window in one channel of one input.</summary>
    public int Positions => OH * OW;

    /// <summary>Whether it is a matrix product: every cell is a window of its own.</summary>
    public bool IsRows => H == 1 && W == 1 && KH == 1 && KW == 1 && PT == 0 && PL == 0 && OH == 1 && OW == 1;

    /// <summary>The input cell that cell (u, v) of the window at (i, j) sees in channel c of input n, or −1 for padding.</summary>
    public int Cell(int n, int c, int i, int j, int u, int v)
    {
        int y = (i * SH) - PT + (u * DH), x = (j * SW) - PL + (v * DW);
        return (uint)y < (uint)H && (uint)x < (uint)W ? ((((n * C) + c) * H) + y) * W + x : -1;
    }
}
