using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk.Answers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Node.Serving;

/// <summary>The routes of the Open Inference Protocol v2 (REST), for one model, with the binary tensor data extension. A model's version is its model id. <c>docs/serving.md</c> says what is added.</summary>
static partial class OpenInferenceEndpoints
{
    const string JsonLength = "Inference-Header-Content-Length";

    static readonly string[] loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    public static void MapOpenInference(this WebApplication routes, ModelFolder folder, ProvingQueue queue, bool isLoopback)
    {
        var model = folder.Published;
        var log = routes.Services.GetRequiredService<ILoggerFactory>().CreateLogger("counterfoil.serve");
        var stopping = routes.Lifetime.ApplicationStopping;
        long requests = 0;
        routes.Use((http, next) => IsOurs(http, isLoopback) is { } refused ? Fail(http, refused.Status, refused.Error) : next(http));
        routes.MapGet("/v2", http => Write(http, 200, json =>
        {
            json.WriteString("name", "counterfoil");
            json.WriteString("version", typeof(OpenInferenceEndpoints).Assembly.GetName().Version!.ToString(3));
            Strings(json, "extensions", "binary_tensor_data", "counterfoil_proof");
        }));
        routes.MapGet("/v2/health/live", http => Write(http, 200, json => json.WriteBoolean("live", true)));
        routes.MapGet("/v2/health/ready", http => Ready(http, named: false));
        foreach (string version in (string[])["", "/versions/{version}"])
        {
            string path = "/v2/models/{model}" + version;
            routes.MapGet(path, http => IsModel(http, model) ? Write(http, 200, json => Metadata(json, model)) : Unknown(http));
            routes.MapGet(path + "/ready", http => IsModel(http, model) ? Ready(http, named: true) : Unknown(http));
            routes.MapGet(path + "/published", http => IsModel(http, model) ? Results.Bytes(model.Encode(), "application/octet-stream", ModelFolder.PublicName).ExecuteAsync(http) : Unknown(http));
            routes.MapPost(path + "/infer", http => IsModel(http, model) ? InferAsync(http, Interlocked.Increment(ref requests)) : Unknown(http));
        }
        routes.MapFallback("{*path}", http => Fail(http, StatusCodes.Status404NotFound, "there is nothing here"));
        return;

        Task Ready(HttpContext http, bool named)
        {
            bool isReady = !stopping.IsCancellationRequested && folder.Left(out int? left).IsAccepted && left is null or > 0;
            return Write(http, isReady ? 200 : StatusCodes.Status503ServiceUnavailable, json =>
            {
                if (named) json.WriteString("name", model.Name);
                else json.WriteBoolean("live", true);
                json.WriteBoolean("ready", isReady);
            });
        }

        async Task InferAsync(HttpContext http, long number)
        {
            long start = Stopwatch.GetTimestamp();
            string? id = null;
            string said = "answered without a proof";
            try
            {
                using var place = queue.TryEnter();
                if (place is null)
                {
                    http.Response.Headers.RetryAfter = "1";
                    await Refuse(StatusCodes.Status503ServiceUnavailable, "too many requests are waiting; come again").ConfigureAwait(false);
                    return;
                }
                if (http.Request.Headers.ContentEncoding.Count > 0)
                {
                    await Refuse(StatusCodes.Status415UnsupportedMediaType, "a body without a content encoding is what is read").ConfigureAwait(false);
                    return;
                }
                byte[] body = await ReadAsync(http).ConfigureAwait(false);
                string? jsonLength = http.Request.Headers.TryGetValue(JsonLength, out var header) ? header.ToString() : null;
                var verdict = InferRequest.Read(body, jsonLength, model, out var request);
                id = request?.Id;
                if (verdict.IsAccepted)
                {
                    using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
                    await place.WaitAsync(ending.Token).ConfigureAwait(false);
                    // From here on it is work for a processor, and an opening may be spent: it goes on whatever becomes of the client.
                    (verdict, var answer, var output) = await Task.Run(() => Answer(folder, request!)).ConfigureAwait(false);
                    if (verdict.IsAccepted)
                    {
                        if (answer is not null) said = $"proven in {answer.Proof.Length} bytes";
                        await Respond(http, model, request!, answer, output!).ConfigureAwait(false);
                        return;
                    }
                }
                var reason = ((Verdict.Rejected)verdict).Reason;
                // That openings are at their end is no fault of whoever asks.
                bool isOurs = reason.Check == ProverChecks.Budget || reason.Check == ProverChecks.BudgetRecord;
                await Refuse(isOurs ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest, reason.ToString()).ConfigureAwait(false);
            }
            catch (BadHttpRequestException bad)
            {
                await Refuse(bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"a body of at most {InferRequest.MostBytes(model.Input)} bytes is what is read" : "the request could not be read").ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
            {
                said = "given up by its client";
            }
            catch (OperationCanceledException)
            {
                await Refuse(StatusCodes.Status503ServiceUnavailable, "the server ends").ConfigureAwait(false);
            }
            finally
            {
                folder.Left(out int? left);
                string printable = Printable(id), proofs = left?.ToString() ?? "any number of";
                double millis = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                Told(log, number, printable, http.Response.StatusCode, said, millis, proofs);
            }

            Task Refuse(int status, string error)
            {
                said = error;
                return Fail(http, status, error);
            }
        }
    }

    static (Verdict, ProvenAnswer?, IReadOnlyList<long>?) Answer(ModelFolder folder, InferRequest request)
    {
        if (!request.IsProven)
        {
            var executed = folder.Execute(request.Tensor, out long[]? output);
            return (executed, null, output);
        }
        var verdict = folder.TryAnswer(request.Tensor, request.Context, isCarrying: false, out var answer, out _);
        return (verdict, answer, answer?.Output);
    }

    static async Task Respond(HttpContext http, PublishedModel model, InferRequest request, ProvenAnswer? answer, IReadOnlyList<long> output)
    {
        byte[] binary = new byte[request.IsBinary ? sizeof(float) * output.Count : 0];
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model_name", model.Name);
            json.WriteString("model_version", model.Model.Id.ToString());
            if (request.Id is not null) json.WriteString("id", request.Id);
            json.WriteStartObject("parameters");
            json.WriteBoolean("proven", answer is not null);
            json.WriteString("model_id", model.Model.Id.ToString());
            json.WriteString("published_digest", model.Digest.ToString());
            if (answer is not null)
            {
                json.WriteString("context", answer.Context.ToString());
                json.WriteBase64String("proof", answer.Encode());
            }
            json.WriteEndObject();
            json.WriteStartArray("outputs");
            Tensor(json, model.Output, () =>
            {
                if (request.IsBinary)
                {
                    json.WriteStartObject("parameters");
                    json.WriteNumber("binary_data_size", binary.Length);
                    json.WriteEndObject();
                    for (int i = 0; i < output.Count; i++) System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(binary.AsSpan(sizeof(float) * i), model.Output.ToReal(output[i]));
                    return;
                }
                json.WriteStartArray("data");
                foreach (long cell in output) json.WriteNumberValue(model.Output.ToReal(cell));
                json.WriteEndArray();
            });
            json.WriteEndArray();
            json.WriteEndObject();
        }
        http.Response.ContentType = request.IsBinary ? "application/octet-stream" : "application/json";
        if (request.IsBinary) http.Response.Headers[JsonLength] = buffer.WrittenCount.ToString(CultureInfo.InvariantCulture);
        http.Response.ContentLength = buffer.WrittenCount + binary.Length;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
        await http.Response.Body.WriteAsync(binary, http.RequestAborted).ConfigureAwait(false);
    }

    static void Metadata(Utf8JsonWriter json, PublishedModel model)
    {
        json.WriteString("name", model.Name);
        Strings(json, "versions", model.Model.Id.ToString());
        json.WriteString("platform", "counterfoil_integers");
        foreach (var (name, tensor) in new[] { ("inputs", model.Input), ("outputs", model.Output) })
        {
            json.WriteStartArray(name);
            Tensor(json, tensor, static () => { });
            json.WriteEndArray();
        }
    }

    static void Tensor(Utf8JsonWriter json, TensorSpec tensor, Action more)
    {
        json.WriteStartObject();
        json.WriteString("name", tensor.Name);
        json.WriteString("datatype", tensor.Datatype.ToString());
        json.WriteStartArray("shape");
        foreach (int d in tensor.Shape) json.WriteNumberValue(d);
        json.WriteEndArray();
        more();
        json.WriteEndObject();
    }

    static void Strings(Utf8JsonWriter json, string name, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    static bool IsModel(HttpContext http, PublishedModel model) =>
        http.Request.RouteValues["model"] as string == model.Name && (http.Request.RouteValues["version"] is not string version || version == model.Model.Id.ToString());

    static Task Unknown(HttpContext http) => Fail(http, StatusCodes.Status404NotFound, "there is no such model, or no such version of it");

    // A page in a browser of this machine must not spend openings: its host name would have to be a loopback one (against DNS rebinding), and what it posts says where it comes from. Programs send no origin.
    static (int Status, string Error)? IsOurs(HttpContext http, bool isLoopback)
    {
        if (isLoopback && !loopbackNames.Contains(http.Request.Host.Host, StringComparer.OrdinalIgnoreCase)) return (StatusCodes.Status421MisdirectedRequest, "this server answers to the loopback address alone");
        var origin = http.Request.Headers.Origin;
        return origin.Count > 0 && origin != $"{http.Request.Scheme}://{http.Request.Host}" ? (StatusCodes.Status403Forbidden, "requests from another origin are not answered") : null;
    }

    static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, 1 << 20));
        await http.Request.Body.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
        return body.ToArray();
    }

    static Task Fail(HttpContext http, int status, string error) => http.Response.HasStarted ? Task.CompletedTask : Write(http, status, json => json.WriteString("error", error));

    static async Task Write(HttpContext http, int status, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
    }

    // A client's id is a stranger's text: no line of the log begins or ends in it.
    static string Printable(string? id) => id is null ? "-" : string.Concat(id.Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' ? c : '?'));

    [LoggerMessage(Level = LogLevel.Information, Message = "request {Number}, id {Id}: {Status}, {Said}, {Millis:F0} ms; {Left} proofs left")]
    static partial void Told(ILogger log, long number, string id, int status, string said, double millis, string left);
}
