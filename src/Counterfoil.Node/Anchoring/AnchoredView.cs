using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Log;
using Counterfoil.Log.Http.Reading;
using Counterfoil.Log.Notes;

namespace Counterfoil.Node.Anchoring;

/// <summary>What a chain was shown of a log, held to what a reader is shown: an operator who anchors one tree and serves another is caught by either.</summary>
/// <param name="anchor">The contract <c>Anchor</c>.</param>
/// <param name="publisher">Whose anchors.</param>
/// <param name="log">The log's key.</param>
public sealed class AnchoredView(Contract anchor, Address publisher, VerifierKey log)
{
    readonly Bytes32 id = LogId.Of(log).Digest.Value;

    /// <summary>Holds every anchor to the tree of <paramref name="followed"/>.</summary>
    /// <param name="client">Where the tree's tiles are.</param>
    /// <param name="followed">The checkpoint that was followed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Accepted; else the first anchor that is of another tree. An anchor larger than the checkpoint is one that the reader is not shown yet: <c>log.monitor.rollback</c>.</returns>
    public async Task<Verdict> HoldAsync(LogClient client, Checkpoint followed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(followed);
        foreach (var (_, anchored) in await anchor.EventsAsync<AnchorContract.AnchoredEvent>(cancellationToken: cancellation).ConfigureAwait(false))
        {
            if (anchored.Publisher != publisher || anchored.LogId != id) continue;
            if (anchored.Size > (ulong)followed.Size) return Verdict.Reject(LogChecks.MonitorRollback, $"at least the {anchored.Size} entries that are anchored", $"{followed.Size}");
            var root = new Sha256Digest(anchored.Root);
            if (anchored.Size == 0 && root != MerkleTree.EmptyRoot) return Verdict.Reject(LogChecks.MonitorSplit, $"the empty root, {MerkleTree.EmptyRoot}", $"{root} anchored at 0");
            var verdict = await client.ContinuesAsync(new Checkpoint(log.Name, (long)anchored.Size, root), followed, cancellation).ConfigureAwait(false);
            if (verdict is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(LogChecks.MonitorSplit, $"a tree that {root}, anchored at {anchored.Size}, is a part of", $"{followed}: {reason}");
        }
        return Verdict.Accept;
    }
}
