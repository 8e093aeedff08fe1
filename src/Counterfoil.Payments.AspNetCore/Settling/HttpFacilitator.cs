using System.Net.Http.Headers;
using Counterfoil.Core.Verdicts;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.AspNetCore.Settling;

/// <summary>A facilitator elsewhere, by its HTTP face. What it does not say is not guessed: no answer to <c>/settle</c> is <see cref="SettlementOutcome.Pending"/>.</summary>
/// <param name="http">Its <see cref="HttpClient.BaseAddress"/> ends in a slash and is the prefix of the three endpoints.</param>
public sealed class HttpFacilitator(HttpClient http) : IFacilitator
{
    /// <inheritdoc/>
    public async ValueTask<Verdict> VerifyAsync(PaymentPayload payment, PaymentRequirements required, CancellationToken cancellation)
    {
        var (missing, body) = await PostAsync("verify", payment, required, cancellation).ConfigureAwait(false);
        if (missing is not null) return Verdict.CannotTell(PaymentChecks.Facilitator, missing);
        return X402Codec.Decode(body, out VerifyResponse? answer) is Verdict.Accepted ? FacilitatorMessages.Read(answer!)
            : Verdict.CannotTell(PaymentChecks.Facilitator, "an answer in the specification's form");
    }

    /// <inheritdoc/>
    public async ValueTask<SettlementOutcome> SettleAsync(PaymentPayload payment, PaymentRequirements required, CancellationToken cancellation)
    {
        var (missing, body) = await PostAsync("settle", payment, required, cancellation).ConfigureAwait(false);
        if (missing is not null) return new SettlementOutcome.Pending(missing);
        return X402Codec.Decode(body, out SettlementResponse? answer) is Verdict.Accepted ? FacilitatorMessages.Read(answer!)
            : new SettlementOutcome.Pending("an answer in the specification's form");
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">It did not answer, or not in the specification's form.</exception>
    public async ValueTask<SupportedResponse> SupportedAsync(CancellationToken cancellation)
    {
        using var response = await http.GetAsync(new Uri("supported", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        var (verdict, body) = await ReadAsync(response, cancellation).ConfigureAwait(false);
        SupportedResponse? answer = null;
        if (verdict is Verdict.Accepted) verdict = X402Codec.Decode(body, out answer);
        return verdict is Verdict.Accepted ? answer! : throw new HttpRequestException($"the facilitator's answer to /supported: {verdict}");
    }

    async ValueTask<(string? Missing, byte[] Body)> PostAsync(string path, PaymentPayload payment, PaymentRequirements required, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(X402Codec.ToJson(new FacilitatorRequest
        {
            Version = X402Codec.X402Version, PaymentPayload = payment, PaymentRequirements = required,
        }));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            // Other facilitators answer refusals with 4xx and the same body; what cannot be read as such says nothing.
            if ((int)response.StatusCode >= 500) return ($"an answer (status {(int)response.StatusCode})", []);
            var (verdict, body) = await ReadAsync(response, cancellation).ConfigureAwait(false);
            return verdict is Verdict.Accepted ? (null, body) : ("a shorter answer", []);
        }
        catch (Exception away) when (away is HttpRequestException or IOException || (away is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return ("an answer", []); // the error names the facilitator's machine, and this text goes to buyers
        }
    }

    static async ValueTask<(Verdict, byte[])> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
            return await LimitedBody.ReadAsync(stream, response.Content.Headers.ContentLength, X402Limits.BodyBytes, cancellation).ConfigureAwait(false);
    }
}
