using System.Security.Cryptography;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>The nonces of RFC 6979 §3.2 with HMAC-SHA-256: the same key and digest give the same signature, and no random source can betray the key.</summary>
ref struct DeterministicNonce
{
    Bytes64 state; // K ‖ V

    public DeterministicNonce(ReadOnlySpan<byte> privateKey, in Scalar digest)
    {
        Span<byte> seed = stackalloc byte[64];
        privateKey.CopyTo(seed);
        digest.Value.WriteBigEndian(seed[32..]); // bits2octets: the digest modulo n
        V.Fill(1);
        Update(0x00, seed);
        Update(0x01, seed);
        CryptographicOperations.ZeroMemory(seed);
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    Span<byte> K => state[..32];
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    Span<byte> V => state[32..];

    /// <summary>The next candidate in [1, n − 1].</summary>
    public Scalar Next()
    {
        while (true)
        {
            HMACSHA256.HashData(K, V, V);
            var candidate = UInt256.ReadBigEndian(V);
            if (!candidate.IsZero && UInt256.SubtractUnderflows(candidate, Scalar.Order, out _)) return Scalar.Reduce(candidate);
            Reject();
        }
    }

    /// <summary>Steps past a candidate that gave no signature (§3.2 h, 3).</summary>
    public void Reject() => Update(0x00, []);

    public void Clear() => CryptographicOperations.ZeroMemory(state);

    // K = HMAC(K, V ‖ separator ‖ seed); V = HMAC(K, V)
    void Update(byte separator, scoped ReadOnlySpan<byte> seed)
    {
        Span<byte> message = stackalloc byte[97];
        V.CopyTo(message);
        message[32] = separator;
        seed.CopyTo(message[33..]);
        HMACSHA256.HashData(K, message[..(33 + seed.Length)], K);
        HMACSHA256.HashData(K, V, V);
        CryptographicOperations.ZeroMemory(message);
    }

    [System.Runtime.CompilerServices.InlineArray(64)]
    struct Bytes64
    {
        byte first;
    }
}
