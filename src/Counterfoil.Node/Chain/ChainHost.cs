using System.Net;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Node.Chain.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Node.Chain;

/// <summary>An in-process chain that other programs can reach by JSON-RPC on the loopback address.</summary>
public sealed class ChainHost : IAsyncDisposable
{
    const int MaxSockets = 256;

    readonly WebApplication application;
    readonly BlockTimer timer;

    ChainHost(WebApplication application, LocalChain chain, Uri address) =>
        (this.application, Chain, Address, timer) = (application, chain, address, new BlockTimer(chain, TimeProvider.System));

    /// <summary>The chain.</summary>
    public LocalChain Chain { get; }

    /// <summary>Where it answers: <c>http://127.0.0.1:…</c>, and by WebSocket at the same place.</summary>
    public Uri Address { get; }

    /// <summary>Starts to serve a chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="port">The port; 0 for one that is free.</param>
    /// <param name="flush">What every answer waits for: <see cref="ChainStore.FlushAsync"/> of a chain that is kept, nothing for one in memory. Where it fails, there is no answer.</param>
    /// <param name="cancellationToken">Stops starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ChainHost> StartAsync(LocalChain chain, int port = 0, Func<Task>? flush = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chain);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // what went wrong is in the answer; the answer to stdout is the caller's
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = JsonRpcDispatcher.MaxRequestLength + 1;
            kestrel.Limits.MaxConcurrentUpgradedConnections = MaxSockets;
            kestrel.AddServerHeader = false;
        });
        var application = builder.Build();
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        var dispatcher = new JsonRpcDispatcher(chain);
        application.MapJsonRpc(dispatcher, flush: flush);
        application.MapJsonRpcSocket(dispatcher, chain, application.Lifetime.ApplicationStopping, flush: flush);
        await application.StartAsync(cancellationToken).ConfigureAwait(false);
        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new ChainHost(application, chain, new Uri(address));
    }

    /// <summary>Runs until the host is told to stop, by Ctrl-C most of all.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => application.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        timer.Dispose();
        await application.DisposeAsync().ConfigureAwait(false);
    }
}
