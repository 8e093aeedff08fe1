using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Bids;

/// <summary>The bids that a tenant has for one order: the valid ones, cheapest first. The best is accepted; the runner-up is kept for when it fails.</summary>
/// <remarks>Pure: the time is an argument, and each step makes a new tender.</remarks>
public sealed class Tender
{
    /// <summary>The most bids that are kept; beyond it the dearest gives way. Each provider has one bid, its latest, so that none crowds the others out.</summary>
    public const int MaxBids = 1024;

    readonly ImmutableSortedDictionary<Address, SignedBid> bids;
    readonly int capacity;

    Tender(Tender before, ImmutableSortedDictionary<Address, SignedBid> bids) => (Order, Domain, capacity, this.bids) = (before.Order, before.Domain, before.capacity, bids);

    /// <summary>A tender without bids.</summary>
    /// <param name="order">What is bid for.</param>
    /// <param name="domain">Where the bids count.</param>
    /// <param name="capacity">How many bids are kept, 2 to <see cref="MaxBids"/>.</param>
    public Tender(OrderEntry order, MarketDomain domain, int capacity = MaxBids)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxBids);
        (Order, Domain, this.capacity, bids) = (order, domain, capacity, ImmutableSortedDictionary<Address, SignedBid>.Empty);
    }

    /// <summary>What is bid for.</summary>
    public OrderEntry Order { get; }

    /// <summary>Where the bids count.</summary>
    public MarketDomain Domain { get; }

    /// <summary>The bids that can be accepted at <paramref name="now"/>, cheapest first; equal rates by their digests, so that every tenant with the same bids picks the same.</summary>
    public ImmutableArray<SignedBid> Valid(DateTimeOffset now) =>
        [.. bids.Values.Where(b => !IsExpired(b.Bid, now)).OrderBy(b => b.Bid.Rate).ThenBy(b => b.Bid.Digest(Domain).Value)];

    /// <summary>The cheapest bid, or null.</summary>
    public SignedBid? Best(DateTimeOffset now) => Valid(now) is [var best, ..] ? best : null;

    /// <summary>The cheapest bid of another provider than the best one's, or null.</summary>
    public SignedBid? RunnerUp(DateTimeOffset now) => Valid(now) is [_, var next, ..] ? next : null;

    /// <summary>Judges a bid and, if every check holds, takes it; an earlier bid of the same provider gives way to it.</summary>
    public Verdict Add(SignedBid bid, DateTimeOffset now, out Tender next)
    {
        ArgumentNullException.ThrowIfNull(bid);
        next = this;
        var verdict = Judge(bid, Order, Domain, now);
        if (!verdict.IsAccepted) return verdict;
        bool known = bids.TryGetValue(bid.Bid.Provider, out var earlier);
        if (known && earlier!.Bid == bid.Bid) return Verdict.Reject(MarketChecks.TenderDuplicate, "a bid that is not in the tender", bid.Bid.Digest(Domain).ToString());
        var kept = bids;
        if (!known && kept.Count == capacity)
        {
            var dearest = kept.Values.MaxBy(b => b.Bid.Rate)!.Bid;
            if (bid.Bid.Rate >= dearest.Rate) return Verdict.Reject(MarketChecks.TenderFull, $"a rate below {dearest.Rate}, the dearest of {capacity} bids", bid.Bid.Rate.ToString());
            kept = kept.Remove(dearest.Provider);
        }
        next = new Tender(this, kept.SetItem(bid.Bid.Provider, bid));
        return Verdict.Accept;
    }

    /// <summary>The tender without a provider: its lease failed, or it took its bid back.</summary>
    public Tender Without(Address provider) => new(this, bids.Remove(provider));

    /// <summary>
    /// Whether the escrow would accept this bid for this order now: cheap checks first, in the contract's order. What only the chain knows (whether the bid is spent, whether the account
    /// has money) is not asked here.
    /// </summary>
    public static Verdict Judge(SignedBid bid, OrderEntry order, MarketDomain domain, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(bid);
        ArgumentNullException.ThrowIfNull(order);
        var terms = bid.Bid;
        if (terms.OrderId != order.OrderId) return Verdict.Reject(MarketChecks.BidOrder, $"a bid for order {order.OrderId}", $"one for order {terms.OrderId}");
        if (order.IsWithdrawn) return Verdict.Reject(MarketChecks.OrderOpen, "an order that takes bids", $"order {order.OrderId}, withdrawn");
        if (!terms.Rate.Check().IsAccepted) return terms.Rate.Check();
        if (terms.Rate > order.MaxRate) return Verdict.Reject(MarketChecks.BidRate, $"a rate of at most {order.MaxRate}", terms.Rate.ToString());
        if (IsExpired(terms, now)) return Verdict.Reject(MarketChecks.BidExpired, $"a bid that is good at {now.ToUnixTimeSeconds()}", $"one that expired at {terms.Expiry}");
        return bid.VerifySignature(domain);
    }

    // Before 1970 nothing has expired.
    static bool IsExpired(Bid bid, DateTimeOffset now) => now.ToUnixTimeSeconds() is > 0 and var seconds && (ulong)seconds > bid.Expiry;
}
