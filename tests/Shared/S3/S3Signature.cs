using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Counterfoil.Tests.S3;

/// <summary>AWS Signature Version 4, as a server verifies it: the headers', and that of each chunk and of the trailer of a body that is signed as it streams.</summary>
static class S3Signature
{
    static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    static string Hash(byte[] bytes) => Hex(SHA256.HashData(bytes));

    static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    /// <summary>The request's body, or null when a signature is wrong.</summary>
    public static async Task<byte[]?> VerifiedBody(HttpContext context, string secret)
    {
        var request = context.Request;
        var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy);
        var body = copy.ToArray();
        string authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal)) return null;
        var parts = authorization["AWS4-HMAC-SHA256 ".Length..].Split(',').Select(p => p.Trim().Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        string[] credential = parts["Credential"].Split('/'); // key, date, region, service, aws4_request
        if (credential[0] != S3Server.AccessKey) return null;
        string time = request.Headers["x-amz-date"].ToString(), scope = string.Join('/', credential[1..]), content = request.Headers["x-amz-content-sha256"].ToString();
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?', 2);
        string query = target.Length == 1 ? "" : string.Join('&', target[1].Split('&').Select(p => p.Contains('=') ? p : p + "=").Order(StringComparer.Ordinal));
        string[] signed = parts["SignedHeaders"].Split(';');
        string headers = string.Concat(signed.Select(h => $"{h}:{string.Join(',', request.Headers[h].Select(v => v!.Trim()))}\n"));
        string canonical = $"{request.Method}\n{target[0]}\n{query}\n{headers}\n{parts["SignedHeaders"]}\n{content}";
        byte[] key = credential[1..].Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), Mac);
        string signature = Hex(Mac(key, $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}"));
        if (signature != parts["Signature"]) return null;
        if (content.StartsWith("STREAMING-", StringComparison.Ordinal)) return Unchunk(body, content, signature, key, $"{time}\n{scope}");
        return content == "UNSIGNED-PAYLOAD" || content == Hash(body) ? body : null;
    }

    /// <summary>aws-chunked: <c>size;chunk-signature=…</c>, the bytes, and so on to a chunk of none; then trailing headers, and their signature.</summary>
    static byte[]? Unchunk(byte[] body, string content, string previous, byte[] key, string context)
    {
        bool isSigned = content.StartsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", StringComparison.Ordinal);
        var bytes = new MemoryStream();
        int at = 0;
        string Line()
        {
            int length = body.AsSpan(at).IndexOf("\r\n"u8);
            string line = Encoding.UTF8.GetString(body, at, length < 0 ? body.Length - at : length);
            at = Math.Min(body.Length, at + line.Length + 2);
            return line;
        }
        while (true)
        {
            var head = Line().Split(';');
            int size = int.Parse(head[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var chunk = body.AsSpan(at, size).ToArray();
            if (isSigned)
            {
                previous = Hex(Mac(key, $"AWS4-HMAC-SHA256-PAYLOAD\n{context}\n{previous}\n{Hash([])}\n{Hash(chunk)}"));
                if (head.Length < 2 || head[1] != $"chunk-signature={previous}") return null;
            }
            if (size == 0) break;
            bytes.Write(chunk);
            at += size + 2;
        }
        if (!content.EndsWith("-TRAILER", StringComparison.Ordinal)) return bytes.ToArray();
        string trailer = "", signature = "";
        while (at < body.Length)
        {
            string line = Line();
            if (line.StartsWith("x-amz-trailer-signature:", StringComparison.Ordinal)) signature = line[(line.IndexOf(':') + 1)..];
            else if (line.Length > 0) trailer += line + "\n";
        }
        return !isSigned || signature == Hex(Mac(key, $"AWS4-HMAC-SHA256-TRAILER\n{context}\n{previous}\n{Hash(Encoding.UTF8.GetBytes(trailer))}")) ? bytes.ToArray() : null;
    }
}
