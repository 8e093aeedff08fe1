using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records.Tables;

/// <summary><c>arrow/v1</c>: each row of Arrow's IPC files and streams a record, a map from column names to values in deterministic CBOR, as <c>parquet/v1</c> writes it.</summary>
/// <remarks>A stream must end with its end-of-stream marker and nothing behind it, and may be compressed; a file is read where it lies. One batch of a file is in memory at a time.</remarks>
public sealed class ArrowRecords : IRecordFormat
{
    readonly CompressionLimits? limits;

    /// <summary>Reads tables.</summary>
    /// <param name="limits">What may come out of compressed streams.</param>
    public ArrowRecords(CompressionLimits? limits = null) => this.limits = limits;

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.Arrow;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts) => RecordFormats.EachAPart(objects, out parts);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new ArrowReader(part.Objects[0], limits, position), out reader);
    }
}

/// <summary>Reads batch by batch. The position is the batch's place times 2³² and the row's within it.</summary>
sealed class ArrowReader : PartReader
{
    /// <summary>Bytes of one batch at most, whatever the file's length.</summary>
    const long Largest = 1L << 32;

    readonly StoredStream? stored; // of a file
    readonly DataStream? through; // of a stream
    readonly ArrowMessages messages;
    readonly ArrowStreamReader arrow;
    readonly BatchMemory memory;
    Apache.Arrow.RecordBatch? batch;
    Columns? columns;
    Cell[] cells = [];
    readonly CompressionLimits limits;
    readonly long length;
    long total; // rows of all batches so far
    int group = -1, row, rows;

    public ArrowReader(StoredObject from, CompressionLimits? limits, long position)
    {
        (length, this.limits) = (from.Length, limits ??= CompressionLimits.Default);
        Span<byte> magic = stackalloc byte[6];
        using (var beginning = from.Open()) magic = magic[..beginning.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false)];
        if (magic.SequenceEqual("ARROW1"u8)) stored = new(from.Open());
        else through = DataStream.Open(from, limits);
        memory = new(Math.Min(Largest, limits.Unquestioned + Math.Min(length, Largest) * limits.Ratio));
        try
        {
            messages = stored is null ? new ArrowMessages.OfStream(through!) : new ArrowMessages.OfFile(stored);
            arrow = new ArrowStreamReader(new ArrowContext(memory, new CompressionCodecFactory(), null), messages, leaveOpen: true);
            Next();
            while (group < position >> 32 && batch is not null) Next();
            if (position < 0 || group != position >> 32 || (uint)position > (uint)rows) throw new RefusedDataException(DataChecks.Position, "where a row begins", $"{position}");
            row = (int)(uint)position;
            if (row == rows && batch is not null) Next();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override long Position => ((long)group << 32) + row;

    public override long BytesTaken => through?.BytesTaken ?? stored!.Furthest;

    protected override bool TryRead(RecordBatch into)
    {
        if (batch is null) return false;
        var record = new RecordWriter(into.Free);
        try
        {
            columns!.Write(ref record, cells, row);
        }
        catch (Exception e) when (e is not (RefusedDataException or OutOfMemoryException)) // offsets that point outside a buffer
        {
            throw Bad(e);
        }
        if (!TryTake(into, record)) return false;
        if (++row == rows) Next();
        return true;
    }

    /// <summary>Goes on to the next batch that has rows.</summary>
    void Next()
    {
        do
        {
            batch?.Dispose();
            try
            {
                memory.Begin();
                batch = arrow.ReadNextRecordBatch();
                (row, rows) = (0, batch?.Length ?? 0);
                group++;
                if (batch is null) return;
                if ((total += rows) > limits.Unquestioned && total / limits.Ratio > length) throw new RefusedDataException(DataChecks.Bomb, $"at most {limits.Ratio} rows for a byte", $"{total} for {length}");
                columns ??= Columns.Of(batch.Schema.FieldsList.Select(f => f.Name));
                if (batch.Arrays.Any(a => a.Length != rows)) throw new RefusedDataException(DataChecks.ArrowForm, $"columns of {rows} rows", "another length");
                cells = [.. batch.Arrays.Select(a => ArrowCells.Of(a))];
            }
            catch (Exception e) when (e is not (RefusedDataException or OutOfMemoryException)) // Arrow's reader throws what it likes at bad data
            {
                stored?.ThrowFailure();
                throw Bad(e);
            }
        }
        while (rows == 0);
    }

    static RefusedDataException Bad(Exception e) => new(DataChecks.ArrowForm, "a whole Arrow file or stream", e.Message);

    public override void Dispose()
    {
        batch?.Dispose();
        arrow?.Dispose();
        messages?.Dispose();
        stored?.Dispose();
        through?.Dispose();
    }

    /// <summary>Lends what the batch that is being read asks for. Its claims are what the file says, so they are held against the file's own length before they are granted.</summary>
    /// <remarks>Arrays of the collected heap: Arrow's reader forgets what it was lent when it fails, and memory outside that heap would stay behind.</remarks>
    sealed class BatchMemory(long most) : Apache.Arrow.Memory.MemoryAllocator
    {
        long lent;

        /// <summary>What is lent from now on belongs to another batch.</summary>
        public void Begin() => lent = 0;

        protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
        {
            if ((lent += bytesAllocated = length) > most) throw new RefusedDataException(DataChecks.Bomb, $"a batch of at most {most} bytes", $"{lent}");
            return new Lent(new byte[length]);
        }

        sealed class Lent(byte[] bytes) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory => bytes;

            public void Dispose()
            {
            }
        }
    }
}
