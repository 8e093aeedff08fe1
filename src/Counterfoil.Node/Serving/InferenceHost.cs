using System.Net;
using Counterfoil.Prover.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Node.Serving;

/// <summary>How a model is served.</summary>
public sealed record ServingOptions
{
    /// <summary>Where to listen; a free port of the loopback address unless told.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Proofs made at the same time; 1 unless told. A proof uses what cores there are.</summary>
    public int Provers { get; init; } = 1;

    /// <summary>Requests that may wait for their turn; 16 unless told. Who comes later is told to come again (503).</summary>
    public int Waiting { get; init; } = 16;

    /// <summary>How long what was begun may take once the server is to end; 25 s unless told.</summary>
    public TimeSpan EndPatience { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Where the log goes; nowhere unless told.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = static logging => logging.ClearProviders();
}

/// <summary>A web server that speaks the Open Inference Protocol v2 for one model, and proves what it answers. Before strangers belongs a proxy that speaks TLS and knows its clients: each proof of hidden weights spends one.</summary>
public sealed class InferenceHost : IAsyncDisposable
{
    // Connections beyond this wait in the system's queue.
    const int MostConnections = 256;

    readonly WebApplication application;

    InferenceHost(WebApplication application, Uri address) => (this.application, Address) = (application, address);

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>Starts to serve a model.</summary>
    /// <param name="folder">The model; it stays the caller's to dispose, after the host.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<InferenceHost> StartAsync(ModelFolder folder, ServingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Provers);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Waiting);
        var builder = WebApplication.CreateSlimBuilder();
        options.Logging(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.EndPatience);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Endpoint);
            kestrel.Limits.MaxRequestBodySize = InferRequest.MostBytes(folder.Published.Input);
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.AddServerHeader = false;
        });
        var application = builder.Build();
        application.MapOpenInference(folder, new ProvingQueue(options.Provers, options.Waiting), IPAddress.IsLoopback(options.Endpoint.Address));
        await application.StartAsync(cancellation).ConfigureAwait(false);
        return new InferenceHost(application, new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));
    }

    /// <summary>Takes no more requests, refuses those that wait for their turn, and ends when those that have it are answered, or patience is at its end.</summary>
    public Task StopAsync() => application.StopAsync(CancellationToken.None);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();
}
