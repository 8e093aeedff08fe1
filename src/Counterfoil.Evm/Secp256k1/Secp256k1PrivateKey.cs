using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>A private key on secp256k1. Its bytes are pinned while it lives and zeroed when it is disposed.</summary>
/// <remarks>Signing is RFC 6979, low-S, in constant time: how, says the implementation in use (<see cref="Secp256k1Backend"/>).</remarks>
public sealed class Secp256k1PrivateKey : IDisposable
{
    readonly byte[] secret = GC.AllocateArray<byte>(32, pinned: true);
    bool disposed;

    /// <summary>A key of 32 big-endian bytes.</summary>
    /// <exception cref="ArgumentException">The bytes are not 32, or not an integer in [1, n − 1]. The message does not quote them.</exception>
    public Secp256k1PrivateKey(ReadOnlySpan<byte> bytes)
    {
        if (!IsValid(bytes)) throw new ArgumentException("not a private key: expected 32 bytes that are an integer in [1, n - 1]", nameof(bytes));
        bytes.CopyTo(secret);
        PublicKey = Secp256k1Backend.Current.PublicKeyOf(secret);
    }

    /// <summary>The public key.</summary>
    public Secp256k1PublicKey PublicKey { get; }

    /// <summary>The account of the public key.</summary>
    public Address Address => PublicKey.Address;

    /// <summary>A key of 32 big-endian bytes that may not be one; false where they are not.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Secp256k1PrivateKey? key)
    {
        key = IsValid(bytes) ? new Secp256k1PrivateKey(bytes) : null;
        return key is not null;
    }

    static bool IsValid(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 32) return false;
        var value = UInt256.ReadBigEndian(bytes);
        return !value.IsZero && UInt256.SubtractUnderflows(value, Scalar.Order, out _);
    }

    /// <summary>Signs a Keccak-256 digest.</summary>
    public EcdsaSignature Sign(Keccak256Digest digest) => Sign(digest.Value);

    /// <summary>Signs a 256-bit digest (SEC 1 §4.1.3).</summary>
    /// <exception cref="ObjectDisposedException">The key has been disposed.</exception>
    public EcdsaSignature Sign(Bytes32 digest)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return Secp256k1Backend.Current.Sign(secret, digest);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(secret);
    }
}
