using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;

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
    static readonly Keccak256Digest Type = Keccak256.Hash("Bid(uint256 orderId,address provider,uint256 rate,uint64 expiry,bytes32 salt)"u8);

    /// <summary>The EIP-712 digest: what the provider signs, and the bid's identity on chain.</summary>
    public Keccak256Digest Digest(MarketDomain domain)
    {
        Span<byte> words = stackalloc byte[6 * 32];
        Type.CopyTo(words);
        OrderId.WriteBigEndian(words[32..]);
        Provider.ToWord().WriteBigEndian(words[64..]);
        Rate.Scaled.WriteBigEndian(words[96..]);
        new UInt256(Expiry).WriteBigEndian(words[128..]);
        Salt.CopyTo(words[160..]);

        Span<byte> message = stackalloc byte[2 + 32 + 32];
        (message[0], message[1]) = (0x19, 0x01);
        domain.Separator.CopyTo(message[2..]);
        Keccak256.Hash(words).CopyTo(message[34..]);
        return Keccak256.Hash(message);
    }

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
