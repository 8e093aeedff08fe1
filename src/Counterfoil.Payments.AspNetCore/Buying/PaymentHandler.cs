using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;
using Counterfoil.Payments.Sales;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.AspNetCore.Buying;

/// <summary>How a buyer behaves towards sellers that are slow or away.</summary>
public sealed record BuyerOptions
{
    /// <summary>How often one paid request is sent, with the same bytes each time.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The pause before the second attempt; it doubles with each further one.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Seconds before now from which an authorization is valid: clocks differ.</summary>
    public uint ClockSkew { get; init; } = 600;

    /// <summary>Bytes of an answer, which is read whole to check its receipt.</summary>
    public int MaxReplyBytes { get; init; } = 256 << 20;
}

/// <summary>
/// Pays for requests that are answered with 402 (x402 v2, <c>exact</c>), within a policy. A payment is in the journal before it is on the wire; after a timeout or a
/// crash the same bytes are sent again, so that one purchase is never paid twice.
/// </summary>
/// <param name="policy">What may be spent.</param>
/// <param name="payer">Who signs.</param>
/// <param name="journal">Where payments and limits are kept.</param>
/// <param name="time">The clock.</param>
/// <param name="options">How to behave towards sellers that are slow or away.</param>
/// <param name="random">Fills a span with random bytes; the system's generator where null.</param>
public sealed class PaymentHandler(SpendingPolicy policy, IPayer payer, IPaymentJournal journal, TimeProvider time, BuyerOptions? options = null,
    Action<Memory<byte>>? random = null) : DelegatingHandler
{
    readonly BuyerOptions options = options ?? new();
    readonly Action<Memory<byte>> random = random ?? (bytes => RandomNumberGenerator.Fill(bytes.Span));
    readonly ConcurrentDictionary<PaymentKey, bool> underway = [];
    readonly KeyedLock<string> purchases = new();

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var uri = request.RequestUri ?? throw new InvalidOperationException("a request without an address");
        byte[] body = await BufferAsync(request, cancellationToken).ConfigureAwait(false);
        var digest = PaymentContext.DigestRequest(request.Method.Method, uri.PathAndQuery, body);
        string id = $"{uri.Authority}/{digest}";
        if (request.Options.TryGetValue(PaymentOutcomeExtensions.PurchaseId, out string? name))
        {
            id += $"/{name}";
            // One name, one payment: who comes while another is at it waits, and then asks with that payment.
            using var turn = await purchases.EnterAsync(id, cancellationToken).ConfigureAwait(false);
            var standing = await journal.FindStandingAsync(id, cancellationToken).ConfigureAwait(false);
            return standing is not null ? await SendPaidAsync(request, standing, digest, cancellationToken).ConfigureAwait(false)
                : await BuyAsync(request, id, digest, cancellationToken).ConfigureAwait(false);
        }
        var open = await journal.FindOpenAsync(id, Now, cancellationToken).ConfigureAwait(false);
        // One that another call of this process is waiting for is that call's; a second purchase of the same thing is its own.
        if (open is not null && underway.TryAdd(open.Key, true)) return await SendPaidAsync(request, open, digest, cancellationToken).ConfigureAwait(false);
        return await BuyAsync(request, id, digest, cancellationToken).ConfigureAwait(false);
    }

    async Task<HttpResponseMessage> BuyAsync(HttpRequestMessage request, string id, Sha256Digest digest, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PaymentRequired || !response.Headers.TryGetValues(X402Headers.PaymentRequired, out var headers)) return response;
        var (verdict, payment) = await SignAsync(string.Join(',', headers), id, digest, cancellationToken).ConfigureAwait(false);
        if (payment is null)
        {
            request.Options.Set(PaymentOutcomeExtensions.Outcome, new PaymentOutcome.NotPaid(verdict));
            return response;
        }
        response.Dispose();
        return await SendPaidAsync(request, payment, digest, cancellationToken).ConfigureAwait(false);
    }

    static async ValueTask<byte[]> BufferAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (request.Content is null) return [];
        byte[] body = await request.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        var copy = new ByteArrayContent(body);
        foreach (var header in request.Content.Headers.NonValidated) copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
        request.Content = copy;
        return body;
    }

    async ValueTask<(Verdict, SignedPayment?)> SignAsync(string header, string id, Sha256Digest request, CancellationToken cancellation)
    {
        if (X402Codec.Decode(header, out PaymentRequired? required) is not Verdict.Accepted and var unread) return (unread, null);
        if (policy.Choose(required!, out var choice) is not Verdict.Accepted and var refused) return (refused, null);
        if (Quote.Digest(choice!.AsWritten, out var quote) is not Verdict.Accepted and var uncanonical) return (uncanonical, null);
        var bytes = new byte[Bytes32.Size];
        random(bytes);
        var context = new PaymentContext(request, quote, new Bytes32(bytes));
        var terms = choice.Terms;
        ulong now = Now;
        var authorization = new TransferAuthorization(payer.Address, terms.PayTo, terms.Amount, now - Math.Min(now, options.ClockSkew),
            now + (ulong)terms.MaxTimeoutSeconds, context.Digest);
        var signature = await payer.SignAsync(authorization, terms.Token, cancellation).ConfigureAwait(false);
        var message = ExactPayment.Write(choice.AsWritten, required!.Resource, required.Extensions, authorization, signature,
            ContextExtension.IsAnnounced(required.Extensions) ? context.Salt : null);
        string encoded = X402Codec.Encode(message);
        if (encoded.Length > X402Limits.HeaderCharacters)
            return (Verdict.Reject(PaymentChecks.HeaderSize, $"terms that fit a header of {X402Limits.HeaderCharacters} characters", $"{encoded.Length}"), null);
        var payment = new SignedPayment(new PaymentKey(terms.Token.Network, terms.Token.Contract, payer.Address, authorization.Nonce),
            id, terms.Token, terms.Amount, authorization.ValidBefore, encoded);
        underway[payment.Key] = true;
        var reserved = await journal.ReserveAsync(payment, choice.Rule, cancellation).ConfigureAwait(false);
        if (reserved is Verdict.Accepted) return (reserved, payment);
        underway.TryRemove(payment.Key, out _);
        return (reserved, null);
    }

    async Task<HttpResponseMessage> SendPaidAsync(HttpRequestMessage request, SignedPayment payment, Sha256Digest digest, CancellationToken cancellation)
    {
        try
        {
            request.Headers.Remove(X402Headers.PaymentSignature);
            request.Headers.Add(X402Headers.PaymentSignature, payment.Header);
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    var response = await base.SendAsync(request, cancellation).ConfigureAwait(false);
                    var outcome = await JudgeAsync(response, payment, digest, cancellation).ConfigureAwait(false);
                    // A success without a word on the payment is the answer of another implementation: asking again would not make it say more.
                    if (outcome is not PaymentOutcome.Open || (int)response.StatusCode < 500 || attempt >= options.Attempts)
                    {
                        request.Options.Set(PaymentOutcomeExtensions.Outcome, outcome);
                        return response;
                    }
                    response.Dispose();
                }
                // The connection broke: whether the seller has the payment nobody knows, and the same bytes do no harm.
                catch (Exception away) when (away is HttpRequestException or IOException && attempt < options.Attempts && !cancellation.IsCancellationRequested) { }
                await Task.Delay(options.Pause * (1 << Math.Min(attempt - 1, 6)), time, cancellation).ConfigureAwait(false);
            }
        }
        finally { underway.TryRemove(payment.Key, out _); }
    }

    async ValueTask<PaymentOutcome> JudgeAsync(HttpResponseMessage response, SignedPayment payment, Sha256Digest digest, CancellationToken cancellation)
    {
        int status = (int)response.StatusCode;
        if (!response.Headers.TryGetValues(X402Headers.PaymentResponse, out var headers))
            // Without a word on the payment only a 402 is surely the seller's, and a refusal. A gateway's 403, 408 or 429 may hide an answer that was paid.
            return status == (int)HttpStatusCode.PaymentRequired ? Refuse(payment, $"status {status}")
                : new PaymentOutcome.Open(payment.Key, $"status {status} without {X402Headers.PaymentResponse}");
        if (X402Codec.Decode(string.Join(',', headers), out SettlementResponse? settlement) is not Verdict.Accepted and var unread)
            return new PaymentOutcome.Open(payment.Key, unread.ToString());
        if (!settlement!.Success)
            return settlement.ErrorReason == PaymentReasons.Pending ? new PaymentOutcome.Open(payment.Key, settlement.ErrorMessage ?? PaymentReasons.Pending)
                : Refuse(payment, settlement.ErrorMessage ?? settlement.ErrorReason ?? $"status {status}");
        if (!Bytes32.TryParseHex(settlement.Transaction, out var transaction)) return new PaymentOutcome.Open(payment.Key, "a success without a transaction");

        await response.Content.LoadIntoBufferAsync(options.MaxReplyBytes, cancellation).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        var (terms, context) = ReadBack(payment, digest);
        var verdict = PaymentReceipt.Read(settlement.Extensions, out var receipt).Then(() => receipt!.Verify(payment.Key, terms, digest, body));
        journal.Note(payment.Key, PaymentStage.Paid, transaction);
        return new PaymentOutcome.Paid(terms, payment.Key, context, transaction, receipt, verdict);
    }

    PaymentOutcome.Refused Refuse(SignedPayment payment, string why)
    {
        journal.Note(payment.Key, PaymentStage.Refused, null);
        return new PaymentOutcome.Refused(payment.Key, why);
    }

    // From our own bytes, which the journal kept.
    static (ExactTerms Terms, PaymentContext? Context) ReadBack(SignedPayment payment, Sha256Digest request)
    {
        var verdict = X402Codec.Decode(payment.Header, out PaymentPayload? message);
        ExactPayment? exact = null;
        Sha256Digest quote = default;
        if (verdict is Verdict.Accepted) verdict = ExactPayment.Read(message!, out exact);
        if (verdict is Verdict.Accepted) verdict = Quote.Digest(exact!.AcceptedAsWritten, out quote);
        if (verdict is not Verdict.Accepted) throw new InvalidDataException($"the journal's own payment: {verdict}");
        return (exact!.Accepted with { Token = payment.Token }, exact.Salt is { } salt ? new PaymentContext(request, quote, salt) : null);
    }

    ulong Now => (ulong)time.GetUtcNow().ToUnixTimeSeconds();
}
