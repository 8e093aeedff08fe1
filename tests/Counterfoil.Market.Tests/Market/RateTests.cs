using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using CsCheck;

namespace Counterfoil.Market.Tests;

public sealed class RateTests
{
    [Fact]
    public void One_unit_a_second_is_two_to_the_64() => Assert.Equal(new UInt256(0, 1, 0, 0), Rate.PerSecond(new TokenAmount(1)).Scaled);

    [Fact]
    public void An_hour_at_an_hourly_price_costs_that_price_but_for_the_last_fraction()
    {
        Gen.ULong[1, 1UL << 50].Sample(units =>
        {
            var cost = Rate.PerHour(new TokenAmount(units)).For(3600);
            Assert.True(cost.Units == units || cost.Units + 1 == units, $"{cost} for {units}");
        });
    }

    [Fact]
    public void A_rate_that_was_not_scaled_is_out_of_range()
    {
        Assert.Equal(MarketChecks.RateRange, MarketFixture.Refusal(new Rate(278).Check()));
        Assert.Equal(MarketChecks.RateRange, MarketFixture.Refusal(new Rate(Rate.Most.Scaled + 1).Check()));
        Assert.Equal(Verdict.Accept, Rate.Least.Check());
        Assert.Equal(Verdict.Accept, Rate.Most.Check());
        Assert.Throws<ArgumentOutOfRangeException>(() => Rate.PerSecond(TokenAmount.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rate.PerSecond(new TokenAmount(UInt256.MaxValue)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rate.Of(new TokenAmount(1), 0));
    }
}
