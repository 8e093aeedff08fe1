using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Zk.Answers;

public sealed partial record ProvenAnswer
{
    const string Kind = "counterfoil-proven-answer";
    const int Version = 2;

    /// <summary>Bytes of a file at most: 512 MiB.</summary>
    public const int MaximumBytes = 512 << 20;

    static readonly CborLimits limits = new() { Bytes = MaximumBytes, Depth = 2, Items = 16 };

    /// <summary>The output's cells as the file has them: 8 bytes each, big-endian, two's complement.</summary>
    public byte[] OutputBytes() => CellsEncoding.Encode(Output.AsSpan());

    /// <summary>The one encoding, deterministic CBOR.</summary>
    public byte[] Encode()
    {
        var writer = new CborWriter();
        writer.BeginArray(9);
        writer.WriteText(Kind);
        writer.WriteUInt(Version);
        writer.WriteBytes(ModelDigest.ToArray());
        if (CarriedModel is { } carried) writer.WriteBytes(carried.Span);
        else writer.WriteNull();
        writer.WriteInt(Inputs);
        Write(HiddenInput, Request.Span);
        Write(HiddenOutput, OutputBytes());
        writer.WriteBytes(Context.ToArray());
        writer.WriteBytes(Proof.Span);
        writer.EndArray();
        return writer.ToArray();

        void Write(TensorCommitment? hidden, ReadOnlySpan<byte> clear)
        {
            if (hidden is null)
            {
                writer.WriteBytes(clear);
                return;
            }
            writer.BeginArray(1);
            writer.WriteBytes(hidden.Encode());
            writer.EndArray();
        }
    }

    /// <summary>Reads a stranger's bytes. Accepts what <see cref="Encode"/> writes and nothing else.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out ProvenAnswer? answer)
    {
        answer = null;
        var reader = new CborReader(bytes.Span, limits);
        reader.BeginArray(9, 9);
        reader.ReadKey(Kind);
        reader.ReadInt(Version, Version);
        var digest = new Sha256Digest(reader.ReadBytes32());
        ReadOnlyMemory<byte>? carried = null;
        if (!reader.TryReadNull()) carried = reader.ReadBytes(PublishedModel.MaximumBytes).ToArray();
        int inputs = (int)reader.ReadInt(1, GraphBatch.MostInputs);
        byte[] request = Read(ref reader, out var hiddenInput), cells = Read(ref reader, out var hiddenOutput);
        var context = reader.ReadBytes32();
        byte[] proof = reader.ReadBytes().ToArray();
        reader.EndArray();
        if (cells.Length % sizeof(long) != 0) reader.Fail(AnswerChecks.Encoding, $"output cells of {sizeof(long)} bytes", $"{cells.Length} bytes");
        if (reader.Finish() is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(AnswerChecks.Encoding, reason.Expected, reason.Found);
        answer = new ProvenAnswer(digest, carried, request, CellsEncoding.Decode(cells), context, proof) { Inputs = inputs, HiddenInput = hiddenInput, HiddenOutput = hiddenOutput };
        return Verdict.Accept;
    }

    // Bytes in the clear, or an array of one commitment.
    static byte[] Read(ref CborReader reader, out TensorCommitment? hidden)
    {
        hidden = null;
        if (reader.Peek() != CborKind.Array) return reader.ReadBytes().ToArray();
        reader.BeginArray(1, 1);
        var bytes = reader.ReadBytes();
        reader.EndArray();
        if (!reader.Failed && TensorCommitment.Decode(bytes, out hidden) is Verdict.Rejected { Reason: var reason }) reader.Fail(AnswerChecks.Encoding, reason.Expected, reason.Found);
        return [];
    }
}

/// <summary>Cells in files: 8 bytes each, big-endian, two's complement.</summary>
static class CellsEncoding
{
    public static byte[] Encode(ReadOnlySpan<long> cells)
    {
        var bytes = new byte[sizeof(long) * cells.Length];
        for (int i = 0; i < cells.Length; i++) BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(long) * i), cells[i]);
        return bytes;
    }

    public static ImmutableArray<long> Decode(ReadOnlySpan<byte> bytes)
    {
        var cells = ImmutableArray.CreateBuilder<long>(bytes.Length / sizeof(long));
        for (int at = 0; at + sizeof(long) <= bytes.Length; at += sizeof(long)) cells.Add(BinaryPrimitives.ReadInt64BigEndian(bytes[at..]));
        return cells.MoveToImmutable();
    }
}
