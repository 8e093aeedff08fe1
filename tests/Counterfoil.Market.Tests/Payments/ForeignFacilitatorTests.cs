using System.Net;
using Counterfoil.Payments;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>Another implementation's facilitator forgets what it did before: what it says of the chain on a second asking may be the first one's success.</summary>
public class ForeignFacilitatorTests
{
    sealed class Says(HttpStatusCode status, SettlementResponse answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new ByteArrayContent(X402Codec.ToJson(answer)) });
    }

    sealed class Breaks(string why) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new HttpRequestException(why);
    }

    static async Task<SettlementOutcome> AskAsync(string code, string? message = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var http = new HttpClient(new Says(status, new SettlementResponse { Success = false, ErrorReason = code, ErrorMessage = message, Transaction = "", Network = "eip155:31337" }))
        {
            BaseAddress = new Uri("http://facilitator.test/"),
        };
        return await new HttpFacilitator(http).SettleAsync(Fair.Pay(Fair.Authorize()), Fair.Terms.ToRequirements(), default);
    }

    [Theory]
    [InlineData("unexpected_settle_error")]
    [InlineData("invalid_transaction_state")]
    [InlineData("insufficient_funds")]
    [InlineData("invalid_exact_evm_payload_authorization_valid_before")]
    [InlineData("rate_limited")]
    public async Task What_may_be_its_own_success_or_a_hiccup_is_no_outcome(string code)
    {
        Assert.IsType<SettlementOutcome.Pending>(await AskAsync(code));
        Assert.IsType<SettlementOutcome.Pending>(await AskAsync(code, status: HttpStatusCode.TooManyRequests));
    }

    [Theory]
    [InlineData("invalid_exact_evm_payload_signature")]
    [InlineData("unsupported_scheme")]
    public async Task What_the_message_alone_shows_is_a_failure(string code) => Assert.IsType<SettlementOutcome.Failed>(await AskAsync(code));

    [Fact]
    public async Task Ours_looks_at_the_chain_and_is_believed() =>
        Assert.Equal(PaymentChecks.Balance, Assert.IsType<SettlementOutcome.Failed>(await AskAsync("insufficient_funds", $"{PaymentChecks.Balance.Id}: expected 400, found 3")).Reason.Check);

    [Fact]
    public async Task Where_it_lives_is_nobodys_business()
    {
        using var http = new HttpClient(new Breaks("Connection refused (10.0.0.5:8080)")) { BaseAddress = new Uri("http://facilitator.test/") };
        var remote = new HttpFacilitator(http);
        var pending = Assert.IsType<SettlementOutcome.Pending>(await remote.SettleAsync(Fair.Pay(Fair.Authorize()), Fair.Terms.ToRequirements(), default));
        var verdict = await remote.VerifyAsync(Fair.Pay(Fair.Authorize()), Fair.Terms.ToRequirements(), default);
        Assert.DoesNotContain("10.0.0.5", pending.Why + verdict, StringComparison.Ordinal);
    }
}
