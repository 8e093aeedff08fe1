using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Market.Bids;

/// <summary>Where a bid counts: one escrow on one chain. The EIP-712 domain "Counterfoil Market", version "1".</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="Escrow">The escrow's address.</param>
public readonly record struct MarketDomain(UInt256 ChainId, Address Escrow)
{
    static readonly Keccak256Digest Type = Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);
    static readonly Keccak256Digest Name = Keccak256.Hash("Counterfoil Market"u8);
    static readonly Keccak256Digest Version = Keccak256.Hash("1"u8);

    /// <summary>EIP-712 domain separator; the contract's <c>DOMAIN_SEPARATOR()</c>.</summary>
    public Keccak256Digest Separator
    {
        get
        {
            Span<byte> words = stackalloc byte[5 * 32];
            Type.CopyTo(words);
            Name.CopyTo(words[32..]);
            Version.CopyTo(words[64..]);
            ChainId.WriteBigEndian(words[96..]);
            Escrow.ToWord().WriteBigEndian(words[128..]);
            return Keccak256.Hash(words);
        }
    }
}
