using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Workloads;
using Counterfoil.Evm;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Escrow;
using Counterfoil.Market.Leases;
using CsCheck;
using static Counterfoil.Market.Tests.MarketFixture;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests;

/// <summary>The whole market on the committed bytecode: what is said off chain and what happens on it agree.</summary>
public sealed class EscrowOnChainTests
{
    static readonly WorkloadManifest Manifest = new(null, Sha256.Hash("recipe"u8), 2000, 1 << 30);

    static Rate Units(int perSecond) => Rate.PerSecond(new TokenAmount(perSecond));

    [Fact]
    public void From_an_order_to_the_last_unit()
    {
        var world = new MarketWorld();
        var before = world.BalanceOf(Provider(MarketWorld.Tenant));

        var orderId = world.PlaceOrder(Manifest.Digest, Units(5));
        var order = world.Book.Orders[orderId];
        Assert.Equal(Verdict.Accept, order.Check(Manifest));
        var tender = new Tender(order, world.Domain);
        Assert.Equal(Verdict.Accept, tender.Add(world.Bid(1, orderId, Units(4)), world.Now, out tender));
        Assert.Equal(Verdict.Accept, tender.Add(world.Bid(2, orderId, Units(3)), world.Now, out tender));

        var accountId = world.OpenAccount(10_000);
        world.Do(MarketWorld.Tenant, EscrowCalls.AcceptBid(tender.Best(world.Now)!, accountId));
        var lease = Assert.IsType<MarketEffect.Start>(Assert.Single(world.Effects)).Lease;
        Assert.Equal(Provider(2), lease.Provider);
        Assert.Equal(tender.Best(world.Now)!.Bid.Digest(world.Domain), lease.BidDigest);
        Assert.Equal((ulong)world.Now.ToUnixTimeSeconds() + 3333, world.Book.Accounts[accountId].ExhaustAt);

        world.Wait(600);
        Assert.Equal(new TokenAmount(1800), world.Owed(lease.LeaseId));
        world.Do(2, EscrowCalls.Withdraw(lease.LeaseId));
        Assert.Equal(new TokenAmount(1800), world.BalanceOf(Provider(2)));

        // The provider fails, and the runner-up takes over.
        world.Wait(100);
        world.Do(2, EscrowCalls.CloseLease(lease.LeaseId, CloseReason.ProviderFailed));
        Assert.Contains(world.Effects, e => e is MarketEffect.Replace { Order.OrderId: var id } && id == orderId);
        world.Do(MarketWorld.Tenant, EscrowCalls.AcceptBid(tender.Without(Provider(2)).Best(world.Now)!, accountId));
        world.Wait(50);
        var second = world.Book.Leases.Values.Last();
        world.Do(MarketWorld.Tenant, EscrowCalls.CloseLease(second.LeaseId, CloseReason.TenantDone));

        foreach (var collect in world.Effects.OfType<MarketEffect.Collect>().ToList())
        {
            Assert.Equal(collect.Amount, world.Owed(collect.Lease.LeaseId));
            world.Do(collect.Lease.Provider == Provider(1) ? 1 : 2, EscrowCalls.Withdraw(collect.Lease.LeaseId));
        }
        var reclaim = world.Effects.OfType<MarketEffect.Reclaim>().Last();
        Assert.Equal(new TokenAmount(10_000 - 2100 - 200), reclaim.Amount);
        Assert.Equal(reclaim.Amount, world.Account(accountId).Unspent);
        world.Do(MarketWorld.Tenant, EscrowCalls.Refund(accountId));

        Assert.Equal(new TokenAmount(2100), world.BalanceOf(Provider(2)));
        Assert.Equal(new TokenAmount(200), world.BalanceOf(Provider(1)));
        Assert.Equal(before - new TokenAmount(2300), world.BalanceOf(Provider(MarketWorld.Tenant)));
        Assert.Equal(TokenAmount.Zero, world.BalanceOf(world.Escrow));
    }

    [Fact]
    public void What_the_tender_refuses_the_escrow_refuses_for_the_same_reason()
    {
        var world = new MarketWorld();
        var orderId = world.PlaceOrder(Manifest.Digest, Units(5));
        world.PlaceOrder(Manifest.Digest, Units(5));
        var accountId = world.OpenAccount(10_000);
        var good = world.Bid(1, orderId, Units(4));
        ulong now = (ulong)world.Now.ToUnixTimeSeconds();

        Both(MarketChecks.BidSignature, new SignedBid(good.Bid, Key(2).Sign(good.Bid.Digest(world.Domain)).ToArray()));
        Both(MarketChecks.BidSignature, good.Bid.Sign(world.Domain with { ChainId = 1 }, Key(1)));
        Both(MarketChecks.BidSignature, new SignedBid(good.Bid with { Rate = Units(5) }, good.Signature.Span));
        Both(MarketChecks.BidExpired, world.Bid(1, orderId, Units(4), expiry: now - 1));
        Both(MarketChecks.BidRate, world.Bid(1, orderId, new Rate(Units(5).Scaled + 1)));
        Both(MarketChecks.RateRange, new SignedBid(good.Bid with { Rate = new Rate(278) }, good.Signature.Span));

        // Another order's bid, passed off as one for this order, is one that nobody signed; off chain it is refused as what it is.
        var other = world.Bid(1, orderId + 1, Units(4));
        Assert.Equal(MarketChecks.BidOrder, Refusal(Tender.Judge(other, world.Book.Orders[orderId], world.Domain, world.Now)));
        Both(MarketChecks.BidSignature, new SignedBid(other.Bid with { OrderId = orderId }, other.Signature.Span));
        Assert.Equal(MarketChecks.EscrowUnknown, Refusal(world.Try(MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(1, 77, Units(4)), accountId))));

        world.Do(MarketWorld.Tenant, EscrowCalls.AcceptBid(good, accountId));
        Assert.Equal(MarketChecks.BidSpent, Refusal(world.Try(MarketWorld.Tenant, EscrowCalls.AcceptBid(good, accountId))));
        Assert.Equal(MarketChecks.EscrowLeased, Refusal(world.Try(MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(2, orderId, Units(4)), accountId))));

        void Both(Check check, SignedBid bid)
        {
            Assert.Equal(check, Refusal(Tender.Judge(bid, world.Book.Orders[orderId], world.Domain, world.Now)));
            Assert.Equal(check, Refusal(world.Try(MarketWorld.Tenant, EscrowCalls.AcceptBid(bid, accountId))));
        }
    }

    [Fact]
    public void The_escrow_says_why_it_refuses()
    {
        var world = new MarketWorld();
        var orderId = world.PlaceOrder(Manifest.Digest, Units(200));
        var accountId = world.OpenAccount(100);
        Refused(MarketChecks.EscrowDeposit, MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(1, orderId, Units(101)), accountId));
        world.Do(MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(1, orderId, Units(1)), accountId));
        Refused(MarketChecks.EscrowParty, 2, EscrowCalls.Withdraw(1));
        Refused(MarketChecks.EscrowParty, 2, EscrowCalls.CloseLease(1, CloseReason.TenantDone));
        Refused(MarketChecks.EscrowReason, 1, EscrowCalls.CloseLease(1, CloseReason.TenantDone));
        Refused(MarketChecks.EscrowRefund, MarketWorld.Tenant, EscrowCalls.Refund(accountId));
        Refused(MarketChecks.EscrowToken, MarketWorld.Tenant, EscrowCalls.Deposit(accountId, new TokenAmount(5_000_000)));
        Refused(MarketChecks.EscrowUnknown, MarketWorld.Tenant, EscrowCalls.Settle(9));
        world.Do(MarketWorld.Tenant, EscrowCalls.CloseOrder(orderId));
        Refused(MarketChecks.OrderOpen, MarketWorld.Tenant, EscrowCalls.CloseOrder(orderId));
        world.Do(MarketWorld.Tenant, EscrowCalls.CloseLease(1, CloseReason.TenantDone));
        Refused(MarketChecks.EscrowLeaseOpen, MarketWorld.Tenant, EscrowCalls.CloseLease(1, CloseReason.TenantDone));

        void Refused(Check check, int who, byte[] call) => Assert.Equal(check, Refusal(world.Try(who, call)));
    }

    [Fact]
    public void A_bid_has_the_digest_that_the_contract_gives_it()
    {
        var world = new MarketWorld();
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.Byte.Array[32]).Sample((order, rate, expiry, salt) =>
        {
            var bid = new Bid(new UInt256(order, rate, 0, order), Account(rate), new Rate(new UInt256(rate, order, 0, 0)), expiry, new Bytes32(salt));
            Assert.Equal(bid.Digest(world.Domain).ToArray(), world.Ask(world.Escrow, EscrowCalls.BidDigest(bid)));
        }, iter: 50);
    }

    [Fact]
    public void When_it_is_settled_changes_no_final_total()
    {
        var step = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 40], Gen.Int[0, 1000], Gen.Bool);
        Gen.Select(step.Array[4, 14], Gen.Int[30, 400]).Sample((steps, deposit) => Assert.Equal(Play(steps, deposit, meddle: false), Play(steps, deposit, meddle: true)), iter: 12, threads: 1);
    }

    /// <summary>Plays a schedule and tells where every unit went. The meddler settles and withdraws in between, which is to change nothing.</summary>
    static List<TokenAmount> Play((int Kind, int Wait, int Pick, bool Meddle)[] steps, int deposit, bool meddle)
    {
        var world = new MarketWorld();
        var accountId = world.OpenAccount(deposit);
        int salt = 0;
        foreach (var (kind, wait, pick, here) in steps)
        {
            world.Wait((ulong)wait);
            if (meddle && here)
            {
                world.Do(pick % 8, EscrowCalls.Settle(accountId));
                foreach (var lease in world.Book.Leases.Values) world.Do(Number(lease), EscrowCalls.Withdraw(lease.LeaseId));
            }
            // A transaction each, whatever it comes to: both plays keep to the same seconds.
            switch (kind)
            {
                case <= 2:
                    var rate = new Rate((Units(7).Scaled * (ulong)(pick + 1)) / 1000 + 12345);
                    world.Try(MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(pick % 8, world.PlaceOrder(default, rate), rate, ++salt), accountId));
                    break;
                case 3:
                    world.Do(MarketWorld.Tenant, EscrowCalls.Deposit(accountId, new TokenAmount(pick % 200)));
                    break;
                default:
                    if (world.Book.Leases.Count == 0) break;
                    var chosen = world.Book.Leases.Values.ElementAt(pick % world.Book.Leases.Count);
                    world.Try(MarketWorld.Tenant, EscrowCalls.CloseLease(chosen.LeaseId, CloseReason.TenantDone));
                    break;
            }
        }
        world.Wait(5);
        foreach (var lease in world.Book.Leases.Values.Where(l => l.IsOpen)) world.Try(MarketWorld.Tenant, EscrowCalls.CloseLease(lease.LeaseId, CloseReason.TenantDone));
        foreach (var lease in world.Book.Leases.Values) world.Do(Number(lease), EscrowCalls.Withdraw(lease.LeaseId));
        world.Do(MarketWorld.Tenant, EscrowCalls.Refund(accountId));
        Assert.Equal(TokenAmount.Zero, world.BalanceOf(world.Escrow));
        foreach (var lease in world.Book.Leases.Values) Assert.Equal((lease.Earned, lease.Withdrawn), (world.Lease(lease.LeaseId).Earned, world.Lease(lease.LeaseId).Paid));
        return [.. world.Book.Leases.Values.Select(l => l.Earned), world.Book.Accounts[accountId].Refunded, .. Enumerable.Range(0, 8).Select(i => world.BalanceOf(Provider(i)))];
    }

    static int Number(LeaseEntry lease) => Enumerable.Range(0, 8).First(i => Provider(i) == lease.Provider);
}
