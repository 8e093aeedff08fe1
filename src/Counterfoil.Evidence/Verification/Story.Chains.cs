using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Tries;

namespace Counterfoil.Evidence.Verification;

/// <summary>A block whose header hangs together with a pinned block.</summary>
sealed record ProvenBlock(string Chain, ulong Number, Keccak256Digest Hash, DateTimeOffset Time);

/// <summary>One log entry of a proven receipt.</summary>
sealed record ProvenLog(ProvenBlock Block, Keccak256Digest Transaction, LogEntry Entry);

/// <summary>A decoded event and where it was proven.</summary>
sealed record ProvenEvent<T>(ProvenBlock Block, Keccak256Digest Transaction, Address Contract, T Event);

/// <summary>What the settlement chains say: headers up to a pinned block, receipts under them, events in those.</summary>
sealed partial class Story
{
    readonly List<ProvenLog> logs = [];
    readonly List<EvidenceBlock> blocks = [];

    public void ReadChains()
    {
        foreach (var chain in bundle.Chains) ReadChain(chain);
    }

    void ReadChain(BundledChain chain)
    {
        var headers = new List<BlockHeader>();
        foreach (var rlp in chain.Headers)
        {
            var read = BlockHeader.Decode(rlp.Span, out var header);
            if (!read.IsAccepted)
            {
                RecordWhole(read);
                return;
            }
            if (headers.Count > 0 && (header!.ParentHash != headers[^1].Hash || header.Number != headers[^1].Number + 1))
            {
                RecordWhole(Verdict.Reject(EvidenceChecks.ChainHeader, $"a child of block {headers[^1].Number} {headers[^1].Hash}", $"block {header.Number} with parent {header.ParentHash}"));
                return;
            }
            headers.Add(header!);
        }

        foreach (var pinned in policy?.Chain(chain.Id)?.Blocks ?? []) blocks.Add(new EvidenceBlock(chain.Id, pinned.Number, pinned.Hash, Pinned: true));
        var trusted = Trusted(chain.Id, headers, out int last);
        if (!trusted.IsAccepted) RecordWhole(trusted);
        foreach (var receipt in chain.Receipts)
        {
            var header = headers[receipt.Header];
            var proven = new ReceiptProof(chain.Headers[receipt.Header], (ulong)receipt.Index, receipt.Receipt).Verify(header.Hash, out var content);
            if (proven.IsAccepted)
                proven = new TransactionProof(chain.Headers[receipt.Header], (ulong)receipt.Index, receipt.Transaction).Verify(header.Hash, out var transaction).Then(() =>
                {
                    blocks.Add(new EvidenceBlock(chain.Id, header.Number, header.Hash, Pinned: false));
                    // A header past the last pinned one is hearsay, and a reverted transaction did nothing.
                    if (receipt.Header > last || !content!.Receipt.Succeeded) return Verdict.Accept;
                    var block = new ProvenBlock(chain.Id, header.Number, header.Hash, DateTimeOffset.FromUnixTimeSeconds((long)header.Timestamp));
                    logs.AddRange(content.Receipt.Logs.Select(entry => new ProvenLog(block, transaction!.Hash, entry)));
                    return Verdict.Accept;
                });
            if (!proven.IsAccepted) RecordWhole(proven);
        }
    }

    /// <summary>A header counts if it is pinned or an ancestor of a pinned one; all after the last pinned one are hearsay.</summary>
    Verdict Trusted(string chain, List<BlockHeader> headers, out int last)
    {
        last = -1;
        if (policy is null) return Verdict.CannotTell(EvidenceChecks.ChainBlock, $"a policy that pins a block of {chain}");
        if (policy.Chain(chain) is not { } trust)
            return Verdict.Reject(EvidenceChecks.PolicyChain, $"one of the trusted chains ({string.Join(", ", policy.Chains.Select(c => c.Id))})", chain);
        for (int i = headers.Count - 1; i >= 0; i--)
            foreach (var pinned in trust.Blocks.Where(b => b.Number == headers[i].Number))
            {
                if (pinned.Hash != headers[i].Hash)
                    return Verdict.Reject(EvidenceChecks.ChainBlock, $"block {pinned.Number} {pinned.Hash}, as pinned", $"block {headers[i].Number} {headers[i].Hash}");
                last = Math.Max(last, i);
            }
        return last == headers.Count - 1
            ? Verdict.Accept
            : Verdict.CannotTell(EvidenceChecks.ChainBlock, $"a pinned block of {chain} at or after block {headers[^1].Number}");
    }

    IEnumerable<ProvenEvent<T>> Events<T>() where T : class, IContractEvent<T>
    {
        foreach (var log in logs)
            if (EventCodec.TryDecode<T>(log.Entry, log.Entry.Address, out var decoded))
                yield return new ProvenEvent<T>(log.Block, log.Transaction, log.Entry.Address, decoded);
    }

    /// <summary>What leases and settlements claim of a chain, against its receipts.</summary>
    public void CheckChainFacts()
    {
        foreach (var link in Of(LinkType.ComputeLease)) CheckLease(link, (ComputeLease)link.Predicate!);
        foreach (var link in Of(LinkType.Settlement)) CheckSettlement(link, (Settlement)link.Predicate!);
    }

    void CheckLease(Link link, ComputeLease lease)
    {
        if (policy is null) return; // the bundle as a whole already says that no block is trusted
        if (policy.Chain(lease.Chain)?.Escrow is not { } escrow || escrow != lease.Escrow)
        {
            link.Record(Verdict.Reject(EvidenceChecks.PolicyChain, $"the trusted escrow on {lease.Chain}", lease.Escrow.ToString()));
            return;
        }
        Claim<LeaseEscrowContract.LeaseOpenedEvent>(link, EvidenceChecks.ChainLease, lease.Chain, escrow,
            e => e.LeaseId == lease.LeaseId,
            (e, block) => (e.OrderId, e.Provider, e.Tenant, e.AccountId, e.Rate, e.BidDigest, block.Time)
                == (lease.OrderId, lease.Provider, lease.Tenant, lease.AccountId, lease.Rate, lease.BidDigest.Value, lease.OpenedAt),
            $"lease {lease.LeaseId} for order {lease.OrderId}: provider {lease.Provider}, tenant {lease.Tenant}, rate {lease.Rate}, opened {lease.OpenedAt:u}",
            (e, block) => $"lease {e.LeaseId} for order {e.OrderId}: provider {e.Provider}, tenant {e.Tenant}, rate {e.Rate}, opened {block.Time:u}");
        Claim<LeaseEscrowContract.OrderPlacedEvent>(link, EvidenceChecks.ChainOrder, lease.Chain, escrow,
            e => e.OrderId == lease.OrderId,
            (e, _) => (e.Tenant, e.ManifestDigest) == (lease.Tenant, lease.ManifestDigest.Value),
            $"order {lease.OrderId} of {lease.Tenant} for manifest {lease.ManifestDigest}",
            (e, _) => $"order {e.OrderId} of {e.Tenant} for manifest {e.ManifestDigest}");
    }

    void CheckSettlement(Link link, Settlement settlement)
    {
        if (policy is null) return;
        var payment = settlement.Payment;
        if (policy.Chain(payment.Chain) is not { } trust || !trust.Assets.Contains(payment.Asset))
        {
            link.Record(Verdict.Reject(EvidenceChecks.PolicyChain, $"a trusted asset on {payment.Chain}", payment.Asset.ToString()));
            return;
        }
        CheckPayment(link, payment);
        if (settlement.Escrow is not { } closed) return;
        // The escrow is the lease's: on its chain, which need not be the one that the answer was paid on.
        var lease = Named(settlement.Lease, LinkType.ComputeLease)?.Predicate as ComputeLease;
        string chain = lease?.Chain ?? payment.Chain;
        if (policy.Chain(chain)?.Escrow is not { } escrow || lease is not null && lease.Escrow != escrow)
        {
            link.Record(Verdict.Reject(EvidenceChecks.PolicyChain, $"the trusted escrow on {chain}", lease?.Escrow.ToString() ?? "none"));
            return;
        }
        Claim<LeaseEscrowContract.LeaseClosedEvent>(link, EvidenceChecks.ChainEscrow, chain, escrow,
            e => e.LeaseId == closed.LeaseId,
            (e, _) => e.Earned == closed.Owed.Units,
            $"lease {closed.LeaseId} closed with {closed.Owed} units earned",
            (e, _) => $"lease {e.LeaseId} closed with {e.Earned} units earned", closed.Transaction);
    }

    /// <summary>
    /// In one transaction the payer's authorization is used and, in the very next event, the amount moves from payer to payee. Next to each other, because any two
    /// transfers can share a transaction: some transfer beside some use of the nonce shows nothing.
    /// </summary>
    void CheckPayment(Link link, SettledPayment payment)
    {
        string claimed = $"authorization {payment.Nonce} of {payment.Payer}, then {payment.Amount} units to {payment.Payee}{In(payment.Transaction)}";
        string? other = null;
        for (int i = 0; i < logs.Count; i++)
        {
            var (block, transaction, entry) = logs[i];
            if (block.Chain != payment.Chain || !TestDollarContract.AuthorizationUsedEvent.TryDecode(entry, payment.Asset, out var used) || used.Nonce != payment.Nonce.Value) continue;
            var moved = i + 1 < logs.Count && logs[i + 1].Transaction == transaction && TestDollarContract.TransferEvent.TryDecode(logs[i + 1].Entry, payment.Asset, out var next) ? next : null;
            if (transaction == payment.Transaction && used.Authorizer == payment.Payer && moved is not null
                && (moved.From, moved.To, moved.Value) == (payment.Payer, payment.Payee, payment.Amount.Units)) return;
            other ??= $"authorization {payment.Nonce} of {used.Authorizer}, then {(moved is null ? "no transfer" : $"{moved.Value} units to {moved.To}")}{In(transaction)}";
        }
        link.Record(other is null
            ? Verdict.CannotTell(EvidenceChecks.ChainPayment, $"a proven receipt with {claimed}")
            : Verdict.Reject(EvidenceChecks.ChainPayment, claimed, other));
    }

    /// <summary>
    /// A claim about an event: proven as claimed, proven to be otherwise (REJECT), or not to be found in what is proven (cannot tell).
    /// </summary>
    void Claim<T>(Link link, Check check, string chain, Address contract, Func<T, bool> about, Func<T, ProvenBlock, bool> holds,
        string claimed, Func<T, ProvenBlock, string> describe, Keccak256Digest? transaction = null) where T : class, IContractEvent<T>
    {
        var candidates = Events<T>().Where(e => e.Block.Chain == chain && e.Contract == contract && about(e.Event)).ToList();
        if (candidates.Exists(e => holds(e.Event, e.Block) && (transaction is null || e.Transaction == transaction))) return;
        link.Record(candidates.Count == 0
            ? Verdict.CannotTell(check, $"a proven receipt with {claimed}")
            : Verdict.Reject(check, claimed + In(transaction), describe(candidates[0].Event, candidates[0].Block) + In(candidates[0].Transaction)));
    }

    static string In(Keccak256Digest? transaction) => transaction is { } hash ? $" in transaction 0x{hash}" : "";
}
