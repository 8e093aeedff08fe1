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
    readonly StoredStream stored;
    readonly DataStream? through;
    readonly Tail? tail;
    readonly ArrowStreamReader arrow;
    readonly BoundedAllocator memory = new();
    Apache.Arrow.RecordBatch? batch;
    Columns? columns;
    Cell[] cells = [];
    int group = -1, row, rows;

    public ArrowReader(StoredObject from, CompressionLimits? limits, long position)
    {
        Span<byte> magic = stackalloc byte[6];
        using (var beginning = from.Open()) magic = magic[..beginning.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false)];
        bool isFile = magic.SequenceEqual("ARROW1"u8);
        through = isFile ? null : DataStream.Open(from, limits);
        stored = new(isFile ? from.Open() : tail = new(through!));
        var context = new ArrowContext(memory, new CompressionCodecFactory(), null);
        arrow = isFile ? new ArrowFileReader(context, stored, leaveOpen: true) : new ArrowStreamReader(context, stored, leaveOpen: true);
        try
        {
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

    public override long BytesTaken => through?.BytesTaken ?? stored.Furthest;

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
                batch = arrow.ReadNextRecordBatch();
                memory.Hand();
                (row, rows) = (0, batch?.Length ?? 0);
                group++;
                if (batch is null)
                {
                    tail?.CheckEnd();
                    return;
                }
                columns ??= Columns.Of(batch.Schema.FieldsList.Select(f => f.Name));
                if (batch.Arrays.Any(a => a.Length != rows)) throw new RefusedDataException(DataChecks.ArrowForm, $"columns of {rows} rows", "another length");
                cells = [.. batch.Arrays.Select(a => ArrowCells.Of(a))];
            }
            catch (RefusedDataException)
            {
                memory.Free();
                throw;
            }
            catch (Exception e) when (e is not OutOfMemoryException) // Arrow's reader throws what it likes at bad data
            {
                memory.Free();
                stored.ThrowFailure();
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
        stored.Dispose();
        through?.Dispose();
    }

    /// <summary>Knows the last bytes that were read: a stream that was cut between two messages lacks its end marker, and Arrow's reader does not miss it.</summary>
    sealed class Tail(DataStream stream) : ReadOnlyStream
    {
        ulong last;

        public override long Position
        {
            get => stream.Position;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            int read = stream.Read(buffer);
            foreach (byte b in buffer[Math.Max(0, read - 8)..read]) last = last << 8 | b;
            return read;
        }

        public void CheckEnd()
        {
            if (last != 0xffffffff_00000000) throw new RefusedDataException(DataChecks.ArrowForm, "a stream with its end marker", "the end without");
            if (ReadByte() >= 0) throw new RefusedDataException(DataChecks.ArrowForm, "nothing behind the end marker", "more bytes");
        }
    }

    /// <summary>A batch may claim any size: the claim is refused before it is granted.</summary>
    sealed class BoundedAllocator : Apache.Arrow.Memory.NativeMemoryAllocator
    {
        const int Largest = 1 << 30;

        readonly List<System.Buffers.IMemoryOwner<byte>> unowned = [];

        /// <summary>What was lent belongs to a batch from now on, which gives it back.</summary>
        public void Hand() => unowned.Clear();

        /// <summary>Gives back what was lent to a batch that never came to be: it lies outside the collected heap.</summary>
        public void Free()
        {
            foreach (var lent in unowned) lent.Dispose();
            unowned.Clear();
        }

        protected override System.Buffers.IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
        {
            if (length > Largest) throw new RefusedDataException(DataChecks.ArrowForm, $"buffers of at most {Largest} bytes", $"{length}");
            var lent = base.AllocateInternal(length, out bytesAllocated);
            unowned.Add(lent);
            return lent;
        }
    }
}
