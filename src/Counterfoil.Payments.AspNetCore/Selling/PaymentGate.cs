using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Sales;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Counterfoil.Payments.AspNetCore.Selling;

/// <summary>
/// Stands before a priced endpoint: <see cref="SaleRules"/> with an HTTP exchange, a facilitator and a store at its hands. One payment runs the handler at
/// most once and is charged at most once; the answer leaves only when it is durable, its condition holds, and the money moved.
/// </summary>
public sealed partial class PaymentGate
{
    readonly SellerOptions options;
    readonly IFacilitator facilitator;
    readonly ISaleStore sales;
    readonly TimeProvider time;
    readonly ILogger logger;
    readonly VerifiedSignatures verified;
    readonly CancellationToken lifetime;
    readonly KeyedLock<PaymentKey> turns = new();
    readonly Guid host;

    /// <summary>A gate.</summary>
    /// <param name="options">What the seller takes.</param>
    /// <param name="facilitator">Who verifies and settles.</param>
    /// <param name="sales">Where sales are kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="host">This process, unlike any before it: by it a sale that a crash cut off is told from one under way.</param>
    /// <param name="logger">Where failures of handlers are told.</param>
    /// <param name="verified">Signatures verified before, shared with a facilitator in the same process; its own where null.</param>
    /// <param name="lifetime">Cancelled when the host stops.</param>
    /// <exception cref="ArgumentException">The margin is as long as the exchange may take: no payment could be accepted.</exception>
    public PaymentGate(SellerOptions options, IFacilitator facilitator, ISaleStore sales, TimeProvider time, Guid host,
        ILogger<PaymentGate>? logger = null, VerifiedSignatures? verified = null, CancellationToken lifetime = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Margin >= options.MaxTimeoutSeconds)
            throw new ArgumentException($"a margin of {options.Margin} s leaves no time to buy within {options.MaxTimeoutSeconds} s", nameof(options));
        (this.options, this.facilitator, this.sales, this.time, this.host, this.lifetime) = (options, facilitator, sales, time, host, lifetime);
        this.verified = verified ?? new();
        this.logger = logger ?? (ILogger)NullLogger.Instance;
    }

    /// <summary>Serves one request to a priced endpoint.</summary>
    public async Task HandleAsync(HttpContext http, Price price, RequestDelegate handler)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(price);
        ArgumentNullException.ThrowIfNull(handler);
        await new Attempt(this, http, price, handler).RunAsync().ConfigureAwait(false);
    }

    // As it stood in the request line; the decoded path would let two requests share a digest. Clients of proxies write the whole address there.
    static string TargetOf(HttpContext http)
    {
        string raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return raw.StartsWith('/') ? raw : Uri.TryCreate(raw, UriKind.Absolute, out var absolute) ? absolute.PathAndQuery : raw;
    }

    PaymentRequired Required(HttpContext http, Price price, PaymentRequirements terms, string? error) => new()
    {
        Version = X402Codec.X402Version,
        Error = error,
        Resource = new ResourceInfo
        {
            Url = new StringBuilder(http.Request.Scheme).Append("://").Append(http.Request.Host).Append(http.Request.PathBase).Append(http.Request.Path).ToString(),
            Description = price.Description,
            MimeType = price.MimeType,
        },
        Accepts = [terms],
        Extensions = options.RequireContext ? ContextExtension.Announcement : null,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "the handler of {Path} failed; the payment {Payment} is not charged")]
    static partial void HandlerFailed(ILogger logger, Exception error, PathString path, PaymentKey payment);

    [LoggerMessage(Level = LogLevel.Information, Message = "sold {Path} to {Payer} for {Amount} units in {Transaction}")]
    static partial void SoldAnswer(ILogger logger, PathString path, Evm.Address payer, Evm.TokenAmount amount, Bytes32 transaction);
}
