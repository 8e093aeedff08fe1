using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Payments.Exact;

/// <summary>What makes a payment one payment: the token's contract accepts one authorization per payer and nonce.</summary>
/// <param name="Network">The chain.</param>
/// <param name="Asset">The token's contract.</param>
/// <param name="Payer">Who pays.</param>
/// <param name="Nonce">The authorization's nonce.</param>
public readonly record struct PaymentKey(NetworkId Network, Address Asset, Address Payer, Bytes32 Nonce)
{
    /// <summary>Chain, token, payer and nonce, joined by slashes: one spelling per key.</summary>
    public override string ToString() => $"{Network}/{Asset.ToHex()}/{Payer.ToHex()}/{Nonce}";
}
