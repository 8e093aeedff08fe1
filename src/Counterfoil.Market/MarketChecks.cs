using Counterfoil.Core.Verdicts;

namespace Counterfoil.Market;

/// <summary>Every check this room makes, by its stable identifier.</summary>
public static class MarketChecks
{
    /// <summary>A rate is within what the escrow takes: from 2^32 to 2^128 − 1, in units · 2^64 per second.</summary>
    public static readonly Check RateRange = new("market.rate.range");

    /// <summary>A signed bid is one canonical encoding of a known version.</summary>
    public static readonly Check BidEncoding = new("market.bid.encoding");
    /// <summary>The bid names the order that it is used for.</summary>
    public static readonly Check BidOrder = new("market.bid.order");
    /// <summary>The bid asks for no more than the order's maximum.</summary>
    public static readonly Check BidRate = new("market.bid.rate");
    /// <summary>The bid has not expired.</summary>
    public static readonly Check BidExpired = new("market.bid.expired");
    /// <summary>The bid is signed by the provider that it names, for this escrow on this chain.</summary>
    public static readonly Check BidSignature = new("market.bid.signature");
    /// <summary>The bid was neither accepted nor cancelled before.</summary>
    public static readonly Check BidSpent = new("market.bid.spent");
    /// <summary>The order still takes bids.</summary>
    public static readonly Check OrderOpen = new("market.order.open");
    /// <summary>The manifest that a tenant hands over has the digest that its order put on chain.</summary>
    public static readonly Check OrderManifest = new("market.order.manifest");
    /// <summary>A tender keeps a limited number of bids.</summary>
    public static readonly Check TenderFull = new("market.tender.full");
    /// <summary>The tender does not have this bid yet.</summary>
    public static readonly Check TenderDuplicate = new("market.tender.duplicate");

    /// <summary>A log entry was written by the escrow itself.</summary>
    public static readonly Check EventEmitter = new("market.event.emitter");
    /// <summary>An event is one of the escrow's, with the topics and the data that its signature calls for.</summary>
    public static readonly Check EventForm = new("market.event.form");
    /// <summary>Events come in the order of the chain, each once.</summary>
    public static readonly Check BookSequence = new("market.book.sequence");
    /// <summary>An event speaks of an order, account or lease that an earlier event introduced, and introduces none twice.</summary>
    public static readonly Check BookUnknown = new("market.book.unknown");
    /// <summary>An event agrees with what earlier events said: parties, states, amounts.</summary>
    public static readonly Check BookContradiction = new("market.book.contradiction");

    /// <summary>The order, account or lease exists.</summary>
    public static readonly Check EscrowUnknown = new("market.escrow.unknown-id");
    /// <summary>The caller is the party who may do this.</summary>
    public static readonly Check EscrowParty = new("market.escrow.party");
    /// <summary>The order has no open lease.</summary>
    public static readonly Check EscrowLeased = new("market.escrow.leased");
    /// <summary>The account pays for fewer leases than it can.</summary>
    public static readonly Check EscrowLeases = new("market.escrow.lease-limit");
    /// <summary>The account's money would last at least a second.</summary>
    public static readonly Check EscrowDeposit = new("market.escrow.deposit");
    /// <summary>The lease is open.</summary>
    public static readonly Check EscrowLeaseOpen = new("market.escrow.lease-open");
    /// <summary>The close reason is this party's to give.</summary>
    public static readonly Check EscrowReason = new("market.escrow.reason");
    /// <summary>A refund comes after the account's leases are closed.</summary>
    public static readonly Check EscrowRefund = new("market.escrow.refund");
    /// <summary>The token moves what it is told to: no fee, no refusal, no call back, enough balance and allowance.</summary>
    public static readonly Check EscrowToken = new("market.escrow.token");
    /// <summary>The escrow did what it was asked to, or named what stood against it.</summary>
    public static readonly Check EscrowCall = new("market.escrow.call");
    /// <summary>An answer of the escrow has the form that its function calls for.</summary>
    public static readonly Check EscrowAnswer = new("market.escrow.answer");

    /// <summary>An opening names a place in the matrices, and has 32 cells and a path of the tree's height.</summary>
    public static readonly Check ChallengeForm = new("market.challenge.form");
    /// <summary>The cells that were opened are under the root, at their place.</summary>
    public static readonly Check ChallengeOpening = new("market.challenge.opening");
    /// <summary>A cell that is called wrong is wrong.</summary>
    public static readonly Check ChallengeCell = new("market.challenge.cell");
    /// <summary>The cells that were handed over have the root that was posted.</summary>
    public static readonly Check ChallengeRoot = new("market.challenge.root");
    /// <summary>A row of the product agrees with the check vector: C·r = A·(B·r).</summary>
    public static readonly Check ChallengeRow = new("market.challenge.row");
}
