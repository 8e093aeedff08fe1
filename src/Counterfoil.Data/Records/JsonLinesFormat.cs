using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records;

/// <summary>JSONL files, a part each, as records of <c>jsonl/v1</c>: a line's raw bytes without its terminator. Positions are byte offsets, inside where a file is compressed.</summary>
/// <remarks>The rule is that of <see cref="JsonLines"/>; this one reads once, from front to back, at the speed of memory.</remarks>
/// <param name="limits">What may come out of compressed files.</param>
/// <param name="maxLineBytes">The longest line allowed.</param>
public sealed class JsonLinesFormat(CompressionLimits? limits = null, int maxLineBytes = 1 << 24) : ISplittableFormat
{
    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.JsonLines;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts)
    {
        ArgumentNullException.ThrowIfNull(objects);
        parts = [.. objects.Select(o => new RecordPart([o]))];
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public bool CanSplit(RecordPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        using var stream = DataStream.Open(part.Objects[0], limits);
        return stream.IsPlain;
    }

    /// <inheritdoc/>
    public Verdict Locate(RecordPart part, long storedByte, out long position)
    {
        ArgumentNullException.ThrowIfNull(part);
        position = storedByte;
        if (storedByte == 0 || storedByte >= part.Length) return Verdict.Accept;
        // The first line that begins at or behind here: behind the next newline, counted from the byte before.
        using var stream = part.Objects[0].Open();
        stream.Position = position = storedByte - 1;
        var piece = new byte[1 << 16];
        while (stream.Read(piece) is > 0 and var read)
        {
            int newline = piece.AsSpan(0, read).IndexOf((byte)'\n');
            position += newline < 0 ? read : newline + 1;
            if (newline >= 0) return Verdict.Accept;
        }
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader) => Open(part, position, long.MaxValue, out reader);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, long end, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        reader = null;
        var stream = DataStream.Open(part.Objects[0], limits);
        try
        {
            if (!stream.TryAdvance(position)) return Verdict.Reject(DataChecks.JsonLines, $"at least {position} bytes in '{part.Name}'", $"{stream.Position}");
            reader = new Reader(stream, part.Name, position, end, maxLineBytes);
            return Verdict.Accept;
        }
        catch (RefusedDataException refused)
        {
            return refused.Verdict;
        }
        finally
        {
            if (reader is null) stream.Dispose();
        }
    }

    sealed class Reader(DataStream stream, string name, long start, long stop, int maxLineBytes) : IRecordReader
    {
        long taken;
        byte[] piece = new byte[1 << 18];
        int begin, filled; // what is read and not yet taken
        bool ended;

        public long Position => start + taken;
        public long BytesTaken => stream.IsPlain ? Position : stream.BytesTaken;

        public Verdict Read(RecordBatch batch)
        {
            while (Position < stop)
            {
                var rest = piece.AsSpan(begin, filled - begin);
                int length = rest.IndexOf((byte)'\n');
                bool terminated = length >= 0;
                if (!terminated)
                {
                    if (!ended)
                    {
                        if (rest.Length > maxLineBytes) return TooLong(rest.Length);
                        try
                        {
                            Refill();
                        }
                        catch (RefusedDataException refused)
                        {
                            return refused.Verdict;
                        }
                        continue;
                    }
                    if (rest.IsEmpty) return Verdict.Accept;
                    length = rest.Length;
                }
                if (length == 0) return Verdict.Reject(DataChecks.JsonLines, "no empty line", $"an empty line at byte {Position} of '{name}'");
                if (length > maxLineBytes) return TooLong(length);
                if (!batch.TryAdd(rest[..length])) return batch.Count > 0 ? Verdict.Accept : TooLong(length);
                if (terminated) length++;
                begin += length;
                taken += length;
            }
            return Verdict.Accept;
        }

        Verdict TooLong(int length) => Verdict.Reject(DataChecks.JsonLines, $"lines of at most {maxLineBytes} bytes", $"{length} bytes and more at byte {Position} of '{name}'");

        void Refill()
        {
            int rest = filled - begin;
            if (rest == piece.Length) Array.Resize(ref piece, 2 * piece.Length);
            else piece.AsSpan(begin, rest).CopyTo(piece);
            (begin, filled) = (0, rest);
            int read = stream.Read(piece.AsSpan(filled));
            filled += read;
            ended = read == 0;
        }

        public void Dispose() => stream.Dispose();
    }
}
