using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records.Archives;

/// <summary><c>webdataset/v1</c>: the neighbouring members of one key are a sample, and a sample is a record. Archives may be compressed.</summary>
/// <remarks>
/// A member's key is its name up to the first dot behind the last <c>/</c>; its extension is what follows that dot. record = CBOR <c>[key, {extension: [length, BLAKE3 digest], …}]</c>, extensions in the order of their
/// encoded bytes. A member without key or extension, an extension twice in a sample, and a key that comes again after another are refused.
/// </remarks>
public sealed class WebDatasetRecords : IRecordFormat
{
    /// <summary>The most members of a sample.</summary>
    public const int MostMembers = 1000;

    readonly CompressionLimits? limits;

    /// <summary>Reads archives.</summary>
    /// <param name="limits">What may come out of compressed ones.</param>
    public WebDatasetRecords(CompressionLimits? limits = null) => this.limits = limits;

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.WebDataset;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts) => RecordFormats.EachAPart(objects, out parts);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new Reader(DataStream.Open(part.Objects[0], limits), position), out reader);
    }

    /// <summary>The position is that of the next sample's first member's first header, inside.</summary>
    sealed class Reader : PartReader
    {
        readonly TarMembers members;
        readonly HashSet<UInt128> keys = [];
        readonly List<(byte[] Extension, long Length, Blake3Digest Digest)> sample = [];
        byte[] key = [];
        bool isHeld, isWhole; // a member of the next sample was begun; the sample at hand waits for room
        long position;

        public Reader(DataStream stream, long position)
        {
            members = new(stream);
            try
            {
                while (members.End < position && members.Next()) Begin(Split().Key);
                if (members.End != position) throw new RefusedDataException(DataChecks.Position, "where a sample begins", $"{position}");
                this.position = position;
            }
            catch
            {
                members.Dispose();
                throw;
            }
        }

        public override long Position => position;

        public override long BytesTaken => members.BytesTaken;

        protected override bool TryRead(RecordBatch batch)
        {
            if (!isWhole && !Gather()) return false;
            isWhole = true;
            var record = new RecordWriter(batch.Free);
            record.Head(4, 2);
            record.Text(key);
            record.Head(5, (ulong)sample.Count);
            foreach (var (extension, length, digest) in sample)
            {
                record.Text(extension);
                record.Head(4, 2);
                record.Head(0, (ulong)length);
                record.Digest(digest);
            }
            if (!TryTake(batch, record)) return false;
            isWhole = false;
            position = isHeld ? members.Begin : members.End;
            return true;
        }

        bool Gather()
        {
            sample.Clear();
            while (isHeld || members.Next())
            {
                var (itsKey, extension) = Split();
                if (sample.Count > 0 && !itsKey.AsSpan().SequenceEqual(key))
                {
                    isHeld = true;
                    break;
                }
                if (sample.Count == 0)
                {
                    if (keys.Count > 0 && itsKey.AsSpan().SequenceEqual(key)) throw new RefusedDataException(DataChecks.Position, "where a sample begins", "within one");
                    Begin(itsKey);
                }
                isHeld = false;
                if (sample.Count == MostMembers) throw new RefusedDataException(DataChecks.WebDataset, $"at most {MostMembers} members of one key", "more");
                if (sample.Any(m => m.Extension.AsSpan().SequenceEqual(extension))) throw new RefusedDataException(DataChecks.WebDataset, "each extension once in a sample", "one twice");
                sample.Add((extension, members.Length, members.Digest()));
            }
            // Encoded, a shorter text comes before a longer one, and equally long ones as their bytes do (RFC 8949 §4.2.1).
            sample.Sort((a, b) => a.Extension.Length != b.Extension.Length ? a.Extension.Length - b.Extension.Length : a.Extension.AsSpan().SequenceCompareTo(b.Extension));
            return sample.Count > 0;
        }

        void Begin(byte[] next)
        {
            if (key.AsSpan().SequenceEqual(next)) return;
            Span<byte> digest = stackalloc byte[16];
            Blake3.Hash(next, digest);
            if (!keys.Add(BitConverter.ToUInt128(digest))) throw new RefusedDataException(DataChecks.WebDataset, "the members of a key together", "a key that comes again");
            key = next;
        }

        (byte[] Key, byte[] Extension) Split()
        {
            var name = members.Name.AsSpan();
            int file = name.LastIndexOf((byte)'/') + 1, dot = name[file..].IndexOf((byte)'.');
            if (dot < 1 || file + dot + 1 == name.Length) throw new RefusedDataException(DataChecks.WebDataset, "names of key, dot and extension", $"'{System.Text.Encoding.UTF8.GetString(name)}'");
            return (name[..(file + dot)].ToArray(), name[(file + dot + 1)..].ToArray());
        }

        public override void Dispose() => members.Dispose();
    }
}
