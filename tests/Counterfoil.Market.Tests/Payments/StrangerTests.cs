using System.Net;
using System.Net.Sockets;
using System.Text;
using Counterfoil.Evm;
using Counterfoil.Payments;
using Counterfoil.Payments.AspNetCore.Selling;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>What somebody without money may cost a seller and its facilitator: nothing.</summary>
public sealed class StrangerTests
{
    readonly StandingClock clock = new(Fair.Noon);

    [Fact]
    public async Task An_authorization_over_nothing_gets_no_gas()
    {
        var ledger = new Ledger(clock, Fair.Dollar); // the payer holds nothing
        using var file = Fair.Database();
        await using var database = PaymentDatabase.Open(file.Path);
        await using var facilitator = new Facilitator(new FacilitatorOptions { Tokens = [Fair.Dollar] }, ledger, new SqliteSettlementJournal(database), clock);
        var nothing = Fair.Terms with { Amount = TokenAmount.Zero };
        var payment = Fair.Pay(Fair.Authorize(terms: nothing), nothing);
        (await facilitator.VerifyAsync(payment, nothing.ToRequirements(), default)).ShouldRefuse(PaymentChecks.Amount);
        Assert.Equal(PaymentChecks.Amount, Assert.IsType<SettlementOutcome.Failed>(await facilitator.SettleAsync(payment, nothing.ToRequirements(), default)).Reason.Check);
        Assert.Equal(0, ledger.Sends);
    }

    [Theory]
    [InlineData("", "402")]
    [InlineData("PAYMENT-SIGNATURE: not-base64\r\n", "400")]
    public async Task Who_does_not_pay_is_answered_before_the_body_is_waited_for(string header, string status)
    {
        using var file = Fair.Database();
        await using var shop = await Shop.OpenAsync(new Shop.Setup(new Ledger(clock, Fair.Dollar), clock, file.Path, new Shop.Stall()));
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, shop.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /infer HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 9000\r\n{header}\r\n"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        var answer = new byte[12];
        await stream.ReadExactlyAsync(answer, patience.Token);
        Assert.Equal($"HTTP/1.1 {status}", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task Who_signs_for_too_short_a_time_gets_no_work_done()
    {
        var ledger = new Ledger(clock, Fair.Dollar);
        ledger.Mint(Fair.Buyer, 10_000);
        var stall = new Shop.Stall();
        using var file = Fair.Database();
        await using var shop = await Shop.OpenAsync(new Shop.Setup(ledger, clock, file.Path, stall));
        using var purse = Fair.Database();
        await using var customer = new Customer(purse.Path, shop.Address, clock);
        ExactPayment.Read(Fair.PayFor(Shop.Digest("question")), out var good).ShouldAccept();
        var answer = await customer.SendAsync("question", Fair.Pay(good!.Authorization with { ValidBefore = Fair.NoonSeconds + 30 }, salt: good.Salt));
        Assert.Equal((402, PaymentChecks.Expired.Id, 0), (answer.Status, answer.Check, stall.Runs));
    }

    [Fact]
    public async Task A_margin_that_no_payment_could_keep_is_the_sellers_mistake()
    {
        using var file = Fair.Database();
        await using var database = PaymentDatabase.Open(file.Path);
        await using var facilitator = new Facilitator(new FacilitatorOptions { Tokens = [Fair.Dollar] }, new Ledger(clock, Fair.Dollar), new SqliteSettlementJournal(database), clock);
        var options = new SellerOptions { Token = Fair.Dollar, PayTo = Fair.Seller, MaxTimeoutSeconds = 30 };
        Assert.Throws<ArgumentException>(() => new PaymentGate(options, facilitator, new SqliteSaleStore(database), clock, Guid.NewGuid()));
    }
}
