using System.Security.Cryptography;
using Counterfoil.Core.Verdicts;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Counterfoil.Core.Signing;

/// <summary>ML-DSA-44 (FIPS 204), pure, with an empty context, by BouncyCastle: what witnesses of transparency logs sign with against quantum computers.</summary>
/// <remarks>
/// NIST level 2. Not among <see cref="SignatureAlgorithm"/>: no statement, bundle or policy of ours names such a key; a format that has its own place for one calls this. Any 1,312 bytes are a
/// public key (§7.2, <c>pkDecode</c>). Signatures are strongly unforgeable, and their one encoding is checked (§7.3, <c>HintBitUnpack</c>), so any changed byte is refused.
/// </remarks>
public static class MlDsa44
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeySize = 1312;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureSize = 2420;

    /// <summary>Bytes of the seed ξ that a key pair follows from (§6.1).</summary>
    public const int SeedSize = 32;

    /// <summary>Verifies a signature.</summary>
    /// <exception cref="ArgumentException">The key does not have its length: its format has checked that.</exception>
    public static Verdict Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySize) throw new ArgumentException($"a key has {PublicKeySize} bytes, not {publicKey.Length}", nameof(publicKey));
        if (signature.Length != SignatureSize) return Verdict.Reject(CoreChecks.SignatureLength, $"{SignatureSize} bytes", $"{signature.Length}");
        var verifier = new MLDsaSigner(MLDsaParameters.ml_dsa_44, deterministic: true);
        verifier.Init(false, MLDsaPublicKeyParameters.FromEncoding(MLDsaParameters.ml_dsa_44, publicKey.ToArray()));
        verifier.BlockUpdate(message);
        return verifier.VerifySignature(signature.ToArray()) ? Verdict.Accept
            : Verdict.Reject(CoreChecks.SignatureEquation, "a signature of this message by this key", $"{Convert.ToHexStringLower(signature[..32])}…");
    }
}

/// <summary>Signs with an ML-DSA-44 key whose seed is in memory until it is disposed. Deterministic (§5.2, the variant without randomness).</summary>
/// <remarks>The seed is pinned and zeroed; the library's expanded key dies with the next collection, unzeroed.</remarks>
public sealed class MlDsa44Signer : IDisposable
{
    readonly byte[] seed, publicKey;
    bool forgotten;

    /// <summary>Signs with the key pair of a seed.</summary>
    /// <param name="secret">32 secret bytes, copied.</param>
    public MlDsa44Signer(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != MlDsa44.SeedSize) throw new ArgumentException($"a seed has {MlDsa44.SeedSize} bytes, not {secret.Length}", nameof(secret));
        seed = GC.AllocateArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(seed);
        publicKey = Private().GetPublicKeyEncoded();
    }

    /// <summary>The key that verifies what this signs.</summary>
    public ReadOnlySpan<byte> PublicKey => publicKey;

    /// <summary>Signs <paramref name="message"/>.</summary>
    /// <exception cref="ObjectDisposedException">The secret is gone.</exception>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        ObjectDisposedException.ThrowIf(forgotten, this);
        var signer = new MLDsaSigner(MLDsaParameters.ml_dsa_44, deterministic: true);
        signer.Init(true, Private());
        signer.BlockUpdate(message);
        return signer.GenerateSignature();
    }

    MLDsaPrivateKeyParameters Private() => MLDsaPrivateKeyParameters.FromSeed(MLDsaParameters.ml_dsa_44, seed);

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(seed);
        forgotten = true;
    }
}
