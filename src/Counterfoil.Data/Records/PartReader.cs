using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records;

/// <summary>What the readers of parts share: bad data, wherever it shows, becomes the verdict of the read.</summary>
abstract class PartReader : IRecordReader
{
    Verdict? refused;
    bool isTooLong; // for the batch as it is; an empty one grows

    public abstract long Position { get; }

    public abstract long BytesTaken { get; }

    public Verdict Read(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (refused is not null) return refused;
        try
        {
            while (!batch.IsFull)
            {
                if (TryRead(batch)) continue;
                if (!isTooLong) break;
                isTooLong = false;
                batch.TryReserve((int)Math.Min(batch.LongestRecord, 2L * batch.Free.Length));
            }
            return Verdict.Accept;
        }
        catch (RefusedDataException e)
        {
            return refused = e.Verdict;
        }
    }

    /// <summary>Adds the next record; false at the end, or when it does not fit and must wait for the next batch.</summary>
    /// <exception cref="RefusedDataException">The data is bad.</exception>
    protected abstract bool TryRead(RecordBatch batch);

    /// <summary>Takes what was written behind the batch's records; false when it did not fit there but will in an empty batch.</summary>
    protected bool TryTake(RecordBatch batch, in RecordWriter record)
    {
        if (record.Fits)
        {
            batch.Take(record.Length);
            return true;
        }
        isTooLong = batch.Count == 0 && batch.Free.Length < batch.LongestRecord;
        if (batch.Count > 0 || isTooLong) return false;
        throw new RefusedDataException(DataChecks.RecordLength, $"a record of at most {batch.LongestRecord} bytes", "a longer one");
    }

    public abstract void Dispose();

    /// <summary>Opens a reader; what it refuses becomes the verdict.</summary>
    public static Verdict Open(Func<PartReader> open, out IRecordReader? reader)
    {
        reader = null;
        try
        {
            reader = open();
            return Verdict.Accept;
        }
        catch (RefusedDataException e)
        {
            return e.Verdict;
        }
    }
}
