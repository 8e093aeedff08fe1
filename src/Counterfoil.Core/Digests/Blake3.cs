namespace Counterfoil.Core.Digests;

/// <summary>
/// BLAKE3 (J. O'Connor, J.-P. Aumasson, S. Neves, Z. Wilcox-O'Hearn, 2020): the hash of large objects, whose chunks are hashed in parallel
/// lanes.
/// </summary>
/// <remarks>
/// All three modes, with output of any length. 16 lanes (AVX-512), 8 (AVX2), 4 or one. Little-endian machines. Does not zero its working
/// memory: keys pass through it.
/// </remarks>
public static class Blake3
{
    /// <summary>The length of a key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>The digest of <paramref name="message"/>.</summary>
    public static Blake3Digest Hash(ReadOnlySpan<byte> message)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        Hash(message, digest);
        return new Blake3Digest(digest);
    }

    /// <summary>
    /// Fills <paramref name="output"/>, of any length, from <paramref name="message"/>; its first 32 bytes are the digest.
    /// </summary>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> output) => Run(new Blake3Hasher(), message, output);

    /// <summary>Keyed hash: a MAC, and a pseudo-random function of the message.</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes long.</exception>
    public static void KeyedHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> output) =>
        Run(Blake3Hasher.Keyed(key), message, output);

    /// <summary>Derives a key from key material.</summary>
    /// <param name="context">Hard-coded, globally unique, named in <see cref="Domains"/>; never made from input.</param>
    /// <param name="material">The key material. Not a password: use Argon2id for those.</param>
    /// <param name="output">Receives the key, of any length.</param>
    public static void DeriveKey(string context, ReadOnlySpan<byte> material, Span<byte> output) =>
        Run(Blake3Hasher.ForDerivation(context), material, output);

    static void Run(Blake3Hasher hasher, ReadOnlySpan<byte> message, Span<byte> output)
    {
        hasher.Append(message);
        hasher.Snapshot(output);
    }
}
