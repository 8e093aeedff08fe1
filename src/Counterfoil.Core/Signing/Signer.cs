using System.Security.Cryptography;

namespace Counterfoil.Core.Signing;

/// <summary>Who can sign: a key in memory here; a key in a device or a remote service by another subclass.</summary>
public abstract class Signer : IDisposable
{
    /// <summary>The length of a seed in bytes: 32 for both algorithms.</summary>
    public const int SeedSize = IScheme.SeedSize;

    /// <summary>The key that verifies what this signs.</summary>
    public abstract PublicKey PublicKey { get; }

    /// <summary>Signs <paramref name="message"/>: 64 bytes. Deterministic for keys from a seed (RFC 8032, RFC 6979).</summary>
    /// <exception cref="ObjectDisposedException">The secret is gone.</exception>
    public abstract byte[] Sign(ReadOnlySpan<byte> message);

    /// <summary>A signer whose secret is in memory until it is disposed.</summary>
    /// <param name="algorithm">The scheme.</param>
    /// <param name="seed">
    /// 32 secret bytes, copied. Ed25519: the private key of RFC 8032 §5.1.5. P-256: the private scalar, big-endian, in 1 … n − 1; a uniform
    /// seed is outside that range once in 2³² times, for <see cref="IsSeed"/> to say beforehand.
    /// </param>
    /// <exception cref="ArgumentException">The seed is not 32 bytes long, or not in range. The message does not contain it.</exception>
    public static Signer FromSeed(SignatureAlgorithm algorithm, ReadOnlySpan<byte> seed)
    {
        if (!IsSeed(algorithm, seed)) throw new ArgumentException($"not a seed for {algorithm}: {seed.Length} bytes", nameof(seed));
        return new SeedSigner(IScheme.Of(algorithm), seed);
    }

    /// <summary>Whether <paramref name="seed"/> has the length and range of a secret key of <paramref name="algorithm"/>.</summary>
    public static bool IsSeed(SignatureAlgorithm algorithm, ReadOnlySpan<byte> seed) =>
        seed.Length == SeedSize && IScheme.Of(algorithm).IsSeed(seed);

    /// <summary>Forgets the secret.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroes the secret.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <remarks>
/// The seed is pinned, so that the collector leaves no copies behind, and zeroed on disposal. The library's own temporaries (the expanded
/// Ed25519 key, the P-256 scalar as a big integer) are beyond our reach: they die with the next collection, unzeroed.
/// </remarks>
sealed class SeedSigner : Signer
{
    readonly IScheme scheme;
    readonly byte[] seed;
    bool forgotten;

    public SeedSigner(IScheme scheme, ReadOnlySpan<byte> secret)
    {
        this.scheme = scheme;
        seed = GC.AllocateArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(seed);
        if (!PublicKey.Decode(scheme.Algorithm, scheme.PublicKeyOf(seed), out var key).IsAccepted)
            throw new CryptographicException("the key pair is not valid");
        PublicKey = key!;
    }

    public override PublicKey PublicKey { get; }

    public override byte[] Sign(ReadOnlySpan<byte> message)
    {
        ObjectDisposedException.ThrowIf(forgotten, this);
        return scheme.Sign(seed, PublicKey.Bytes.ToArray(), message);
    }

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(seed);
        forgotten = true;
    }

    public override string ToString() => $"signer of {PublicKey}";
}
