using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evidence.Payments;

/// <summary>The digest of an HTTP request: what a payment is for and an inference proof answers.</summary>
/// <remarks>
/// SHA-256 of the domain, then method, target (path and query as sent) and body, each as an 8-byte big-endian length and its bytes: no two
/// requests share an encoding.
/// </remarks>
public static class RequestDigest
{
    /// <summary>The digest of a request.</summary>
    /// <param name="method">HTTP method, upper case.</param>
    /// <param name="target">Path and query as sent.</param>
    /// <param name="body">The body's bytes.</param>
    public static Sha256Digest Of(string method, string target, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(target);
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        hash.AppendData(Domains.Request);
        Append(hash, System.Text.Encoding.UTF8.GetBytes(method));
        Append(hash, System.Text.Encoding.UTF8.GetBytes(target));
        Append(hash, body);
        return new Sha256Digest(hash.GetHashAndReset());
    }

    static void Append(System.Security.Cryptography.IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
