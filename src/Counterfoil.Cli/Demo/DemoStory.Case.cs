using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evm;

namespace Counterfoil.Cli.Demo;

/// <summary>The bundle, and apart from it the policy.</summary>
sealed partial class DemoStory
{
    /// <summary>Everything that proves the story, in one file's form.</summary>
    public async Task<Bundle> BundleAsync(CancellationToken cancel)
    {
        var bundledLinks = ImmutableArray.CreateBuilder<BundledLink>();
        foreach (var (envelope, index) in links.OrderBy(l => l.Index))
        {
            int k = checkpoints.FindIndex(c => c.Checkpoint.Size > index);
            bundledLinks.Add(new BundledLink(envelope, k, index, await log.InclusionAsync(index, checkpoints[k].Checkpoint.Size, cancel)));
        }
        var bundledCheckpoints = ImmutableArray.CreateBuilder<BundledCheckpoint>();
        for (int k = 0; k < checkpoints.Count; k++)
            bundledCheckpoints.Add(new BundledCheckpoint(checkpoints[k].Note,
                k == 0 ? [] : await log.ConsistencyAsync(checkpoints[k - 1].Checkpoint.Size, checkpoints[k].Checkpoint.Size, cancel)));
        return new Bundle(
            [.. LinkType.All.Select(t => cast.Signer(t.Role).PublicKey).OrderBy(k => Convert.ToHexStringLower(k.ToSubjectPublicKeyInfo()), StringComparer.Ordinal)],
            new BundledLog(log.Key.ToString(), bundledCheckpoints.ToImmutable()),
            bundledLinks.ToImmutable(),
            [await ChainAsync(cancel)],
            [.. blobs.OrderBy(b => b.Key).Select(b => b.Value)]);
    }

    /// <summary>The stretch of the chain from the first thing that happened to its head, and the receipts in it.</summary>
    async Task<BundledChain> ChainAsync(CancellationToken cancel)
    {
        var proofs = new List<(ulong Block, Chain.InclusionEvidence Evidence)>();
        foreach (var transaction in transactions)
        {
            var evidence = await chain.Client.GetReceiptProofAsync(transaction, cancel);
            proofs.Add(((await chain.Client.GetBlockAsync(evidence.BlockHash, cancel))!.Header.Number, evidence));
        }
        ulong first = proofs.Min(p => p.Block), last = await chain.Client.GetBlockNumberAsync(cancel);
        var headers = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        for (ulong number = first; number <= last; number++) headers.Add((await chain.Client.GetBlockAsync(number, cancel))!.Header.Encode());
        return new BundledChain(chain.Id, headers.ToImmutable(),
        [
            .. proofs.Select(p => new BundledReceipt((int)(p.Block - first), (int)p.Evidence.Receipt.TransactionIndex, [.. p.Evidence.Transaction.Nodes], [.. p.Evidence.Receipt.Nodes]))
                .OrderBy(r => r.Header).ThenBy(r => r.Index),
        ]);
    }

    /// <summary>What someone writes who watched the real chain and knows the parties: the keys by role, the log, the contracts, the head's hash.</summary>
    public async Task<Policy> PolicyAsync(CancellationToken cancel)
    {
        var head = await chain.Client.GetLatestBlockAsync(cancel);
        return new Policy(
            1,
            DateTimeOffset.FromUnixTimeSeconds((long)head.Header.Timestamp),
            [.. LinkType.All.Select(t => new TrustedSigner(t.Role, [cast.Signer(t.Role).PublicKey]))],
            [log.Key.ToString()],
            [
                new TrustedChain(chain.Id, [new PinnedBlock(head.Header.Number, head.Hash)], chain.Anchor.Address, [cast.Account("operator").Address],
                    chain.Escrow.Address, [chain.Dollar.Address]),
            ],
            [.. LinkType.All.Select(t => t.PredicateType)]);
    }
}
