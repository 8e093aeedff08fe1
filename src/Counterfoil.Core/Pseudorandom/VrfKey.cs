using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Counterfoil.Core.Pseudorandom;

/// <summary>A verifiable random function: outputs that nobody can compute without the key, and everybody can check with its public half.</summary>
/// <remarks>
/// ECVRF-P256-SHA256-TAI (RFC 9381 §5.5). Not constant-time, neither in the input (try-and-increment) nor in the key (the library's multiplication): keep a caller who could measure
/// microseconds away from it. The secret's bytes are zeroed; the library's integers made of them are left to the garbage collector.
/// </remarks>
public sealed class VrfKey : IDisposable
{
    /// <summary>The length of a secret in bytes.</summary>
    public const int SecretSize = P256Group.ScalarSize;

    /// <summary>The length of a proof in bytes.</summary>
    public const int ProofSize = P256Group.ElementSize + VrfPublicKey.ChallengeSize + P256Group.ScalarSize;

    readonly byte[] secret;
    readonly ECPoint publicPoint;
    bool forgotten;

    /// <summary>Takes a copy of a secret.</summary>
    /// <param name="secret">32 bytes, big-endian, in 1 … n − 1; uniform bytes are outside once in 2³² times.</param>
    /// <exception cref="ArgumentException">Not such a scalar. The message does not contain it.</exception>
    public VrfKey(ReadOnlySpan<byte> secret)
    {
        if (P256Group.DecodeScalar(secret) is not { } x) throw new ArgumentException($"not a scalar of P-256: {secret.Length} bytes", nameof(secret));
        this.secret = secret.ToArray();
        publicPoint = P256Group.Generator.Multiply(x).Normalize();
        PublicKey = new(publicPoint);
    }

    /// <summary>The key that verifies what this proves.</summary>
    public VrfPublicKey PublicKey { get; }

    /// <summary>ECVRF_prove (§5.1).</summary>
    /// <param name="input">The bytes to evaluate at.</param>
    /// <param name="output">The output.</param>
    /// <returns>The proof, 81 bytes.</returns>
    /// <exception cref="ObjectDisposedException">The secret is gone.</exception>
    public byte[] Prove(ReadOnlySpan<byte> input, out Sha256Digest output)
    {
        ObjectDisposedException.ThrowIf(forgotten, this);
        BigInteger x = new(1, secret), q = P256Group.Order;
        var h = VrfPublicKey.EncodeToCurve(PublicKey.Bytes, input);
        var hString = P256Group.Encode(h);
        var gamma = h.Multiply(x).Normalize();
        var nonces = new HMacDsaKCalculator(new Org.BouncyCastle.Crypto.Digests.Sha256Digest()); // §5.4.2.1, RFC 6979
        nonces.Init(q, x, SHA256.HashData(hString));
        var k = nonces.NextK();
        var c = VrfPublicKey.Challenge(publicPoint, h, gamma, P256Group.Generator.Multiply(k), h.Multiply(k));
        var s = new BigInteger(1, c).Multiply(x).Add(k).Mod(q);
        output = VrfPublicKey.Output(gamma);
        return [.. P256Group.Encode(gamma), .. c, .. P256Group.EncodeScalar(s)];
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(secret);
        forgotten = true;
    }
}
