using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Exact;

/// <summary>The terms that a buyer accepted, as one digest: what a payment context binds.</summary>
public static class Quote
{
    /// <summary>The digest of terms: SHA-256 of <see cref="Domains.Quote"/> and of the terms' JSON in the canonical form of RFC 8785.</summary>
    public static Verdict Digest(PaymentRequirements requirements, out Sha256Digest digest)
    {
        digest = default;
        var element = JsonSerializer.SerializeToElement(requirements, X402Json.Default.PaymentRequirements);
        if (!CanonicalJson.TryWrite(element, out byte[] canonical))
            return Verdict.Reject(PaymentChecks.Quote, "terms of strings and whole numbers, which have a canonical form", "others");
        digest = Sha256.Hash([.. Domains.Quote, .. canonical]);
        return Verdict.Accept;
    }
}
