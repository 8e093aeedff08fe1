using Counterfoil.Data.Records;

namespace Counterfoil.Data;

/// <summary>Records in an order, each read by its place. Nothing read is trusted to be the same when read again.</summary>
public interface IRecordSource
{
    /// <summary>The rule that makes these records.</summary>
    Canonicaliser Canonicaliser { get; }

    /// <summary>How many records there are, 0 to 2³¹ − 1.</summary>
    int Count { get; }

    /// <summary>An upper bound of a record's length in bytes: the buffer to bring.</summary>
    int MaxRecordBytes { get; }

    /// <summary>Reads the record at <paramref name="place"/> once, into <paramref name="destination"/>; returns its length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such place, or too small a buffer.</exception>
    /// <exception cref="IOException">The source became unreadable.</exception>
    ValueTask<int> ReadAsync(int place, Memory<byte> destination, CancellationToken cancellation = default);
}
