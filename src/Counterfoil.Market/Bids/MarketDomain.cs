using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Market.Bids;

/// <summary>Where a bid counts: one escrow on one chain. The EIP-712 domain "Counterfoil Market", version "1".</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Escrow">The escrow's address.</param>
public readonly record struct MarketDomain(ulong ChainId, Address Escrow)
{
    /// <summary>EIP-712 domain separator; the contract's <c>DOMAIN_SEPARATOR()</c>.</summary>
    public Keccak256Digest Separator => LeaseEscrowContract.Domain(ChainId, Escrow).Separator;
}
