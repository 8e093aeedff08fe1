using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Contracts;
using Counterfoil.Log;
using Counterfoil.Log.Notes;

namespace Counterfoil.Evidence.Verification;

/// <summary>The transparency log: signed checkpoints, each an extension of the one before, each anchored; every link in one of them.</summary>
sealed partial class Story
{
    VerifierKey? logKey;
    Checkpoint?[] checkpoints = [];
    readonly List<Verdict> checkpointVerdicts = [];

    /// <summary>Reads and verifies the checkpoints. What is wrong with one concerns every link that it holds.</summary>
    public void ReadLog()
    {
        var read = VerifierKey.Parse(bundle.Log.Verifier, out logKey);
        if (!read.IsAccepted) RecordWhole(read);
        else if (policy is null) RecordWhole(Verdict.CannotTell(EvidenceChecks.PolicyLog, "a policy that says which log is trusted"));
        else if (!policy.Logs.Contains(bundle.Log.Verifier))
            RecordWhole(Verdict.Reject(EvidenceChecks.PolicyLog, $"one of the trusted logs ({string.Join(", ", policy.Logs)})", bundle.Log.Verifier));

        checkpoints = new Checkpoint?[bundle.Log.Checkpoints.Length];
        for (int i = 0; i < checkpoints.Length; i++) checkpointVerdicts.Add(ReadCheckpoint(i));
    }

    Verdict ReadCheckpoint(int i)
    {
        if (logKey is null) return Verdict.CannotTell(EvidenceChecks.PolicyLog, "the log's key");
        var bundled = bundle.Log.Checkpoints[i];
        var verdict = SignedCheckpoint.Verify(bundled.Note.Span, logKey, out var signed);
        if (!verdict.IsAccepted) return verdict;
        var checkpoint = checkpoints[i] = signed!.Checkpoint;
        if (i == 0)
            return bundled.Consistency.IsEmpty
                ? Verdict.Accept
                : Verdict.Reject(EvidenceChecks.BundleOrder, "no consistency path for the first checkpoint", $"{bundled.Consistency.Length} nodes");
        if (checkpoints[i - 1] is not { } before) return Verdict.CannotTell(CoreChecks.MerkleOldRoot, "the checkpoint before this one");
        return checkpoint.Size <= before.Size
            ? Verdict.Reject(EvidenceChecks.BundleOrder, $"a checkpoint larger than {before.Size}", $"{checkpoint.Size}")
            : ConsistencyProof.Verify(before.Size, before.Root, checkpoint.Size, checkpoint.Root, bundled.Consistency);
    }

    /// <summary>Every link is in its checkpoint; every checkpoint is as signed, consistent, and anchored.</summary>
    public void CheckLog()
    {
        var anchored = Enumerable.Range(0, checkpoints.Length).Select(AnchorOf).ToList();
        foreach (var link in links)
        {
            int k = link.Bundled.Checkpoint;
            link.Record(checkpointVerdicts[k]);
            if (checkpoints[k] is { } checkpoint)
            {
                var leaf = MerkleTree.LeafHash(link.Bundled.Envelope.EncodeCbor());
                link.Record(InclusionProof.Verify(checkpoint.Root, checkpoint.Size, link.Bundled.Index, leaf, link.Bundled.Path));
                if (k > 0 && checkpoints[k - 1] is { } before && link.Bundled.Index < before.Size)
                    link.Record(Verdict.Reject(EvidenceChecks.BundleOrder, "the earliest checkpoint that holds the link", $"checkpoint {k}"));
            }
            // A later checkpoint of the bundle that is false makes the log false, for every link.
            foreach (var later in checkpointVerdicts.Skip(k + 1)) link.Record(later);
            link.Record(anchored[k]);
        }
        // A checkpoint that holds no link of the bundle is still part of what the bundle says of the log.
        for (int k = 0; k < checkpoints.Length; k++)
        {
            if (links.Any(l => l.Bundled.Checkpoint == k)) continue;
            RecordWhole(checkpointVerdicts[k]);
            RecordWhole(anchored[k]);
        }
    }

    /// <summary>
    /// The block that anchored a link first. Anchors of one publisher and log form a chain of heads, so the first one over a link shows itself: it follows
    /// nothing, or an anchor that is too small to hold the link. Without that, whoever anchors could do so again and again, and pick the block hash they like.
    /// </summary>
    ProvenBlock? AnchoringBlock(Link link)
    {
        if (checkpoints[link.Bundled.Checkpoint] is not { } checkpoint) return null;
        var all = Anchors().ToList();
        return all.Find(a => a.Event.Size == (ulong)checkpoint.Size && a.Event.Root == checkpoint.Root.Value
            && (Follows(default, a.Event) || all.Exists(e => (e.Block.Chain, e.Contract, e.Event.Publisher) == (a.Block.Chain, a.Contract, a.Event.Publisher) && e.Event.Size <= (ulong)link.Bundled.Index && Follows(e.Event.Head, a.Event))))?.Block;
    }

    static bool Follows(Bytes32 head, AnchorContract.AnchoredEvent anchored) => AnchorContract.HeadAfter(head, anchored.Size, anchored.Root) == anchored.Head;

    /// <summary>The proven anchors of this log, by trusted publishers in trusted contracts, oldest first.</summary>
    IEnumerable<ProvenEvent<AnchorContract.AnchoredEvent>> Anchors()
    {
        if (logKey is null || policy is null) return [];
        var logId = LogId.Of(logKey).Digest.Value;
        return Events<AnchorContract.AnchoredEvent>()
            .Where(e => policy.Chain(e.Block.Chain) is { } trusted && e.Contract == trusted.Anchor && trusted.Publishers.Contains(e.Event.Publisher) && e.Event.LogId == logId)
            .OrderBy(e => e.Block.Time).ThenBy(e => e.Block.Number); // by time first: numbers of two chains say nothing of each other
    }

    Verdict AnchorOf(int i)
    {
        if (checkpoints[i] is not { } checkpoint) return Verdict.Accept; // its own verdict speaks
        if (policy is null) return Verdict.CannotTell(EvidenceChecks.ChainAnchor, "a policy that says whose anchors count");
        var anchors = Anchors().Where(a => a.Event.Size == (ulong)checkpoint.Size).ToList();
        if (anchors.Count == 0) return Verdict.CannotTell(EvidenceChecks.ChainAnchor, $"a proven anchor of the log at size {checkpoint.Size}");
        // Any anchor of another root at this size shows that the log told two stories.
        return anchors.Find(a => a.Event.Root != checkpoint.Root.Value) is { } other
            ? Verdict.Reject(EvidenceChecks.ChainAnchor, $"root {other.Event.Root} at size {checkpoint.Size}, as anchored in block {other.Block.Number}", $"root {checkpoint.Root}")
            : Verdict.Accept;
    }
}
