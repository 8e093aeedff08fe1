using System.Security.Cryptography;
using Counterfoil.Core.Verdicts;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace Counterfoil.Core.Signing;

/// <summary>
/// ECDSA on P-256 with SHA-256 (FIPS 186-5 §6, deterministic by RFC 6979) by BouncyCastle; signatures are r ‖ s, 32 bytes each.
/// </summary>
/// <remarks>Stricter than FIPS 186-5: s ≤ (n − 1)/2, for (r, n − s) would be a second valid signature that anyone can compute.</remarks>
sealed class P256Scheme : IScheme
{
    static readonly ECDomainParameters Domain = new(CustomNamedCurves.GetByName("P-256"));
    static readonly BigInteger HalfOrder = Domain.N.ShiftRight(1);

    public SignatureAlgorithm Algorithm => SignatureAlgorithm.P256;
    public string Name => "p256";
    public int PublicKeySize => 65;

    // SEQUENCE { SEQUENCE { OID id-ecPublicKey, OID prime256v1 }, BIT STRING (66 bytes, none unused) } (RFC 5480 §2).
    public ReadOnlySpan<byte> SubjectPublicKeyInfoPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    public Verdict CheckPublicKey(byte[] publicKey)
    {
        if (publicKey[0] != 0x04) // 0x06 and 0x07 (hybrid) have this length too: a second spelling of the same key
            return Verdict.Reject(CoreChecks.KeyEncoding, "an uncompressed point (0x04)", $"0x{publicKey[0]:x2}");
        var x = Number(publicKey.AsSpan(1, 32));
        var y = Number(publicKey.AsSpan(33));
        var field = Domain.Curve.Field.Characteristic;
        // The cofactor is 1, so every point of the curve is in the prime-order group; infinity has no uncompressed form.
        return x.CompareTo(field) < 0 && y.CompareTo(field) < 0 && Domain.Curve.CreatePoint(x, y).IsValid()
            ? Verdict.Accept
            : Verdict.Reject(CoreChecks.KeyPoint, "a point of P-256", Convert.ToHexStringLower(publicKey));
    }

    public Verdict Verify(byte[] publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        BigInteger r = Number(signature[..32]), s = Number(signature[32..]);
        if (r.SignValue == 0 || s.SignValue == 0 || r.CompareTo(Domain.N) >= 0 || s.CompareTo(Domain.N) >= 0)
            return Verdict.Reject(CoreChecks.SignatureScalar, "1 ≤ r, s < n", Convert.ToHexStringLower(signature));
        if (s.CompareTo(HalfOrder) > 0)
            return Verdict.Reject(CoreChecks.SignatureLowS, "s ≤ (n − 1)/2", Convert.ToHexStringLower(signature[32..]));
        var verifier = new ECDsaSigner();
        verifier.Init(false, new ECPublicKeyParameters(Domain.Curve.CreatePoint(Number(publicKey.AsSpan(1, 32)), Number(publicKey.AsSpan(33))), Domain));
        return verifier.VerifySignature(SHA256.HashData(message), r, s)
            ? Verdict.Accept
            : Verdict.Reject(CoreChecks.SignatureEquation, "a signature of this message by this key", Convert.ToHexStringLower(signature));
    }

    public bool IsSeed(ReadOnlySpan<byte> seed)
    {
        var d = Number(seed);
        return d.SignValue > 0 && d.CompareTo(Domain.N) < 0;
    }

    public byte[] PublicKeyOf(byte[] seed) => Domain.G.Multiply(Number(seed)).Normalize().GetEncoded(false);

    public byte[] Sign(byte[] seed, byte[] publicKey, ReadOnlySpan<byte> message)
    {
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Org.BouncyCastle.Crypto.Digests.Sha256Digest()));
        signer.Init(true, new ECPrivateKeyParameters(Number(seed), Domain));
        var pair = signer.GenerateSignature(SHA256.HashData(message));
        BigInteger r = pair[0], s = pair[1];
        if (s.CompareTo(HalfOrder) > 0) s = Domain.N.Subtract(s);
        var signature = new byte[IScheme.SignatureSize];
        r.ToByteArrayUnsigned().CopyTo(signature, 32 - r.GetLengthofByteArrayUnsigned());
        s.ToByteArrayUnsigned().CopyTo(signature, 64 - s.GetLengthofByteArrayUnsigned());
        return signature;
    }

    static BigInteger Number(ReadOnlySpan<byte> bigEndian) => new(1, bigEndian);
}
