using Counterfoil.Evm;
using Counterfoil.Payments.AspNetCore.Measuring;

namespace Counterfoil.Market.Tests.Payments;

public class ThroughputTests
{
    [Fact]
    public async Task The_measurement_makes_the_purchases_it_counts()
    {
        using var file = Fair.Database();
        var ledger = new Ledger(TimeProvider.System, Fair.Dollar);
        ledger.Mint(Fair.Buyer, 1_000_000);
        int payments = int.TryParse(Environment.GetEnvironmentVariable("COUNTERFOIL_PAYMENTS"), out int asked) ? asked : 8;
        var figures = await ExactThroughput.MeasureAsync(ledger, Fair.Dollar, Fair.BuyerKey, Fair.Seller, Path.GetDirectoryName(file.Path)!, clients: 4, payments);
        Assert.Equal(payments, figures.Payments);
        Assert.Equal(payments + Math.Max(4, payments / 10), ledger.Transfers);
        Assert.Equal(new TokenAmount(400 * (ulong)ledger.Transfers), ledger.BalanceOf(Fair.Seller));
        Assert.InRange(figures.Percentile99, figures.Median, figures.Elapsed);
        TestContext.Current.TestOutputHelper?.WriteLine($"{figures.PerSecond:F0} payments/s, median {figures.Median.TotalMilliseconds:F1} ms, 99 % {figures.Percentile99.TotalMilliseconds:F1} ms");
    }
}
