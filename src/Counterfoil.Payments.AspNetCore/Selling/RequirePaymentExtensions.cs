using Counterfoil.Evidence.Payments;
using Counterfoil.Payments.Exact;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterfoil.Payments.AspNetCore.Selling;

/// <summary>Puts a price on endpoints.</summary>
public static class RequirePaymentExtensions
{
    /// <summary>
    /// Serves the endpoint only against payment. It wraps the endpoint itself, not the pipeline: an endpoint with a price cannot be reached around it.
    /// </summary>
    public static TBuilder RequirePayment<TBuilder>(this TBuilder endpoint, PaymentGate gate, Price price) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(price);
        endpoint.Finally(builder =>
        {
            var handler = builder.RequestDelegate ?? throw new InvalidOperationException($"endpoint '{builder.DisplayName}' has nothing to sell");
            builder.RequestDelegate = http => gate.HandleAsync(http, price, handler);
            builder.Metadata.Add(price);
        });
        return endpoint;
    }

    /// <summary>What the current request's payment is for: its <see cref="PaymentContext.Digest"/> is what an inference proof absorbs. Null outside a paid handler.</summary>
    public static PaymentContext? GetPaymentContext(this HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Features.Get<PaymentContext>();
    }
}
