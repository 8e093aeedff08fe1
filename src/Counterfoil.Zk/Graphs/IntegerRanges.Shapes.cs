namespace Counterfoil.Zk.Graphs;

public static partial class IntegerRanges
{
    /// <summary>What the shape of a node should be, or null when it is that.</summary>
    static string? Shape(IntegerGraph graph, int index, Primitive node)
    {
        if (node.Reads.IsDefault) return "values to read";
        foreach (int value in node.Reads)
            if ((uint)value > (uint)index) return $"values from 0 to {index} to read";
        int Read(int position) => graph.Length(node.Reads[position]);
        switch (node)
        {
            case LinearMap map:
                if (Shape(map.Window) is { } wrong) return wrong;
                if (map.Groups < 1 || map.Outputs < 1 || map.Window.C % map.Groups != 0 || map.Outputs % map.Groups != 0) return "groups that divide channels and outputs";
                return !Fits(map.Window.N, map.Outputs, map.Window.Positions) || !Fits(map.Outputs, map.Columns) ? "cells and weights within the limit" : map.Window.InputLength == Read(0) ? null : $"a window over {Read(0)} cells";
            case Parameter parameter: return Fits(parameter.Cells) ? null : "cells within the limit";
            case MatrixProduct p:
                if (!Fits(p.Batch, p.M, p.K) || !Fits(p.Batch, p.K, p.N) || !Fits(p.Batch, p.M, p.N)) return "dimensions from 1, within the limit";
                return p.Batch * p.M * p.K == Read(0) && p.Batch * p.K * p.N == Read(1) ? null : $"matrices of {Read(0)} and {Read(1)} cells";
            case CellProduct p: return p.Cells == Read(0) && p.Cells == Read(1) ? null : $"{Read(0)} cells, twice";
            case Combination c:
                if (c.Terms.IsDefaultOrEmpty || c.Terms.Length > 16) return "1 to 16 terms";
                return c.Reads.All(v => graph.Length(v) == c.Cells) ? null : $"terms of {c.Cells} cells";
            case Requantise r:
                if (r.Multipliers.IsDefaultOrEmpty || r.Inner < 1 || (long)r.Inner * r.Multipliers.Length > r.Cells || r.Cells % (r.Inner * r.Multipliers.Length) != 0) return "multipliers that lie over the cells a whole number of times";
                return r.Cells == Read(0) ? null : $"{Read(0)} cells";
            case Lookup l: return (uint)l.Table < (uint)graph.Tables.Length && l.Cells == Read(0) ? null : $"a table, and {Read(0)} cells";
            case Movement m:
                if (m.Inputs.IsDefaultOrEmpty || m.Inputs.Length > 1024 || m.Map.IsDefault || m.Constants.IsDefault || !Fits(m.Map.Length)) return "inputs, and a map within the limit";
                long cells = m.Inputs.Sum(v => (long)graph.Length(v));
                foreach (int entry in m.Map)
                    if (entry >= cells || entry < -m.Constants.Length) return "a map to cells and constants that there are";
                return null;
            case RowGather g: return Fits(g.Rows, g.Width) && Fits(g.Count, g.Width) && g.Rows * g.Width == Read(0) && g.Count == Read(1) ? null : $"a table of {Read(0)} cells, and {Read(1)} numbers";
            case WindowSum s: return Pool(s.Window, Read(0));
            case WindowMaximum m: return Pool(m.Window, Read(0));
            case Quotient q: return q.Inner > 0 && q.Cells == Read(0) && q.Cells % q.Inner == 0 && q.Cells / q.Inner == Read(1) ? null : $"{Read(0)} dividends over {Read(1)} divisors";
            case SquareRoot r: return r.Cells == Read(0) ? null : $"{Read(0)} cells";
            default: return "a primitive";
        }
    }

    static string? Pool(Window window, int cells)
    {
        if (Shape(window) is { } wrong) return wrong;
        if (!Fits(window.N, window.C, window.Positions)) return "cells within the limit";
        // Less padding than window on every side: no window sees padding alone.
        bool sees = window.PT < ((window.KH - 1) * window.DH) + 1 && window.PL < ((window.KW - 1) * window.DW) + 1
            && LastSees(window.OH, window.SH, window.PT, window.H, window.KH, window.DH) && LastSees(window.OW, window.SW, window.PL, window.W, window.KW, window.DW);
        return !sees ? "windows that each see a cell" : window.InputLength == cells ? null : $"a window over {cells} cells";
    }

    /// <summary>Whether every window of one dimension sees a cell: dilation may step over a short one.</summary>
    static bool LastSees(int output, int stride, int before, int size, int kernel, int dilation)
    {
        for (int i = 0; i < output; i++)
        {
            long start = ((long)i * stride) - before;
            long first = start >= 0 ? start : start + ((-start + dilation - 1) / dilation * dilation);
            if (first >= size || first > start + ((long)(kernel - 1) * dilation)) return false;
        }
        return true;
    }

    static string? Shape(Window? w)
    {
        if (w is null || !Fits(w.N, w.C, w.H, w.W) || !Fits(w.KH, w.KW) || !Fits(w.OH, w.OW)) return "dimensions from 1, within the limit";
        const int most = 1 << 20;
        return w.SH is < 1 or > most || w.SW is < 1 or > most || w.DH is < 1 or > most || w.DW is < 1 or > most || w.PT is < 0 or > most || w.PL is < 0 or > most || w.OH > most || w.OW > most || w.KH > most || w.KW > most
            || (long)w.OH * w.SH > 1 << 30 || (long)w.OW * w.SW > 1 << 30 || (long)w.KH * w.DH > 1 << 29 || (long)w.KW * w.DW > 1 << 29 ? "strides and dilations from 1, padding from 0" : null;
    }

    static bool Fits(params ReadOnlySpan<int> dimensions)
    {
        long cells = 1;
        foreach (int d in dimensions)
            if (d < 1 || (cells *= d) > MaximumCells) return false;
        return true;
    }

    /// <summary>What a node's constants should be, or null when they are.</summary>
    static string? Constants(Primitive node)
    {
        switch (node)
        {
            case LinearMap { BiasBits: < 1 or > 32 }: return "biases of 1 to 32 bits";
            case Combination c: return c.Terms.Any(t => t.Factor is 0 or int.MinValue) || c.Constant is <= -Bound or >= Bound ? "factors below 2^31, none 0, and a constant below 2^62" : null;
            case Requantise r:
                if (r.Shift is < 15 or > 46 || r.Least > r.Most || r.Least <= short.MinValue || r.Most > short.MaxValue) return "a shift from 15 to 46, and a range within int16 without −2^15";
                foreach (uint m in r.Multipliers)
                    if (m is 0 or >= 1u << 31) return "multipliers from 1 to 2^31 − 1";
                return null;
            case Movement m: return m.Constants.Any(c => c is <= short.MinValue or > short.MaxValue) ? "constants within int16 without −2^15" : null;
            case Quotient { Multiplier: < 1 }: return "a multiplier from 1";
            default: return null;
        }
    }
}
