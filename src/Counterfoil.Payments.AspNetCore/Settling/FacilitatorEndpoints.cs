using Counterfoil.Core.Verdicts;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Counterfoil.Payments.AspNetCore.Settling;

/// <summary>The facilitator's HTTP face (x402 v2 §7): <c>POST /verify</c>, <c>POST /settle</c>, <c>GET /supported</c>.</summary>
public static class FacilitatorEndpoints
{
    /// <summary>Maps the three endpoints under a prefix, such as <c>/facilitator</c>.</summary>
    public static RouteGroupBuilder MapFacilitator(this IEndpointRouteBuilder endpoints, string prefix, IFacilitator facilitator)
    {
        var group = endpoints.MapGroup(prefix);
        group.MapPost("/verify", (RequestDelegate)(http => VerifyAsync(http, facilitator)));
        group.MapPost("/settle", (RequestDelegate)(http => SettleAsync(http, facilitator)));
        group.MapGet("/supported", (RequestDelegate)(async http =>
            await WriteAsync(http, X402Codec.ToJson(await facilitator.SupportedAsync(http.RequestAborted).ConfigureAwait(false))).ConfigureAwait(false)));
        return group;
    }

    static async Task VerifyAsync(HttpContext http, IFacilitator facilitator)
    {
        if (await ReadAsync(http).ConfigureAwait(false) is not { } request) return;
        var verdict = await facilitator.VerifyAsync(request.PaymentPayload, request.PaymentRequirements, http.RequestAborted).ConfigureAwait(false);
        if (verdict is Verdict.Unverifiable { Reason: var missing })
        {
            await PaymentProblem.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, missing).ConfigureAwait(false);
            return;
        }
        await WriteAsync(http, X402Codec.ToJson(FacilitatorMessages.Write(verdict, request.PaymentPayload))).ConfigureAwait(false);
    }

    static async Task SettleAsync(HttpContext http, IFacilitator facilitator)
    {
        if (await ReadAsync(http).ConfigureAwait(false) is not { } request) return;
        var outcome = await facilitator.SettleAsync(request.PaymentPayload, request.PaymentRequirements, http.RequestAborted).ConfigureAwait(false);
        await WriteAsync(http, X402Codec.ToJson(FacilitatorMessages.Write(outcome, request.PaymentRequirements))).ConfigureAwait(false);
    }

    static async ValueTask<FacilitatorRequest?> ReadAsync(HttpContext http)
    {
        var (verdict, body) = await LimitedBody.ReadAsync(http.Request.Body, http.Request.ContentLength, X402Limits.BodyBytes, http.RequestAborted).ConfigureAwait(false);
        FacilitatorRequest? request = null;
        if (verdict is Verdict.Accepted) verdict = X402Codec.Decode(body, out request);
        if (verdict is Verdict.Accepted) return request;
        await PaymentProblem.WriteAsync(http, StatusCodes.Status400BadRequest, verdict.Reason()).ConfigureAwait(false);
        return null;
    }

    static Task WriteAsync(HttpContext http, byte[] json)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        return http.Response.Body.WriteAsync(json, http.RequestAborted).AsTask();
    }
}
