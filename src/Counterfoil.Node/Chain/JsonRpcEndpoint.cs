using System.Buffers;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Node.Chain;

/// <summary>JSON-RPC over HTTP for the in-process chain, at one route: POST for requests, and a WebSocket for those who subscribe.</summary>
/// <remarks>
/// The chain's cheats make money, so it listens on the loopback address alone, and a web page in a browser of the same machine is kept out
/// twice: its host name would have to be a loopback one (against DNS rebinding), and <c>application/json</c> from another origin needs a
/// permission that is never given (CORS). Browsers let any page open a WebSocket, so there it is the page's origin that is looked at.
/// </remarks>
public static class JsonRpcEndpoint
{
    static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Serves the dispatcher at <paramref name="path"/>.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="dispatcher">Who answers.</param>
    /// <param name="path">The route.</param>
    /// <param name="flush">What every answer waits for.</param>
    public static IEndpointConventionBuilder MapJsonRpc(this IEndpointRouteBuilder routes, JsonRpcDispatcher dispatcher, string path = "/", Func<Task>? flush = null)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(dispatcher);
        return routes.MapPost(path, context => AnswerAsync(context, dispatcher, flush));
    }

    /// <summary>Serves the dispatcher by WebSocket at <paramref name="path"/>; the application must use WebSockets.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="dispatcher">Who answers.</param>
    /// <param name="chain">The dispatcher's chain, which says when there is news.</param>
    /// <param name="stopping">Ends the connections, which otherwise last as long as the other side likes.</param>
    /// <param name="path">The route.</param>
    /// <param name="flush">What every message waits for.</param>
    public static IEndpointConventionBuilder MapJsonRpcSocket(
        this IEndpointRouteBuilder routes, JsonRpcDispatcher dispatcher, LocalChain chain, CancellationToken stopping, string path = "/", Func<Task>? flush = null)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(dispatcher);
        ArgumentNullException.ThrowIfNull(chain);
        return routes.MapGet(path, context => ConnectAsync(context, dispatcher, chain, flush, stopping));
    }

    static async Task ConnectAsync(HttpContext context, JsonRpcDispatcher dispatcher, LocalChain chain, Func<Task>? flush, CancellationToken stopping)
    {
        if (!LoopbackNames.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }
        // Programs send no origin; a page of this very host would be its own.
        if (context.Request.Headers.Origin.Count > 0 && context.Request.Headers.Origin != $"{context.Request.Scheme}://{context.Request.Host}")
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var connection = new JsonRpcSocket(socket, dispatcher, chain, flush);
        await connection.RunAsync(ending.Token).ConfigureAwait(false);
    }

    static async Task AnswerAsync(HttpContext context, JsonRpcDispatcher dispatcher, Func<Task>? flush)
    {
        if (!LoopbackNames.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }
        if (!context.Request.HasJsonContentType())
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }
        if (await ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false) is not { } request)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }
        byte[] response = dispatcher.Handle(request);
        if (flush is not null) await flush().ConfigureAwait(false);
        if (response.Length == 0)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = response.Length;
        await context.Response.Body.WriteAsync(response, context.RequestAborted).ConfigureAwait(false);
    }

    // Null where the body is longer than any request that is answered.
    static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > JsonRpcDispatcher.MaxRequestLength) return null;
        var body = new ArrayBufferWriter<byte>((int)Math.Max(request.ContentLength ?? 0, 256));
        for (int read; (read = await request.Body.ReadAsync(body.GetMemory(256), cancellationToken).ConfigureAwait(false)) > 0;)
        {
            body.Advance(read);
            if (body.WrittenCount > JsonRpcDispatcher.MaxRequestLength) return null;
        }
        return body.WrittenMemory;
    }
}
