using System.Text;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Witnesses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Counterfoil.Log.Http.Witnessing;

/// <summary>C2SP tlog-witness over HTTP: <c>POST add-checkpoint</c>, and <c>GET &lt;origin hash&gt;/checkpoint</c> for monitors.</summary>
/// <remarks>Anyone may ask: what is cosigned is signed by a log that the witness knows. The optional <c>sign-subtree</c> is not there.</remarks>
public static class WitnessEndpoint
{
    /// <summary>The longest request: a proof of 63 hashes and the longest note.</summary>
    public const int MaxBodyBytes = 64 + 63 * 45 + SignedNote.MaxBytes;

    /// <summary>Serves a witness under <paramref name="prefix"/>, which is both its submission and its monitoring prefix.</summary>
    public static void MapWitness(this IEndpointRouteBuilder routes, WitnessStore witness, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(witness);
        routes.MapPost($"{prefix}/add-checkpoint", http => AddAsync(http, witness));
        routes.MapGet($"{prefix}/{{origin}}/checkpoint", async (HttpContext http, string origin) =>
        {
            http.Response.Headers.CacheControl = "no-cache";
            if (witness.Latest(origin) is { } latest)
            {
                http.Response.ContentType = "text/plain; charset=utf-8";
                await http.Response.Body.WriteAsync(latest.Note, http.RequestAborted).ConfigureAwait(false);
            }
            else http.Response.StatusCode = StatusCodes.Status404NotFound;
        });
    }

    static async Task AddAsync(HttpContext http, WitnessStore witness)
    {
        if (await Limited.ReadAsync(http.Request.Body, MaxBodyBytes, http.RequestAborted).ConfigureAwait(false) is not { } body)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        var (answer, cosignatures) = await witness.AddAsync(body, http.RequestAborted).ConfigureAwait(false);
        string text;
        if (answer is WitnessAnswer.Refuse refuse)
        {
            http.Response.StatusCode = refuse.Status;
            (http.Response.ContentType, text) = refuse.LatestSize is { } size ? ("text/x.tlog.size", $"{size}\n") : ("text/plain; charset=utf-8", $"{refuse.Why}\n");
        }
        else (http.Response.ContentType, text) = ("text/plain; charset=utf-8", string.Concat(cosignatures));
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted).ConfigureAwait(false);
    }
}
