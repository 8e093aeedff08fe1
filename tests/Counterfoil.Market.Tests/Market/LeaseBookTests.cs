using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Workloads;
using Counterfoil.Evm;
using Counterfoil.Market.Events;
using Counterfoil.Market.Leases;
using CsCheck;
using static Counterfoil.Market.Tests.MarketFixture;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests;

public sealed class LeaseBookTests
{
    static readonly WorkloadManifest Manifest = new(null, Sha256.Hash("recipe"u8), 2000, 1 << 30);

    static TokenAmount Units(int units) => new(units);

    static readonly MarketEvent Placed = new MarketEvent.OrderPlaced(1, Tenant, Manifest.Digest, One);
    static readonly MarketEvent AccountOpened = new MarketEvent.AccountOpened(1, Tenant);
    static readonly MarketEvent Deposited = new MarketEvent.Deposited(1, Tenant, Units(100));
    static readonly MarketEvent Opened = new MarketEvent.LeaseOpened(1, 1, Provider(1), Tenant, 1, One, Bid(1, One).Digest(Domain));

    static ulong At(int seconds) => (ulong)Now.AddSeconds(seconds).ToUnixTimeSeconds();

    static MarketEvent.LeaseClosed Closed(CloseReason reason, int earned, int seconds) => new MarketEvent.LeaseClosed(1, reason, Units(earned), At(seconds));

    /// <summary>One event a second and a block; all must be accepted.</summary>
    static LeaseBook Book(params MarketEvent[] events) => Follow(LeaseBook.Empty, events).Book;

    static (LeaseBook Book, ImmutableArray<MarketEffect> Effects) Follow(LeaseBook book, params MarketEvent[] events)
    {
        ImmutableArray<MarketEffect> effects = [];
        foreach (var e in events)
        {
            ulong block = (book.Last?.Block ?? 0) + 1;
            Assert.Equal(Verdict.Accept, book.Apply(e, new EventPosition(block, 0), Now.AddSeconds(block), out book, out effects));
        }
        return (book, effects);
    }

    static void Refused(Check check, LeaseBook book, MarketEvent e)
    {
        ulong block = (book.Last?.Block ?? 0) + 1;
        Assert.Equal(check, Refusal(book.Apply(e, new EventPosition(block, 0), Now.AddSeconds(block), out var next, out var effects)));
        Assert.Same(book, next);
        Assert.Empty(effects);
    }

    [Fact]
    public void A_lease_starts_when_it_opens()
    {
        var (book, effects) = Follow(LeaseBook.Empty, Placed, AccountOpened, Deposited, Opened);
        var lease = Assert.IsType<MarketEffect.Start>(Assert.Single(effects)).Lease;
        Assert.Equal(book.Leases[1], lease);
        Assert.True(lease.IsOpen);
        Assert.Equal(Now.AddSeconds(4), lease.OpenedAt);
        Assert.Equal((UInt256?)1, book.Orders[1].LeaseId);
        Assert.Equal(1, book.Accounts[1].OpenLeases);
    }

    [Fact]
    public void When_it_closes_the_provider_stops_and_collects_and_the_tenant_reclaims()
    {
        var (book, _) = Follow(LeaseBook.Empty, Placed, AccountOpened, Deposited, Opened, new MarketEvent.Withdrawn(1, Provider(1), Units(10)));
        var (after, effects) = Follow(book, Closed(CloseReason.TenantDone, 30, 6));
        var lease = after.Leases[1];
        Assert.Equal(
        [
            new MarketEffect.Stop(lease),
            new MarketEffect.Collect(lease, Units(20)),
            new MarketEffect.Reclaim(after.Accounts[1], Units(70)),
        ], effects);
        var (end, none) = Follow(after, new MarketEvent.Withdrawn(1, Provider(1), Units(20)), new MarketEvent.Refunded(1, Tenant, Units(70)));
        Assert.Empty(none);
        Assert.Equal(end.Accounts[1].Deposited, end.Leases[1].Withdrawn + end.Accounts[1].Refunded);
    }

    [Theory]
    [InlineData(CloseReason.TenantDone, false)]
    [InlineData(CloseReason.TenantUnserved, true)]
    [InlineData(CloseReason.ProviderWithdrew, true)]
    [InlineData(CloseReason.ProviderFailed, true)]
    [InlineData(CloseReason.ManifestRefused, true)]
    [InlineData(CloseReason.Exhausted, false)]
    public void The_runner_up_is_called_when_the_lease_failed_and_the_order_stands(CloseReason reason, bool replaced)
    {
        var book = Book(Placed, AccountOpened, Deposited, Opened);
        Assert.Equal(replaced, Follow(book, Closed(reason, 1, 5)).Effects.Any(e => e is MarketEffect.Replace { Order.OrderId: var id } && id == 1));
        book = Follow(book, new MarketEvent.OrderClosed(1)).Book;
        Assert.DoesNotContain(Follow(book, Closed(reason, 1, 5)).Effects, e => e is MarketEffect.Replace);
        Assert.DoesNotContain("Reason", reason.InWords(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_bid_takes_over_after_the_first_lease_closed()
    {
        var book = Book(Placed, AccountOpened, Deposited, Opened);
        var second = new MarketEvent.LeaseOpened(2, 1, Provider(2), Tenant, 1, One, default);
        Refused(MarketChecks.BookContradiction, book, second);
        book = Follow(book, Closed(CloseReason.ProviderFailed, 1, 5), second).Book;
        Assert.Equal((UInt256?)2, book.Orders[1].LeaseId);
    }

    [Fact]
    public void Events_come_once_and_in_order()
    {
        var book = Book(Placed, AccountOpened);
        Assert.Equal(MarketChecks.BookSequence, Refusal(book.Apply(Deposited, book.Last!.Value, Now, out _, out _)));
        Assert.Equal(MarketChecks.BookSequence, Refusal(book.Apply(Deposited, new EventPosition(1, 7), Now, out _, out _)));
        Assert.Equal(Verdict.Accept, book.Apply(Deposited, new EventPosition(2, 1), Now, out _, out _));
    }

    [Fact]
    public void An_event_about_what_nobody_introduced_is_refused()
    {
        MarketEvent[] orphans =
        [
            new MarketEvent.OrderClosed(1), Deposited, new MarketEvent.Refunded(1, Tenant, Units(1)), new MarketEvent.ExhaustionMoved(1, 5),
            Opened, Closed(CloseReason.TenantDone, 1, 0), new MarketEvent.Withdrawn(1, Provider(1), Units(1)),
        ];
        foreach (var e in orphans) Refused(MarketChecks.BookUnknown, LeaseBook.Empty, e);
        foreach (var e in new[] { Placed, AccountOpened }) Refused(MarketChecks.BookUnknown, Book(e), e);
        Refused(MarketChecks.BookUnknown, Book(Placed, AccountOpened, Deposited, Opened), Opened);
    }

    [Fact]
    public void An_event_that_contradicts_the_ones_before_it_is_refused()
    {
        var open = Book(Placed, AccountOpened, Deposited, Opened);
        var closed = Follow(open, Closed(CloseReason.TenantDone, 30, 5)).Book;
        Refused(MarketChecks.BookContradiction, closed, Closed(CloseReason.TenantDone, 30, 6));
        Refused(MarketChecks.BookContradiction, open, Closed(CloseReason.TenantDone, 101, 5));
        Refused(MarketChecks.BookContradiction, open, Closed(CloseReason.TenantDone, 1, 3));
        Refused(MarketChecks.BookContradiction, open, Closed(CloseReason.TenantDone, 1, 6));
        Refused(MarketChecks.BookContradiction, open, new MarketEvent.Refunded(1, Tenant, Units(100)));
        Refused(MarketChecks.BookContradiction, open, new MarketEvent.Withdrawn(1, Provider(2), Units(1)));
        Refused(MarketChecks.BookContradiction, closed, new MarketEvent.Withdrawn(1, Provider(1), Units(31)));
        Refused(MarketChecks.BookContradiction, closed, new MarketEvent.Refunded(1, Provider(1), Units(70)));
        Refused(MarketChecks.BookContradiction, closed, new MarketEvent.Refunded(1, Tenant, Units(71)));
        var ready = Book(Placed, AccountOpened, Deposited);
        Refused(MarketChecks.BookContradiction, ready, new MarketEvent.LeaseOpened(1, 1, Provider(1), Provider(1), 1, One, default));
        Refused(MarketChecks.BookContradiction, ready, new MarketEvent.LeaseOpened(1, 1, Provider(1), Tenant, 1, new Rate(One.Scaled + 1), default));
        Refused(MarketChecks.BookContradiction, Follow(ready, new MarketEvent.OrderClosed(1)).Book, Opened);
        Refused(MarketChecks.BookContradiction, Book(AccountOpened, new MarketEvent.Deposited(1, Tenant, new TokenAmount(UInt256.MaxValue))), Deposited);
    }

    [Fact]
    public void Whatever_a_node_says_the_book_never_throws_and_its_sums_hold()
    {
        var id = Gen.Int[1, 2].Select(i => (UInt256)i);
        var amount = Gen.OneOf(Gen.Int[0, 60].Select(i => (UInt256)i), Gen.Const(UInt256.MaxValue)).Select(u => new TokenAmount(u));
        var who = Gen.Int[0, 2].Select(i => i == 0 ? Tenant : Account((ulong)i));
        var reason = Gen.Int[1, 6].Select(i => (CloseReason)i);
        var any = Gen.OneOf(
            Gen.Select(id, who).Select((i, w) => (MarketEvent)new MarketEvent.OrderPlaced(i, w, default, One)),
            id.Select(i => (MarketEvent)new MarketEvent.OrderClosed(i)),
            Gen.Select(id, who).Select((i, w) => (MarketEvent)new MarketEvent.AccountOpened(i, w)),
            Gen.Select(id, amount).Select((i, a) => (MarketEvent)new MarketEvent.Deposited(i, Tenant, a)),
            Gen.Select(id, who, amount).Select((i, w, a) => (MarketEvent)new MarketEvent.Refunded(i, w, a)),
            Gen.Select(id, id, id, who).Select((l, o, a, w) => (MarketEvent)new MarketEvent.LeaseOpened(l, o, Account(9), w, a, One, default)),
            Gen.Select(id, reason, amount, Gen.Int[0, 40]).Select((l, r, a, t) => (MarketEvent)new MarketEvent.LeaseClosed(l, r, a, At(t))),
            Gen.Select(id, amount).Select((l, a) => (MarketEvent)new MarketEvent.Withdrawn(l, Account(9), a)));
        any.Array[1, 40].Sample(events =>
        {
            var book = LeaseBook.Empty;
            for (uint i = 0; i < events.Length; i++)
            {
                var verdict = book.Apply(events[i], new EventPosition(1, i), Now.AddSeconds(i), out var next, out var effects);
                if (!verdict.IsAccepted) Assert.Same(book, next);
                book = next;
                foreach (var account in book.Accounts.Values)
                {
                    Assert.True(account.Earned + account.Refunded <= account.Deposited, "more went out than came in");
                    Assert.Equal(account.OpenLeases, book.Leases.Values.Count(l => l.IsOpen && l.AccountId == account.AccountId));
                }
            }
        });
    }

    [Fact]
    public void An_order_is_for_the_manifest_whose_digest_it_put_on_chain()
    {
        var order = Book(Placed).Orders[1];
        Assert.Equal(Verdict.Accept, order.Check(Manifest));
        Assert.Equal(MarketChecks.OrderManifest, Refusal(order.Check(Manifest with { CpuMillis = 4000 })));
    }
}
