using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Zk.Answers;

/// <summary>
/// The answer to one request, or to several that one proof is about, as a file: requests, outputs and proof, and the published model or its name. Requests or outputs may be hidden; then their commitments stand in
/// their place. <c>docs/serving.md</c> has the format.
/// </summary>
/// <param name="ModelDigest">Which published model answered: <see cref="PublishedModel.Digest"/>.</param>
/// <param name="CarriedModel">That model's encoding, where whoever verifies need not have it; null where they must.</param>
/// <param name="Request">The requests' bytes: each input's elements, little-endian, one input after the other; empty if they are hidden.</param>
/// <param name="Output">The outputs' cells, one output after the other; empty if they are hidden.</param>
/// <param name="Context">What the answer was given for.</param>
/// <param name="Proof">The proof of the execution.</param>
public sealed partial record ProvenAnswer(Sha256Digest ModelDigest, ReadOnlyMemory<byte>? CarriedModel, ReadOnlyMemory<byte> Request, ImmutableArray<long> Output, Bytes32 Context, ReadOnlyMemory<byte> Proof)
{
    /// <summary>How many inputs the one proof is about, 1 to <see cref="GraphBatch.MostInputs"/>.</summary>
    public int Inputs { get; init; } = 1;

    /// <summary>What the hidden inputs are committed to by, all of them by one; null if they are in the clear.</summary>
    public TensorCommitment? HiddenInput { get; init; }

    /// <summary>What the hidden outputs are committed to by; null if they are in the clear.</summary>
    public TensorCommitment? HiddenOutput { get; init; }

    /// <summary>
    /// The context that the proof itself is made in: Keccak-256 over a domain, the published model's digest, SHA-256 of the request (its commitment's digest, if it is hidden) and the answer's context. So neither scales,
    /// nor names, nor a byte of the request that rounding would swallow can be changed beside a proof.
    /// </summary>
    public static Bytes32 ProofContext(Sha256Digest model, ReadOnlySpan<byte> request, Bytes32 context) => ProofContext(model, Sha256.Hash(request).ToArray(), context);

    /// <inheritdoc cref="ProofContext(Sha256Digest, ReadOnlySpan{byte}, Bytes32)"/>
    public static Bytes32 ProofContext(Sha256Digest model, TensorCommitment request, Bytes32 context)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ProofContext(model, request.Digest.ToArray(), context);
    }

    static Bytes32 ProofContext(Sha256Digest model, byte[] request, Bytes32 context) => Keccak256.Hash([.. Domains.ProvenAnswer, .. model.ToArray(), .. request, .. context.ToArray()]).Value;

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
    /// <param name="request">All requests' bytes, one after the other.</param>
    /// <param name="context">The context.</param>
    public Verdict Answers(ReadOnlyMemory<byte>? request, Bytes32? context)
    {
        if (request is { } asked && (HiddenInput is not null || !asked.Span.SequenceEqual(Request.Span)))
            return Verdict.Reject(AnswerChecks.Request, $"the request {Sha256.Hash(asked.Span)}", HiddenInput is null ? $"{Sha256.Hash(Request.Span)}" : $"a hidden one, {HiddenInput.Digest}");
        if (context is { } about && about != Context) return Verdict.Reject(AnswerChecks.Context, $"{about}", $"{Context}");
        return Verdict.Accept;
    }

    /// <summary>Whether the answer hides the tensors with these digests; null where any will do, hidden or not.</summary>
    /// <param name="input">Of the inputs' commitment (<see cref="TensorCommitment.Digest"/>).</param>
    /// <param name="output">Of the outputs'.</param>
    public Verdict Hides(Keccak256Digest? input, Keccak256Digest? output)
    {
        return Is(input, HiddenInput, "input").Then(() => Is(output, HiddenOutput, "output"));

        static Verdict Is(Keccak256Digest? asked, TensorCommitment? tensor, string which) => asked is null || tensor?.Digest == asked ? Verdict.Accept
            : Verdict.Reject(AnswerChecks.Hidden, $"the hidden {which} {asked}", tensor is null ? $"an {which} in the clear" : $"{tensor.Digest}");
    }

    /// <summary>Whether the published model gives these outputs on these requests.</summary>
    /// <param name="model">What <see cref="Resolve"/> gave.</param>
    public Verdict Verify(PublishedModel model) => Verify(model, out _);

    /// <inheritdoc cref="Verify(PublishedModel)"/>
    /// <param name="model">What <see cref="Resolve"/> gave.</param>
    /// <param name="statement">What was proven, if the verdict accepts.</param>
    public Verdict Verify(PublishedModel model, out ExecutionStatement? statement)
    {
        ArgumentNullException.ThrowIfNull(model);
        statement = null;
        if (model.Digest != ModelDigest) return Verdict.Reject(AnswerChecks.Model, $"an answer of {model.Digest}", $"one of {ModelDigest}");
        var verdict = model.Verify();
        if (!verdict.IsAccepted) return verdict;
        int[]? cells = [];
        if (HiddenInput is null) verdict = model.Input.ToCells(Request.Span, model.Model.Graph.Input, out cells, Inputs);
        // Asked before the batch's graph is made: a stranger's number costs nothing.
        else if (HiddenInput.Length != (long)Inputs * model.Input.Length) verdict = Verdict.Reject(AnswerChecks.RequestLength, $"{Inputs * model.Input.Length} hidden cells", $"{HiddenInput.Length}");
        if (!verdict.IsAccepted) return verdict;
        verdict = model.Model.Batch(Inputs, out var asked);
        if (!verdict.IsAccepted) return verdict;
        var context = HiddenInput is null ? ProofContext(ModelDigest, Request.Span, Context) : ProofContext(ModelDigest, HiddenInput, Context);
        var candidate = new ExecutionStatement(asked!, cells, Output.AsMemory(), context) { HiddenInput = HiddenInput, HiddenOutput = HiddenOutput };
        verdict = ExecutionProof.Verify(candidate, Proof);
        if (verdict.IsAccepted) statement = candidate;
        return verdict;
    }
}
