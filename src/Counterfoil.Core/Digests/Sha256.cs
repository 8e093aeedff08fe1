namespace Counterfoil.Core.Digests;

/// <summary>SHA-256 (FIPS 180-4).</summary>
public static class Sha256
{
    /// <summary>The digest of <paramref name="message"/>.</summary>
    public static Sha256Digest Hash(ReadOnlySpan<byte> message)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        System.Security.Cryptography.SHA256.HashData(message, digest);
        return new Sha256Digest(digest);
    }
}
