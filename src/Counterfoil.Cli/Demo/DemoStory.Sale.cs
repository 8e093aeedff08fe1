using System.Net.Http.Headers;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evm;
using Counterfoil.Market;
using Counterfoil.Market.Escrow;
using Counterfoil.Market.Events;
using Counterfoil.Market.Leases;
using Counterfoil.Node;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.AspNetCore.Selling;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Cli.Demo;

/// <summary>Links 6 and 7: an agent pays over HTTP for an answer and its proof; then the lease's escrow is settled.</summary>
sealed partial class DemoStory
{
    static readonly TokenAmount Price = new(400); // 0.0004 test dollars of 6 decimals

    InferenceMarket? market;
    InferenceRecord inference = null!;
    SettledPayment payment = null!;
    Sha256Digest response, inferenceLink;

    /// <summary>Where the model is sold; null before it is.</summary>
    public Uri? SellerAddress => market?.Address;

    public Token TestDollar => new(new NetworkId(chain.ChainId), chain.Dollar.Address, "Test Dollar", "1", 6);

    async Task SellAsync(CancellationToken cancel)
    {
        narrator.Begin("an agent asks, pays, and checks");
        market = await InferenceMarket.StartAsync(new InferenceMarket.Setup
        {
            Chain = chain.Client,
            ChainId = chain.ChainId,
            Submitter = cast.Account("facilitator-account"),
            Token = TestDollar,
            PayTo = cast.Account("seller-account").Address,
            Price = Price,
            Name = "fashion-mlp",
            Model = model,
            Preprocessing = quantised.Input,
            Database = Path.Combine(home.FolderOf(PaymentsSchema.Name), "seller.db"),
        }, cancel);

        var (image, label) = (await RecordsAsync([split.HeldBack[0]], cancel))[0];
        var answer = await BuyAsync(image, cancel);
        inference = new InferenceRecord(
            modelLink, answer.Response.ModelId,
            new RequestLine("POST", market.Target, answer.Context.Request),
            new Keccak256Digest(answer.Context.Digest),
            new InferenceInput(Sha256.Hash(Keep(image).Span), quantised.Input.Name, Sha256.Hash(TensorBytes.OfInput(answer.Input))),
            new InferenceOutput(Sha256.Hash(Keep(answer.Response.Output).Span), ArgMax.Of(answer.Output)),
            Sha256.Hash(Keep(answer.Response.Proof).Span));
        inferenceLink = await PublishAsync(LinkStatement.Sign("answer", inference, cast.Signer("seller")), cancel);
        response = answer.Body;
        payment = new SettledPayment("exact", chain.Id, chain.Dollar.Address, answer.Paid.Terms.Amount, cast.Account("agent").Address, answer.Paid.Terms.PayTo,
            answer.Context.Quote, answer.Context.Salt, inference.Context, new Keccak256Digest(answer.Paid.Transaction));
        transactions.Add(payment.Transaction);
        narrator.Done($"{Price.ToString(6)} test dollars paid over HTTP for label {inference.Output.Label} (the image is a {label}) and a proof of {answer.Response.Proof.Length / 1024.0:F0} KiB, which the seller's facilitator and the agent both verified");
    }

    sealed record Answer(
        InferenceResponse Response, Sha256Digest Body, PaymentOutcome.Paid Paid, PaymentContext Context, int[] Input, long[] Output);

    /// <summary>The agent: a client that can pay within its policy, and believes no answer whose proof it has not verified.</summary>
    async Task<Answer> BuyAsync(ReadOnlyMemory<byte> image, CancellationToken cancel)
    {
        await using var purse = PaymentDatabase.Open(Path.Combine(home.FolderOf(PaymentsSchema.Name), "agent.db"));
        var policy = new SpendingPolicy { Rules = [new SpendingRule(TestDollar, new TokenAmount(1_000), new TokenAmount(1_000_000))], Payees = [cast.Account("seller-account").Address] };
        using var http = new HttpClient(new PaymentHandler(policy, new KeyPayer(cast.Account("agent")), new SqlitePurse(purse), TimeProvider.System) { InnerHandler = new SocketsHttpHandler() });
        using var content = new ByteArrayContent(image.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var reply = await http.PostAsync(new Uri(market!.Address, market.Target), content, cancel);
        byte[] body = await reply.Content.ReadAsByteArrayAsync(cancel);
        if (reply.GetPayment() is not PaymentOutcome.Paid paid)
            throw new InvalidOperationException($"the seller answered {(int)reply.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
        paid.ReceiptVerdict.Require();
        var context = paid.Context ?? throw new InvalidOperationException("the seller took a payment that is bound to no request");
        InferenceResponse.Decode(body, out var answer).Require();
        Preprocessing.Apply(quantised.Input.Name, image.Span, out var input).Require();
        TensorBytes.ReadOutput(answer!.Output.Span, out var output).Require();
        ExecutionProof.Verify(new ExecutionStatement(model.Model, input, output, context.Digest), answer.Proof).Require();
        return new Answer(answer, Sha256.Hash(body), paid, context, input!, output!);
    }

    /// <summary>The lease ends only now, when the model it made has answered under proof; the provider takes what it earned, the tenant the rest.</summary>
    async Task SettleAsync(CancellationToken cancel)
    {
        narrator.Begin("settling the lease's escrow");
        var closed = await OneEventAsync<MarketEvent.LeaseClosed>("tenant", EscrowCalls.CloseLease(lease.LeaseId, CloseReason.TenantDone), cancel);
        var closing = transactions[^1];
        var withdrawn = await OneEventAsync<MarketEvent.Withdrawn>("provider-b", EscrowCalls.Withdraw(lease.LeaseId), cancel, keep: false);
        var refunded = await OneEventAsync<MarketEvent.Refunded>("tenant", EscrowCalls.Refund(lease.AccountId), cancel, keep: false);
        if (withdrawn.Amount + refunded.Amount != Deposit)
            throw new InvalidOperationException($"{withdrawn.Amount} paid and {refunded.Amount} refunded are not the {Deposit} deposited");
        await PublishAsync(LinkStatement.Sign("payment", new Settlement(
            inferenceLink, leaseLink, inference.Request.Digest, response, inference.Proof, payment,
            new SettledEscrow(lease.LeaseId, closed.Earned, closing)), cast.Signer("facilitator")), cancel);
        narrator.Done($"lease closed: {withdrawn.Amount.ToString(6)} test dollars to the provider, {refunded.Amount.ToString(6)} back to the tenant, nothing left over");
    }

    async ValueTask CloseMarketAsync()
    {
        if (market is not null) await market.DisposeAsync();
    }
}
