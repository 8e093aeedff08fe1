using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Events;

/// <summary>What the escrow says happened: the events of contracts/src/LeaseEscrow.sol, a closed set.</summary>
public abstract partial record MarketEvent
{
    MarketEvent() { }

    /// <summary>A tenant asks for bids.</summary>
    /// <param name="OrderId">The order's number, from 1.</param>
    /// <param name="Tenant">Who asks.</param>
    /// <param name="ManifestDigest">SHA-256 of the workload manifest.</param>
    /// <param name="MaxRate">No bid above it can be accepted.</param>
    public sealed record OrderPlaced(UInt256 OrderId, Address Tenant, Sha256Digest ManifestDigest, Rate MaxRate) : MarketEvent;

    /// <summary>A tenant withdrew an order: it takes no further bid.</summary>
    /// <param name="OrderId">The order's number.</param>
    public sealed record OrderClosed(UInt256 OrderId) : MarketEvent;

    /// <summary>A provider withdrew a bid before it was accepted.</summary>
    /// <param name="BidDigest">The bid's EIP-712 digest.</param>
    /// <param name="Provider">Whose bid it was.</param>
    public sealed record BidCancelled(Keccak256Digest BidDigest, Address Provider) : MarketEvent;

    /// <summary>An account exists.</summary>
    /// <param name="AccountId">The account's number, from 1.</param>
    /// <param name="Tenant">Who gets its refunds.</param>
    public sealed record AccountOpened(UInt256 AccountId, Address Tenant) : MarketEvent;

    /// <summary>An account received money.</summary>
    /// <param name="AccountId">The account's number.</param>
    /// <param name="From">Who paid; anyone may.</param>
    /// <param name="Amount">How much.</param>
    public sealed record Deposited(UInt256 AccountId, Address From, TokenAmount Amount) : MarketEvent;

    /// <summary>What no lease had earned went back to the tenant.</summary>
    /// <param name="AccountId">The account's number.</param>
    /// <param name="Tenant">Who was paid.</param>
    /// <param name="Amount">How much.</param>
    public sealed record Refunded(UInt256 AccountId, Address Tenant, TokenAmount Amount) : MarketEvent;

    /// <summary>An account's money now ends at another time.</summary>
    /// <param name="AccountId">The account's number.</param>
    /// <param name="ExhaustAt">Unix time in seconds; the largest value for never.</param>
    public sealed record ExhaustionMoved(UInt256 AccountId, ulong ExhaustAt) : MarketEvent;

    /// <summary>A bid was accepted and earns from this block's time on.</summary>
    /// <param name="LeaseId">The lease's number, from 1.</param>
    /// <param name="OrderId">The order that it serves.</param>
    /// <param name="Provider">Who serves and is paid.</param>
    /// <param name="Tenant">Who ordered.</param>
    /// <param name="AccountId">The account that pays.</param>
    /// <param name="Rate">What it costs.</param>
    /// <param name="BidDigest">The accepted bid's EIP-712 digest.</param>
    public sealed record LeaseOpened(UInt256 LeaseId, UInt256 OrderId, Address Provider, Address Tenant, UInt256 AccountId, Rate Rate, Keccak256Digest BidDigest) : MarketEvent;

    /// <summary>A lease ended.</summary>
    /// <param name="LeaseId">The lease's number.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Earned">What it earned in all, paid or not.</param>
    /// <param name="ClosedAt">When, in Unix seconds: for an exhausted account, when the money ended, which is before the block that says so.</param>
    public sealed record LeaseClosed(UInt256 LeaseId, CloseReason Reason, TokenAmount Earned, ulong ClosedAt) : MarketEvent;

    /// <summary>A provider was paid.</summary>
    /// <param name="LeaseId">The lease's number.</param>
    /// <param name="Provider">Who was paid.</param>
    /// <param name="Amount">How much.</param>
    public sealed record Withdrawn(UInt256 LeaseId, Address Provider, TokenAmount Amount) : MarketEvent;
}
