using Counterfoil.Core.Verdicts;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Counterfoil.Core.Signing;

/// <summary>Ed25519 (RFC 8032 §5.1, PureEdDSA) by BouncyCastle, with stricter verification.</summary>
/// <remarks>
/// Stricter than the RFC, so that every verifier in the world that follows it at all agrees with us: A and R must be canonical and of prime
/// order. Otherwise a signer could make signatures that the cofactored equation accepts and the cofactorless one refuses.
/// </remarks>
sealed class Ed25519Scheme : IScheme
{
    // L = 2^252 + 27742317777372353535851937790883648493, little-endian (§5.1).
    static ReadOnlySpan<byte> GroupOrder =>
    [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    public SignatureAlgorithm Algorithm => SignatureAlgorithm.Ed25519;
    public string Name => "ed25519";
    public int PublicKeySize => Ed25519.PublicKeySize;

    // SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING (33 bytes, none unused) } (RFC 8410 §4).
    public ReadOnlySpan<byte> SubjectPublicKeyInfoPrefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    public Verdict CheckPublicKey(byte[] publicKey) =>
        Ed25519.ValidatePublicKeyFull(publicKey, 0)
            ? Verdict.Accept
            : Verdict.Reject(CoreChecks.KeyPoint, "a canonical point of the prime-order group", Convert.ToHexStringLower(publicKey));

    public Verdict Verify(byte[] publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var s = signature[32..];
        if (!IsBelowOrder(s))
            return Verdict.Reject(CoreChecks.SignatureScalar, "S < L", Convert.ToHexStringLower(s));
        var bytes = signature.ToArray();
        if (!Ed25519.ValidatePublicKeyFull(bytes, 0))
            return Verdict.Reject(CoreChecks.SignaturePoint, "R a canonical point of the prime-order group",
                Convert.ToHexStringLower(signature[..32]));
        var signed = message.ToArray();
        return Ed25519.Verify(bytes, 0, publicKey, 0, signed, 0, signed.Length)
            ? Verdict.Accept
            : Verdict.Reject(CoreChecks.SignatureEquation, "a signature of this message by this key", Convert.ToHexStringLower(signature));
    }

    public bool IsSeed(ReadOnlySpan<byte> seed) => true; // every seed is hashed and clamped (§5.1.5)

    public byte[] PublicKeyOf(byte[] seed)
    {
        var publicKey = new byte[PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
        return publicKey;
    }

    public byte[] Sign(byte[] seed, byte[] publicKey, ReadOnlySpan<byte> message)
    {
        var signed = message.ToArray();
        var signature = new byte[IScheme.SignatureSize];
        Ed25519.Sign(seed, 0, publicKey, 0, signed, 0, signed.Length, signature, 0);
        return signature;
    }

    static bool IsBelowOrder(ReadOnlySpan<byte> scalar)
    {
        for (int i = 31; i >= 0; i--)
            if (scalar[i] != GroupOrder[i]) return scalar[i] < GroupOrder[i];
        return false;
    }
}
