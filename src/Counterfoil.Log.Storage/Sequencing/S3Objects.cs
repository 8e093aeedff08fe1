using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Counterfoil.Log.Storage.Sequencing;

/// <summary>A bucket of S3, or of anything that speaks it and honours <c>If-None-Match</c> and <c>If-Match</c> on PUT.</summary>
/// <param name="client">Credentials, region and endpoint; stays the caller's.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">Before every key: empty, or ending in a slash.</param>
public sealed class S3Objects(IAmazonS3 client, string bucket, string prefix = "") : IObjectStore
{
    /// <inheritdoc/>
    public async ValueTask<StoredObject?> ReadAsync(string key, CancellationToken cancellation = default)
    {
        try
        {
            using var response = await client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = prefix + key }, cancellation).ConfigureAwait(false);
            using var bytes = new MemoryStream();
            await response.ResponseStream.CopyToAsync(bytes, cancellation).ConfigureAwait(false);
            return new(bytes.ToArray(), response.ETag);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw Failed("GET", key, e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> CreateAsync(string key, ReadOnlyMemory<byte> bytes, string contentType, string cacheControl, CancellationToken cancellation = default) =>
        PutAsync(new PutObjectRequest { IfNoneMatch = "*" }, key, bytes, contentType, cacheControl, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> ReplaceAsync(string key, ReadOnlyMemory<byte> bytes, string version, string contentType, string cacheControl, CancellationToken cancellation = default) =>
        PutAsync(new PutObjectRequest { IfMatch = version }, key, bytes, contentType, cacheControl, cancellation);

    async ValueTask<bool> PutAsync(PutObjectRequest request, string key, ReadOnlyMemory<byte> bytes, string contentType, string cacheControl, CancellationToken cancellation)
    {
        using var body = new MemoryStream(bytes.ToArray());
        (request.BucketName, request.Key, request.InputStream, request.ContentType, request.Headers.CacheControl) = (bucket, prefix + key, body, contentType, cacheControl);
        try
        {
            await client.PutObjectAsync(request, cancellation).ConfigureAwait(false);
            return true;
        }
        // 409: another PUT with a condition on the same key is under way, and one of the two loses.
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            return false;
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw Failed("PUT", key, e);
        }
    }

    IOException Failed(string method, string key, Exception e) => new($"{method} {prefix}{key} in bucket {bucket} failed: {e.Message}", e);
}
