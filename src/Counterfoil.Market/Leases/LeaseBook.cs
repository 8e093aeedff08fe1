using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Events;

namespace Counterfoil.Market.Leases;

/// <summary>Where an event stands on its chain.</summary>
/// <param name="Block">The block's number.</param>
/// <param name="Index">The log's index in the block.</param>
public readonly record struct EventPosition(ulong Block, uint Index) : IComparable<EventPosition>
{
    /// <inheritdoc/>
    public int CompareTo(EventPosition other) => Block != other.Block ? Block.CompareTo(other.Block) : Index.CompareTo(other.Index);
    /// <summary>Earlier on the chain.</summary>
    public static bool operator <(EventPosition left, EventPosition right) => left.CompareTo(right) < 0;
    /// <summary>Later on the chain.</summary>
    public static bool operator >(EventPosition left, EventPosition right) => left.CompareTo(right) > 0;
    /// <summary>Not later on the chain.</summary>
    public static bool operator <=(EventPosition left, EventPosition right) => left.CompareTo(right) <= 0;
    /// <summary>Not earlier on the chain.</summary>
    public static bool operator >=(EventPosition left, EventPosition right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"log {Index} of block {Block}";
}

/// <summary>
/// Everything that the events of one escrow said: orders, leases and accounts. Events go in, effects come out; the book itself does nothing and computes no amount that the
/// escrow did not state.
/// </summary>
/// <remarks>
/// Immutable: a host keeps the books of the last blocks, and after a reorganisation goes on from the one before it. An event that contradicts the ones before it is refused and changes nothing:
/// then an event was missed, or the node lies.
/// </remarks>
public sealed partial record LeaseBook
{
    /// <summary>A book in which nothing has happened.</summary>
    public static LeaseBook Empty { get; } = new();

    LeaseBook() { }

    /// <summary>Orders by number.</summary>
    public ImmutableSortedDictionary<UInt256, OrderEntry> Orders { get; init; } = ImmutableSortedDictionary<UInt256, OrderEntry>.Empty;

    /// <summary>Leases by number.</summary>
    public ImmutableSortedDictionary<UInt256, LeaseEntry> Leases { get; init; } = ImmutableSortedDictionary<UInt256, LeaseEntry>.Empty;

    /// <summary>Accounts by number.</summary>
    public ImmutableSortedDictionary<UInt256, AccountEntry> Accounts { get; init; } = ImmutableSortedDictionary<UInt256, AccountEntry>.Empty;

    /// <summary>Where the last event stood, or null before the first.</summary>
    public EventPosition? Last { get; init; }

    /// <summary>Takes the next event.</summary>
    /// <param name="happened">What happened.</param>
    /// <param name="position">Where; after every event that was taken before.</param>
    /// <param name="time">The time of its block.</param>
    /// <param name="next">The book after it; this one, if the verdict refuses.</param>
    /// <param name="effects">What it asks for; nothing, if the verdict refuses.</param>
    public Verdict Apply(MarketEvent happened, EventPosition position, DateTimeOffset time, out LeaseBook next, out ImmutableArray<MarketEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(happened);
        effects = [];
        next = this;
        if (Last >= position) return Verdict.Reject(MarketChecks.BookSequence, $"an event after {Last}", $"one at {position}");
        var verdict = happened switch
        {
            MarketEvent.OrderPlaced e => Place(e, out next),
            MarketEvent.OrderClosed e => Withdraw(e, out next),
            MarketEvent.BidCancelled => Verdict.Accept,
            MarketEvent.AccountOpened e => Open(e, out next),
            MarketEvent.Deposited e => Deposit(e, out next),
            MarketEvent.Refunded e => Refund(e, out next),
            MarketEvent.ExhaustionMoved e => Exhaust(e, out next),
            MarketEvent.LeaseOpened e => Open(e, time, out next, out effects),
            MarketEvent.LeaseClosed e => Close(e, time, out next, out effects),
            MarketEvent.Withdrawn e => Pay(e, out next),
            _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "not an event of the escrow"),
        };
        if (verdict.IsAccepted) next = next with { Last = position };
        else (next, effects) = (this, []);
        return verdict;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Orders.Count} orders, {Leases.Count} leases, {Accounts.Count} accounts up to {(Last is { } last ? last : "nothing")}";
}
