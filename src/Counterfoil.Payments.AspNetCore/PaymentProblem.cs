using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.Payments.X402;
using Microsoft.AspNetCore.Http;

namespace Counterfoil.Payments.AspNetCore;

/// <summary>A refusal as RFC 9457 problem details: the type names the check, <c>expected</c> and <c>found</c> say why, <c>errorReason</c> is the code of x402 §9.</summary>
public static class PaymentProblem
{
    /// <summary>Prefix of the problem's <c>type</c>; the check's identifier follows.</summary>
    public const string TypePrefix = "urn:counterfoil:check:";

    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Writes a problem as the response.</summary>
    /// <param name="http">The exchange; nothing of its response may have been sent.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="reason">Why.</param>
    /// <param name="required">What would have to be paid, which joins the body as extension members.</param>
    internal static async Task WriteAsync(HttpContext http, int status, Reason reason, PaymentRequired? required = null)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", TypePrefix + reason.Check.Id);
            json.WriteString("title", Title(status));
            json.WriteNumber("status", status);
            json.WriteString("detail", reason.ToString());
            json.WriteString("check", reason.Check.Id);
            json.WriteString("expected", reason.Expected);
            json.WriteString("found", reason.Found);
            json.WriteString("errorReason", PaymentReasons.Code(reason.Check));
            if (required is not null)
                foreach (var member in JsonElement.Parse(X402Codec.ToJson(required)).EnumerateObject()) member.WriteTo(json);
            json.WriteEndObject();
        }
        http.Response.StatusCode = status;
        http.Response.ContentType = MediaType;
        http.Response.ContentLength = stream.Length;
        await http.Response.Body.WriteAsync(stream.GetBuffer().AsMemory(0, (int)stream.Length), http.RequestAborted).ConfigureAwait(false);
    }

    static string Title(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The payment cannot be read",
        StatusCodes.Status402PaymentRequired => "Payment required",
        StatusCodes.Status409Conflict => "The payment stands for another request",
        StatusCodes.Status413PayloadTooLarge => "The request is too large",
        StatusCodes.Status503ServiceUnavailable => "Not known yet; try again with the same payment",
        _ => "No answer, and no charge",
    };
}
