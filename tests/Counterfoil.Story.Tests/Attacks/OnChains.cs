using Counterfoil.Core.Digests;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;
using static Counterfoil.Story.Tests.Attacks.Attack;

namespace Counterfoil.Story.Tests.Attacks;

/// <summary>Blocks that nobody pinned, receipts that say something else, anchors that are somebody else's.</summary>
static class OnChains
{
    public static IEnumerable<Attack> Blocks =>
    [
        On("a header left out", EvidenceChecks.ChainHeader, s => s.With(s.Chain with { Headers = s.Chain.Headers.RemoveAt(1), Receipts = s.Chain.Receipts[..1] })),
        On("a chain that is not the pinned one", EvidenceChecks.ChainBlock, s => s.Under(t => t with { Blocks = [t.Blocks[0] with { Hash = Keccak256.Hash("another chain"u8) }] })),
        On("headers beyond the pinned block", EvidenceChecks.ChainBlock, s => s.Under(t => t with { Blocks = [new PinnedBlock(s.Header(3).Number, s.Header(3).Hash)] }), "UNVERIFIABLE"),
        On("no block pinned at all", EvidenceChecks.ChainBlock, s => s.Under(t => t with { Blocks = [] }), "UNVERIFIABLE"),
        On("two pins of which one is false", EvidenceChecks.ChainBlock, s => s.Under(t => t with { Blocks = [.. t.Blocks, new PinnedBlock(s.Header(2).Number, Keccak256.Hash("another"u8))] })),
        On("the chain under another's number", EvidenceChecks.PolicyChain, s => s.With(s.Chain with { Id = "eip155:1" })),
        On("a policy with another escrow", EvidenceChecks.PolicyChain, s => s.Under(t => t with { Escrow = t.Anchor }), link: LinkType.ComputeLease),
        On("a policy with no escrow", EvidenceChecks.PolicyChain, s => s.Under(t => t with { Escrow = null }), link: LinkType.Settlement),
        On("a policy with no asset", EvidenceChecks.PolicyChain, s => s.Under(t => t with { Assets = [] }), link: LinkType.Settlement),
    ];

    public static IEnumerable<Attack> Receipts =>
    [
        On("the authorization used for somebody else, beside another transfer of the same amount", EvidenceChecks.ChainPayment, s => s.Paid((used, moved) =>
            [used, Moved(s, t => t with { To = t.From }), moved]), link: LinkType.Settlement),
        On("the transfer before the authorization instead of after it", EvidenceChecks.ChainPayment, s => s.Paid((used, moved) => [moved, used]), link: LinkType.Settlement),
        On("the authorization of another payer under the same nonce", EvidenceChecks.ChainPayment, s => s.Paid((_, moved) =>
            [new TestDollarContract.AuthorizationUsedEvent(s.Predicate<Settlement>().Payment.Payee, s.Predicate<Settlement>().Payment.Nonce.Value).Encode(moved.Address), moved]), link: LinkType.Settlement),
        On("the transfer of another token", EvidenceChecks.ChainPayment, s => s.Paid((used, moved) => [used, moved with { Address = s.Trust.Anchor }]), link: LinkType.Settlement),
        On("a payment that was reverted", EvidenceChecks.ChainPayment, s => s.Rewritten(s.Payment(), r => r with { Succeeded = false }), "UNVERIFIABLE", LinkType.Settlement),
    ];

    public static IEnumerable<Attack> Anchors =>
    [
        On("the log rewritten after it was anchored", EvidenceChecks.ChainAnchor, s => (s.Relog([.. s.Envelopes[..^1], s.Sign(s.Predicate<Settlement>(), LinkType.Settlement)]) with { Chains = s.Bundle.Chains }, s.Policy), "UNVERIFIABLE"),
        On("an anchor of another root at this size", EvidenceChecks.ChainAnchor, s => s.Anchored(a => a with { Root = Sha256.Hash("another"u8).Value }), link: LinkType.Settlement),
        On("an anchor by another publisher", EvidenceChecks.ChainAnchor, s => s.Anchored(a => a with { Publisher = s.Trust.Anchor }), "UNVERIFIABLE", LinkType.Settlement),
        On("an anchor of another log", EvidenceChecks.ChainAnchor, s => s.Anchored(a => a with { LogId = default }), "UNVERIFIABLE", LinkType.Settlement),
        On("an anchor at another size", EvidenceChecks.ChainAnchor, s => s.Anchored(a => a with { Head = AnchorContract.HeadAfter(default, a.Size + 1, a.Root) }), "UNVERIFIABLE", LinkType.Settlement),
        On("an anchor in another contract", EvidenceChecks.ChainAnchor, s => s.Rewritten(s.Chain.Receipts.Length - 1, r => r with { Logs = [r.Logs[0] with { Address = s.Trust.Publishers[0] }] }), "UNVERIFIABLE", LinkType.Settlement),
        On("an anchor that was reverted", EvidenceChecks.ChainAnchor, s => s.Rewritten(s.Chain.Receipts.Length - 1, r => r with { Succeeded = false }), "UNVERIFIABLE", LinkType.Settlement),
        On("an anchor beyond what is pinned", EvidenceChecks.ChainBlock, s => s.Under(t => t with { Blocks = [new PinnedBlock(s.Header(s.Chain.Headers.Length - 2).Number, s.Header(s.Chain.Headers.Length - 2).Hash)] }), "UNVERIFIABLE"),
    ];

    static Forged Anchored(this Scene s, Func<AnchorContract.AnchoredEvent, AnchorContract.AnchoredEvent> change) => s.Rewritten(s.Chain.Receipts.Length - 1, r =>
    {
        AnchorContract.AnchoredEvent.Decode(r.Logs[0], r.Logs[0].Address, out var anchored);
        return r with { Logs = [change(anchored!).Encode(r.Logs[0].Address)] };
    });

    static int Payment(this Scene s) => s.ReceiptWith(l => TestDollarContract.AuthorizationUsedEvent.TryDecode(l, l.Address, out _));

    static LogEntry Moved(Scene s, Func<TestDollarContract.TransferEvent, TestDollarContract.TransferEvent> change)
    {
        var p = s.Predicate<Settlement>().Payment;
        return change(new(p.Payer, p.Payee, p.Amount.Units)).Encode(p.Asset);
    }

    static Forged Paid(this Scene s, Func<LogEntry, LogEntry, LogEntry[]> logs) => s.Rewritten(s.Payment(), r => r with { Logs = logs(r.Logs[0], r.Logs[1]) });
}
