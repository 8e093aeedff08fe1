using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Sales;
using Microsoft.AspNetCore.Http;

namespace Counterfoil.Payments.AspNetCore.Selling;

/// <summary>What a seller takes, and within which bounds.</summary>
public sealed record SellerOptions
{
    /// <summary>The token that prices are in.</summary>
    public required Token Token { get; init; }

    /// <summary>Who is paid.</summary>
    public required Address PayTo { get; init; }

    /// <summary>Seconds that an exchange may take: the buyer's authorization is asked to live that long.</summary>
    public int MaxTimeoutSeconds { get; init; } = 60;

    /// <summary>
    /// Seconds of validity that must be left when the handler starts: what it takes, and what settling takes. Who signs for less could have the work done and,
    /// as the authorization expires under it, never pay.
    /// </summary>
    public uint Margin { get; init; } = 30;

    /// <summary>Bytes of a request's body.</summary>
    public int MaxRequestBytes { get; init; } = 4 << 20;

    /// <summary>Bytes of an answer's body, which is kept until it is paid.</summary>
    public int MaxReplyBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Whether nonces must commit to the request (<see cref="ContextExtension"/>). Without, buyers by other implementations can pay; then the first
    /// request that comes with a payment is the one it stands for, and there is no context for a proof to absorb.
    /// </summary>
    public bool RequireContext { get; init; } = true;
}

/// <summary>What an endpoint costs.</summary>
/// <param name="Amount">Units of the seller's token.</param>
/// <param name="Description">What is sold, for a person.</param>
/// <param name="MimeType">The media type of the answer, or null.</param>
public sealed record Price(TokenAmount Amount, string? Description = null, string? MimeType = null)
{
    /// <summary>Asked after the handler and before the payment is submitted: "does the proof verify?". What is not accepted is neither charged nor released.</summary>
    public ReleaseCondition? Condition { get; init; }
}

/// <summary>A seller's condition for charging and releasing an answer.</summary>
/// <param name="http">The exchange, with what the handler left in its features and items. Its response is not written yet.</param>
/// <param name="reply">The answer as it would be released.</param>
/// <param name="context">What the payment is for; null where the payment is not bound to its request.</param>
/// <param name="cancellation">Cancelled when the host stops.</param>
public delegate ValueTask<Verdict> ReleaseCondition(HttpContext http, StoredReply reply, PaymentContext? context, CancellationToken cancellation);
