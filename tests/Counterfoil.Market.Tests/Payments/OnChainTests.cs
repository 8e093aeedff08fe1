using Counterfoil.Chain;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.AspNetCore.Measuring;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>The same exchange with the real contract: solc's bytecode on the chain in this process decides what is paid.</summary>
public sealed class OnChainTests : IAsyncLifetime
{
    readonly StandingClock clock = new(Fair.Noon);
    readonly Shop.Stall stall = new();
    readonly Fair.TemporaryFile shopFile = Fair.Database(), customerFile = Fair.Database();
    DollarChain world = null!;
    Shop? shop;
    Customer? customer;

    public async ValueTask InitializeAsync() => world = await DollarChain.CreateAsync(clock);

    public async ValueTask DisposeAsync()
    {
        if (customer is not null) await customer.DisposeAsync();
        if (shop is not null) await shop.DisposeAsync();
        world.Dispose();
        shopFile.Dispose();
        customerFile.Dispose();
    }

    async Task<Customer> OpenAsync(TimeSpan? patience = null, bool overHttp = false)
    {
        shop = await Shop.OpenAsync(new Shop.Setup(world.Settlement, clock, shopFile.Path, stall) { Token = world.Token, Patience = patience ?? TimeSpan.FromSeconds(20), OverHttp = overHttp });
        var policy = Fair.Policy with { Rules = [new(world.Token, new TokenAmount(1000), new TokenAmount(1_000_000))] };
        return customer = new Customer(customerFile.Path, shop.Address, clock, policy, attempts: 2);
    }

    // The same buyer, at the real contract's domain.
    Counterfoil.Payments.X402.PaymentPayload PayFor(string body, Func<TransferAuthorization, TransferAuthorization>? forge = null)
    {
        ExactPayment.Read(Fair.PayFor(Shop.Digest(body), terms: world.Terms), out var bound).ShouldAccept();
        var authorization = (forge ?? (a => a))(bound!.Authorization);
        return Fair.Pay(authorization, world.Terms, Fair.Sign(authorization, world.Token), bound.Salt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_buyer_pays_and_the_receipt_names_the_transaction_that_paid(bool overHttp)
    {
        var customer = await OpenAsync(overHttp: overHttp);
        using var response = await customer.AskAsync("question");
        var paid = Assert.IsType<PaymentOutcome.Paid>(response.GetPayment());
        paid.ReceiptVerdict.ShouldAccept();
        var receipt = await world.Client.GetReceiptAsync(new(paid.Transaction));
        Assert.True(receipt!.Succeeded);
        Assert.Equal(world.Settlement.Submitter, receipt.From);
        Assert.Equal((9_600ul, 400ul), (await world.BalanceAsync(Fair.Buyer), await world.BalanceAsync(Fair.Seller)));
        Assert.InRange(receipt.GasUsed, 50_000ul, Eip3009.GasLimit);
    }

    [Fact]
    public async Task The_same_payment_twenty_times_at_once_runs_the_handler_once_and_charges_once()
    {
        var customer = await OpenAsync();
        var payment = PayFor("question");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => customer.SendAsync("question", payment)));
        Assert.All(answers, a => Assert.Equal((200, answers[0].Body, answers[0].Settlement!.Transaction), (a.Status, a.Body, a.Settlement!.Transaction)));
        Assert.Equal((1, 400ul), (stall.Runs, await world.BalanceAsync(Fair.Seller)));
    }

    [Fact]
    public async Task Purchases_at_once_are_all_settled()
    {
        var customer = await OpenAsync();
        var responses = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => customer.AskAsync($"question {i}")));
        Assert.All(responses, r => Assert.IsType<PaymentOutcome.Paid>(r.GetPayment()).ReceiptVerdict.ShouldAccept());
        Assert.Equal((12, 12 * 400ul), (stall.Runs, await world.BalanceAsync(Fair.Seller)));
    }

    [Fact]
    public async Task The_contract_refuses_what_the_rules_refuse()
    {
        await OpenAsync();
        var good = Fair.Authorize(terms: world.Terms);
        async Task RefusedByContract(TransferAuthorization authorization, Token? domain = null)
        {
            var intent = new SettlementIntent(world.Token, authorization, Fair.Sign(authorization, domain ?? world.Token));
            (await world.Settlement.SimulateAsync(intent, default)).ShouldRefuse(PaymentChecks.Simulation);
        }
        (await world.Settlement.SimulateAsync(new SettlementIntent(world.Token, good, Fair.Sign(good, world.Token)), default)).ShouldAccept();
        await RefusedByContract(good with { ValidBefore = Fair.NoonSeconds });
        await RefusedByContract(good with { ValidAfter = Fair.NoonSeconds });
        await RefusedByContract(good with { Value = new TokenAmount(10_001) });
        await RefusedByContract(good, world.Token with { Name = "Best Dollar" });
        await RefusedByContract(good, world.Token with { Version = "2" });
        await RefusedByContract(good, world.Token with { Network = new NetworkId(1) });
        await RefusedByContract(good, world.Token with { Contract = Fair.Seller });
        Assert.Equal(0ul, await world.BalanceAsync(Fair.Seller));
    }

    [Fact]
    public async Task A_nodes_refusal_does_not_say_where_the_node_lives()
    {
        var sent = await world.Settlement.SendAsync(new PreparedTransfer(default, 0, new byte[] { 0x02, 0xc0 }), default);
        Assert.NotNull(sent.Refusal);
        Assert.DoesNotContain(world.Client.Endpoint, sent.Refusal, StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<TransferAuthorization, TransferAuthorization>, Check> Forgeries => RoundTripTests.Forgeries;

    [Theory, MemberData(nameof(Forgeries), DisableDiscoveryEnumeration = true)]
    public async Task A_forged_authorization_is_refused_by_its_own_check(string name, Func<TransferAuthorization, TransferAuthorization> forge, Check check)
    {
        Assert.NotEmpty(name);
        var customer = await OpenAsync();
        var answer = await customer.SendAsync("question", PayFor("question", forge));
        Assert.Equal((402, check.Id), (answer.Status, answer.Check));
        Assert.Equal((0, 0ul), (stall.Runs, await world.BalanceAsync(Fair.Seller)));
    }

    [Fact]
    public async Task Money_spent_elsewhere_while_the_handler_ran_withholds_the_answer()
    {
        var customer = await OpenAsync();
        var serve = stall.Handler;
        stall.Handler = async http => { await serve(http); await world.SpendElsewhereAsync(9_700); };
        var answer = await customer.SendAsync("question", PayFor("question"));
        Assert.Equal((402, PaymentChecks.Balance.Id), (answer.Status, answer.Check));
        Assert.Equal((1, 0ul), (stall.Runs, await world.BalanceAsync(Fair.Seller)));
    }

    [Fact]
    public async Task An_authorization_cancelled_while_the_handler_ran_withholds_the_answer()
    {
        var customer = await OpenAsync();
        var payment = PayFor("question");
        ExactPayment.Read(payment, out var exact).ShouldAccept();
        var serve = stall.Handler;
        stall.Handler = async http => { await serve(http); await world.CancelAsync(exact!.Key.Nonce); };
        var answer = await customer.SendAsync("question", payment);
        Assert.Equal((402, PaymentChecks.NonceUsed.Id), (answer.Status, answer.Check));
        Assert.Equal((1, 0ul), (stall.Runs, await world.BalanceAsync(Fair.Seller)));
    }

    [Fact]
    public async Task Another_transfer_under_the_same_nonce_does_not_pass_for_the_payment()
    {
        // The payer signs its nonce twice, and has the transfer to a friend submitted while the handler runs.
        var customer = await OpenAsync();
        var payment = PayFor("question");
        ExactPayment.Read(payment, out var exact).ShouldAccept();
        var toFriend = exact!.Authorization with { To = Address.Parse("0x0000000000000000000000000000000000000bad") };
        var serve = stall.Handler;
        stall.Handler = async http => { await serve(http); await world.SubmitByStrangerAsync(new SettlementIntent(world.Token, toFriend, Fair.Sign(toFriend, world.Token))); };
        var answer = await customer.SendAsync("question", payment);
        Assert.Equal((402, PaymentChecks.NonceUsed.Id), (answer.Status, answer.Check));
        Assert.Equal(0ul, await world.BalanceAsync(Fair.Seller));
    }

    [Fact]
    public async Task A_payment_that_a_stranger_submitted_first_is_paid_and_released()
    {
        var customer = await OpenAsync();
        var payment = PayFor("question");
        ExactPayment.Read(payment, out var exact).ShouldAccept();
        var serve = stall.Handler;
        stall.Handler = async http => { await serve(http); await world.SubmitByStrangerAsync(new SettlementIntent(world.Token, exact!.Authorization, exact.Signature)); };
        Assert.Equal(200, (await customer.SendAsync("question", payment)).Status);
        Assert.Equal((1, 400ul), (stall.Runs, await world.BalanceAsync(Fair.Seller)));
    }

    [Fact]
    public async Task A_transaction_that_waits_is_pending_and_is_found_in_its_block_later()
    {
        var customer = await OpenAsync(patience: TimeSpan.FromMilliseconds(20));
        world.Chain.Automine = false;
        var payment = PayFor("question");
        var pending = await customer.SendAsync("question", payment);
        Assert.Equal((503, PaymentChecks.SettlementPending.Id), (pending.Status, pending.Check));
        world.Chain.Mine();
        Assert.Equal(200, (await customer.SendAsync("question", payment)).Status);
        Assert.Equal((1, 400ul), (stall.Runs, await world.BalanceAsync(Fair.Seller)));
    }

    [Fact]
    public async Task A_transaction_mined_after_its_time_reverts_and_is_a_failure()
    {
        var customer = await OpenAsync(patience: TimeSpan.FromMilliseconds(20));
        world.Chain.Automine = false;
        var payment = PayFor("question");
        await customer.SendAsync("question", payment);
        clock.Advance(TimeSpan.FromMinutes(2));
        world.Chain.Mine();
        var answer = await customer.SendAsync("question", payment);
        Assert.Equal((402, PaymentChecks.Settlement.Id), (answer.Status, answer.Check));
        Assert.Equal((1, 0ul), (stall.Runs, await world.BalanceAsync(Fair.Seller)));
    }

    [Fact]
    public async Task Payments_per_second_can_be_measured_on_the_chain()
    {
        using var measured = await DollarChain.CreateAsync(TimeProvider.System, 1_000_000_000);
        int payments = int.TryParse(Environment.GetEnvironmentVariable("COUNTERFOIL_PAYMENTS"), out int asked) ? asked : 8;
        foreach (int clients in (int[])[1, 4, 16])
        {
            var figures = await ExactThroughput.MeasureAsync(measured.Settlement, measured.Token, Fair.BuyerKey, Fair.Seller,
                Path.GetDirectoryName(shopFile.Path)!, clients, Math.Max(clients, payments));
            Assert.True(figures.PerSecond > 0);
            TestContext.Current.TestOutputHelper?.WriteLine($"{clients} clients: {figures.PerSecond:F0} payments/s, median {figures.Median.TotalMilliseconds:F1} ms, 99 % {figures.Percentile99.TotalMilliseconds:F1} ms");
        }
        Assert.Equal(400 * (ulong)new[] { 1, 4, 16 }.Sum(c => Math.Max(c, payments) + Math.Max(c, Math.Max(c, payments) / 10)), await measured.BalanceAsync(Fair.Seller));
    }
}
