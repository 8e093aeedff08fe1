using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Events;

public abstract partial record MarketEvent
{
    delegate Verdict Reader(LogEntry log, Address escrow, out MarketEvent? decoded);

    sealed record Form(AbiEvent Event, Reader Read);

    static readonly Dictionary<Bytes32, Form> Forms = new[]
    {
        Of<LeaseEscrowContract.OrderPlacedEvent>(e => new OrderPlaced(e.OrderId, e.Tenant, new Sha256Digest(e.ManifestDigest), new Rate(e.MaxRate))),
        Of<LeaseEscrowContract.OrderClosedEvent>(e => new OrderClosed(e.OrderId)),
        Of<LeaseEscrowContract.BidCancelledEvent>(e => new BidCancelled(new Keccak256Digest(e.BidDigest), e.Provider)),
        Of<LeaseEscrowContract.AccountOpenedEvent>(e => new AccountOpened(e.AccountId, e.Tenant)),
        Of<LeaseEscrowContract.DepositedEvent>(e => new Deposited(e.AccountId, e.From, new TokenAmount(e.Amount))),
        Of<LeaseEscrowContract.RefundedEvent>(e => new Refunded(e.AccountId, e.Tenant, new TokenAmount(e.Amount))),
        Of<LeaseEscrowContract.ExhaustionMovedEvent>(e => new ExhaustionMoved(e.AccountId, e.ExhaustAt)),
        Of<LeaseEscrowContract.LeaseOpenedEvent>(e => new LeaseOpened(e.LeaseId, e.OrderId, e.Provider, e.Tenant, e.AccountId, new Rate(e.Rate), new Keccak256Digest(e.BidDigest))),
        Of<LeaseEscrowContract.LeaseClosedEvent>(e => new LeaseClosed(e.LeaseId, (CloseReason)e.Reason, new TokenAmount(e.Earned), e.ClosedAt)),
        Of<LeaseEscrowContract.WithdrawnEvent>(e => new Withdrawn(e.LeaseId, e.Provider, new TokenAmount(e.Amount))),
    }.ToDictionary(f => f.Event.Topic);

    static Form Of<T>(Func<T, MarketEvent> read) where T : class, IContractEvent<T> => new(T.Abi, (LogEntry log, Address escrow, out MarketEvent? decoded) =>
    {
        var verdict = EventCodec.Decode<T>(log, escrow, out var entry);
        decoded = entry is null ? null : read(entry);
        return verdict;
    });

    /// <summary>Reads a log entry of the escrow: another contract's entry of the same form is refused, since anyone can write one.</summary>
    /// <param name="log">The entry, from a stranger.</param>
    /// <param name="escrow">The escrow's address.</param>
    /// <param name="decoded">The event, when the verdict accepts.</param>
    public static Verdict Decode(LogEntry log, Address escrow, out MarketEvent? decoded)
    {
        ArgumentNullException.ThrowIfNull(log);
        decoded = null;
        if (log.Address != escrow) return Verdict.Reject(MarketChecks.EventEmitter, $"an entry of {escrow}", $"one of {log.Address}");
        if (log.Topics.Count == 0 || !Forms.TryGetValue(log.Topics[0], out var form))
            return Verdict.Reject(MarketChecks.EventForm, "an event of the escrow", log.Topics.Count == 0 ? "no topic" : $"topic {log.Topics[0]}");
        if (form.Read(log, escrow, out var read) is Verdict.Rejected { Reason: var malformed })
            return Verdict.Reject(MarketChecks.EventForm, $"{form.Event.Name} with {malformed.Expected}", malformed.Found);
        if (read is LeaseClosed { Reason: var reason } && !CloseReasons.IsDefined((byte)reason))
            return Verdict.Reject(MarketChecks.EventForm, $"{form.Event.Name} with a close reason", $"{reason:d}");
        decoded = read;
        return Verdict.Accept;
    }
}
