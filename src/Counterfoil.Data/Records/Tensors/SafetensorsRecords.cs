using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records.Tensors;

/// <summary><c>safetensors/v1</c>: each tensor a record of its name, dtype, shape, length and the BLAKE3 digest of its bytes, in the order in which the bytes lie.</summary>
/// <remarks>record = CBOR <c>[name, dtype, [dimension, …], length, digest]</c>. Tensors without bytes come in the order of their names' bytes. <c>__metadata__</c> is in no record.</remarks>
public sealed class SafetensorsRecords : IRecordFormat
{
    readonly CompressionLimits? limits;

    /// <summary>Reads tensors.</summary>
    /// <param name="limits">What may come out of compressed files.</param>
    public SafetensorsRecords(CompressionLimits? limits = null) => this.limits = limits;

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.Safetensors;

    /// <inheritdoc/>
    public Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts) => RecordFormats.EachAPart(objects, out parts);

    /// <inheritdoc/>
    public Verdict Open(RecordPart part, long position, out IRecordReader? reader)
    {
        ArgumentNullException.ThrowIfNull(part);
        return PartReader.Open(() => new Reader(DataStream.Open(part.Objects[0], limits), position), out reader);
    }

    /// <summary>The position is the next tensor's place.</summary>
    sealed class Reader : PartReader
    {
        readonly DataStream stream;
        readonly ContentDigest content = new();
        readonly IReadOnlyList<Tensor> tensors;
        readonly long data;
        Blake3Digest? waiting;
        int at;

        public Reader(DataStream stream, long position)
        {
            this.stream = stream;
            try
            {
                Span<byte> size = stackalloc byte[8];
                if (stream.ReadAtLeast(size, 8, throwOnEndOfStream: false) != 8) throw Cut(DataChecks.SafetensorsHeader);
                ulong length = BinaryPrimitives.ReadUInt64LittleEndian(size);
                if (length > SafetensorsHeader.LargestBytes) throw new RefusedDataException(DataChecks.SafetensorsHeader, $"a header of at most {SafetensorsHeader.LargestBytes} bytes", $"{length}");
                using var header = new MemoryStream(); // grows with what comes, not with what is claimed
                var piece = new byte[(int)Math.Min(1 << 16, Math.Max(1, length))];
                while (header.Length < (long)length)
                {
                    int read = stream.Read(piece.AsSpan(0, (int)Math.Min(piece.Length, (long)length - header.Length)));
                    if (read == 0) throw Cut(DataChecks.SafetensorsHeader);
                    header.Write(piece, 0, read);
                }
                tensors = SafetensorsHeader.Read(header.GetBuffer().AsSpan(0, (int)header.Length));
                data = 8 + (long)length;
                if (position < 0 || position > tensors.Count) throw new RefusedDataException(DataChecks.Position, $"0 … {tensors.Count}", $"{position}");
                at = (int)position;
                if (!stream.TryAdvance(data + (at == 0 ? 0 : tensors[at - 1].End))) throw Cut(DataChecks.SafetensorsLayout);
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }

        public override long Position => at;

        public override long BytesTaken => stream.BytesTaken;

        protected override bool TryRead(RecordBatch batch)
        {
            if (at == tensors.Count)
            {
                Span<byte> one = stackalloc byte[1];
                if (stream.Read(one) != 0) throw new RefusedDataException(DataChecks.SafetensorsLayout, "the end behind the last tensor", "more bytes");
                return false;
            }
            var tensor = tensors[at];
            if (waiting is null) waiting = content.TryRead(stream, tensor.End - tensor.Begin, out var digest) ? digest : throw Cut(DataChecks.SafetensorsLayout);
            var record = new RecordWriter(batch.Free);
            record.Head(4, 5);
            record.Text(Encoding.UTF8.GetBytes(tensor.Name));
            record.Text(Encoding.UTF8.GetBytes(tensor.Type));
            record.Head(4, (ulong)tensor.Shape.Count);
            foreach (long dimension in tensor.Shape) record.Head(0, (ulong)dimension);
            record.Head(0, (ulong)(tensor.End - tensor.Begin));
            record.Digest(waiting.Value);
            if (!TryTake(batch, record)) return false;
            waiting = null;
            at++;
            return true;
        }

        RefusedDataException Cut(Check check) => new(check, "a whole file", $"the end after {stream.Position} bytes");

        public override void Dispose() => stream.Dispose();
    }
}
