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

/// <summary>The whole market on the committed bytecode, on each chain: what is said off chain and what happens on it agree.</summary>
public sealed class EscrowOnChainTests
{
    static readonly WorkloadManifest Manifest = new(null, Sha256.Hash("recipe"u8), 2000, 1 << 30);

    static Rate Units(int perSecond) => Rate.PerSecond(new TokenAmount(perSecond));

    [Theory, OnBothChains]
    public async Task From_an_order_to_the_last_unit(ChainKind kind)
    {
        await using var world = await MarketWorld.OpenAsync(kind);
        var before = await world.BalanceAsync(Provider(MarketWorld.Tenant));

        var orderId = await world.PlaceOrderAsync(Manifest.Digest, Units(5));
        var order = world.Book.Orders[orderId];
        Assert.Equal(Verdict.Accept, order.Check(Manifest));
        var tender = new Tender(order, world.Domain);
        Assert.Equal(Verdict.Accept, tender.Add(world.Bid(1, orderId, Units(4)), world.Now, out tender));
        Assert.Equal(Verdict.Accept, tender.Add(world.Bid(2, orderId, Units(3)), world.Now, out tender));

        var accountId = await world.OpenAccountAsync(10_000);
        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(tender.Best(world.Now)!, accountId));
        var lease = Assert.IsType<MarketEffect.Start>(Assert.Single(world.Effects)).Lease;
        Assert.Equal(Provider(2), lease.Provider);
        Assert.Equal(tender.Best(world.Now)!.Bid.Digest(world.Domain), lease.BidDigest);
        Assert.Equal((ulong)world.Now.ToUnixTimeSeconds() + 3333, world.Book.Accounts[accountId].ExhaustAt);

        await world.WaitAsync(600);
        Assert.Equal(new TokenAmount(1800), await world.OwedAsync(lease.LeaseId));
        await world.DoAsync(2, EscrowCalls.Withdraw(lease.LeaseId));
        Assert.Equal(new TokenAmount(1800), await world.BalanceAsync(Provider(2)));

        // The provider fails, and the runner-up takes over.
        await world.WaitAsync(100);
        await world.DoAsync(2, EscrowCalls.CloseLease(lease.LeaseId, CloseReason.ProviderFailed));
        Assert.Contains(world.Effects, e => e is MarketEffect.Replace { Order.OrderId: var id } && id == orderId);
        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(tender.Without(Provider(2)).Best(world.Now)!, accountId));
        await world.WaitAsync(50);
        var second = world.Book.Leases.Values.Last();
        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.CloseLease(second.LeaseId, CloseReason.TenantDone));

        foreach (var collect in world.Effects.OfType<MarketEffect.Collect>().ToList())
        {
            Assert.Equal(collect.Amount, await world.OwedAsync(collect.Lease.LeaseId));
            await world.DoAsync(collect.Lease.Provider == Provider(1) ? 1 : 2, EscrowCalls.Withdraw(collect.Lease.LeaseId));
        }
        var reclaim = world.Effects.OfType<MarketEffect.Reclaim>().Last();
        Assert.Equal(new TokenAmount(10_000 - 2100 - 200), reclaim.Amount);
        Assert.Equal(reclaim.Amount, (await world.AccountAsync(accountId)).Unspent);
        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.Refund(accountId));

        Assert.Equal(new TokenAmount(2100), await world.BalanceAsync(Provider(2)));
        Assert.Equal(new TokenAmount(200), await world.BalanceAsync(Provider(1)));
        Assert.Equal(before - new TokenAmount(2300), await world.BalanceAsync(Provider(MarketWorld.Tenant)));
        Assert.Equal(TokenAmount.Zero, await world.BalanceAsync(world.Escrow));
    }

    [Theory, OnBothChains]
    public async Task What_the_tender_refuses_the_escrow_refuses_for_the_same_reason(ChainKind kind)
    {
        await using var world = await MarketWorld.OpenAsync(kind);
        var orderId = await world.PlaceOrderAsync(Manifest.Digest, Units(5));
        await world.PlaceOrderAsync(Manifest.Digest, Units(5));
        var accountId = await world.OpenAccountAsync(10_000);
        var good = world.Bid(1, orderId, Units(4));
        ulong now = (ulong)world.Now.ToUnixTimeSeconds();

        await Both(MarketChecks.BidSignature, new SignedBid(good.Bid, Key(2).Sign(good.Bid.Digest(world.Domain)).ToArray()));
        await Both(MarketChecks.BidSignature, good.Bid.Sign(world.Domain with { ChainId = 1 }, Key(1)));
        await Both(MarketChecks.BidSignature, new SignedBid(good.Bid with { Rate = Units(5) }, good.Signature.Span));
        await Both(MarketChecks.BidExpired, world.Bid(1, orderId, Units(4), expiry: now - 1));
        await Both(MarketChecks.BidRate, world.Bid(1, orderId, new Rate(Units(5).Scaled + 1)));
        await Both(MarketChecks.RateRange, new SignedBid(good.Bid with { Rate = new Rate(278) }, good.Signature.Span));

        // Another order's bid, passed off as one for this order, is one that nobody signed; off chain it is refused as what it is.
        var other = world.Bid(1, orderId + 1, Units(4));
        Assert.Equal(MarketChecks.BidOrder, Refusal(Tender.Judge(other, world.Book.Orders[orderId], world.Domain, world.Now)));
        await Both(MarketChecks.BidSignature, new SignedBid(other.Bid with { OrderId = orderId }, other.Signature.Span));
        Assert.Equal(MarketChecks.EscrowUnknown, Refusal(await world.TryAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(1, 77, Units(4)), accountId))));

        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(good, accountId));
        Assert.Equal(MarketChecks.BidSpent, Refusal(await world.TryAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(good, accountId))));
        Assert.Equal(MarketChecks.EscrowLeased, Refusal(await world.TryAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(2, orderId, Units(4)), accountId))));

        async Task Both(Check check, SignedBid bid)
        {
            Assert.Equal(check, Refusal(Tender.Judge(bid, world.Book.Orders[orderId], world.Domain, world.Now)));
            Assert.Equal(check, Refusal(await world.TryAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(bid, accountId))));
        }
    }

    [Theory, OnBothChains]
    public async Task The_escrow_says_why_it_refuses(ChainKind kind)
    {
        await using var world = await MarketWorld.OpenAsync(kind);
        var orderId = await world.PlaceOrderAsync(Manifest.Digest, Units(200));
        var accountId = await world.OpenAccountAsync(100);
        await Refused(MarketChecks.EscrowDeposit, MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(1, orderId, Units(101)), accountId));
        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(1, orderId, Units(1)), accountId));
        await Refused(MarketChecks.EscrowParty, 2, EscrowCalls.Withdraw(1));
        await Refused(MarketChecks.EscrowParty, 2, EscrowCalls.CloseLease(1, CloseReason.TenantDone));
        await Refused(MarketChecks.EscrowReason, 1, EscrowCalls.CloseLease(1, CloseReason.TenantDone));
        await Refused(MarketChecks.EscrowRefund, MarketWorld.Tenant, EscrowCalls.Refund(accountId));
        await Refused(MarketChecks.EscrowToken, MarketWorld.Tenant, EscrowCalls.Deposit(accountId, new TokenAmount(5_000_000)));
        await Refused(MarketChecks.EscrowUnknown, MarketWorld.Tenant, EscrowCalls.Settle(9));
        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.CloseOrder(orderId));
        await Refused(MarketChecks.OrderOpen, MarketWorld.Tenant, EscrowCalls.CloseOrder(orderId));
        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.CloseLease(1, CloseReason.TenantDone));
        await Refused(MarketChecks.EscrowLeaseOpen, MarketWorld.Tenant, EscrowCalls.CloseLease(1, CloseReason.TenantDone));

        async Task Refused(Check check, int who, byte[] call) => Assert.Equal(check, Refusal(await world.TryAsync(who, call)));
    }

    [Theory, OnBothChains]
    public async Task A_bid_has_the_digest_that_the_contract_gives_it(ChainKind kind)
    {
        await using var world = await MarketWorld.OpenAsync(kind);
        await Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.Byte.Array[32]).SampleAsync(async (order, rate, expiry, salt) =>
        {
            var bid = new Bid(new UInt256(order, rate, 0, order), Account(rate), new Rate(new UInt256(rate, order, 0, 0)), expiry, new Bytes32(salt));
            Assert.Equal(bid.Digest(world.Domain).ToArray(), await world.AskAsync(EscrowCalls.BidDigest(bid)));
        }, iter: 50, threads: 1);
    }

    [Theory, OnBothChains]
    public async Task When_it_is_settled_changes_no_final_total(ChainKind kind)
    {
        if (kind == ChainKind.Anvil) Assert.NotEmpty(AnvilNode.Program);
        var step = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 40], Gen.Int[0, 1000], Gen.Bool);
        await Gen.Select(step.Array[4, 14], Gen.Int[30, 400]).SampleAsync(async (steps, deposit) =>
            Assert.Equal(await PlayAsync(kind, steps, deposit, meddle: false), await PlayAsync(kind, steps, deposit, meddle: true)), iter: kind == ChainKind.Anvil ? 2 : 12, threads: 1);
    }

    /// <summary>Plays a schedule and tells where every unit went. The meddler settles and withdraws in between, which is to change nothing.</summary>
    static async Task<List<TokenAmount>> PlayAsync(ChainKind on, (int Kind, int Wait, int Pick, bool Meddle)[] steps, int deposit, bool meddle)
    {
        await using var world = await MarketWorld.OpenAsync(on);
        var accountId = await world.OpenAccountAsync(deposit);
        int salt = 0;
        foreach (var (kind, wait, pick, here) in steps)
        {
            await world.WaitAsync((ulong)wait);
            if (meddle && here)
            {
                await world.DoAsync(pick % 8, EscrowCalls.Settle(accountId));
                foreach (var lease in world.Book.Leases.Values) await world.DoAsync(Number(lease), EscrowCalls.Withdraw(lease.LeaseId));
            }
            // A transaction each, whatever it comes to: both plays keep to the same seconds.
            switch (kind)
            {
                case <= 2:
                    var rate = new Rate((Units(7).Scaled * (ulong)(pick + 1)) / 1000 + 12345);
                    await world.TryAsync(MarketWorld.Tenant, EscrowCalls.AcceptBid(world.Bid(pick % 8, await world.PlaceOrderAsync(default, rate), rate, ++salt), accountId));
                    break;
                case 3:
                    await world.DoAsync(MarketWorld.Tenant, EscrowCalls.Deposit(accountId, new TokenAmount(pick % 200)));
                    break;
                default:
                    if (world.Book.Leases.Count == 0) break;
                    var chosen = world.Book.Leases.Values.ElementAt(pick % world.Book.Leases.Count);
                    await world.TryAsync(MarketWorld.Tenant, EscrowCalls.CloseLease(chosen.LeaseId, CloseReason.TenantDone));
                    break;
            }
        }
        await world.WaitAsync(5);
        foreach (var lease in world.Book.Leases.Values.Where(l => l.IsOpen)) await world.TryAsync(MarketWorld.Tenant, EscrowCalls.CloseLease(lease.LeaseId, CloseReason.TenantDone));
        foreach (var lease in world.Book.Leases.Values) await world.DoAsync(Number(lease), EscrowCalls.Withdraw(lease.LeaseId));
        await world.DoAsync(MarketWorld.Tenant, EscrowCalls.Refund(accountId));
        Assert.Equal(TokenAmount.Zero, await world.BalanceAsync(world.Escrow));
        foreach (var lease in world.Book.Leases.Values)
        {
            var onChain = await world.LeaseAsync(lease.LeaseId);
            Assert.Equal((lease.Earned, lease.Withdrawn), (onChain.Earned, onChain.Paid));
        }
        var balances = new List<TokenAmount>();
        for (int i = 0; i < 8; i++) balances.Add(await world.BalanceAsync(Provider(i)));
        return [.. world.Book.Leases.Values.Select(l => l.Earned), world.Book.Accounts[accountId].Refunded, .. balances];
    }

    static int Number(LeaseEntry lease) => Enumerable.Range(0, 8).First(i => Provider(i) == lease.Provider);
}
