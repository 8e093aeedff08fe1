using System.Net;
using Counterfoil.Log.Http.Witnessing;
using Counterfoil.Log.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Log.Http.Serving;

/// <summary>What strangers who connect may cost.</summary>
public sealed record ServingLimits
{
    /// <summary>The most connections at once; more are closed.</summary>
    public int Connections { get; init; } = 4096;

    /// <summary>How long a request's headers may take.</summary>
    public TimeSpan Headers { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The least rate at which a body is sent or an answer read, after <see cref="Grace"/>.</summary>
    public double BytesPerSecond { get; init; } = 4096;

    /// <summary>How long a slower rate is borne; more than a second.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>A web server for a log or a witness. It listens on the loopback address unless told otherwise; before strangers belongs a proxy that speaks TLS.</summary>
public sealed class LogHost : IAsyncDisposable
{
    readonly WebApplication application;

    LogHost(WebApplication application, Uri address) => (this.application, Address) = (application, address);

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>Serves a log: tlog-tiles, and <c>add</c> where there are writers.</summary>
    /// <param name="log">The log.</param>
    /// <param name="published">The checkpoint that is shown; the log's last where null.</param>
    /// <param name="tokens">Who may write; nobody where null.</param>
    /// <param name="endpoint">Where to listen; port 0 takes a free one. A free port of the loopback address where null.</param>
    /// <param name="limits">What strangers may cost; the usual where null.</param>
    /// <param name="cancellation">Stops starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static Task<LogHost> ServeLogAsync(ILog log, Func<SignedCheckpoint?>? published = null, WriterTokens? tokens = null, IPEndPoint? endpoint = null, ServingLimits? limits = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        published ??= () => log.Checkpoint;
        return StartAsync(routes =>
        {
            routes.MapLog(log, published);
            if (tokens is not null) routes.MapAdd(log, published, tokens, TimeSpan.FromSeconds(30));
        }, LogEndpoints.MaxBodyBytes + 1, endpoint, limits, cancellation);
    }

    /// <summary>Serves a witness.</summary>
    /// <param name="witness">The witness.</param>
    /// <param name="endpoint">Where to listen, as for a log.</param>
    /// <param name="cancellation">Stops starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static Task<LogHost> ServeWitnessAsync(WitnessStore witness, IPEndPoint? endpoint = null, CancellationToken cancellation = default) =>
        StartAsync(routes => routes.MapWitness(witness), WitnessEndpoint.MaxBodyBytes + 1, endpoint, null, cancellation);

    /// <summary>Serves routes.</summary>
    public static async Task<LogHost> StartAsync(Action<IEndpointRouteBuilder> map, long maxBody, IPEndPoint? endpoint, ServingLimits? limits = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        limits ??= new();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // what went wrong is in the answer; the answer to stdout is the caller's
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(endpoint ?? new IPEndPoint(IPAddress.Loopback, 0));
            kestrel.Limits.MaxRequestBodySize = maxBody;
            // Strangers who open connections and say nothing, or read a byte a second, cost a connection for a while and no more.
            kestrel.Limits.MaxConcurrentConnections = limits.Connections;
            kestrel.Limits.RequestHeadersTimeout = limits.Headers;
            kestrel.Limits.MinRequestBodyDataRate = kestrel.Limits.MinResponseDataRate = new MinDataRate(limits.BytesPerSecond, limits.Grace);
            kestrel.AddServerHeader = false;
        });
        var application = builder.Build();
        map(application);
        await application.StartAsync(cancellation).ConfigureAwait(false);
        return new LogHost(application, new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();
}
