using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records.Archives;

/// <summary><c>tar/v1</c>: each plain file of the archives a record of its name, its length and the BLAKE3 digest of its bytes, in the archives' order. Archives may be compressed.</summary>
/// <remarks>record = u32 length of name ‖ name ‖ u64 length ‖ digest. Times, owners and modes are in no record. See <see cref="TarMembers"/> for what is refused.</remarks>
public sealed class TarRecords : IRecordFormat
{
    readonly CompressionLimits? limits;

    /// <summary>Reads archives.</summary>
    /// <param name="limits">What may come out of compressed ones.</param>
    public TarRecords(CompressionLimits? limits = null) => this.limits = limits;

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.Tar;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts) => RecordFormats.EachAPart(objects, out parts);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new Reader(DataStream.Open(part.Objects[0], limits), position), out reader);
    }

    /// <summary>The position is that of the next member's first header, inside.</summary>
    sealed class Reader : PartReader
    {
        readonly TarMembers members;
        Blake3Digest? waiting;
        long position;

        public Reader(DataStream stream, long position)
        {
            members = new(stream);
            // The members before are passed over and not skipped: their names must not come again.
            while (members.End < position)
                if (!members.Next()) break;
            if (members.End == position)
            {
                this.position = position;
                return;
            }
            members.Dispose();
            throw new RefusedDataException(DataChecks.Position, "where a member begins", $"{position}");
        }

        public override long Position => position;

        public override long BytesTaken => members.BytesTaken;

        protected override bool TryRead(RecordBatch batch)
        {
            if (waiting is null)
            {
                if (!members.Next()) return false;
                waiting = members.Digest();
            }
            var record = new RecordWriter(batch.Free);
            record.File(members.Name, members.Length, waiting.Value);
            if (!TryTake(batch, record)) return false;
            (waiting, position) = (null, members.End);
            return true;
        }

        public override void Dispose() => members.Dispose();
    }
}
