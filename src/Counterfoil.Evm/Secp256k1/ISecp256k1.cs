using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>
/// The arithmetic behind keys and signatures: what <see cref="Secp256k1PrivateKey"/> and <see cref="Secp256k1PublicKey"/> ask after they have checked ranges, low S and encodings. Every
/// implementation gives the same signatures and the same answers, to the bit.
/// </summary>
public interface ISecp256k1
{
    /// <summary>What it is, for people.</summary>
    string Name { get; }

    /// <summary>The public key of a secret in [1, n − 1], 32 bytes.</summary>
    Secp256k1PublicKey PublicKeyOf(ReadOnlySpan<byte> secret);

    /// <summary>Signs by RFC 6979 with HMAC-SHA-256, low S, in a time that does not depend on the secret.</summary>
    /// <param name="secret">In [1, n − 1], 32 bytes.</param>
    /// <param name="digest">What is signed.</param>
    EcdsaSignature Sign(ReadOnlySpan<byte> secret, Bytes32 digest);

    /// <summary>Whether a signature in range satisfies the equation (SEC 1 §4.1.4), with the parity of its nonce's point.</summary>
    /// <param name="key">Of any coordinates: what is no point of the curve has signed nothing.</param>
    /// <param name="digest">What was signed.</param>
    /// <param name="signature">r in [1, n − 1], s in [1, n / 2].</param>
    bool Verify(Secp256k1PublicKey key, Bytes32 digest, EcdsaSignature signature);

    /// <summary>The key of a signature in range whose nonce's point has x = r (SEC 1 §4.1.6); false where r is no x of a point, or the key would be the point at infinity.</summary>
    bool TryRecover(Bytes32 digest, EcdsaSignature signature, out Secp256k1PublicKey key);
}

/// <summary>Which implementation keys and signatures use. A host may choose another one before its first signature; this room itself knows only the managed one.</summary>
/// <remarks>A library of the machine is loaded by a host, not here: this room runs in a browser too, and touches nothing outside itself.</remarks>
public static class Secp256k1Backend
{
    static Lazy<ISecp256k1> current = new(ManagedSecp256k1.Instance);

    /// <summary>The implementation in use: the managed one, unless a host chose another.</summary>
    public static ISecp256k1 Current => Volatile.Read(ref current).Value;

    /// <summary>Chooses for every key and signature from here on.</summary>
    /// <param name="choose">Asked when the first key or signature needs it, so that what needs none does not wait for a library.</param>
    public static void Choose(Func<ISecp256k1> choose) => Volatile.Write(ref current, new Lazy<ISecp256k1>(choose));
}
