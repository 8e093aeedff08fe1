using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Answers;

/// <summary>Opened cells of a hidden input or output as a file. <c>docs/serving.md</c> has the format.</summary>
/// <param name="Opening">What is said of the cells.</param>
/// <param name="Proof">What <see cref="TensorOpeningProof"/> verifies.</param>
public sealed record ProvenOpening(TensorOpening Opening, ReadOnlyMemory<byte> Proof)
{
    const string Kind = "counterfoil-proven-opening";
    const int Version = 1;

    /// <summary>Bytes of a file at most: 64 MiB.</summary>
    public const int MaximumBytes = 64 << 20;

    static readonly CborLimits limits = new() { Bytes = MaximumBytes, Depth = 3, Items = 16 + (3 * TensorOpening.MostCells) };

    /// <summary>Whether a file says that it is one.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes)
    {
        var reader = new CborReader(bytes, limits);
        reader.BeginArray(6, 6);
        return reader.ReadText(Kind.Length) == Kind;
    }

    /// <summary>Whether it is about this tensor and was made in this context; null where any will do.</summary>
    /// <param name="tensor">The digest of the tensor's commitment.</param>
    /// <param name="context">The context.</param>
    public Verdict Answers(Keccak256Digest? tensor, Bytes32? context)
    {
        if (tensor is { } digest && digest != Opening.Tensor.Digest) return Verdict.Reject(AnswerChecks.OpeningTensor, $"{digest}", $"{Opening.Tensor.Digest}");
        if (context is { } about && about != Opening.Context) return Verdict.Reject(AnswerChecks.OpeningContext, $"{about}", $"{Opening.Context}");
        return Verdict.Accept;
    }

    /// <summary>Whether it is about what an answer hides.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="isOutput">Whether that is its output; else its input.</param>
    public Verdict IsOf(ProvenAnswer answer, out bool isOutput)
    {
        ArgumentNullException.ThrowIfNull(answer);
        isOutput = answer.HiddenOutput == Opening.Tensor;
        if (isOutput || answer.HiddenInput == Opening.Tensor) return Verdict.Accept;
        return Verdict.Reject(AnswerChecks.OpeningTensor, $"what the answer hides: {string.Join(", ", new[] { answer.HiddenInput, answer.HiddenOutput }.OfType<TensorCommitment>().Select(t => t.Digest))}", $"{Opening.Tensor.Digest}");
    }

    /// <summary>Whether the cells are those under the commitment.</summary>
    public Verdict Verify() => TensorOpeningProof.Verify(Opening, Proof);

    /// <summary>The one encoding, deterministic CBOR.</summary>
    public byte[] Encode()
    {
        var writer = new CborWriter();
        writer.BeginArray(6);
        writer.WriteText(Kind);
        writer.WriteUInt(Version);
        writer.WriteBytes(Opening.Tensor.Encode());
        writer.BeginArray(Opening.Cells.Length);
        foreach (var (index, value) in Opening.Cells)
        {
            writer.BeginArray(2);
            writer.WriteInt(index);
            writer.WriteInt(value);
            writer.EndArray();
        }
        writer.EndArray();
        writer.WriteBytes(Opening.Context.ToArray());
        writer.WriteBytes(Proof.Span);
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a stranger's bytes. Accepts what <see cref="Encode"/> writes and nothing else.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out ProvenOpening? opening)
    {
        opening = null;
        var reader = new CborReader(bytes.Span, limits);
        reader.BeginArray(6, 6);
        reader.ReadKey(Kind);
        reader.ReadInt(Version, Version);
        var commitment = reader.ReadBytes();
        int count = reader.BeginArray(1, TensorOpening.MostCells);
        var cells = ImmutableArray.CreateBuilder<OpenedCell>(count);
        for (int i = 0; i < count; i++)
        {
            reader.BeginArray(2, 2);
            cells.Add(new OpenedCell((int)reader.ReadInt(0, int.MaxValue), reader.ReadInt()));
            reader.EndArray();
        }
        reader.EndArray();
        var context = reader.ReadBytes32();
        byte[] proof = reader.ReadBytes().ToArray();
        reader.EndArray();
        if (reader.Finish() is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(AnswerChecks.OpeningEncoding, reason.Expected, reason.Found);
        var verdict = TensorCommitment.Decode(commitment, out var tensor);
        if (verdict.IsAccepted) opening = new ProvenOpening(new TensorOpening(tensor!, cells.ToImmutable(), context), proof);
        return verdict;
    }
}
