using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Chain.Secp256k1;

/// <summary>secp256k1 by the machine's own libsecp256k1 (bitcoin-core), where it is installed with its module for recovery.</summary>
/// <remarks>
/// Here and not beside the managed implementation, because that room is pure and goes to WebAssembly: which code of the machine is run is a host's choice. Constant time and the erasing of secrets
/// are the library's, whose authors test both; its context is blinded with fresh randomness. It is trusted after it has signed, verified and recovered what the managed one has.
/// </remarks>
public sealed unsafe partial class LibSecp256k1 : ISecp256k1
{
    const int Signature = 64, RecoverableSignature = 65, PublicKey = 64;
    const uint Uncompressed = 2;

    // The order n of the group (SEC 2 §2.4.1), and how far above it x coordinates go: those below p − n stand for two.
    static readonly UInt256 Order = UInt256.Parse("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    static readonly UInt256 AboveOrder = UInt256.Parse("0x14551231950b75fc4402da1722fc9baee");

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Secp256k1PublicKey PublicKeyOf(ReadOnlySpan<byte> secret)
    {
        byte* key = stackalloc byte[PublicKey];
        fixed (byte* s = secret)
            if (secret.Length != 32 || createKey(context, key, s) != 1) throw new ArgumentException("not a private key: expected 32 bytes that are an integer in [1, n - 1]", nameof(secret));
        return Read(key);
    }

    /// <inheritdoc/>
    public EcdsaSignature Sign(ReadOnlySpan<byte> secret, Bytes32 digest)
    {
        byte* message = stackalloc byte[32], signature = stackalloc byte[RecoverableSignature];
        Write(Reduced(digest), message);
        fixed (byte* s = secret)
            if (secret.Length != 32 || sign(context, signature, message, s, null, null) != 1) throw new ArgumentException("not a private key: expected 32 bytes that are an integer in [1, n - 1]", nameof(secret));
        byte* compact = stackalloc byte[64];
        int recovery;
        serializeRecoverable(context, compact, &recovery, signature);
        // x ≥ n, once in 2^128: the managed one takes the next nonce, and its answer is the answer.
        return recovery > 1 ? ManagedSecp256k1.Instance.Sign(secret, digest)
            : new EcdsaSignature(UInt256.ReadBigEndian(new(compact, 32)), UInt256.ReadBigEndian(new(compact + 32, 32)), recovery == 1);
    }

    /// <inheritdoc/>
    /// <remarks>By recovery: the library verifies without the parity, which would then be a free bit.</remarks>
    public bool Verify(Secp256k1PublicKey key, Bytes32 digest, EcdsaSignature signature) =>
        TryRecover(digest, signature, signature.YParity ? 1 : 0, out var recovered) && recovered == key
        || signature.R < AboveOrder && TryRecover(digest, signature, signature.YParity ? 3 : 2, out recovered) && recovered == key;

    /// <summary>Whether a signature satisfies the equation, whatever its parity: the library's own verification, to be measured.</summary>
    public bool VerifyEquation(Secp256k1PublicKey key, Bytes32 digest, EcdsaSignature signature)
    {
        byte* message = stackalloc byte[32], compact = stackalloc byte[64], parsed = stackalloc byte[Signature], point = stackalloc byte[PublicKey], encoded = stackalloc byte[65];
        Write(digest, message);
        signature.R.WriteBigEndian(new(compact, 32));
        signature.S.WriteBigEndian(new(compact + 32, 32));
        encoded[0] = 4;
        key.X.WriteBigEndian(new(encoded + 1, 32));
        key.Y.WriteBigEndian(new(encoded + 33, 32));
        return parseKey(context, point, encoded, 65) == 1 && parse(context, parsed, compact) == 1 && verify(context, parsed, message, point) == 1;
    }

    /// <inheritdoc/>
    public bool TryRecover(Bytes32 digest, EcdsaSignature signature, out Secp256k1PublicKey key) => TryRecover(digest, signature, signature.YParity ? 1 : 0, out key);

    bool TryRecover(Bytes32 digest, EcdsaSignature signature, int recovery, out Secp256k1PublicKey key)
    {
        key = default;
        byte* message = stackalloc byte[32], compact = stackalloc byte[64], parsed = stackalloc byte[RecoverableSignature], point = stackalloc byte[PublicKey];
        Write(digest, message);
        signature.R.WriteBigEndian(new(compact, 32));
        signature.S.WriteBigEndian(new(compact + 32, 32));
        if (parseRecoverable(context, parsed, compact, recovery) != 1 || recover(context, point, parsed, message) != 1) return false;
        key = Read(point);
        return true;
    }

    Secp256k1PublicKey Read(byte* point)
    {
        byte* encoded = stackalloc byte[65];
        nuint length = 65;
        serializeKey(context, encoded, &length, point, Uncompressed);
        return Secp256k1PublicKey.FromTrusted(new ReadOnlySpan<byte>(encoded + 1, 64));
    }

    static void Write(Bytes32 value, byte* destination) => value.CopyTo(new Span<byte>(destination, 32));

    // RFC 6979 hashes the digest modulo n (bits2octets); versions of the library before 0.4 hash it as it is.
    static Bytes32 Reduced(Bytes32 digest)
    {
        var value = UInt256.ReadBigEndian(digest.ToArray());
        return value >= Order ? new Bytes32((value - Order).ToBigEndian()) : digest;
    }
}
