using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Licences.Credentials;

/// <summary>Verifies a claim's COSE_Sign1 (RFC 9052) with the key in the certificate that it carries (<c>x5chain</c>, RFC 9360).</summary>
/// <remarks>ECDSA and RSA-PSS. The chain, its roots, validity, revocation and any time stamp are not looked at: this shows that one key signed the claim, and not whose key it is.</remarks>
static class ClaimSignature
{
    static readonly CoseHeaderLabel Chain = new(33), NamedChain = new("x5chain");

    public static Verdict Verify(ReadOnlyMemory<byte>? signature, ReadOnlyMemory<byte> claim, out string? subject)
    {
        subject = null;
        if (signature is null) return Verdict.Reject(LicenceChecks.CredentialsSignature, "a signature box with CBOR", "none");
        try
        {
            var message = CoseMessage.DecodeSign1(signature.Value.Span);
            if (message.Content is not null) return Verdict.Reject(LicenceChecks.CredentialsSignature, "a detached payload", "one inside");
            if (Certificate(message) is not { } der) return Verdict.Reject(LicenceChecks.CredentialsSignature, "a certificate in x5chain", "none");
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            subject = certificate.Subject;
            using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey() ?? certificate.GetRSAPublicKey();
            if (key is null) return Verdict.CannotTell(LicenceChecks.CredentialsSignature, $"an ECDSA or RSA key; the certificate's is {certificate.PublicKey.Oid.Value}");
            return message.VerifyDetached(key, claim.Span) ? Verdict.Accept : Verdict.Reject(LicenceChecks.CredentialsSignature, $"a signature of {subject} over the claim", "another");
        }
        catch (Exception e) when (e is CryptographicException or CborContentException or InvalidOperationException or ArgumentException)
        {
            return Verdict.Reject(LicenceChecks.CredentialsSignature, "a COSE_Sign1 that its certificate's key can verify", e.Message);
        }
    }

    /// <summary>The first certificate: one alone as bytes, or the first of an array.</summary>
    static byte[]? Certificate(CoseSign1Message message)
    {
        if (!message.ProtectedHeaders.TryGetValue(Chain, out var value) && !message.UnprotectedHeaders.TryGetValue(Chain, out value)
            && !message.ProtectedHeaders.TryGetValue(NamedChain, out value) && !message.UnprotectedHeaders.TryGetValue(NamedChain, out value)) return null;
        return CborTree.Read(value.EncodedValue) switch
        {
            byte[] one => one,
            List<object?> { Count: > 0 } many => many[0] as byte[],
            _ => null,
        };
    }
}
