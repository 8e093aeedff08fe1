using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Tests.S3;

/// <summary>What a server does to a request instead of answering it.</summary>
public enum S3Fault
{
    /// <summary>It answers.</summary>
    None,

    /// <summary>503 SlowDown.</summary>
    Unavailable,

    /// <summary>Headers and half of the body, then the connection is cut.</summary>
    CutHalfway,

    /// <summary>Done, but the connection is cut before the answer.</summary>
    CutAnswer,
}

/// <summary>
/// A server that speaks S3 on loopback, one bucket after another in memory: ListObjectsV2, GET with Range and If-Match, HEAD, PUT with If-Match and If-None-Match, DELETE. Signatures (version 4, of the
/// headers and of each chunk) are verified, since a client that signs wrongly works nowhere else.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    /// <summary>The key pair that it knows.</summary>
    public const string AccessKey = "AKIATEST", SecretKey = "secret/of+the=tests";

    readonly WebApplication app;
    readonly ConcurrentDictionary<string, (byte[] Bytes, string Tag)> objects = new(StringComparer.Ordinal);

    S3Server(WebApplication app) => this.app = app;

    /// <summary>Decides each request's fate.</summary>
    public Func<HttpRequest, S3Fault> Fault { get; set; } = _ => S3Fault.None;

    /// <summary>Objects of a page of a listing at most, below what the client asks for.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Method, path and range of every request so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The address, without path.</summary>
    public string Address => app.Urls.First();

    /// <summary>Starts one on a port of the system's choosing.</summary>
    public static async Task<S3Server> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new S3Server(builder.Build());
        server.app.Run(server.Handle);
        await server.app.StartAsync();
        return server;
    }

    /// <summary>A client of it, which the caller disposes.</summary>
    public AmazonS3Client Client(string? secret = null, int retries = 4) => new(new BasicAWSCredentials(AccessKey, secret ?? SecretKey), new AmazonS3Config
    {
        ServiceURL = Address, ForcePathStyle = true, AuthenticationRegion = "us-east-1", MaxErrorRetry = retries, Timeout = TimeSpan.FromSeconds(20), UseHttp = true,
    });

    /// <summary>Puts an object behind the clients' backs.</summary>
    public void Put(string bucket, string key, byte[] bytes) => objects[$"{bucket}/{key}"] = (bytes, Tag(bytes));

    /// <summary>An object's bytes, or null.</summary>
    public byte[]? Get(string bucket, string key) => objects.TryGetValue($"{bucket}/{key}", out var found) ? found.Bytes : null;

    // Not of the form of an MD5 digest, for which clients take a tag of 32 digits, and compare.
    static string Tag(byte[] bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}-1\"";

    async Task Handle(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString} {request.Headers.Range}".TrimEnd());
        var fault = Fault(request);
        if (fault == S3Fault.Unavailable)
        {
            await Fail(context, 503, "SlowDown");
            return;
        }
        var body = await S3Signature.VerifiedBody(context, SecretKey);
        if (body is null)
        {
            await Fail(context, 403, "SignatureDoesNotMatch");
            return;
        }
        string path = request.Path.Value![1..]; // bucket/key
        if (request.Method == "GET" && !path.TrimEnd('/').Contains('/')) await List(context, path.TrimEnd('/'));
        else if (request.Method is "GET" or "HEAD") await Read(context, path, fault);
        else if (request.Method == "PUT") await Write(context, path, body, fault);
        else if (request.Method == "DELETE")
        {
            objects.TryRemove(path, out _);
            context.Response.StatusCode = 204;
        }
        else await Fail(context, 501, "NotImplemented");
    }

    async Task Read(HttpContext context, string path, S3Fault fault)
    {
        var (request, response) = (context.Request, context.Response);
        if (!objects.TryGetValue(path, out var found))
        {
            await Fail(context, 404, "NoSuchKey");
            return;
        }
        if (request.Headers.IfMatch.Count > 0 && request.Headers.IfMatch != found.Tag)
        {
            await Fail(context, 412, "PreconditionFailed");
            return;
        }
        var bytes = found.Bytes.AsMemory();
        if (request.Headers.Range is [{ } range])
        {
            var ends = range["bytes=".Length..].Split('-').Select(e => long.Parse(e, CultureInfo.InvariantCulture)).ToArray();
            if (ends[0] >= bytes.Length)
            {
                await Fail(context, 416, "InvalidRange");
                return;
            }
            int last = (int)Math.Min(ends[1], bytes.Length - 1);
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {ends[0]}-{last}/{bytes.Length}";
            bytes = bytes[(int)ends[0]..(last + 1)];
        }
        response.Headers.ETag = found.Tag;
        response.ContentLength = bytes.Length;
        response.ContentType = "application/octet-stream";
        if (request.Method == "HEAD") return;
        if (fault == S3Fault.CutHalfway)
        {
            await response.Body.WriteAsync(bytes[..(bytes.Length / 2)]);
            await response.Body.FlushAsync();
            context.Abort();
            return;
        }
        await response.Body.WriteAsync(bytes);
    }

    async Task Write(HttpContext context, string path, byte[] bytes, S3Fault fault)
    {
        var (match, noneMatch) = (context.Request.Headers.IfMatch, context.Request.Headers.IfNoneMatch);
        bool isRefused;
        lock (objects)
        {
            bool exists = objects.TryGetValue(path, out var found);
            isRefused = noneMatch.Count > 0 && exists || match.Count > 0 && (!exists || match != found.Tag);
            if (!isRefused) objects[path] = (bytes, Tag(bytes));
        }
        if (fault == S3Fault.CutAnswer) context.Abort();
        else if (isRefused) await Fail(context, 412, "PreconditionFailed");
        else context.Response.Headers.ETag = Tag(bytes);
    }

    async Task List(HttpContext context, string bucket)
    {
        var query = context.Request.Query;
        string prefix = query["prefix"].ToString(), after = query["continuation-token"].ToString();
        int most = Math.Min(PageSize, int.TryParse(query["max-keys"], out int asked) ? asked : 1000);
        var keys = objects.Keys.Where(k => k.StartsWith($"{bucket}/{prefix}", StringComparison.Ordinal)).Select(k => k[(bucket.Length + 1)..])
            .Order(StringComparer.Ordinal).Where(k => string.CompareOrdinal(k, after) > 0).Take(most + 1).ToArray();
        bool isUrl = query["encoding-type"] == "url", isTruncated = keys.Length > most;
        XNamespace s3 = "http://s3.amazonaws.com/doc/2006-03-01/";
        string Shown(string key) => isUrl ? Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal) : key;
        var page = new XElement(s3 + "ListBucketResult", new XElement(s3 + "Name", bucket), new XElement(s3 + "Prefix", Shown(prefix)), new XElement(s3 + "KeyCount", Math.Min(keys.Length, most)),
            new XElement(s3 + "MaxKeys", most), new XElement(s3 + "IsTruncated", isTruncated), isUrl ? new XElement(s3 + "EncodingType", "url") : null,
            isTruncated ? new XElement(s3 + "NextContinuationToken", keys[most - 1]) : null,
            keys.Take(most).Select(k => new XElement(s3 + "Contents", new XElement(s3 + "Key", Shown(k)), new XElement(s3 + "LastModified", "2026-01-01T00:00:00.000Z"),
                new XElement(s3 + "ETag", objects[$"{bucket}/{k}"].Tag), new XElement(s3 + "Size", objects[$"{bucket}/{k}"].Bytes.Length), new XElement(s3 + "StorageClass", "STANDARD"))));
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync(page.ToString());
    }

    static async Task Fail(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        if (context.Request.Method != "HEAD") await context.Response.WriteAsync(new XElement("Error", new XElement("Code", code), new XElement("Message", code)).ToString());
    }

    /// <summary>Stops it.</summary>
    public ValueTask DisposeAsync() => app.DisposeAsync();
}
