using System.Collections.Immutable;
using Counterfoil.Models;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>Graphs grown from bytes: every string of bytes is a graph, a shorter one is a smaller one, so that a failure shrinks.</summary>
static class RandomGraphs
{
    const int MostLength = 48;

    public static Gen<IntegerModel> Models { get; } = Gen.Byte.Array[4, 220].Select(Grow);

    public static IntegerModel Grow(byte[] genes)
    {
        int at = 0;
        int Next(int below) => below <= 1 ? 0 : (at < genes.Length ? genes[at++] : 0) % below;
        int length = 1 + Next(24);
        bool isIndex = Next(4) == 0;
        var input = isIndex ? new GraphInput(length, 0, 4) : new GraphInput(length, -Next(128), Next(128));
        ImmutableArray<CellTable> tables = [new("bent", -300, [.. Enumerable.Range(-300, 601).Select(x => (short)(x * x / 700 - x))]), new("step", 0, [.. Enumerable.Range(0, 40).Select(x => (short)(x / 7))])];
        var nodes = new List<Primitive>();
        IntegerGraph Graph() => new(input, tables, [.. nodes], nodes.Count);
        int Length(int v) => v == 0 ? length : nodes[v - 1].Length;
        while (at < genes.Length && nodes.Count < 14)
        {
            // Mostly what was made last, so that graphs are deep.
            int x = Next(3) == 0 ? Next(nodes.Count + 1) : nodes.Count, n = Length(x), other = Next(nodes.Count + 1), d = Divisor(n);
            Primitive node = Next(15) switch
            {
                0 => new LinearMap(x, Window.Rows(d, n / d), Group(n / d), Group(n / d) * (1 + Next(4)), 1 + Next(14)),
                1 => Map(x, Windowed(n), 1 + Next(12)),
                2 => new Parameter(Next(2) == 0 ? n : 1 + Next(MostLength)),
                3 => Product(x, other),
                4 => new CellProduct(x, Length(other) == n ? other : x, n),
                5 => new Combination(Length(other) == n && other != x ? [(x, 1 + Next(9)), (other, -1 - Next(9))] : [(x, 5 - Next(4))], 100 - Next(256), n),
                6 => new Requantise(x, n, [.. Enumerable.Range(0, d).Select(_ => (uint)(1 + (Next(256) << Next(12))))], Next(2) == 0 ? 1 : n / d, 15 + Next(20), -Next(128), Next(128)),
                7 => new Requantise(x, n, [1u << 14], 1, 20, -32767 + 200 * Next(160), 32767),
                8 => new Lookup(x, n, Next(2)),
                9 => new Movement(Length(other) + n < 200 ? [x, other] : [x], [.. Enumerable.Range(0, 1 + Next(MostLength)).Select(_ => Next(n + 1) - 1)], [3 - Next(7)]),
                10 => new RowGather(x, other, Math.Max(1, n / d), d, Length(other)),
                11 => new WindowSum(x, Windowed(n)),
                12 => new WindowMaximum(x, Windowed(n)),
                13 => new Quotient(x, Length(other) == n / d ? other : x, n, Length(other) == n / d ? d : 1, 1 + Next(200)),
                _ => new SquareRoot(x, n),
            };
            if (node.Length > 4 * MostLength) continue;
            nodes.Add(node);
            if (!GraphLayout.Derive(Graph(), out _).IsAccepted) nodes.RemoveAt(nodes.Count - 1);
        }
        if (nodes.Count == 0) nodes.Add(new Combination([(0, 2)], 1, length));
        return new IntegerModel(Graph(), SmallGraphs.Hide(Graph(), genes.Length), 1, 1);

        int Divisor(int of)
        {
            int[] all = [.. Enumerable.Range(1, of).Where(k => of % k == 0)];
            return all[Next(all.Length)];
        }

        int Group(int channels) => Divisor(channels) is var g && g <= 4 ? g : 1;

        LinearMap Map(int value, Window window, int biasBits)
        {
            int groups = Group(window.C);
            return new(value, window, groups, groups * (1 + Next(3)), biasBits);
        }

        Window Windowed(int cells)
        {
            int c = Divisor(cells), w = Divisor(cells / c), h = cells / c / w, kh = 1 + Next(Math.Min(h, 3)), kw = 1 + Next(Math.Min(w, 3)), sh = 1 + Next(2), sw = 1 + Next(2);
            int pt = Next(kh), pl = Next(kw), dh = 1 + Next(2), dw = 1 + Next(2);
            return new(1, c, h, w, kh, kw, sh, sw, pt, pl, dh, dw, 1 + Math.Max(0, (h + pt - (kh - 1) * dh - 1) / sh), 1 + Math.Max(0, (w + pl - (kw - 1) * dw - 1) / sw));
        }

        MatrixProduct Product(int a, int b)
        {
            int k = Divisor(Length(a)), n = Length(b) % k == 0 ? Length(b) / k : 0;
            return new(a, n > 0 ? b : a, 1, Length(a) / k, k, n > 0 ? n : Length(a) / k);
        }
    }
}
