using Counterfoil.Core.Digests;

namespace Counterfoil.Evidence.Payments;

/// <summary>
/// What ties a payment to one request under one quote: the EIP-3009 nonce, and the context that the seller's proof absorbs before its first
/// challenge. It is known before the proof exists, so nothing runs in a circle.
/// </summary>
public static class PaymentContext
{
    /// <summary>Keccak-256 of the domain, the request digest, the quote's digest and the payer's salt, 32 bytes each.</summary>
    /// <param name="request">The <see cref="RequestDigest"/>.</param>
    /// <param name="quote">SHA-256 of the payment requirements that the payer chose, byte for byte.</param>
    /// <param name="salt">The payer's randomness: a second payment for the same request has another nonce.</param>
    public static Keccak256Digest Digest(Sha256Digest request, Sha256Digest quote, Bytes32 salt)
    {
        var domain = Domains.PaymentContext;
        Span<byte> message = stackalloc byte[domain.Length + 3 * Bytes32.Size];
        domain.CopyTo(message);
        request.CopyTo(message[domain.Length..]);
        quote.CopyTo(message[(domain.Length + 32)..]);
        salt.CopyTo(message[(domain.Length + 64)..]);
        return Keccak256.Hash(message);
    }
}
