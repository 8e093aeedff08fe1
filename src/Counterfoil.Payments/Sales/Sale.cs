using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Payments.Sales;

/// <summary>An answer as it is kept: what an identical retry gets.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The headers that the handler set, in order.</param>
/// <param name="Body">The body.</param>
public sealed record StoredReply(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>SHA-256 of the body.</summary>
    public Sha256Digest Digest => Sha256.Hash(Body.Span);
}

/// <summary>Where a sale stands. One sale is one payment: its key stands beside it in the store.</summary>
public abstract record Sale
{
    Sale() { }

    /// <summary>Nobody has tried to buy with this payment.</summary>
    public static Sale Nothing { get; } = new Fresh();

    /// <inheritdoc cref="Nothing"/>
    public sealed record Fresh : Sale;

    /// <summary>The handler may have started. Durable before it does: no crash lets it start twice.</summary>
    /// <param name="Request">The request's digest.</param>
    /// <param name="Host">The host process that started it.</param>
    public sealed record Running(Sha256Digest Request, Guid Host) : Sale;

    /// <summary>The answer is durable and may be released once paid; the payment may have been submitted.</summary>
    /// <param name="Request">The request's digest.</param>
    /// <param name="Reply">The answer.</param>
    public sealed record Answered(Sha256Digest Request, StoredReply Reply) : Sale;

    /// <summary>Paid for and released.</summary>
    /// <param name="Request">The request's digest.</param>
    /// <param name="Reply">The answer.</param>
    /// <param name="Receipt">The receipt.</param>
    public sealed record Sold(Sha256Digest Request, StoredReply Reply, PaymentReceipt Receipt) : Sale;

    /// <summary>Not charged, and never will be by this seller: it takes a new payment to try again.</summary>
    /// <param name="Request">The request's digest.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Reply">The handler's own words, where it answered with an error; else null.</param>
    public sealed record Void(Sha256Digest Request, Reason Reason, StoredReply? Reply) : Sale;
}

/// <summary>What happens to a sale.</summary>
public abstract record SaleEvent
{
    SaleEvent() { }

    /// <summary>A request arrives with the payment, verified.</summary>
    /// <param name="Request">Its digest.</param>
    /// <param name="Host">The host process at which it arrives.</param>
    public sealed record Arrived(Sha256Digest Request, Guid Host) : SaleEvent;
    /// <summary>The handler gave an answer, and the seller's condition for releasing it holds.</summary>
    /// <param name="Reply">The answer.</param>
    public sealed record Finished(StoredReply Reply) : SaleEvent;
    /// <summary>The handler failed, or the condition for releasing does not hold.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Reply">The handler's own words, where it answered with an error; else null.</param>
    public sealed record Failed(Reason Reason, StoredReply? Reply = null) : SaleEvent;
    /// <summary>The money moved.</summary>
    /// <param name="Receipt">The receipt.</param>
    public sealed record Paid(PaymentReceipt Receipt) : SaleEvent;
    /// <summary>The money did not move, and will not.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Unpaid(Reason Reason) : SaleEvent;
}

/// <summary>What the host does next, after it has made a changed state durable.</summary>
public enum SaleStep
{
    /// <summary>Run the handler.</summary>
    Run,
    /// <summary>Wait: this process is at it.</summary>
    Await,
    /// <summary>Ask the facilitator to settle.</summary>
    Settle,
    /// <summary>Send the stored answer with the receipt.</summary>
    Release,
    /// <summary>Send the reason; nothing is charged.</summary>
    Refuse,
    /// <summary>409: this payment stands for another request.</summary>
    Conflict,
}

/// <summary>The rules by which one payment gives at most one run of the handler and at most one charge, across crashes. Pure.</summary>
public static class SaleRules
{
    /// <summary>One step.</summary>
    public static (Sale Sale, SaleStep Step) Next(Sale sale, SaleEvent happened) => (sale, happened) switch
    {
        (Sale.Fresh, SaleEvent.Arrived a) => (new Sale.Running(a.Request, a.Host), SaleStep.Run),
        (not Sale.Fresh, SaleEvent.Arrived a) when RequestOf(sale) != a.Request => (sale, SaleStep.Conflict),
        (Sale.Running r, SaleEvent.Arrived a) => r.Host == a.Host
            ? (sale, SaleStep.Await)
            // Its process is gone, and how far it came nobody knows: not charged, and not run again.
            : (new Sale.Void(r.Request, new Reason(PaymentChecks.Handler, "a handler that finished", "one cut off by a restart; not charged"), null), SaleStep.Refuse),
        (Sale.Answered, SaleEvent.Arrived) => (sale, SaleStep.Settle),
        (Sale.Sold, SaleEvent.Arrived) => (sale, SaleStep.Release),
        (Sale.Void, SaleEvent.Arrived) => (sale, SaleStep.Refuse),

        (Sale.Running r, SaleEvent.Finished f) => (new Sale.Answered(r.Request, f.Reply), SaleStep.Settle),
        (Sale.Running r, SaleEvent.Failed f) => (new Sale.Void(r.Request, f.Reason, f.Reply), SaleStep.Refuse),
        (Sale.Answered a, SaleEvent.Paid p) => (new Sale.Sold(a.Request, a.Reply, p.Receipt), SaleStep.Release),
        (Sale.Answered a, SaleEvent.Unpaid u) => (new Sale.Void(a.Request, u.Reason, null), SaleStep.Refuse),
        _ => throw new InvalidOperationException($"{happened} cannot happen to {sale}"),
    };

    static Sha256Digest? RequestOf(Sale sale) => sale switch
    {
        Sale.Running s => s.Request,
        Sale.Answered s => s.Request,
        Sale.Sold s => s.Request,
        Sale.Void s => s.Request,
        _ => null,
    };
}
