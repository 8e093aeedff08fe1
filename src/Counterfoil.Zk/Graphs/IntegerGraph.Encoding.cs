using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Graphs;

/// <summary>The one encoding of an <see cref="IntegerGraph"/>: deterministic CBOR (RFC 8949 §4.2.1), laid out in <c>docs/models.md</c>.</summary>
public static class IntegerGraphEncoding
{
    const string Kind = "counterfoil-integer-graph";
    const int Version = 1;
    static readonly CborLimits limits = new() { Bytes = 256 << 20, Items = 1 << 24, Depth = 6 };

    /// <summary>The bytes.</summary>
    public static byte[] Encode(IntegerGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var writer = new CborWriter();
        writer.BeginArray(6);
        writer.WriteText(Kind);
        writer.WriteInt(Version);
        Write(writer, graph.Input.Length, graph.Input.Least, graph.Input.Most);
        writer.BeginArray(graph.Tables.Length);
        foreach (var table in graph.Tables)
        {
            writer.BeginArray(3);
            writer.WriteText(table.Name);
            writer.WriteInt(table.Least);
            var bytes = new byte[table.Entries.Length * sizeof(short)];
            for (int i = 0; i < table.Entries.Length; i++) BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(i * sizeof(short)), table.Entries[i]);
            writer.WriteBytes(bytes);
            writer.EndArray();
        }
        writer.EndArray();
        writer.BeginArray(graph.Nodes.Length);
        foreach (var node in graph.Nodes) Write(writer, node);
        writer.EndArray();
        writer.WriteInt(graph.Output);
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a stranger's bytes: a graph whose ranges hold, in its one encoding.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="graph">The graph, or null unless accepted.</param>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out IntegerGraph? graph)
    {
        graph = null;
        var reader = new CborReader(bytes, limits);
        reader.BeginArray(6, 6);
        string kind = reader.ReadText(64);
        long version = reader.ReadInt();
        reader.BeginArray(3, 3);
        var input = new GraphInput(Whole(ref reader), Whole(ref reader), Whole(ref reader));
        reader.EndArray();
        var tables = ImmutableArray.CreateBuilder<CellTable>();
        for (int left = reader.BeginArray(0, IntegerRanges.MaximumTables); left > 0 && !reader.Failed; left--)
        {
            reader.BeginArray(3, 3);
            string name = reader.ReadText(64);
            int least = Whole(ref reader);
            var cells = reader.ReadBytes(1 << 17);
            var entries = new short[cells.Length / sizeof(short)];
            for (int i = 0; i < entries.Length; i++) entries[i] = BinaryPrimitives.ReadInt16BigEndian(cells[(i * sizeof(short))..]);
            tables.Add(new CellTable(name, least, [.. entries]));
            reader.EndArray();
        }
        reader.EndArray();
        var nodes = ImmutableArray.CreateBuilder<Primitive>();
        long mapped = 0;
        for (int left = reader.BeginArray(1, IntegerRanges.MaximumNodes); left > 0 && !reader.Failed; left--)
            if (Read(ref reader, ref mapped) is { } node) nodes.Add(node);
        reader.EndArray();
        int output = Whole(ref reader);
        reader.EndArray();
        var verdict = reader.Finish();
        if (!verdict.IsAccepted) return verdict;
        if (kind != Kind || version != Version) return Verdict.Reject(IntegerGraphChecks.Encoding, $"{Kind}, version {Version}", $"version {version}");
        var read = new IntegerGraph(input, tables.ToImmutable(), nodes.ToImmutable(), output);
        verdict = IntegerRanges.Derive(read, out _);
        if (!verdict.IsAccepted) return verdict;
        // Whatever two byte strings could mean one graph, only one of them is its encoding.
        if (!Encode(read).AsSpan().SequenceEqual(bytes)) return Verdict.Reject(IntegerGraphChecks.Encoding, "the canonical encoding", "another of the same graph");
        graph = read;
        return verdict;
    }

    static int Whole(ref CborReader reader) => (int)reader.ReadInt(int.MinValue, int.MaxValue);

    static void Write(CborWriter writer, params ReadOnlySpan<long> numbers)
    {
        writer.BeginArray(numbers.Length);
        foreach (long number in numbers) writer.WriteInt(number);
        writer.EndArray();
    }

    static void Write(CborWriter writer, Primitive node)
    {
        switch (node)
        {
            case LinearMap m: Begin(1, 5); Write(writer, m.Window); writer.WriteInt(m.Groups); writer.WriteInt(m.Outputs); writer.WriteInt(m.BiasBits); break;
            case Parameter p: writer.BeginArray(2); writer.WriteInt(2); writer.WriteInt(p.Cells); break;
            case MatrixProduct p: Begin(3, 6); writer.WriteInt(p.B); writer.WriteInt(p.Batch); writer.WriteInt(p.M); writer.WriteInt(p.K); writer.WriteInt(p.N); break;
            case CellProduct p: Begin(4, 3); writer.WriteInt(p.B); writer.WriteInt(p.Cells); break;
            case Combination c:
                writer.BeginArray(4);
                writer.WriteInt(5);
                Write(writer, [.. c.Terms.SelectMany(t => new long[] { t.Value, t.Factor })]);
                writer.WriteInt(c.Constant);
                writer.WriteInt(c.Cells);
                break;
            case Requantise r: Begin(6, 7); writer.WriteInt(r.Cells); Write(writer, [.. r.Multipliers.Select(m => (long)m)]); writer.WriteInt(r.Inner); writer.WriteInt(r.Shift); writer.WriteInt(r.Least); writer.WriteInt(r.Most); break;
            case Lookup l: Begin(7, 3); writer.WriteInt(l.Cells); writer.WriteInt(l.Table); break;
            case Movement m:
                writer.BeginArray(4);
                writer.WriteInt(8);
                Write(writer, [.. m.Inputs.Select(v => (long)v)]);
                Write(writer, Runs(m.Map));
                Write(writer, [.. m.Constants.Select(c => (long)c)]);
                break;
            case RowGather g: Begin(9, 5); writer.WriteInt(g.Indices); writer.WriteInt(g.Rows); writer.WriteInt(g.Width); writer.WriteInt(g.Count); break;
            case WindowSum s: Begin(10, 2); Write(writer, s.Window); break;
            case WindowMaximum m: Begin(11, 2); Write(writer, m.Window); break;
            case Quotient q: Begin(12, 5); writer.WriteInt(q.B); writer.WriteInt(q.Cells); writer.WriteInt(q.Inner); writer.WriteInt(q.Multiplier); break;
            case SquareRoot r: Begin(13, 2); writer.WriteInt(r.Cells); break;
            default: throw new ArgumentException($"no such primitive: {node.GetType().Name}", nameof(node));
        }
        writer.EndArray();

        // The code, the first value read, and so many items more.
        void Begin(int code, int more)
        {
            writer.BeginArray(more + 1);
            writer.WriteInt(code);
            writer.WriteInt(node.Reads[0]);
        }
    }

    static void Write(CborWriter writer, Window w) => Write(writer, w.N, w.C, w.H, w.W, w.KH, w.KW, w.SH, w.SW, w.PT, w.PL, w.DH, w.DW, w.OH, w.OW);

    static Primitive? Read(ref CborReader reader, ref long mapped)
    {
        reader.BeginArray(2, 8);
        int code = Whole(ref reader);
        Primitive? node = code switch
        {
            1 => new LinearMap(Whole(ref reader), Window(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader)),
            2 => new Parameter(Whole(ref reader)),
            3 => new MatrixProduct(Whole(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader)),
            4 => new CellProduct(Whole(ref reader), Whole(ref reader), Whole(ref reader)),
            5 => new Combination(Terms(Numbers(ref reader, 32, int.MaxValue)), reader.ReadInt(), Whole(ref reader)),
            6 => new Requantise(Whole(ref reader), Whole(ref reader), [.. Numbers(ref reader, 1 << 24, uint.MaxValue).Select(m => (uint)Math.Max(0, m))], Whole(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader)),
            7 => new Lookup(Whole(ref reader), Whole(ref reader), Whole(ref reader)),
            8 => new Movement([.. Numbers(ref reader, 1024, int.MaxValue).Select(v => (int)v)], Map(ref reader, ref mapped), [.. Numbers(ref reader, 1 << 20, int.MaxValue).Select(c => (int)c)]),
            9 => new RowGather(Whole(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader)),
            10 => new WindowSum(Whole(ref reader), Window(ref reader)),
            11 => new WindowMaximum(Whole(ref reader), Window(ref reader)),
            12 => new Quotient(Whole(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader), Whole(ref reader)),
            13 => new SquareRoot(Whole(ref reader), Whole(ref reader)),
            _ => null,
        };
        if (node is null) reader.Fail(IntegerGraphChecks.Encoding, "a primitive from 1 to 13", $"{code}");
        reader.EndArray();
        return node;
    }

    static Window Window(ref CborReader reader)
    {
        var n = Numbers(ref reader, 14, int.MaxValue);
        if (n.Length == 14) return new Window((int)n[0], (int)n[1], (int)n[2], (int)n[3], (int)n[4], (int)n[5], (int)n[6], (int)n[7], (int)n[8], (int)n[9], (int)n[10], (int)n[11], (int)n[12], (int)n[13]);
        reader.Fail(IntegerGraphChecks.Encoding, "a window of 14 numbers", $"{n.Length}");
        return Graphs.Window.Rows(1, 1);
    }

    static ImmutableArray<(int, int)> Terms(long[] numbers) => [.. numbers.Where((_, i) => i % 2 == 0 && i + 1 < numbers.Length).Select((value, t) => ((int)value, (int)numbers[(2 * t) + 1]))];

    static long[] Numbers(ref CborReader reader, int most, long largest)
    {
        var numbers = new List<long>();
        for (int left = reader.BeginArray(0, most); left > 0 && !reader.Failed; left--) numbers.Add(reader.ReadInt(-largest, largest));
        reader.EndArray();
        return [.. numbers];
    }

    /// <summary>A map as runs (start, step, count), each as long as it can be; the step of a run of one is 0.</summary>
    static long[] Runs(ImmutableArray<int> map)
    {
        var runs = new List<long>();
        for (int i = 0; i < map.Length;)
        {
            long step = i + 1 < map.Length ? (long)map[i + 1] - map[i] : 0;
            int end = i + 1;
            while (end < map.Length && (long)map[end] - map[end - 1] == step) end++;
            runs.AddRange([map[i], end == i + 1 ? 0 : step, end - i]);
            i = end;
        }
        return [.. runs];
    }

    static ImmutableArray<int> Map(ref CborReader reader, ref long mapped)
    {
        var runs = Numbers(ref reader, 1 << 24, int.MaxValue);
        long cells = 0;
        for (int i = 2; i < runs.Length; i += 3) cells = runs[i] is < 1 || cells > IntegerRanges.MaximumMapCells ? long.MaxValue / 2 : cells + runs[i];
        if (runs.Length % 3 != 0 || cells > IntegerRanges.MaximumMapCells || (mapped += cells) > IntegerRanges.MaximumMapCells)
        {
            reader.Fail(IntegerGraphChecks.Encoding, $"runs of three numbers, of at most {IntegerRanges.MaximumMapCells} cells", "others");
            return [];
        }
        var map = new int[cells];
        int at = 0;
        for (int i = 0; i < runs.Length; i += 3)
            for (long k = 0; k < runs[i + 2]; k++) map[at++] = (int)Math.Clamp(runs[i] + (k * runs[i + 1]), int.MinValue, int.MaxValue);
        return [.. map];
    }
}
