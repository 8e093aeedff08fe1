using System.Net;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.X402;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>A purchase with a name is paid once, however often, when, and by how many callers at once it is asked for.</summary>
public sealed class PurchaseNameTests : IAsyncDisposable
{
    readonly StandingClock clock = new(Fair.Noon);
    readonly Ledger ledger;
    readonly Shop.Stall stall = new();
    readonly Fair.TemporaryFile shopFile = Fair.Database(), customerFile = Fair.Database();
    Shop? shop;
    Customer? customer;

    public PurchaseNameTests()
    {
        ledger = new Ledger(clock, Fair.Dollar);
        ledger.Mint(Fair.Buyer, 10_000);
    }

    async Task<Customer> OpenAsync(int attempts = 3)
    {
        shop = await Shop.OpenAsync(new Shop.Setup(ledger, clock, shopFile.Path, stall));
        return customer = new Customer(customerFile.Path, shop.Address, clock, attempts: attempts);
    }

    public async ValueTask DisposeAsync()
    {
        if (customer is not null) await customer.DisposeAsync();
        if (shop is not null) await shop.DisposeAsync();
        shopFile.Dispose();
        customerFile.Dispose();
    }

    [Fact]
    public async Task Asked_for_again_it_gets_the_same_answer_for_the_same_payment()
    {
        var customer = await OpenAsync();
        using var first = await customer.AskAsync("question", "order 7");
        using var second = await customer.AskAsync("question", "order 7");
        Assert.Equal(Assert.IsType<PaymentOutcome.Paid>(first.GetPayment()).Key, Assert.IsType<PaymentOutcome.Paid>(second.GetPayment()).Key);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
        using var another = await customer.AskAsync("question", "order 8");
        Assert.Equal((2, 2), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task Asked_for_by_many_at_once_it_is_one_payment()
    {
        var customer = await OpenAsync();
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => customer.AskAsync("question", "order 7")));
        Assert.Single(responses.Select(r => Assert.IsType<PaymentOutcome.Paid>(r.GetPayment()).Key).Distinct());
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task A_buyer_that_comes_back_after_its_payment_expired_hears_the_answer_and_does_not_pay_again()
    {
        var customer = await OpenAsync(attempts: 1);
        var network = customer.Network;
        customer.Network = async (request, send) =>
        {
            var response = await send();
            return request.Headers.Contains(X402Headers.PaymentSignature) ? throw new HttpRequestException("the connection broke") : response;
        };
        await Assert.ThrowsAsync<HttpRequestException>(() => customer.AskAsync("question", "order 7"));
        customer.Network = network;
        clock.Advance(TimeSpan.FromHours(1));
        using var response = await customer.AskAsync("question", "order 7");
        Assert.IsType<PaymentOutcome.Paid>(response.GetPayment()).ReceiptVerdict.ShouldAccept();
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task One_that_never_arrived_and_expired_is_refused_once_and_then_paid_anew()
    {
        var customer = await OpenAsync(attempts: 1);
        var network = customer.Network;
        customer.Network = (request, send) => request.Headers.Contains(X402Headers.PaymentSignature) ? throw new HttpRequestException("the connection broke") : send();
        await Assert.ThrowsAsync<HttpRequestException>(() => customer.AskAsync("question", "order 7"));
        customer.Network = network;
        clock.Advance(TimeSpan.FromHours(1));
        using var refused = await customer.AskAsync("question", "order 7");
        Assert.IsType<PaymentOutcome.Refused>(refused.GetPayment());
        using var paid = await customer.AskAsync("question", "order 7");
        Assert.IsType<PaymentOutcome.Paid>(paid.GetPayment());
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.RequestTimeout)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task A_gateways_4xx_after_the_seller_was_paid_leaves_the_payment_open(HttpStatusCode gateway)
    {
        var customer = await OpenAsync();
        var network = customer.Network;
        customer.Network = async (request, send) =>
        {
            var response = await send();
            if (!request.Headers.Contains(X402Headers.PaymentSignature)) return response;
            response.Dispose();
            return new HttpResponseMessage(gateway) { RequestMessage = request };
        };
        using var first = await customer.AskAsync("question");
        Assert.IsType<PaymentOutcome.Open>(first.GetPayment());
        customer.Network = network;
        using var second = await customer.AskAsync("question");
        Assert.IsType<PaymentOutcome.Paid>(second.GetPayment());
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }
}
