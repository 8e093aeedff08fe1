using Counterfoil.Core.Digests;
using Counterfoil.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.X402;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>Once a payment is settled, authorization and signature stand in the transaction's data for all to read. They must not buy its answer a second time.</summary>
public sealed class ReplayTests : IAsyncDisposable
{
    readonly StandingClock clock = new(Fair.Noon);
    readonly Ledger ledger;
    readonly Shop.Stall stall = new();
    readonly Fair.TemporaryFile shopFile = Fair.Database(), customerFile = Fair.Database();
    Shop? shop;
    Customer? customer;

    public ReplayTests()
    {
        ledger = new Ledger(clock, Fair.Dollar);
        ledger.Mint(Fair.Buyer, 10_000);
    }

    async Task<Customer> OpenAsync()
    {
        shop = await Shop.OpenAsync(new Shop.Setup(ledger, clock, shopFile.Path, stall));
        return customer = new Customer(customerFile.Path, shop.Address, clock);
    }

    public async ValueTask DisposeAsync()
    {
        if (customer is not null) await customer.DisposeAsync();
        if (shop is not null) await shop.DisposeAsync();
        shopFile.Dispose();
        customerFile.Dispose();
    }

    static PaymentPayload AsTheChainShowsIt(PaymentPayload payment, Bytes32? guess)
    {
        ExactPayment.Read(payment, out var exact).ShouldAccept();
        return Fair.Pay(exact!.Authorization, signature: exact.Signature, salt: guess);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_read_a_payment_on_the_chain_and_guessed_the_question_does_not_get_the_answer(bool guesses)
    {
        var customer = await OpenAsync();
        var payment = Fair.PayFor(Shop.Digest("question"));
        Assert.Equal(200, (await customer.SendAsync("question", payment)).Status);

        var stolen = await customer.SendAsync("question", AsTheChainShowsIt(payment, guesses ? new Bytes32(new byte[32]) : null));
        Assert.Equal((402, PaymentChecks.Context.Id), (stolen.Status, stolen.Check));
        Assert.DoesNotContain("answer to", stolen.Body, StringComparison.Ordinal);
        Assert.False(stolen.LeaksHeader);

        Assert.Equal(200, (await customer.SendAsync("question", payment)).Status);
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }
}
