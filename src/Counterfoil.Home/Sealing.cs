using System.Security.Cryptography;

namespace Counterfoil.Home;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce: a home seals far fewer than the 2³² secrets for which that is safe.
/// </summary>
static class Sealing
{
    public const int NonceSize = 12, TagSize = 16;

    /// <summary>Ciphertext ‖ tag.</summary>
    public static byte[] Seal(Secret key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> header)
    {
        var output = new byte[plaintext.Length + TagSize];
        using var cipher = new AesGcm(key.Bytes, TagSize);
        cipher.Encrypt(nonce, plaintext, output.AsSpan(0, plaintext.Length), output.AsSpan(plaintext.Length), [.. domain, .. header]);
        return output;
    }

    /// <summary>The plaintext, or null where key, header or a byte of the rest is another.</summary>
    public static Secret? Open(Secret key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> domain, ReadOnlySpan<byte> header)
    {
        var plaintext = new Secret(sealedBytes.Length - TagSize);
        using var cipher = new AesGcm(key.Bytes, TagSize);
        try
        {
            cipher.Decrypt(nonce, sealedBytes[..plaintext.Length], sealedBytes[plaintext.Length..], plaintext.Writable, [.. domain, .. header]);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            plaintext.Dispose();
            return null;
        }
    }
}
