using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Answers;

/// <summary>One answer as a file: request, output and proof, and the published model or its name. <c>docs/serving.md</c> has the format.</summary>
/// <param name="ModelDigest">Which published model answered: <see cref="PublishedModel.Digest"/>.</param>
/// <param name="CarriedModel">That model's encoding, where whoever verifies need not have it; null where they must.</param>
/// <param name="Request">The request's bytes: the input's elements, little-endian.</param>
/// <param name="Output">The output's cells.</param>
/// <param name="Context">What the answer was given for.</param>
/// <param name="Proof">The proof of the execution.</param>
public sealed record ProvenAnswer(Sha256Digest ModelDigest, ReadOnlyMemory<byte>? CarriedModel, ReadOnlyMemory<byte> Request, ImmutableArray<long> Output, Bytes32 Context, ReadOnlyMemory<byte> Proof)
{
    const string Kind = "counterfoil-proven-answer";
    const int Version = 1;

    /// <summary>Bytes of a file at most: 512 MiB.</summary>
    public const int MaximumBytes = 512 << 20;

    static readonly CborLimits limits = new() { Bytes = MaximumBytes, Depth = 1, Items = 16 };

    /// <summary>
    /// The context that the proof itself is made in: Keccak-256 over a domain, the published model's digest, SHA-256 of the request and the answer's context. So neither scales, nor names, nor a byte of
    /// the request that rounding would swallow can be changed beside a proof.
    /// </summary>
    public static Bytes32 ProofContext(Sha256Digest model, ReadOnlySpan<byte> request, Bytes32 context) =>
        Keccak256.Hash([.. Domains.ProvenAnswer, .. model.ToArray(), .. Sha256.Hash(request).ToArray(), .. context.ToArray()]).Value;

    /// <summary>The output's cells as the file has them: 8 bytes each, big-endian, two's complement.</summary>
    public byte[] OutputBytes() => TensorBytes.OfOutput(Output.AsSpan());

    /// <summary>The published model to verify under: the one at hand, or the one that the answer carries.</summary>
    /// <param name="known">The one at hand, from somewhere that is trusted; null if there is none.</param>
    /// <param name="model">It, or null unless accepted.</param>
    public Verdict Resolve(PublishedModel? known, out PublishedModel? model)
    {
        model = known;
        if (known is null && CarriedModel is null) return Verdict.CannotTell(AnswerChecks.Model, $"the published model {ModelDigest}");
        if (CarriedModel is { } carried)
        {
            var digest = Sha256.Hash(carried.Span);
            if (digest != ModelDigest) return Refuse(out model, $"the carried model to be {ModelDigest}", $"{digest}");
            if (known is null) return PublishedModel.Decode(carried, out model);
        }
        return known!.Digest == ModelDigest ? Verdict.Accept : Refuse(out model, $"an answer of {known.Digest}", $"one of {ModelDigest}");

        static Verdict Refuse(out PublishedModel? model, string expected, string found)
        {
            model = null;
            return Verdict.Reject(AnswerChecks.Model, expected, found);
        }
    }

    /// <summary>Whether the answer is about this request and this context; null where any will do.</summary>
    public Verdict Answers(ReadOnlyMemory<byte>? request, Bytes32? context)
    {
        if (request is { } asked && !asked.Span.SequenceEqual(Request.Span))
            return Verdict.Reject(AnswerChecks.Request, $"the request {Sha256.Hash(asked.Span)}", $"{Sha256.Hash(Request.Span)}");
        if (context is { } about && about != Context) return Verdict.Reject(AnswerChecks.Context, $"{about}", $"{Context}");
        return Verdict.Accept;
    }

    /// <summary>Whether the published model gives this output on this request.</summary>
    /// <param name="model">What <see cref="Resolve"/> gave.</param>
    public Verdict Verify(PublishedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Digest != ModelDigest) return Verdict.Reject(AnswerChecks.Model, $"an answer of {model.Digest}", $"one of {ModelDigest}");
        var verdict = model.Verify();
        if (!verdict.IsAccepted) return verdict;
        verdict = model.Input.ToCells(Request.Span, model.Model.Graph.Input, out var cells);
        return verdict.IsAccepted
            ? ExecutionProof.Verify(new ExecutionStatement(model.Model, cells, Output.AsMemory(), ProofContext(ModelDigest, Request.Span, Context)), Proof)
            : verdict;
    }

    /// <summary>The one encoding, deterministic CBOR.</summary>
    public byte[] Encode()
    {
        var writer = new CborWriter();
        writer.BeginArray(8);
        writer.WriteText(Kind);
        writer.WriteUInt(Version);
        writer.WriteBytes(ModelDigest.ToArray());
        if (CarriedModel is { } carried) writer.WriteBytes(carried.Span);
        else writer.WriteNull();
        writer.WriteBytes(Request.Span);
        writer.WriteBytes(OutputBytes());
        writer.WriteBytes(Context.ToArray());
        writer.WriteBytes(Proof.Span);
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a stranger's bytes. Accepts what <see cref="Encode"/> writes and nothing else.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out ProvenAnswer? answer)
    {
        answer = null;
        var reader = new CborReader(bytes.Span, limits);
        reader.BeginArray(8, 8);
        reader.ReadKey(Kind);
        reader.ReadInt(Version, Version);
        var digest = new Sha256Digest(reader.ReadBytes32());
        ReadOnlyMemory<byte>? carried = null;
        if (!reader.TryReadNull()) carried = reader.ReadBytes(PublishedModel.MaximumBytes).ToArray();
        byte[] request = reader.ReadBytes().ToArray();
        bool isWhole = TensorBytes.ReadOutput(reader.ReadBytes(), out var cells).IsAccepted;
        var context = reader.ReadBytes32();
        byte[] proof = reader.ReadBytes().ToArray();
        reader.EndArray();
        if (!isWhole) reader.Fail(AnswerChecks.Encoding, "whole output cells", "part of one");
        if (reader.Finish() is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(AnswerChecks.Encoding, reason.Expected, reason.Found);
        answer = new ProvenAnswer(digest, carried, request, [.. cells!], context, proof);
        return Verdict.Accept;
    }
}
