using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Sales;

namespace Counterfoil.Payments.AspNetCore.Buying;

/// <summary>What a request cost, as <see cref="PaymentHandler"/> left it with the response.</summary>
public abstract record PaymentOutcome
{
    PaymentOutcome() { }

    /// <summary>The policy did not allow to pay: nothing was signed, and the response is the seller's 402.</summary>
    /// <param name="Verdict">Which check refused, and why.</param>
    public sealed record NotPaid(Verdict Verdict) : PaymentOutcome;

    /// <summary>Paid, and answered.</summary>
    /// <param name="Terms">What was agreed.</param>
    /// <param name="Key">The payment.</param>
    /// <param name="Context">What the payment is bound to, whose digest the seller's proof must carry; null where the seller takes unbound payments.</param>
    /// <param name="Transaction">The transaction that paid, says the seller.</param>
    /// <param name="Receipt">The receipt, or null where the seller gave none.</param>
    /// <param name="ReceiptVerdict">Whether the receipt is about this payment, this request and this answer.</param>
    public sealed record Paid(ExactTerms Terms, PaymentKey Key, PaymentContext? Context, Bytes32 Transaction, PaymentReceipt? Receipt, Verdict ReceiptVerdict) : PaymentOutcome;

    /// <summary>The seller refused the payment, or its handler failed. It says that nothing is charged; until the authorization expires it counts against the limit.</summary>
    /// <param name="Key">The payment.</param>
    /// <param name="Why">The seller's words.</param>
    public sealed record Refused(PaymentKey Key, string Why) : PaymentOutcome;

    /// <summary>Not known yet. The same request again takes up the same payment.</summary>
    /// <param name="Key">The payment.</param>
    /// <param name="Why">What the response said.</param>
    public sealed record Open(PaymentKey Key, string Why) : PaymentOutcome;
}

/// <summary>Reads what <see cref="PaymentHandler"/> left.</summary>
public static class PaymentOutcomeExtensions
{
    internal static readonly HttpRequestOptionsKey<PaymentOutcome> Outcome = new("counterfoil.payment.outcome");
    internal static readonly HttpRequestOptionsKey<string> PurchaseId = new("counterfoil.payment.id");

    /// <summary>What the response's request cost; null where no payment was asked.</summary>
    public static PaymentOutcome? GetPayment(this HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.RequestMessage?.Options.TryGetValue(Outcome, out var outcome) == true ? outcome : null;
    }

    /// <summary>
    /// Names the purchase that a request is: requests with the same name and content are one purchase, paid once, also across restarts. Without a name, a request
    /// takes up an open payment for the same content, and is a new purchase where there is none.
    /// </summary>
    public static HttpRequestMessage WithPurchaseId(this HttpRequestMessage request, string id)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(id);
        request.Options.Set(PurchaseId, id);
        return request;
    }
}
