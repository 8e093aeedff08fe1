using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;
using Parquet;

namespace Counterfoil.Data.Records.Tables;

/// <summary>How much of a Parquet file is taken into memory.</summary>
public sealed record ParquetLimits
{
    /// <summary>Values of one column in one row group at most.</summary>
    public int Values { get; init; } = 1 << 26;

    /// <summary>Bytes of a page at most, after decompression.</summary>
    public int PageBytes { get; init; } = 1 << 28;

    /// <summary>Bytes of one column in one row group at most, after decompression.</summary>
    public long ColumnBytes { get; init; } = 1L << 31;

    /// <summary>Bytes of the metadata at a file's end at most.</summary>
    public int FooterBytes { get; init; } = 1 << 28;

    /// <summary>Bytes inside a page for each outside at most, in pages of more than a mebibyte.</summary>
    public int Ratio { get; init; } = 1000;
}

/// <summary><c>parquet/v1</c>: each row a record, a map from column names to values in deterministic CBOR: the logical row, whatever encoding, compression and row groups the file has.</summary>
/// <remarks>One row group is in memory at a time. Statistics, indices, key-value metadata and bytes that no page covers are in no record; <c>files/v2</c> binds a file to the byte.</remarks>
public sealed class ParquetRecords : IRecordFormat
{
    readonly ParquetLimits limits;

    /// <summary>Reads tables.</summary>
    public ParquetRecords(ParquetLimits? limits = null) => this.limits = limits ?? new();

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.Parquet;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts) => RecordFormats.EachAPart(objects, out parts);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new TableReader(part.Objects[0], limits, position), out reader);
    }
}

/// <summary>Reads row group by row group. The position is the group's place times 2³² and the row's within it.</summary>
sealed class TableReader : PartReader
{
    readonly StoredStream stored;
    readonly ParquetLimits limits;
    readonly ParquetReader parquet;
    readonly ParquetTree tree;
    readonly Parquet.Schema.DataField[] fields;
    int group, row, rows;

    public TableReader(StoredObject from, ParquetLimits limits, long position)
    {
        this.limits = limits;
        stored = new(from.Open());
        try
        {
            (parquet, tree, fields) = Guard(() =>
            {
                CheckFooter();
                var file = ParquetReader.CreateAsync(stored, new ParquetOptions { TreatByteArrayAsString = false, TreatBigIntegersAsDates = false }, leaveStreamOpen: true).GetAwaiter().GetResult();
                if (file.Metadata!.EncryptionAlgorithm is not null) throw Bad("an encrypted file");
                // The tree takes the columns' logical types and strips them: the pages are then decoded as they are stored, and nothing is converted that would lose digits.
                var schema = ParquetTree.Of(file.Metadata.Schema);
                var columns = file.Schema.GetDataFields();
                if (columns.Length != schema.Leaves.Count) throw Bad("a schema of another number of columns");
                for (int i = 0; i < columns.Length; i++)
                    if (columns[i].MaxDefinitionLevel != schema.Leaves[i].Definition || columns[i].MaxRepetitionLevel != schema.Leaves[i].Repetition) throw Bad("a schema of a shape that is not known");
                return (file, schema, columns);
            });
            if (position < 0 || position >> 32 > parquet.RowGroupCount) throw NoRow(position);
            group = (int)(position >> 32);
            Load();
            if ((uint)position > (uint)rows || position >> 32 != group && (uint)position != 0) throw NoRow(position);
            if (position >> 32 == group) Skip((int)(uint)position);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The metadata at the file's end is of its shape and within its length: the decoder believes both.</summary>
    void CheckFooter()
    {
        const int Magic = 4, Tail = 8;
        Span<byte> tail = stackalloc byte[Tail];
        if (stored.Length < Magic + Tail) throw Bad($"{stored.Length} bytes");
        stored.Position = stored.Length - Tail;
        stored.ReadExactly(tail);
        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8) || length < 1 || length > stored.Length - Magic - Tail) throw Bad("no footer at its end");
        if (length > limits.FooterBytes) throw Bad($"a footer of {length} bytes, more than {limits.FooterBytes}");
        var footer = new byte[length];
        stored.Position = stored.Length - Tail - length;
        stored.ReadExactly(footer);
        new ThriftWalk(new ThriftReader(new MemoryStream(footer), length, DataChecks.ParquetForm)).Struct(ThriftShape.FileMetaData);
        stored.Position = 0;
    }

    public override long Position => ((long)group << 32) + row;

    public override long BytesTaken => stored.Furthest;

    static RefusedDataException NoRow(long position) => new(DataChecks.Position, "where a row begins", $"{position}");

    static RefusedDataException Bad(string found) => new(DataChecks.ParquetForm, "a whole Parquet file of one consistent schema", found);

    protected override bool TryRead(RecordBatch batch)
    {
        if (group == parquet.RowGroupCount) return false;
        tree.Mark();
        int length = Guard(() =>
        {
            var record = new RecordWriter(batch.Free);
            tree.WriteRow(ref record);
            return TryTake(batch, record) ? record.Length : -1;
        });
        if (length < 0)
        {
            tree.Reset();
            return false;
        }
        if (++row == rows) EndGroup();
        return true;
    }

    /// <summary>Rows before a position are assembled into nothing.</summary>
    void Skip(int count)
    {
        for (; row < count; row++)
            Guard(() =>
            {
                var nothing = new RecordWriter([]);
                tree.WriteRow(ref nothing);
                return 0;
            });
        if (row == rows && group < parquet.RowGroupCount) EndGroup();
    }

    void EndGroup()
    {
        if (!tree.IsAtEnd) throw Bad("values behind the last row");
        group++;
        Load();
    }

    /// <summary>Decodes the group at hand, or the next one that has rows.</summary>
    void Load()
    {
        for ((row, rows) = (0, 0); group < parquet.RowGroupCount; group++)
        {
            var reader = parquet.OpenRowGroupReader(group);
            if (reader.RowCount is < 0 or > int.MaxValue) throw Bad($"a group of {reader.RowCount} rows");
            rows = (int)reader.RowCount;
            if (rows == 0) continue;
            Guard(() =>
            {
                for (int i = 0; i < fields.Length; i++)
                {
                    var chunk = reader.GetMetadata(fields[i]) ?? throw Bad("a group without one of the columns");
                    var second = ParquetPages.Check(stored, chunk, limits, tree.Leaves[i].Repetition > 0);
                    tree.Leaves[i].Load(reader, fields[i], (int)chunk.MetaData!.NumValues, second is null ? null : new(stored, chunk.MetaData!, second));
                }
                return 0;
            });
            return;
        }
    }

    T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (RefusedDataException or OutOfMemoryException)) // the decoder throws what it likes at bad data
        {
            stored.ThrowFailure();
            throw Bad(e.Message);
        }
    }

    public override void Dispose() => stored.Dispose();
}
