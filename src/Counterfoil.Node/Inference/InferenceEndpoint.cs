using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Payments;
using Counterfoil.Payments;
using Counterfoil.Payments.AspNetCore;
using Counterfoil.Payments.AspNetCore.Selling;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Counterfoil.Node.Inference;

/// <summary>A model for sale by the call: the answer comes with the proof that the committed model gave it for this request and this payment.</summary>
public static class InferenceEndpoint
{
    /// <summary>
    /// <c>POST /v2/models/{name}/infer</c>: the body is the input's bytes, the response an <see cref="InferenceResponse"/>. The payment is submitted only after
    /// the proof has verified, by the same verifier that anyone uses.
    /// </summary>
    /// <param name="endpoints">Where to map it.</param>
    /// <param name="name">The model's name in the path.</param>
    /// <param name="model">The registered model.</param>
    /// <param name="preprocessing">How the body becomes the input tensor.</param>
    /// <param name="gate">Takes the payments.</param>
    /// <param name="price">What a call costs.</param>
    public static void MapInference(this IEndpointRouteBuilder endpoints, string name, RegisteredGraph model, Preprocessing preprocessing, PaymentGate gate, Price price)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(price);
        endpoints.MapPost($"/v2/models/{name}/infer", (RequestDelegate)(http => AnswerAsync(http, model, preprocessing)))
            .RequirePayment(gate, ByProof(price, model.Model, preprocessing));
    }

    /// <summary>The price of an answer that is paid only if it is this model's, for this request and this payment: its proof is verified before the payment is submitted.</summary>
    /// <param name="price">What a call costs.</param>
    /// <param name="model">The model that must have answered.</param>
    /// <param name="preprocessing">How the body becomes the input tensor.</param>
    public static Price ByProof(Price price, CommittedGraph model, Preprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(price);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(preprocessing);
        return price with { MimeType = InferenceResponse.MediaType, Condition = (http, reply, context, cancellation) => new(Release(http, reply.Body, context, model, preprocessing)) };
    }

    static async Task AnswerAsync(HttpContext http, RegisteredGraph model, Preprocessing preprocessing)
    {
        var body = await ReadAsync(http).ConfigureAwait(false);
        var verdict = Input(body, model.Model, preprocessing, out var tensor);
        if (verdict is Verdict.Rejected { Reason: var reason })
        {
            await Results.Problem(statusCode: StatusCodes.Status422UnprocessableEntity, title: "the input does not fit the model",
                detail: reason.ToString(), type: PaymentProblem.TypePrefix + reason.Check).ExecuteAsync(http).ConfigureAwait(false);
            return;
        }
        var context = http.GetPaymentContext() ?? throw new InvalidOperationException("the gate lets only payments with a context pass");
        verdict = model.TryProve(tensor, context.Digest, out var proven);
        if (verdict is Verdict.Rejected { Reason: var refused })
        {
            // Not the caller's fault: the weights need a new root before another proof may open them.
            await Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, title: "no proof can be made",
                detail: refused.ToString(), type: PaymentProblem.TypePrefix + refused.Check).ExecuteAsync(http).ConfigureAwait(false);
            return;
        }
        byte[] output = TensorBytes.OfOutput(proven!.Output.AsSpan());
        http.Response.ContentType = InferenceResponse.MediaType;
        await http.Response.Body.WriteAsync(new InferenceResponse(model.Model.Id, output, proven.Proof).Encode(), http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Whether the reply earns its money: its proof verifies for this request and this payment.</summary>
    static Verdict Release(HttpContext http, ReadOnlyMemory<byte> reply, PaymentContext? context, CommittedGraph model, Preprocessing preprocessing)
    {
        if (context is null) return Verdict.CannotTell(PaymentChecks.Context, "the payment's context");
        var verdict = InferenceResponse.Decode(reply, out var response);
        if (!verdict.IsAccepted) return verdict;
        // The proof is of the model that is sold; the name beside it must be that model's too.
        if (response!.ModelId != model.Id) return Verdict.Reject(EvidenceChecks.JoinInferenceModel, model.Id.ToString(), response.ModelId.ToString());
        http.Request.Body.Position = 0;
        using var body = new MemoryStream();
        http.Request.Body.CopyTo(body);
        int[]? tensor = null;
        long[]? output = null;
        return Input(body.ToArray(), model, preprocessing, out tensor)
            .Then(() => TensorBytes.ReadOutput(response.Output.Span, out output))
            .Then(() => ExecutionProof.Verify(new ExecutionStatement(model, tensor, output, context.Digest), response.Proof));
    }

    static Verdict Input(byte[] body, CommittedGraph model, Preprocessing preprocessing, out int[]? tensor)
    {
        tensor = null;
        return body.Length == model.Graph.Input.Length
            ? Preprocessing.Apply(preprocessing.Name, body, out tensor)
            : Verdict.Reject(PreprocessingChecks.Length, $"{model.Graph.Input.Length} bytes", $"{body.Length}");
    }

    static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        return body.ToArray();
    }
}
