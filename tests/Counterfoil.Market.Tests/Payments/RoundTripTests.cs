using System.Net;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.X402;
using Microsoft.AspNetCore.Http;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests.Payments;

public sealed class RoundTripTests : IAsyncDisposable
{
    readonly StandingClock clock = new(Fair.Noon);
    readonly Ledger ledger;
    readonly Shop.Stall stall = new();
    readonly Fair.TemporaryFile shopFile = Fair.Database(), customerFile = Fair.Database();
    Shop? shop;
    Customer? customer;

    public RoundTripTests()
    {
        ledger = new Ledger(clock, Fair.Dollar);
        ledger.Mint(Fair.Buyer, 10_000);
    }

    Shop.Setup Setup => new(ledger, clock, shopFile.Path, stall);

    async Task<Customer> OpenAsync(Shop.Setup? setup = null, int attempts = 3)
    {
        shop = await Shop.OpenAsync(setup ?? Setup);
        return customer = new Customer(customerFile.Path, shop.Address, clock, attempts: attempts);
    }

    async Task RestartAsync(Shop.Setup? setup = null)
    {
        await shop!.DisposeAsync();
        shop = await Shop.OpenAsync(setup ?? Setup);
        customer!.Shop = shop.Address;
    }

    public async ValueTask DisposeAsync()
    {
        if (customer is not null) await customer.DisposeAsync();
        if (shop is not null) await shop.DisposeAsync();
        shopFile.Dispose();
        customerFile.Dispose();
    }

    void NothingSold(int runs = 0)
    {
        Assert.Equal(runs, stall.Runs);
        Assert.Equal(0, ledger.Transfers);
        Assert.Equal(new TokenAmount(10_000), ledger.BalanceOf(Fair.Buyer));
    }

    static void Refuses(Answer answer, int status, Check check)
    {
        Assert.Equal((status, check.Id), (answer.Status, answer.Check));
        Assert.DoesNotContain("answer to", answer.Body, StringComparison.Ordinal);
        Assert.False(answer.LeaksHeader);
        Assert.True(answer.Settlement is null or { Success: false });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_buyer_pays_and_gets_the_answer_and_a_receipt_that_holds(bool overHttp)
    {
        var customer = await OpenAsync(Setup with { OverHttp = overHttp });
        using var response = await customer.AskAsync("question");
        var paid = Assert.IsType<PaymentOutcome.Paid>(response.GetPayment());
        Assert.Equal($"answer to question under {paid.Context!.Digest}", await response.Content.ReadAsStringAsync());
        Assert.Equal("in a header", Assert.Single(response.Headers.GetValues("X-Secret")));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        paid.ReceiptVerdict.ShouldAccept();
        Assert.Equal(Shop.Digest("question"), paid.Receipt!.Request);
        Assert.Equal(Sha256.Hash(await response.Content.ReadAsByteArrayAsync()), paid.Receipt.Response);
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
        Assert.Equal(new TokenAmount(400), ledger.BalanceOf(Fair.Seller));
        Assert.Equal(new TokenAmount(400), await customer.Purse.CommittedAsync(Fair.Dollar, default));
    }

    [Fact]
    public async Task Without_payment_the_answer_is_402_and_says_what_to_pay()
    {
        var customer = await OpenAsync();
        using var plain = new HttpClient();
        using var response = await plain.PostAsync(new Uri(customer.Shop, "infer"), new StringContent("question"));
        var answer = await Answer.ReadAsync(response);
        Refuses(answer, 402, PaymentChecks.HeaderMissing);
        Assert.Equal("400", Assert.Single(answer.Required!.Accepts).Amount);
        Assert.EndsWith("/infer", answer.Required.Resource.Url, StringComparison.Ordinal);
        Assert.Contains("\"accepts\"", answer.Body, StringComparison.Ordinal);
        NothingSold();
    }

    [Fact]
    public async Task The_same_question_twice_is_two_purchases_and_with_one_id_a_single_one()
    {
        var customer = await OpenAsync();
        using var first = await customer.AskAsync("question");
        using var second = await customer.AskAsync("question");
        Assert.NotEqual(((PaymentOutcome.Paid)first.GetPayment()!).Key, ((PaymentOutcome.Paid)second.GetPayment()!).Key);
        Assert.Equal((2, 2), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task The_same_payment_twenty_times_at_once_runs_the_handler_once_and_charges_once()
    {
        var customer = await OpenAsync();
        var payment = Fair.PayFor(Shop.Digest("question"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => customer.SendAsync("question", payment)));
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
        Assert.All(answers, a => Assert.Equal((200, answers[0].Body, answers[0].Settlement!.Transaction), (a.Status, a.Body, a.Settlement!.Transaction)));
    }

    [Fact]
    public async Task The_same_payment_with_other_bodies_at_once_answers_one_and_is_409_for_the_others()
    {
        var customer = await OpenAsync();
        var payment = Fair.PayFor(Shop.Digest("question"));
        await customer.SendAsync("question", payment);
        var others = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => customer.SendAsync($"other {i}", payment)));
        Assert.All(others, a => Refuses(a, 409, PaymentChecks.NonceConflict));
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task A_payment_for_one_request_buys_no_other()
    {
        var customer = await OpenAsync();
        Refuses(await customer.SendAsync("other", Fair.PayFor(Shop.Digest("question"))), 402, PaymentChecks.Context);
        NothingSold();
    }

    [Fact]
    public async Task A_used_payment_gets_the_stored_answer_after_a_restart_and_after_it_expired()
    {
        var customer = await OpenAsync();
        var payment = Fair.PayFor(Shop.Digest("question"));
        var first = await customer.SendAsync("question", payment);
        clock.Advance(TimeSpan.FromDays(1));
        await RestartAsync();
        var again = await customer.SendAsync("question", payment);
        Assert.Equal((200, first.Body, first.Settlement!.Transaction), (again.Status, again.Body, again.Settlement!.Transaction));
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task A_payment_that_another_shop_of_this_seller_took_is_refused()
    {
        var customer = await OpenAsync();
        var payment = Fair.PayFor(Shop.Digest("question"));
        await customer.SendAsync("question", payment);
        using var file = Fair.Database();
        await using var other = await Shop.OpenAsync(Setup with { Database = file.Path });
        customer.Shop = other.Address;
        Refuses(await customer.SendAsync("question", payment), 402, PaymentChecks.NonceUsed);
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    public static TheoryData<string, Func<TransferAuthorization, TransferAuthorization>, Check> Forgeries => new()
    {
        { "expired", a => a with { ValidBefore = Fair.NoonSeconds + 6 }, PaymentChecks.Expired },
        { "not yet valid", a => a with { ValidAfter = Fair.NoonSeconds }, PaymentChecks.NotYetValid },
        { "cheap", a => a with { Value = new TokenAmount(399) }, PaymentChecks.Amount },
        { "to himself", a => a with { To = Fair.Buyer }, PaymentChecks.Payee },
        { "plain nonce", a => a with { Nonce = default }, PaymentChecks.Context },
    };

    [Theory, MemberData(nameof(Forgeries), DisableDiscoveryEnumeration = true)]
    public async Task A_forged_authorization_is_refused_by_its_own_check(string name, Func<TransferAuthorization, TransferAuthorization> forge, Check check)
    {
        Assert.NotEmpty(name);
        var customer = await OpenAsync();
        ExactPayment.Read(Fair.PayFor(Shop.Digest("question")), out var good).ShouldAccept();
        Refuses(await customer.SendAsync("question", Fair.Pay(forge(good!.Authorization), salt: good.Salt)), 402, check);
        NothingSold();
    }

    public static TheoryData<string, ExactTerms, Check> OtherTerms => new()
    {
        { "amount", Fair.Terms with { Amount = new TokenAmount(1) }, PaymentChecks.Amount },
        { "payee", Fair.Terms with { PayTo = Fair.Buyer }, PaymentChecks.Payee },
        { "asset", Fair.Terms with { Token = Fair.Dollar with { Contract = Fair.Seller } }, PaymentChecks.Asset },
        { "network", Fair.Terms with { Token = Fair.Dollar with { Network = new NetworkId(8453) } }, PaymentChecks.Network },
        { "domain", Fair.Terms with { Token = Fair.Dollar with { Version = "2" } }, PaymentChecks.AssetDomain },
        { "decimals", Fair.Terms with { Token = Fair.Dollar with { Decimals = -1 } }, PaymentChecks.Quote },
    };

    [Theory, MemberData(nameof(OtherTerms), DisableDiscoveryEnumeration = true)]
    public async Task A_payment_at_terms_of_the_buyers_own_making_is_refused(string member, ExactTerms terms, Check check)
    {
        Assert.NotEmpty(member);
        var customer = await OpenAsync();
        var answer = await customer.SendAsync("question", Fair.PayFor(Shop.Digest("question"), terms: terms));
        Refuses(answer, 402, check);
        Assert.NotNull(answer.Required);
        NothingSold();
    }

    public static TheoryData<string, Check> BadHeaders => new()
    {
        { new string('A', X402Limits.HeaderCharacters + 4), PaymentChecks.HeaderSize },
        { "not-base64", PaymentChecks.HeaderBase64 },
        { Convert.ToBase64String("not json"u8), PaymentChecks.JsonSyntax },
        { Convert.ToBase64String("{\"x402Version\":2,"u8), PaymentChecks.JsonTruncated },
        { Convert.ToBase64String(Encoding.ASCII.GetBytes("{\"a\":" + new string('[', 40) + new string(']', 40) + "}")), PaymentChecks.JsonDepth },
        { Convert.ToBase64String("{}"u8), PaymentChecks.JsonShape },
    };

    [Theory, MemberData(nameof(BadHeaders), DisableDiscoveryEnumeration = true)]
    public async Task A_header_that_cannot_be_read_is_400_by_its_own_check(string header, Check check)
    {
        var customer = await OpenAsync();
        Refuses(await customer.SendAsync("question", header), 400, check);
        NothingSold();
    }

    [Fact]
    public async Task A_payer_without_the_money_is_refused_before_the_handler_runs_and_served_once_it_is_there()
    {
        var poor = new Ledger(clock, Fair.Dollar);
        poor.Mint(Fair.Buyer, 399);
        var customer = await OpenAsync(Setup with { Chain = poor });
        var payment = Fair.PayFor(Shop.Digest("question"));
        Refuses(await customer.SendAsync("question", payment), 402, PaymentChecks.Balance);
        Assert.Equal(0, stall.Runs);
        poor.Mint(Fair.Buyer, 1);
        Assert.Equal(200, (await customer.SendAsync("question", payment)).Status);
    }

    [Fact]
    public async Task Money_spent_while_the_handler_ran_withholds_the_answer()
    {
        var customer = await OpenAsync();
        var serve = stall.Handler;
        stall.Handler = async http =>
        {
            await serve(http);
            ledger.SubmitByStranger(Elsewhere());
        };
        Refuses(await customer.SendAsync("question", Fair.PayFor(Shop.Digest("question"))), 402, PaymentChecks.Balance);
        Assert.Equal(TokenAmount.Zero, ledger.BalanceOf(Fair.Seller));
    }

    // All the money, to another.
    static Counterfoil.Payments.Settlement.SettlementIntent Elsewhere()
    {
        var away = Fair.Authorize(77) with { To = Address.Parse("0x0000000000000000000000000000000000000bad"), Value = new TokenAmount(9_900) };
        return new(Fair.Dollar, away, Fair.Sign(away));
    }

    [Fact]
    public async Task An_answer_whose_proof_is_rejected_is_neither_charged_nor_released()
    {
        var check = new Check("inference.proof");
        var customer = await OpenAsync(Setup with { Condition = (_, _, _, _) => ValueTask.FromResult(Verdict.Reject(check, "a proof that verifies", "another")) });
        var payment = Fair.PayFor(Shop.Digest("question"));
        Refuses(await customer.SendAsync("question", payment), 500, check);
        Refuses(await customer.SendAsync("question", payment), 500, check);
        NothingSold(runs: 1);
    }

    [Fact]
    public async Task The_condition_sees_the_answer_and_its_context_before_anything_is_submitted()
    {
        string? seen = null;
        var customer = await OpenAsync(Setup with
        {
            Condition = (http, reply, context, _) =>
            {
                seen = Encoding.UTF8.GetString(reply.Body.Span);
                Assert.Equal(0, ledger.Sends);
                Assert.Contains(context!.Digest.ToString(), seen, StringComparison.Ordinal);
                return ValueTask.FromResult(Verdict.Accept);
            },
        });
        Assert.Equal(seen = (await customer.SendAsync("question", Fair.PayFor(Shop.Digest("question")))).Body, seen);
        Assert.Equal(1, ledger.Transfers);
    }

    [Fact]
    public async Task A_handler_that_crashes_is_not_charged_and_does_not_run_again()
    {
        stall.Handler = _ => throw new InvalidOperationException("secret of the house");
        var customer = await OpenAsync();
        var payment = Fair.PayFor(Shop.Digest("question"));
        var answer = await customer.SendAsync("question", payment);
        Refuses(answer, 500, PaymentChecks.Handler);
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        await customer.SendAsync("question", payment);
        NothingSold(runs: 1);
    }

    [Fact]
    public async Task A_handlers_own_error_is_passed_on_and_not_charged()
    {
        stall.Handler = async http =>
        {
            http.Response.StatusCode = 422;
            await http.Response.WriteAsync("the input has 783 values, not 784");
        };
        var customer = await OpenAsync();
        using var response = await customer.AskAsync("question");
        Assert.Equal((HttpStatusCode)422, response.StatusCode);
        Assert.Equal("the input has 783 values, not 784", await response.Content.ReadAsStringAsync());
        Assert.IsType<PaymentOutcome.Refused>(response.GetPayment());
        NothingSold(runs: 1);
    }

    [Fact]
    public async Task An_answer_longer_than_the_seller_keeps_is_not_charged()
    {
        stall.Handler = http => http.Response.WriteAsync(new string('x', 100_001));
        var customer = await OpenAsync();
        Refuses(await customer.SendAsync("question", Fair.PayFor(Shop.Digest("question"))), 500, PaymentChecks.Handler);
        NothingSold(runs: 1);
    }

    [Fact]
    public async Task A_request_longer_than_the_seller_reads_is_413()
    {
        var customer = await OpenAsync();
        Refuses(await customer.SendAsync(new string('x', 10_001), "any"), 413, PaymentChecks.BodySize);
        NothingSold();
    }

    [Fact]
    public async Task A_settlement_that_is_pending_withholds_the_answer_until_it_is_known()
    {
        ledger.Mines = false;
        var customer = await OpenAsync(Setup with { Patience = TimeSpan.FromMilliseconds(20) });
        var payment = Fair.PayFor(Shop.Digest("question"));
        var pending = await customer.SendAsync("question", payment);
        Refuses(pending, 503, PaymentChecks.SettlementPending);
        Assert.Equal(PaymentReasons.Pending, pending.Settlement!.ErrorReason);
        ledger.Mine();
        Assert.Equal(200, (await customer.SendAsync("question", payment)).Status);
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task A_buyer_waits_for_a_pending_settlement_with_the_same_payment()
    {
        ledger.Mines = false;
        var customer = await OpenAsync(Setup with { Patience = TimeSpan.FromMilliseconds(10) }, attempts: 4);
        int sent = 0;
        customer.Network = (request, send) =>
        {
            if (request.Headers.Contains(X402Headers.PaymentSignature) && ++sent == 3) ledger.Mine();
            return send();
        };
        using var response = await customer.AskAsync("question");
        Assert.IsType<PaymentOutcome.Paid>(response.GetPayment());
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task A_node_that_will_not_have_the_transaction_withholds_the_answer()
    {
        ledger.Refusal = _ => "intrinsic gas too low";
        var customer = await OpenAsync(Setup with { Patience = TimeSpan.FromMilliseconds(30) });
        // It may have kept what it refused: until no block can take the transfer, that is no failure.
        Refuses(await customer.SendAsync("question", Fair.PayFor(Shop.Digest("question"))), 503, PaymentChecks.SettlementPending);
        clock.Advance(TimeSpan.FromSeconds(61));
        Refuses(await customer.SendAsync("question", Fair.PayFor(Shop.Digest("question"))), 402, PaymentChecks.Expired);
        NothingSold(runs: 1);
    }

    [Fact]
    public async Task A_reply_lost_on_the_way_is_recovered_and_nothing_is_paid_twice()
    {
        var customer = await OpenAsync();
        int lost = 0;
        customer.Network = async (request, send) =>
        {
            var response = await send();
            if (!request.Headers.Contains(X402Headers.PaymentSignature) || lost++ > 0) return response;
            response.Dispose();
            throw new HttpRequestException("the connection broke");
        };
        using var answer = await customer.AskAsync("question");
        Assert.IsType<PaymentOutcome.Paid>(answer.GetPayment()).ReceiptVerdict.ShouldAccept();
        Assert.Equal((2, 1, 1), (lost, stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task A_buyer_that_never_heard_takes_up_its_payment_after_a_restart()
    {
        var customer = await OpenAsync(attempts: 1);
        customer.Network = async (request, send) =>
        {
            var response = await send();
            return request.Headers.Contains(X402Headers.PaymentSignature) ? throw new HttpRequestException("the connection broke") : response;
        };
        await Assert.ThrowsAsync<HttpRequestException>(() => customer.AskAsync("question", "order 7"));
        await customer.DisposeAsync();
        await using var again = new Customer(customerFile.Path, shop!.Address, clock);
        using var response = await again.AskAsync("question", "order 7");
        Assert.IsType<PaymentOutcome.Paid>(response.GetPayment()).ReceiptVerdict.ShouldAccept();
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
        Assert.Equal(new TokenAmount(400), await again.Purse.CommittedAsync(Fair.Dollar, default));
        this.customer = null;
    }

    [Fact]
    public async Task A_shop_with_another_payee_is_not_paid_and_the_buyer_is_told_why()
    {
        await OpenAsync();
        await using var careful = new Customer(Path.Combine(Path.GetDirectoryName(customerFile.Path)!, "careful.db"), shop!.Address, clock, Fair.Policy with { Payees = [Fair.Buyer] });
        using var response = await careful.AskAsync("question");
        Assert.Equal(HttpStatusCode.PaymentRequired, response.StatusCode);
        Assert.IsType<PaymentOutcome.NotPaid>(response.GetPayment()).Verdict.ShouldRefuse(PaymentChecks.Payee);
        NothingSold();
    }

    [Fact]
    public async Task A_buyer_stops_at_its_total()
    {
        await OpenAsync();
        var policy = Fair.Policy with { Rules = [Fair.Policy.Rules[0] with { Total = new TokenAmount(1000) }] };
        await using var thrifty = new Customer(Path.Combine(Path.GetDirectoryName(customerFile.Path)!, "thrifty.db"), shop!.Address, clock, policy);
        var responses = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => thrifty.AskAsync($"question {i}")));
        Assert.Equal(2, responses.Count(r => r.GetPayment() is PaymentOutcome.Paid));
        Assert.All(responses.Where(r => r.StatusCode == HttpStatusCode.PaymentRequired), r => Assert.IsType<PaymentOutcome.NotPaid>(r.GetPayment()).Verdict.ShouldRefuse(PaymentChecks.PolicyTotal));
        Assert.Equal(2, ledger.Transfers);
    }

    [Fact]
    public async Task A_buyer_by_another_implementation_can_pay_where_the_seller_allows_plain_nonces()
    {
        var customer = await OpenAsync(Setup with { RequireContext = false });
        var payment = Fair.Pay(Fair.Authorize());
        Assert.Equal(200, (await customer.SendAsync("question", payment)).Status);
        Refuses(await customer.SendAsync("other", payment), 409, PaymentChecks.NonceConflict);
        Assert.Equal((1, 1), (stall.Runs, ledger.Transfers));
    }

    [Fact]
    public async Task An_answer_changed_on_the_way_fails_its_receipt()
    {
        var customer = await OpenAsync();
        customer.Network = async (_, send) =>
        {
            var response = await send();
            if (response.IsSuccessStatusCode) response.Content = new StringContent("another answer");
            return response;
        };
        using var response = await customer.AskAsync("question");
        Assert.IsType<PaymentOutcome.Paid>(response.GetPayment()).ReceiptVerdict.ShouldRefuse(PaymentChecks.Receipt);
    }
}
