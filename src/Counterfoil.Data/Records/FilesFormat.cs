using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records;

/// <summary>Whole objects, a part and a record each, as records of <c>files/v1</c>: u32 length of the name ‖ name ‖ the bytes. Position 1 is behind the record.</summary>
/// <param name="maxFileBytes">The longest object allowed: it is held in memory as one record.</param>
public sealed class FilesFormat(int maxFileBytes = 1 << 30) : IRecordFormat
{
    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.Files;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts)
    {
        ArgumentNullException.ThrowIfNull(objects);
        parts = null;
        if (objects.FirstOrDefault(o => o.Length > maxFileBytes) is { } large)
            return Verdict.Reject(DataChecks.Files, $"files of at most {maxFileBytes} bytes", $"{large.Length} in '{large.Name}'");
        parts = [.. objects.Select(o => new RecordPart([o]))];
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        reader = new Reader(part.Objects[0], position);
        return Verdict.Accept;
    }

    sealed class Reader(StoredObject file, long start) : IRecordReader
    {
        public long Position { get; private set; } = start;
        public long BytesTaken => Position > 0 ? file.Length : 0;

        public Verdict Read(RecordBatch batch)
        {
            if (Position > 0) return Verdict.Accept;
            var name = Encoding.UTF8.GetBytes(file.Name);
            long length = 4L + name.Length + file.Length;
            if (length > batch.LongestRecord) return Verdict.Reject(DataChecks.Files, $"a name and a file of at most {batch.LongestRecord} bytes", $"{length} with '{file.Name}'");
            if (!batch.TryReserve((int)length)) return Verdict.Accept;
            var record = batch.Free[..(int)length];
            BinaryPrimitives.WriteInt32BigEndian(record, name.Length);
            name.CopyTo(record[4..]);
            if (file.Length > 0) // not opened: opening a pipe, whose length is 0, would wait for its other end
            {
                using var stream = file.Open();
                stream.ReadExactly(record[(4 + name.Length)..]);
                if (stream.ReadByte() >= 0) throw new IOException($"'{file.Name}' grew while it was read");
            }
            batch.Take((int)length);
            Position = 1;
            return Verdict.Accept;
        }

        public void Dispose() { }
    }
}
