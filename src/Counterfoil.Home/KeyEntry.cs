using Counterfoil.Core.Signing;

namespace Counterfoil.Home;

/// <summary>What a stored secret is.</summary>
public enum KeyKind
{
    /// <summary>The seed of an Ed25519 key.</summary>
    Ed25519 = 1,
    /// <summary>The private scalar of a P-256 key.</summary>
    P256 = 2,
    /// <summary>32 bytes whose meaning is the caller's: a secp256k1 key, say, which is made where money is.</summary>
    Secret32 = 3,
}

/// <summary>What the outside of a key file says. It is proven only when the key is opened.</summary>
/// <param name="Name">The key's role: <c>log</c>, <c>data</c>, <c>trainer</c>.</param>
/// <param name="Kind">What the secret is.</param>
/// <param name="PublicKey">The public key, for the kinds that have one here.</param>
public sealed record KeyEntry(string Name, KeyKind Kind, PublicKey? PublicKey);
