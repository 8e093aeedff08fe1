using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Data.Records;

/// <summary>The records of a plan, read once and kept in a scratch file, so that each is then read by its place: what is stored may be compressed, or on another machine.</summary>
/// <remarks>The file is its owner's alone and goes when this is disposed, or the process ends. Memory: eight bytes a record.</remarks>
public sealed class SpooledRecords : IRecordSource, IDisposable
{
    readonly FileStream file;
    readonly List<long> ends = []; // where each record ends; it begins where the one before ended

    SpooledRecords(Canonicaliser canonicaliser)
    {
        Canonicaliser = canonicaliser;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 << 18, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        file = new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
    }

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser { get; }

    /// <inheritdoc/>
    public int Count => ends.Count;

    /// <inheritdoc/>
    public int MaxRecordBytes { get; private set; }

    /// <summary>Reads all records of a plan.</summary>
    /// <param name="plan">What is read.</param>
    /// <param name="records">The records, when accepted; the caller disposes them.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="IOException">An object became unreadable, or the scratch file cannot be written.</exception>
    /// <exception cref="InvalidDataException">There are more records than an <see cref="IRecordSource"/> has places for.</exception>
    public static Verdict Read(CommitPlan plan, out SpooledRecords? records, Action<CommitProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        records = null;
        var spooled = new SpooledRecords(plan.Format.Canonicaliser);
        try
        {
            var verdict = PlanRecords.Read(plan, spooled.Add, progress, cancellation);
            spooled.file.Flush();
            if (verdict.IsAccepted) records = spooled;
            return verdict;
        }
        finally
        {
            if (records is null) spooled.Dispose();
        }
    }

    bool Add(long place, ReadOnlySpan<byte> record)
    {
        if (place == Array.MaxLength) throw new InvalidDataException($"more than {Array.MaxLength:N0} records, which is the most that are read by their places");
        file.Write(record);
        ends.Add((place == 0 ? 0 : ends[^1]) + record.Length);
        MaxRecordBytes = Math.Max(MaxRecordBytes, record.Length);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(int place, Memory<byte> destination, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)Count, nameof(place));
        long begin = place == 0 ? 0 : ends[place - 1];
        int length = (int)(ends[place] - begin);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length, nameof(destination));
        for (int done = 0; done < length;)
            done += RandomAccess.Read(file.SafeFileHandle, destination.Span[done..length], begin + done) is > 0 and var read ? read : throw new EndOfStreamException("the scratch file became shorter");
        return new(length);
    }

    /// <summary>Removes the scratch file.</summary>
    public void Dispose() => file.Dispose();
}
