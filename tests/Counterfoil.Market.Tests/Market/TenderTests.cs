using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Bids;
using CsCheck;
using static Counterfoil.Market.Tests.MarketFixture;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests;

public sealed class TenderTests
{
    static Rate Units(int perSecond) => Rate.PerSecond(new TokenAmount(perSecond));

    static Tender With(params SignedBid[] bids)
    {
        var tender = new Tender(Order, Domain);
        foreach (var bid in bids) Assert.Equal(Verdict.Accept, tender.Add(bid, Now, out tender));
        return tender;
    }

    [Fact]
    public void The_cheapest_bid_is_the_best_and_the_next_is_kept()
    {
        var tender = With(Signed(1, Units(5)), Signed(2, Units(3)), Signed(3, Units(4)));
        Assert.Equal(Provider(2), tender.Best(Now)!.Bid.Provider);
        Assert.Equal(Provider(3), tender.RunnerUp(Now)!.Bid.Provider);
        tender = tender.Without(Provider(2));
        Assert.Equal(Provider(3), tender.Best(Now)!.Bid.Provider);
        Assert.Equal(Provider(1), tender.RunnerUp(Now)!.Bid.Provider);
    }

    [Fact]
    public void Equal_bids_are_ranked_the_same_whichever_came_first()
    {
        var one = Signed(1, One);
        var two = Signed(2, One);
        Assert.Equal(With(one, two).Valid(Now), With(two, one).Valid(Now));
    }

    [Fact]
    public void A_bid_for_another_order_is_refused()
    {
        var other = Bid(1, One) with { OrderId = 43 };
        Refused(MarketChecks.BidOrder, other.Sign(Domain, Key(1)));
    }

    [Fact]
    public void A_bid_above_the_maximum_is_refused()
    {
        Refused(MarketChecks.BidRate, Signed(1, new Rate(Order.MaxRate.Scaled + 1)));
        With(Signed(1, Order.MaxRate));
    }

    [Fact]
    public void An_expired_bid_is_refused_and_its_last_second_counts()
    {
        ulong now = (ulong)Now.ToUnixTimeSeconds();
        Refused(MarketChecks.BidExpired, Signed(1, One, now - 1));
        var tender = With(Signed(1, One, now), Signed(2, Units(2)));
        Assert.Equal(Provider(1), tender.Best(Now)!.Bid.Provider);
        Assert.Equal(Provider(2), tender.Best(Now.AddSeconds(1))!.Bid.Provider);
        Assert.Null(tender.RunnerUp(Now.AddSeconds(1)));
    }

    [Fact]
    public void A_forged_bid_is_refused()
    {
        var bid = Bid(1, One);
        Refused(MarketChecks.BidSignature, new SignedBid(bid, Key(2).Sign(bid.Digest(Domain)).ToArray()));
        Refused(MarketChecks.BidSignature, new SignedBid(bid, new byte[65]));
    }

    [Fact]
    public void A_rate_that_the_escrow_would_refuse_is_refused_before_the_signature_is_looked_at() =>
        Refused(MarketChecks.RateRange, new SignedBid(Bid(1, new Rate(278)), new byte[65]));

    [Fact]
    public void A_withdrawn_order_takes_no_bid() =>
        Assert.Equal(MarketChecks.OrderOpen, Refusal(Tender.Judge(Signed(1, One), Order with { IsWithdrawn = true }, Domain, Now)));

    [Fact]
    public void A_provider_has_one_bid_its_latest()
    {
        var tender = With(Signed(1, One), Signed(1, Units(2)));
        Assert.Equal(Units(2), Assert.Single(tender.Valid(Now)).Bid.Rate);
        Assert.Equal(MarketChecks.TenderDuplicate, Refusal(tender.Add(Signed(1, Units(2)), Now, out _)));
    }

    [Fact]
    public void A_full_tender_lets_the_dearest_bid_go_for_a_cheaper_one()
    {
        var tender = new Tender(Order, Domain, capacity: 2);
        foreach (var bid in new[] { Signed(1, Units(3)), Signed(2, Units(5)) }) Assert.Equal(Verdict.Accept, tender.Add(bid, Now, out tender));
        Assert.Equal(MarketChecks.TenderFull, Refusal(tender.Add(Signed(3, Units(5)), Now, out tender)));
        Assert.Equal(Verdict.Accept, tender.Add(Signed(3, Units(4)), Now, out tender));
        Assert.Equal([Provider(1), Provider(3)], tender.Valid(Now).Select(b => b.Bid.Provider));
        Assert.Equal(Verdict.Accept, tender.Add(Signed(3, Units(6)), Now, out tender)); // one's own bid is replaced, not added
    }

    [Fact]
    public void The_best_is_the_cheapest_of_what_is_valid_whatever_was_offered()
    {
        // Signing is the slow part: the bids are signed once, some of them invalid, and offered in any selection and order.
        ulong now = (ulong)Now.ToUnixTimeSeconds();
        var offers = Enumerable.Range(0, 12).Select(i => Signed(i, Units(1 + i % 5), expiry: i % 4 == 3 ? now - 1 : now)).Append(Signed(12, new Rate(Order.MaxRate.Scaled + 1))).ToArray();
        Gen.Shuffle(offers).Select(Gen.Int[0, offers.Length]).Sample((shuffled, count) =>
        {
            var tender = new Tender(Order, Domain);
            foreach (var bid in shuffled.Take(count)) tender.Add(bid, Now, out tender);
            var valid = shuffled.Take(count).Where(b => b.Bid.Expiry >= now && b.Bid.Rate <= Order.MaxRate).ToList();
            Assert.Equal(valid.Count, tender.Valid(Now).Length);
            Assert.Equal(valid.Count == 0 ? null : valid.Min(b => (Rate?)b.Bid.Rate), tender.Best(Now)?.Bid.Rate);
            Assert.Equal(valid.Count > 1, tender.RunnerUp(Now) is not null);
            Assert.Empty(tender.Valid(Now.AddSeconds(1)));
        }, iter: 20);
    }

    static void Refused(Check check, SignedBid bid)
    {
        var tender = new Tender(Order, Domain);
        Assert.Equal(check, Refusal(tender.Add(bid, Now, out var next)));
        Assert.Same(tender, next);
    }
}
