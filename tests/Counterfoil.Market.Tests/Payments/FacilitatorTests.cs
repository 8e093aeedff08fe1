using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Counterfoil.Evm;
using Counterfoil.Payments;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests.Payments;

public sealed class FacilitatorTests : IAsyncDisposable
{
    readonly StandingClock clock = new(Fair.Noon);
    readonly Ledger ledger;
    readonly Fair.TemporaryFile file = Fair.Database();
    readonly PaymentDatabase database;
    readonly Facilitator facilitator;

    public FacilitatorTests()
    {
        ledger = new Ledger(clock, Fair.Dollar);
        ledger.Mint(Fair.Buyer, 10_000);
        database = PaymentDatabase.Open(file.Path);
        facilitator = new Facilitator(new FacilitatorOptions { Tokens = [Fair.Dollar], Patience = TimeSpan.FromMilliseconds(30), Interval = TimeSpan.FromMilliseconds(2) },
            ledger, new SqliteSettlementJournal(database), clock);
    }

    public async ValueTask DisposeAsync()
    {
        await facilitator.DisposeAsync();
        await database.DisposeAsync();
        file.Dispose();
    }

    static readonly PaymentRequirements required = Fair.Terms.ToRequirements();

    async Task<SettlementOutcome> SettleAsync(PaymentPayload payment) => await facilitator.SettleAsync(payment, required, default);

    static void FailsBy(Check check, SettlementOutcome outcome) => Assert.Equal(check, Assert.IsType<SettlementOutcome.Failed>(outcome).Reason.Check);

    [Fact]
    public async Task A_good_payment_verifies_and_settles_and_then_verifies_no_more()
    {
        var payment = Fair.Pay(Fair.Authorize());
        (await facilitator.VerifyAsync(payment, required, default)).ShouldAccept();
        Assert.IsType<SettlementOutcome.Settled>(await SettleAsync(payment));
        (await facilitator.VerifyAsync(payment, required, default)).ShouldRefuse(PaymentChecks.NonceUsed);
    }

    [Fact]
    public async Task Settling_again_gives_the_same_outcome_and_moves_nothing()
    {
        var payment = Fair.Pay(Fair.Authorize());
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SettleAsync(payment)));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.All(outcomes, o => Assert.Equal(outcomes[0], o));
        Assert.Equal(outcomes[0], await SettleAsync(payment));
        Assert.Equal((1, 1), (ledger.Transfers, ledger.Sends));
    }

    [Fact]
    public async Task Another_authorization_under_the_same_nonce_is_a_conflict()
    {
        await SettleAsync(Fair.Pay(Fair.Authorize()));
        var other = Fair.Authorize() with { ValidBefore = Fair.NoonSeconds + 59 };
        FailsBy(PaymentChecks.NonceConflict, await SettleAsync(Fair.Pay(other)));
        Assert.Equal(1, ledger.Transfers);
    }

    [Fact]
    public async Task Of_two_authorizations_under_one_nonce_at_once_one_is_settled_and_the_other_is_never_told_so()
    {
        var elsewhere = Fair.Terms with { PayTo = Address.Parse("0x0000000000000000000000000000000000000bad") };
        var one = Fair.Pay(Fair.Authorize());
        var other = Fair.Pay(Fair.Authorize(terms: elsewhere), elsewhere);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => (IsOne: i % 2 == 0,
            Outcome: i % 2 == 0 ? await SettleAsync(one) : await facilitator.SettleAsync(other, elsewhere.ToRequirements(), default))));
        bool onePaid = ledger.BalanceOf(Fair.Seller) == new TokenAmount(400);
        Assert.Equal((1, onePaid ? 0ul : 400ul), (ledger.Transfers, (ulong)ledger.BalanceOf(elsewhere.PayTo).Units));
        Assert.All(outcomes.Where(o => o.IsOne == onePaid), o => Assert.IsType<SettlementOutcome.Settled>(o.Outcome));
        Assert.All(outcomes.Where(o => o.IsOne != onePaid), o => FailsBy(PaymentChecks.NonceConflict, o.Outcome));
    }

    [Fact]
    public async Task Many_payments_at_once_get_account_nonces_without_gaps()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => SettleAsync(Fair.Pay(Fair.Authorize((byte)i)))));
        Assert.All(outcomes, o => Assert.IsType<SettlementOutcome.Settled>(o));
        Assert.Equal((20, 0, 20), (ledger.Transfers, ledger.Reverts, outcomes.Distinct().Count()));
    }

    [Fact]
    public async Task A_refused_transaction_leaves_no_gap_in_the_account_nonces()
    {
        int refusals = 0;
        ledger.Refusal = _ => refusals++ == 0 ? "try later" : null;
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 5).Select(i => SettleAsync(Fair.Pay(Fair.Authorize((byte)i)))));
        Assert.All(await Task.WhenAll(Enumerable.Range(1, 5).Select(i => SettleAsync(Fair.Pay(Fair.Authorize((byte)i))))), o => Assert.IsType<SettlementOutcome.Settled>(o));
        Assert.DoesNotContain(outcomes, o => o is SettlementOutcome.Failed);
        Assert.Equal((5, 0), (ledger.Transfers, ledger.Reverts));
    }

    [Fact]
    public async Task What_a_stranger_submitted_first_counts_as_settled()
    {
        Assert.True(ledger.SubmitByStranger(Fair.Intent()));
        Assert.IsType<SettlementOutcome.Settled>(await SettleAsync(Fair.Pay(Fair.Authorize())));
        Assert.Equal((1, 0), (ledger.Transfers, ledger.Sends));
    }

    [Fact]
    public async Task A_transfer_that_waits_past_its_validity_fails_by_the_chains_clock_and_not_before()
    {
        ledger.Mines = false;
        var payment = Fair.Pay(Fair.Authorize());
        Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(payment));
        clock.Advance(TimeSpan.FromSeconds(61));
        FailsBy(PaymentChecks.Expired, await SettleAsync(payment)); // it still waits, and no block can carry it out any more
        ledger.Mine();
        Assert.Equal((0, 1), (ledger.Transfers, ledger.Reverts));
    }

    [Fact]
    public async Task A_payment_behind_an_account_nonce_that_is_nobodys_is_made_anew_with_that_nonce()
    {
        ledger.Mines = false;
        Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(Fair.Pay(Fair.Authorize())));
        Assert.IsType<SettlementOutcome.Pending>(await SettleAsync(Fair.Pay(Fair.Authorize(2))));
        Assert.True(ledger.SubmitByStranger(Fair.Intent()));
        ledger.DropPool();
        ledger.Mines = true;
        for (int looks = 0; await facilitator.ReexamineAsync(default) > 0; looks++) Assert.True(looks < 5, "it waits for ever");
        Assert.IsType<SettlementOutcome.Settled>(await SettleAsync(Fair.Pay(Fair.Authorize(2))));
        Assert.Equal((2, 1), (ledger.Transfers, ledger.Reverts)); // the one that it had before came after, and moved nothing
    }

    [Fact]
    public async Task The_journal_gives_back_a_settled_payment_that_is_watched_among_the_open_ones_until_it_is_final()
    {
        var journal = new SqliteSettlementJournal(database);
        var submitted = new SettlementState.Submitted(new PreparedTransfer(new(Enumerable.Repeat((byte)1, 32).ToArray()), 7, new byte[] { 1, 2 }), 2, "refused");
        var watched = new SettlementState.Settled(new(Enumerable.Repeat((byte)2, 32).ToArray()), submitted);
        await journal.WriteAsync([new(Fair.Intent(), watched)], default);
        var (intent, state) = Assert.Single(await journal.ReadOpenAsync(default));
        var read = Assert.IsType<SettlementState.Settled>(state);
        Assert.Equal((Fair.Intent().Key, watched.Transaction), (intent.Key, read.Transaction));
        Assert.Equal(submitted.Transfer.Raw.ToArray(), read.Watched!.Transfer.Raw.ToArray());
        Assert.Equal(submitted, read.Watched with { Transfer = submitted.Transfer });
        Assert.Equal((submitted.Transfer.Hash, submitted.Transfer.AccountNonce), (read.Watched.Transfer.Hash, read.Watched.Transfer.AccountNonce));
        await journal.WriteAsync([new(Fair.Intent(), watched with { Watched = null })], default);
        Assert.Empty(await journal.ReadOpenAsync(default));
        Assert.Equal(watched with { Watched = null }, (await journal.FindAsync(intent.Key, default))!.State);
    }

    [Fact]
    public async Task A_chain_that_is_away_makes_no_outcome()
    {
        var away = new PowerCut(0, false);
        await using var cut = new Facilitator(new FacilitatorOptions { Tokens = [Fair.Dollar] }, away.Over(ledger), new SqliteSettlementJournal(database), clock);
        Assert.IsType<Core.Verdicts.Verdict.Unverifiable>(await cut.VerifyAsync(Fair.Pay(Fair.Authorize()), required, default));
        Assert.IsType<SettlementOutcome.Pending>(await cut.SettleAsync(Fair.Pay(Fair.Authorize()), required, default));
        Assert.IsType<SettlementOutcome.Settled>(await SettleAsync(Fair.Pay(Fair.Authorize())));
    }

    [Fact]
    public async Task What_went_wrong_inside_is_not_told_to_strangers()
    {
        await using var cut = new Facilitator(new FacilitatorOptions { Tokens = [Fair.Dollar] }, new PowerCut(0, false).Over(ledger), new SqliteSettlementJournal(database), clock);
        string said = $"{await cut.VerifyAsync(Fair.Pay(Fair.Authorize()), required, default)} {await cut.SettleAsync(Fair.Pay(Fair.Authorize()), required, default)}";
        Assert.DoesNotContain("the power is gone", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_it_does_not_know_is_not_called()
    {
        var terms = Fair.Terms with { Token = Fair.Dollar with { Contract = Fair.Seller } };
        var payment = Fair.Pay(Fair.Authorize(), terms, Fair.Sign(Fair.Authorize(), terms.Token));
        FailsBy(PaymentChecks.Asset, await facilitator.SettleAsync(payment, terms.ToRequirements(), default));
    }

    [Fact]
    public async Task A_seller_that_it_does_not_serve_is_refused()
    {
        await using var own = new Facilitator(new FacilitatorOptions { Tokens = [Fair.Dollar], Payees = [Fair.Buyer] }, ledger, new SqliteSettlementJournal(database), clock);
        (await own.VerifyAsync(Fair.Pay(Fair.Authorize()), required, default)).ShouldRefuse(PaymentChecks.Payee);
        FailsBy(PaymentChecks.Payee, await own.SettleAsync(Fair.Pay(Fair.Authorize()), required, default));
        Assert.Equal(0, ledger.Sends);
    }

    [Fact]
    public async Task Its_http_face_speaks_the_specifications_messages()
    {
        await using var shop = await Shop.OpenAsync(new Shop.Setup(ledger, clock, Path.Combine(Path.GetDirectoryName(file.Path)!, "shop.db"), new Shop.Stall()));
        using var http = new HttpClient { BaseAddress = new Uri(shop.Address, "facilitator/") };
        var remote = new HttpFacilitator(http);
        var supported = await remote.SupportedAsync(default);
        Assert.Equal(("exact", "eip155:31337", 2), (supported.Kinds[0].Scheme, supported.Kinds[0].Network, supported.Kinds[0].Version));
        var payment = Fair.Pay(Fair.Authorize());
        (await remote.VerifyAsync(payment, required, default)).ShouldAccept();
        Assert.IsType<SettlementOutcome.Settled>(await remote.SettleAsync(payment, required, default));
        (await remote.VerifyAsync(payment, required, default)).ShouldRefuse(PaymentChecks.NonceUsed);

        var refused = await PostAsync(http, "verify", X402Codec.ToJson(new FacilitatorRequest
        {
            Version = 2, PaymentRequirements = required, PaymentPayload = Fair.Pay(Fair.Authorize(2) with { Value = new TokenAmount(1) }),
        }));
        Assert.Equal((HttpStatusCode.OK, false, "invalid_exact_evm_payload_authorization_value_mismatch"),
            (refused.Status, refused.Body.GetProperty("isValid").GetBoolean(), refused.Body.GetProperty("invalidReason").GetString()));
    }

    public static TheoryData<string, Check> BadBodies => new()
    {
        { "", PaymentChecks.JsonTruncated },
        { "{", PaymentChecks.JsonTruncated },
        { "hello", PaymentChecks.JsonSyntax },
        { "{}", PaymentChecks.JsonShape },
        { """{"x402Version":2,"paymentPayload":null,"paymentRequirements":null}""", PaymentChecks.JsonShape },
        { new string(' ', X402Limits.BodyBytes + 1), PaymentChecks.BodySize },
    };

    [Theory, MemberData(nameof(BadBodies), DisableDiscoveryEnumeration = true)]
    public async Task A_body_that_cannot_be_read_is_400_by_its_own_check(string body, Check check)
    {
        await using var shop = await Shop.OpenAsync(new Shop.Setup(ledger, clock, Path.Combine(Path.GetDirectoryName(file.Path)!, "shop.db"), new Shop.Stall()));
        using var http = new HttpClient { BaseAddress = new Uri(shop.Address, "facilitator/") };
        foreach (string path in (string[])["verify", "settle"])
        {
            var (status, problem) = await PostAsync(http, path, Encoding.UTF8.GetBytes(body));
            Assert.Equal((HttpStatusCode.BadRequest, check.Id), (status, problem.GetProperty("check").GetString()));
        }
    }

    static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient http, string path, byte[] json)
    {
        using var content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task A_facilitator_that_is_away_makes_no_outcome()
    {
        using var http = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:1/") };
        var remote = new HttpFacilitator(http);
        Assert.IsType<Core.Verdicts.Verdict.Unverifiable>(await remote.VerifyAsync(Fair.Pay(Fair.Authorize()), required, default));
        Assert.IsType<SettlementOutcome.Pending>(await remote.SettleAsync(Fair.Pay(Fair.Authorize()), required, default));
    }
}
