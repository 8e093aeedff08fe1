using System.Globalization;
using System.Net.Http.Headers;

namespace Counterfoil.Log.Http;

/// <summary>Bodies of strangers: read up to a limit, and not a byte further.</summary>
static class Limited
{
    /// <summary>The body, or null where it is longer than <paramref name="most"/> bytes.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, int most, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = await body.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            if (bytes.Length + read > most) return null;
            bytes.Write(buffer, 0, read);
        }
        return bytes.ToArray();
    }

    /// <summary>Sends a request and gives status and body; a body too long is an <see cref="InvalidDataException"/>.</summary>
    /// <exception cref="HttpRequestException">The server is not there, or its whole answer takes longer than the client's <see cref="HttpClient.Timeout"/>.</exception>
    public static async Task<(int Status, byte[] Body)> AskAsync(HttpClient http, HttpRequestMessage request, int most, CancellationToken cancellation)
    {
        // The client's own limit ends with the headers: a server that sends a byte a minute would hold whoever reads it.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(http.Timeout);
        try
        {
            return await ExchangeAsync(http, request, most, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"{request.RequestUri} takes longer than {http.Timeout.TotalSeconds} seconds to answer"));
        }
    }

    static async Task<(int Status, byte[] Body)> ExchangeAsync(HttpClient http, HttpRequestMessage request, int most, CancellationToken cancellation)
    {
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        // What was compressed without being asked for is looked through here, so that the limit is on what is kept.
        using var plain = response.Content.Headers.ContentEncoding.Contains("gzip") ? new System.IO.Compression.GZipStream(body, System.IO.Compression.CompressionMode.Decompress) : body;
        var bytes = await ReadAsync(plain, most, cancellation).ConfigureAwait(false) ?? throw new InvalidDataException($"{request.RequestUri} answers with more than {most} bytes");
        return ((int)response.StatusCode, bytes);
    }

    /// <summary>A request for <paramref name="path"/> under a prefix.</summary>
    public static HttpRequestMessage Get(Uri prefix, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Under(prefix, path));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        return request;
    }

    /// <summary>A prefix is followed by a slash and a path, whether or not it ends in one.</summary>
    public static Uri Under(Uri prefix, string path) => new(prefix.AbsoluteUri.TrimEnd('/') + "/" + path);
}
