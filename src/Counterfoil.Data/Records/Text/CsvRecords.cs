using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records.Text;

/// <summary>How CSV is read.</summary>
public sealed record CsvOptions
{
    /// <summary>Whether the first row names the columns: with a header the rule is <c>csv/v1</c>, without one <c>csv-headerless/v1</c>.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Columns at most.</summary>
    public int Columns { get; init; } = 100_000;

    /// <summary>Bytes of a row at most.</summary>
    public int RowBytes { get; init; } = 256 << 20;

    /// <summary>What may come out of compressed files.</summary>
    public CompressionLimits Compression { get; init; } = CompressionLimits.Default;
}

/// <summary>CSV by RFC 4180, each row a record in deterministic CBOR: a map from column names to fields, or an array of fields where there is no header. Every field is text; nothing is guessed to be a number.</summary>
/// <remarks>
/// UTF-8 with commas. A row ends with <c>LF</c> or <c>CR LF</c>, the last one also with the file; a carriage return elsewhere must be quoted. Fields are taken as spelt, spaces included; of doubled quotes in a quoted
/// field one remains. One byte order mark at the very beginning is passed over. Each file has its own header.
/// </remarks>
public sealed class CsvRecords : IRecordFormat
{
    readonly CsvOptions options;

    /// <summary>Reads CSV.</summary>
    public CsvRecords(CsvOptions? options = null) => this.options = options ?? new();

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => options.HasHeader ? Canonicaliser.Csv : Canonicaliser.CsvHeaderless;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts) => RecordFormats.EachAPart(objects, out parts);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new CsvReader(DataStream.Open(part.Objects[0], options.Compression), options, position), out reader);
    }
}

/// <summary>Reads rows. The position is that of the next row's first byte, inside.</summary>
sealed class CsvReader : PartReader
{
    readonly ByteFeed feed;
    readonly CsvRow row;
    readonly byte[][]? keys;  // the columns' names as CBOR texts, in their encoded order
    readonly int[]? columns;  // which column each belongs to
    readonly int fields = -1; // how many each row has

    public CsvReader(DataStream stream, CsvOptions options, long position)
    {
        feed = new(stream, options.RowBytes);
        row = new(options.Columns);
        try
        {
            while (feed.Available.Length < 3 && !feed.IsEnded) feed.Fill();
            if (feed.Available is [0xef, 0xbb, 0xbf, ..]) feed.Skip(3);
            if (options.HasHeader)
            {
                if (!TryRow(out int consumed)) throw new RefusedDataException(DataChecks.CsvHeader, "a header", "an empty file");
                (keys, columns) = Header(row, feed.Available);
                feed.Skip(consumed);
                fields = keys.Length;
            }
            else if (position > 0)
            {
                fields = TryRow(out _) ? row.Count : -1;
            }
            if (position > 0) feed.MoveTo(position);
        }
        catch
        {
            feed.Dispose();
            throw;
        }
        if (fields < 0 && TryRow(out _)) fields = row.Count;
    }

    public override long Position => feed.Position;

    public override long BytesTaken => feed.BytesTaken;

    static (byte[][], int[]) Header(CsvRow row, ReadOnlySpan<byte> bytes)
    {
        var keys = new byte[row.Count][];
        for (int i = 0; i < keys.Length; i++)
        {
            var key = new byte[row.LengthOf(i) + 9];
            var writer = new RecordWriter(key);
            row.Write(ref writer, bytes, i);
            keys[i] = key[..writer.Length];
        }
        int[] columns = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(columns, (a, b) => keys[a].AsSpan().SequenceCompareTo(keys[b]));
        byte[][] sorted = [.. columns.Select(c => keys[c])];
        for (int i = 1; i < sorted.Length; i++)
            if (sorted[i].AsSpan().SequenceEqual(sorted[i - 1])) throw new RefusedDataException(DataChecks.CsvHeader, "each column's name once", $"columns {columns[i - 1] + 1} and {columns[i] + 1} of one name");
        return (sorted, columns);
    }

    bool TryRow(out int consumed)
    {
        while (true)
        {
            if (row.TryParse(feed.Available, feed.IsEnded, feed.Position, out consumed)) return consumed > 0;
            feed.Fill();
        }
    }

    protected override bool TryRead(RecordBatch batch)
    {
        if (!TryRow(out int consumed)) return false;
        if (row.Count != fields) throw new RefusedDataException(DataChecks.CsvFields, $"{fields} fields", $"{row.Count} in the row at byte {feed.Position}");
        var bytes = feed.Available;
        var record = new RecordWriter(batch.Free);
        record.Head(keys is null ? 4 : 5, (ulong)fields);
        for (int i = 0; i < fields; i++)
        {
            if (keys is not null) record.Raw(keys[i]);
            row.Write(ref record, bytes, columns is null ? i : columns[i]);
        }
        if (!TryTake(batch, record)) return false;
        feed.Skip(consumed);
        return true;
    }

    public override void Dispose() => feed.Dispose();
}
