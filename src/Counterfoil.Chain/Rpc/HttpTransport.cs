using System.Net.Http.Headers;

namespace Counterfoil.Chain.Rpc;

/// <summary>Asks a chain over HTTP.</summary>
public sealed class HttpTransport : IJsonRpcTransport
{
    /// <summary>The longest response that is read, in bytes: the receipts of a full block, with room to spare.</summary>
    public const int MaxResponseLength = 64 << 20;

    static readonly MediaTypeHeaderValue Json = new("application/json");

    readonly HttpClient client;
    readonly Uri address;
    readonly TimeSpan timeout;

    /// <summary>Asks the endpoint at <paramref name="address"/>.</summary>
    /// <param name="client">Not disposed here; its own timeout should not be shorter.</param>
    /// <param name="address">An http or https address; it may hold credentials, which stay out of error messages.</param>
    /// <param name="timeout">The longest wait for one answer; 20 seconds if null.</param>
    public HttpTransport(HttpClient client, Uri address, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")) throw new ArgumentException($"expected an http or https address, got '{address}'", nameof(address));
        (this.client, this.address, this.timeout) = (client, address, timeout ?? TimeSpan.FromSeconds(20));
        // Paths and queries of hosted endpoints are keys; scheme and authority without user information say enough.
        Endpoint = $"{address.Scheme}://{address.Host}:{address.Port}";
    }

    /// <inheritdoc/>
    public string Endpoint { get; }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, string method, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(request) };
            message.Content.Headers.ContentType = Json;
            using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
            // Some endpoints answer a JSON-RPC error with status 400 or 500, and its text says more than the status.
            bool isJson = response.Content.Headers.ContentType?.MediaType == Json.MediaType;
            if (!response.IsSuccessStatusCode && !isJson)
                throw new ChainException(Endpoint, method, $"HTTP status {(int)response.StatusCode}") { Kind = ChainFailure.Unreachable };
            return await ReadAsync(response.Content, method, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ChainException(Endpoint, method, $"no answer within {timeout.TotalSeconds:0.###} s") { Kind = ChainFailure.TimedOut };
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new ChainException(Endpoint, method, failure.Message, failure) { Kind = ChainFailure.Unreachable };
        }
    }

    async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, string method, CancellationToken cancellationToken)
    {
        using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var bytes = new byte[(int)Math.Clamp(content.Headers.ContentLength ?? 4096, 1, 1 << 20)];
        int length = 0;
        for (int read; (read = await stream.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0;)
        {
            length += read;
            if (length > MaxResponseLength) throw new ChainException(Endpoint, method, $"an answer of more than {MaxResponseLength} bytes") { Kind = ChainFailure.WrongAnswer };
            if (length == bytes.Length) Array.Resize(ref bytes, 2 * length);
        }
        return bytes.AsMemory(0, length);
    }
}
