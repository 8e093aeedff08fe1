using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log.Witnesses;

/// <summary>How a witness answers a log: a decision, and the state that follows from it. What is done about it is the host's.</summary>
public abstract record WitnessAnswer
{
    WitnessAnswer() { }

    /// <summary>Persist <paramref name="Latest"/>, atomically with having read the state it was decided on, and only then cosign it.</summary>
    /// <param name="Latest">The log's checkpoint that the witness vouches for from now on.</param>
    /// <param name="Signed">The same as the log signed it, for those who ask the witness what it saw last: without lines that nobody checked.</param>
    public sealed record Cosign(Checkpoint Latest, SignedCheckpoint Signed) : WitnessAnswer;

    /// <summary>Change nothing, and answer so.</summary>
    /// <param name="Status">The HTTP status that tlog-witness gives this.</param>
    /// <param name="Why">The check that failed.</param>
    /// <param name="LatestSize">With a conflict of sizes, the size cosigned last, which the body states; else null.</param>
    public sealed record Refuse(int Status, Verdict Why, long? LatestSize = null) : WitnessAnswer;
}

/// <summary>The rules of a witness: it cosigns a checkpoint only if that continues every one it cosigned for this log before.</summary>
/// <remarks>C2SP tlog-witness, <c>add-checkpoint</c>. Pure: the state is the latest checkpoint cosigned for each origin, which the host keeps.</remarks>
public static class Witness
{
    /// <summary>Decides on a request.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="logs">The keys of the logs that are witnessed, found by origin, several of one that changes its key; none of others.</param>
    /// <param name="latest">The checkpoint cosigned last for an origin; null for none.</param>
    public static WitnessAnswer Consider(ReadOnlySpan<byte> body, Func<string, IReadOnlyList<VerifierKey>> logs, Func<string, Checkpoint?> latest)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(latest);
        var verdict = AddCheckpoint.Parse(body, out var request);
        if (!verdict.IsAccepted) return new WitnessAnswer.Refuse(400, verdict);
        verdict = SignedNote.Parse(request!.Note.Span, out var note);
        if (!verdict.IsAccepted) return new WitnessAnswer.Refuse(400, verdict);
        verdict = Checkpoint.Parse(note!.Text, out var checkpoint);
        // Only the empty tree's root is a matter of the tree; the rest is a matter of form.
        if (verdict is Verdict.Rejected { Reason: var reason })
            return new WitnessAnswer.Refuse(reason.Check == LogChecks.CheckpointRoot && note.Text.Split('\n') is [_, "0", ..] ? 422 : 400, verdict);

        if (logs(checkpoint!.Origin) is not { Count: > 0 } keys)
            return new WitnessAnswer.Refuse(404, Verdict.Reject(LogChecks.CheckpointOrigin, "a log that is witnessed", checkpoint.Origin));
        verdict = note.VerifyFromAny(keys, out var log);
        if (!verdict.IsAccepted) return new WitnessAnswer.Refuse(403, verdict);
        if (request.OldSize > checkpoint.Size)
            return new WitnessAnswer.Refuse(400, Verdict.Reject(LogChecks.WitnessOldSize, $"an old size of at most {checkpoint.Size}", $"{request.OldSize}"));

        var known = latest(checkpoint.Origin);
        long knownSize = known?.Size ?? 0;
        if (request.OldSize != knownSize)
            return new WitnessAnswer.Refuse(409, Verdict.Reject(LogChecks.WitnessOldSize, $"{knownSize}, as cosigned last", $"{request.OldSize}"), knownSize);
        if (knownSize == checkpoint.Size && known is not null && known.Root != checkpoint.Root)
            return new WitnessAnswer.Refuse(422, Verdict.Reject(LogChecks.WitnessRoot, $"{known.Root} at {knownSize}, as cosigned last", $"{checkpoint.Root}"));
        verdict = knownSize > 0
            ? ConsistencyProof.Verify(knownSize, known!.Root, checkpoint.Size, checkpoint.Root, request.Path)
            : request.Path.IsEmpty ? Verdict.Accept : Verdict.Reject(CoreChecks.MerklePathLength, "no nodes from an empty tree", $"{request.Path.Length} nodes");
        return verdict.IsAccepted ? new WitnessAnswer.Cosign(checkpoint, SignedCheckpoint.Of(note, checkpoint, log!)) : new WitnessAnswer.Refuse(422, verdict);
    }
}
