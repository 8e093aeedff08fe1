namespace Counterfoil.Chain.Rpc;

/// <summary>Carries a JSON-RPC request to a chain and brings back the response.</summary>
public interface IJsonRpcTransport
{
    /// <summary>Who is asked, as error messages name it: without credentials.</summary>
    string Endpoint { get; }

    /// <summary>Sends the bytes of a request and returns those of the response.</summary>
    /// <param name="request">One JSON-RPC request.</param>
    /// <param name="method">Its method, for error messages.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChainException">The endpoint is dead, late, or answers with an HTTP error.</exception>
    Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, string method, CancellationToken cancellationToken);
}

/// <summary>Asks a chain in the same process.</summary>
/// <param name="name">What error messages call it.</param>
/// <param name="handle">Answers a request; for the in-process chain, <c>JsonRpcDispatcher.Handle</c>.</param>
public sealed class InProcessTransport(string name, Func<ReadOnlyMemory<byte>, byte[]> handle) : IJsonRpcTransport
{
    /// <inheritdoc/>
    public string Endpoint { get; } = name;

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, string method, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<ReadOnlyMemory<byte>>(handle(request));
    }
}
