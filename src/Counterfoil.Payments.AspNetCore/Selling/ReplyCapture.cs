using Counterfoil.Payments.Sales;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Counterfoil.Payments.AspNetCore.Selling;

/// <summary>Runs a handler against memory instead of the connection: what it answers is kept, and nothing leaves before it is paid.</summary>
static class ReplyCapture
{
    /// <exception cref="InvalidDataException">The answer is longer than <paramref name="limit"/> bytes.</exception>
    public static async Task<StoredReply> RunAsync(HttpContext http, RequestDelegate handler, int limit, CancellationToken lifetime)
    {
        var response = http.Response;
        var headersBefore = response.Headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase);
        int statusBefore = response.StatusCode;
        var connection = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var aborted = http.RequestAborted;
        using var memory = new LimitedMemory(limit);
        var body = new StreamResponseBodyFeature(memory);
        http.Features.Set<IHttpResponseBodyFeature>(body);
        // A buyer who hangs up and asks again with the same payment gets the answer that this run is making.
        http.RequestAborted = lifetime;
        try
        {
            await handler(http).ConfigureAwait(false);
            await body.CompleteAsync().ConfigureAwait(false);
            var headers = response.Headers.Where(h => !headersBefore.TryGetValue(h.Key, out var before) || before != h.Value)
                .SelectMany(h => h.Value, (h, value) => KeyValuePair.Create(h.Key, value ?? ""))
                .Where(h => !framing.Contains(h.Key));
            return new StoredReply(response.StatusCode, [.. headers], memory.ToArray());
        }
        finally
        {
            http.Features.Set(connection);
            http.RequestAborted = aborted;
            // What the handler said stays unsaid until it is paid: status and headers too.
            response.StatusCode = statusBefore;
            response.Headers.Clear();
            foreach (var (name, value) in headersBefore) response.Headers[name] = value;
        }
    }

    // Of this connection, not of the answer.
    static readonly HashSet<string> framing = new(StringComparer.OrdinalIgnoreCase) { "Content-Length", "Transfer-Encoding" };

    /// <summary>Writes a stored answer as the response.</summary>
    public static async Task WriteAsync(HttpContext http, StoredReply reply)
    {
        http.Response.StatusCode = reply.Status;
        foreach (var group in reply.Headers.GroupBy(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase))
            http.Response.Headers[group.Key] = new StringValues([.. group]);
        bool bodiless = reply.Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified;
        if (bodiless) return;
        http.Response.ContentLength = reply.Body.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(reply.Body, http.RequestAborted).ConfigureAwait(false);
    }

    sealed class LimitedMemory(int limit) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            Check(count);
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        public override void WriteByte(byte value)
        {
            Check(1);
            base.WriteByte(value);
        }

        // MemoryStream's own asynchronous writes go through the methods above.
        void Check(int count)
        {
            if (Length + count > limit) throw new InvalidDataException($"the answer is longer than {limit} bytes");
        }
    }
}
