namespace Counterfoil.Data.Records;

/// <summary>Records that lie one after another in memory: what a reader fills and a hasher takes. Filled, taken and cleared again, it allocates once.</summary>
public sealed class RecordBatch
{
    byte[] bytes;
    readonly int[] ends; // where each record ends; it begins where the one before ended

    /// <summary>Makes an empty batch.</summary>
    /// <param name="capacityBytes">Bytes it can hold.</param>
    /// <param name="capacityRecords">Records it can hold.</param>
    /// <param name="longestRecord">The longest record it takes: for one longer than <paramref name="capacityBytes"/> an empty batch grows. That much if not given.</param>
    public RecordBatch(int capacityBytes, int capacityRecords, int longestRecord = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacityBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacityRecords, 1);
        (bytes, ends, LongestRecord) = (new byte[capacityBytes], new int[capacityRecords], Math.Max(capacityBytes, longestRecord));
    }

    /// <summary>The longest record that an empty batch takes.</summary>
    public int LongestRecord { get; }

    /// <summary>How many records it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes it holds: all records, one after the other.</summary>
    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, Count == 0 ? 0 : ends[Count - 1]);

    /// <summary>Where each record ends in <see cref="Bytes"/>.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    /// <summary>The record at a place of the batch.</summary>
    public ReadOnlySpan<byte> this[int place] => Bytes[(place == 0 ? 0 : ends[place - 1])..Ends[place]];

    /// <summary>Whether no further record fits, however short.</summary>
    public bool IsFull => Count == ends.Length || Bytes.Length == bytes.Length;

    /// <summary>The memory behind the last record: write a record there, then <see cref="Take"/> it. Empty when no record fits.</summary>
    public Span<byte> Free => Count == ends.Length ? [] : bytes.AsSpan(Bytes.Length);

    /// <summary>Whether a record of that length fits; an empty batch grows for it, up to <see cref="LongestRecord"/>.</summary>
    public bool TryReserve(int length)
    {
        if (Count == ends.Length) return false;
        if (length <= bytes.Length - Bytes.Length) return true;
        if (Count > 0 || length > LongestRecord) return false;
        bytes = new byte[length];
        return true;
    }

    /// <summary>Takes the first <paramref name="length"/> bytes of <see cref="Free"/> as the next record.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than is free.</exception>
    public void Take(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Free.Length, nameof(length));
        int end = Bytes.Length + length;
        ends[Count++] = end;
    }

    /// <summary>Copies a record in; false, and nothing happens, when it does not fit.</summary>
    public bool TryAdd(ReadOnlySpan<byte> record)
    {
        if (!TryReserve(record.Length)) return false;
        record.CopyTo(Free);
        Take(record.Length);
        return true;
    }

    /// <summary>Empties it.</summary>
    public void Clear() => Count = 0;
}
