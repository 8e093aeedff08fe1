using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Zk.Layout;

/// <summary>Passes over all pairs of a window's position and a cell that it sees there.</summary>
static class WindowPass
{
    /// <summary>Adds each window's weight to every cell that it sees: <see cref="WindowSum"/>, transposed.</summary>
    public static void Scatter(Window w, ReadOnlySpan<Goldilocks2> form, Span<Goldilocks2> cells)
    {
        for (int n = 0; n < w.N; n++)
            for (int c = 0; c < w.C; c++)
                for (int u = 0; u < w.KH; u++)
                    for (int v = 0; v < w.KW; v++)
                        for (int i = 0; i < w.OH; i++)
                        {
                            int y = i * w.SH - w.PT + u * w.DH;
                            if ((uint)y >= (uint)w.H) continue;
                            int from = ((n * w.C + c) * w.OH + i) * w.OW, to = ((n * w.C + c) * w.H + y) * w.W;
                            for (int j = 0, x = v * w.DW - w.PL; j < w.OW; j++, x += w.SW)
                                if ((uint)x < (uint)w.W) cells[to + x] += form[from + j];
                        }
    }

    /// <summary>
    /// Σ over positions of <paramref name="positions"/>[n, i, j]·x[the cell seen there], for each channel and cell of its window: what a product with weights weighs once its positions are summed.
    /// </summary>
    public static void Gather(Window w, ReadOnlySpan<Goldilocks2> positions, ReadOnlySpan<long> x, Span<Goldilocks2> sums)
    {
        if (w.IsRows)
        {
            for (int n = 0; n < w.N; n++)
                for (int c = 0; c < w.C; c++)
                    if (x[n * w.C + c] != 0) sums[c] += positions[n] * Goldilocks.FromInteger(x[n * w.C + c]);
            return;
        }
        for (int n = 0; n < w.N; n++)
            for (int c = 0, column = 0; c < w.C; c++)
                for (int u = 0; u < w.KH; u++)
                    for (int v = 0; v < w.KW; v++, column++)
                    {
                        var sum = Goldilocks2.Zero;
                        for (int i = 0; i < w.OH; i++)
                        {
                            int y = i * w.SH - w.PT + u * w.DH;
                            if ((uint)y >= (uint)w.H) continue;
                            int from = n * w.Positions + i * w.OW, to = ((n * w.C + c) * w.H + y) * w.W;
                            for (int j = 0, at = v * w.DW - w.PL; j < w.OW; j++, at += w.SW)
                                if ((uint)at < (uint)w.W && x[to + at] != 0) sum += positions[from + j] * Goldilocks.FromInteger(x[to + at]);
                        }
                        sums[column] += sum;
                    }
    }

    /// <summary>Adds positions[n, i, j]·columns[c, u, v] to every cell that is seen: <see cref="Gather"/>, transposed.</summary>
    public static void Scatter(Window w, ReadOnlySpan<Goldilocks2> positions, ReadOnlySpan<Goldilocks2> columns, Span<Goldilocks2> cells)
    {
        if (w.IsRows)
        {
            for (int n = 0; n < w.N; n++)
                for (int c = 0; c < w.C; c++) cells[n * w.C + c] += positions[n] * columns[c];
            return;
        }
        for (int n = 0; n < w.N; n++)
            for (int c = 0, column = 0; c < w.C; c++)
                for (int u = 0; u < w.KH; u++)
                    for (int v = 0; v < w.KW; v++, column++)
                        for (int i = 0; i < w.OH; i++)
                        {
                            int y = i * w.SH - w.PT + u * w.DH;
                            if ((uint)y >= (uint)w.H) continue;
                            int from = n * w.Positions + i * w.OW, to = ((n * w.C + c) * w.H + y) * w.W, start = v * w.DW - w.PL;
                            if (w.SW == 1)
                            {
                                int first = Math.Max(0, -start), last = Math.Min(w.OW, w.W - start);
                                if (first < last) ExtensionRow.AddScaled(positions[(from + first)..(from + last)], columns[column], cells[(to + start + first)..]);
                                continue;
                            }
                            for (int j = 0, at = start; j < w.OW; j++, at += w.SW)
                                if ((uint)at < (uint)w.W) cells[to + at] += positions[from + j] * columns[column];
                        }
    }
}
