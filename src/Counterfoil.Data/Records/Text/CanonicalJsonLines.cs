using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records.Text;

/// <summary><c>jsonl-jcs/v1</c>: each line a JSON text, and its canonical form by RFC 8785 the record. So spaces, the order of members and the spelling of numbers and escapes do not matter.</summary>
/// <remarks>A line ends with <c>LF</c>, the last one also with the file; a carriage return before it is JSON's space. A byte order mark and an empty line are no JSON text.</remarks>
public sealed class CanonicalJsonLines : IRecordFormat
{
    const int Depth = 64;
    readonly CompressionLimits? limits;
    readonly int lineBytes;

    /// <summary>Reads lines.</summary>
    /// <param name="limits">What may come out of compressed files.</param>
    /// <param name="lineBytes">Bytes of a line at most.</param>
    public CanonicalJsonLines(CompressionLimits? limits = null, int lineBytes = 256 << 20) => (this.limits, this.lineBytes) = (limits, lineBytes);

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.CanonicalJsonLines;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts) => RecordFormats.EachAPart(objects, out parts);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new Reader(DataStream.Open(part.Objects[0], limits), lineBytes, position), out reader);
    }

    /// <summary>The position is that of the next line's first byte, inside.</summary>
    sealed class Reader : PartReader
    {
        readonly ByteFeed feed;
        readonly CanonicalJson json = new(Depth);

        public Reader(DataStream stream, int lineBytes, long position)
        {
            feed = new(stream, lineBytes);
            try
            {
                feed.MoveTo(position);
            }
            catch
            {
                feed.Dispose();
                throw;
            }
        }

        public override long Position => feed.Position;

        public override long BytesTaken => feed.BytesTaken;

        protected override bool TryRead(RecordBatch batch)
        {
            int end, from = 0;
            while ((end = feed.Available[from..].IndexOf((byte)'\n')) < 0 && !feed.IsEnded)
            {
                from = feed.Available.Length;
                feed.Fill();
            }
            if (end >= 0) end += from;
            else if ((end = feed.Available.Length) == 0) return false;
            var record = new RecordWriter(batch.Free);
            try
            {
                record.Raw(json.Of(feed.Available[..end]));
            }
            catch (RefusedDataException e) when (e.Verdict is Verdict.Rejected { Reason: var reason })
            {
                throw new RefusedDataException(reason.Check, reason.Expected, $"{reason.Found}, in the line at byte {Position}");
            }
            if (!TryTake(batch, record)) return false;
            feed.Skip(Math.Min(end + 1, feed.Available.Length));
            return true;
        }

        public override void Dispose() => feed.Dispose();
    }
}
