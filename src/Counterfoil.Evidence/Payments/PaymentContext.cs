using System.Buffers.Binary;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evidence.Payments;

/// <summary>
/// What a payment is for, fixed before anything is paid or computed: this request, at these terms, this once. Its digest is the nonce of the
/// EIP-3009 authorization, and what a seller's inference proof absorbs: so neither payment nor proof can be moved to another request.
/// </summary>
/// <param name="Request">The digest of the request.</param>
/// <param name="Quote">The digest of the terms that the buyer accepted.</param>
/// <param name="Salt">32 random bytes of the buyer, so that asking twice is paying twice, and that the nonce tells an onlooker nothing of the request.</param>
/// <remarks>The order is free of circles: request → context (nonce) → proof → response → receipt → settlement; each commits to what is left of it.</remarks>
public sealed record PaymentContext(Sha256Digest Request, Sha256Digest Quote, Bytes32 Salt)
{
    /// <summary>Keccak-256 of <see cref="Domains.PaymentContext"/> ‖ request ‖ quote ‖ salt.</summary>
    public Bytes32 Digest
    {
        get
        {
            var domain = Domains.PaymentContext;
            Span<byte> input = stackalloc byte[domain.Length + 3 * Bytes32.Size];
            domain.CopyTo(input);
            Request.CopyTo(input[domain.Length..]);
            Quote.CopyTo(input[(domain.Length + Bytes32.Size)..]);
            Salt.CopyTo(input[(domain.Length + 2 * Bytes32.Size)..]);
            return Keccak256.Hash(input).Value;
        }
    }

    /// <summary>
    /// The digest of a request: SHA-256 of <see cref="Domains.Request"/>, then method, target and body, each after its length in bytes
    /// (8 bytes, big-endian).
    /// </summary>
    /// <param name="method">The method, exact case: <c>POST</c>.</param>
    /// <param name="target">Path and query as they stand in the request line (RFC 9112 §3.2.1): <c>/infer?model=mlp</c>.</param>
    /// <param name="body">The bytes of the body; none where there is no body.</param>
    /// <remarks>Not part of it: the host (the payee is in the quote) and headers, which proxies rewrite. What matters to the answer belongs in path, query or body.</remarks>
    public static Sha256Digest DigestRequest(string method, string target, ReadOnlySpan<byte> body)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentException.ThrowIfNullOrEmpty(target);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Domains.Request);
        Append(hash, System.Text.Encoding.UTF8.GetBytes(method));
        Append(hash, System.Text.Encoding.UTF8.GetBytes(target));
        Append(hash, body);
        return new Sha256Digest(hash.GetHashAndReset());
    }

    static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
