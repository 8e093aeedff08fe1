using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.TypedData;

namespace Counterfoil.Market.Bids;

/// <summary>A provider's offer for an order. It costs nothing unless it is accepted: only then does it go on chain.</summary>
/// <param name="OrderId">The order it is for.</param>
/// <param name="Provider">Who offers, who signs, and who is paid.</param>
/// <param name="Rate">What it asks.</param>
/// <param name="Expiry">The last second, in Unix time, in which it can be accepted.</param>
/// <param name="Salt">Makes two bids of the same terms different; random. Each bid is accepted once.</param>
/// <remarks>The <c>Bid</c> of contracts/src/LeaseEscrow.sol, and in EIP-712 the same.</remarks>
public sealed record Bid(UInt256 OrderId, Address Provider, Rate Rate, ulong Expiry, Bytes32 Salt)
{
    /// <summary>The EIP-712 digest: what the provider signs, and the bid's identity on chain.</summary>
    public Keccak256Digest Digest(MarketDomain domain) => Eip712Domain.Digest(domain.Separator, Signed.HashStruct());

    /// <summary>The bid as the escrow takes it.</summary>
    internal LeaseEscrowContract.Bid Signed => new(OrderId, Provider, Rate.Scaled, Expiry, Salt);

    /// <summary>Signs the bid.</summary>
    /// <exception cref="ArgumentException">The key is another account's, or the escrow would refuse the rate.</exception>
    public SignedBid Sign(MarketDomain domain, Secp256k1PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Address != Provider) throw new ArgumentException($"the bid is {Provider}'s and the key is {key.Address}'s", nameof(key));
        if (!Rate.Check().IsAccepted) throw new ArgumentException($"the escrow refuses a rate of {Rate}", nameof(key));
        return new SignedBid(this, key.Sign(Digest(domain)).ToArray());
    }
}
