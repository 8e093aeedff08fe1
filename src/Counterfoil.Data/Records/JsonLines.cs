using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Records;

/// <summary>The lines of a JSONL file as records of <c>jsonl/v1</c>: raw bytes without the terminator, gzip looked through.</summary>
/// <remarks>
/// A line ends at 0x0A or at the end of the file; nothing else is taken off, so a carriage return is part of its record. An empty line is refused:
/// writers disagree whether it is a record. What stands in a line is not parsed: the rule commits to bytes.
/// </remarks>
public sealed class JsonLines : IRecordSource, IDisposable
{
    readonly ByteRange bytes;
    readonly long[] ends; // where each line ends; a line begins behind the newline of the one before
    readonly int longest;

    JsonLines(ByteRange bytes, long[] ends, int longest) => (this.bytes, this.ends, this.longest) = (bytes, ends, longest);

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.JsonLines;

    /// <inheritdoc/>
    public int Count => ends.Length;

    /// <inheritdoc/>
    public int MaxRecordBytes => longest;

    /// <summary>Opens a file, which stays open until this is disposed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lines">The records, when accepted.</param>
    /// <param name="maxLineBytes">The longest line allowed.</param>
    /// <param name="maxBytes">The largest file allowed, after decompression.</param>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public static Verdict Open(string path, out JsonLines? lines, int maxLineBytes = 1 << 24, long maxBytes = 1L << 40)
    {
        lines = null;
        var verdict = ByteRange.Open(path, maxBytes, out var range);
        if (!verdict.IsAccepted) return verdict;
        verdict = Scan(range!, maxLineBytes, out lines);
        if (!verdict.IsAccepted) range!.Dispose();
        return verdict;
    }

    /// <summary>Reads a file that is in memory.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> file, out JsonLines? lines, int maxLineBytes = 1 << 24, long maxBytes = 1 << 30)
    {
        lines = null;
        var verdict = ByteRange.Open(file, maxBytes, out var range);
        return verdict.IsAccepted ? Scan(range!, maxLineBytes, out lines) : verdict;
    }

    static Verdict Scan(ByteRange range, int maxLineBytes, out JsonLines? lines)
    {
        lines = null;
        var ends = new List<long>();
        var piece = new byte[1 << 16];
        long begin = 0, longest = 0, length = range.Length;
        Verdict End(long end)
        {
            if (end == begin) return Verdict.Reject(DataChecks.JsonLines, "no empty line", $"line {ends.Count + 1} is empty");
            if (end - begin > maxLineBytes) return Verdict.Reject(DataChecks.JsonLines, $"lines of at most {maxLineBytes} bytes", $"{end - begin} in line {ends.Count + 1}");
            longest = Math.Max(longest, end - begin);
            ends.Add(end);
            begin = end + 1;
            return Verdict.Accept;
        }
        for (long at = 0; at < length; at += piece.Length)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, length - at));
            range.Read(at, part);
            for (int i = 0; i < part.Length; i++)
            {
                int next = part[i..].IndexOf((byte)'\n');
                if (next < 0) break;
                i += next;
                if (End(at + i) is { IsAccepted: false } refused) return refused;
            }
        }
        if (begin < length && End(length) is { IsAccepted: false } rest) return rest;
        lines = new(range, [.. ends], (int)longest);
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(int place, Memory<byte> destination, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)Count, nameof(place));
        long begin = place == 0 ? 0 : ends[place - 1] + 1;
        int length = (int)(ends[place] - begin);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length, nameof(destination));
        bytes.Read(begin, destination.Span[..length]);
        return new(length);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => bytes.Dispose();
}
