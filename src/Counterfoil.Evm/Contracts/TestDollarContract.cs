using Counterfoil.Core.Digests;
using Counterfoil.Evm.TypedData;

namespace Counterfoil.Evm.Contracts;

// Every dollar token shaped like it (ERC-20 with EIP-3009) takes and writes the same.
public static partial class TestDollarContract
{
    /// <summary>Places after the point: a dollar is 1,000,000 units.</summary>
    public const int Decimals = 6;

    /// <summary>What the payer signs (EIP-3009): a message that is no struct of the contract's.</summary>
    public static Eip712Type TransferType { get; } =
        Eip712Type.Parse("TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)");

    /// <summary>The test dollar's domain on a chain.</summary>
    public static Eip712Domain Domain(ulong chainId, Address contract) => new("Test Dollar", "1", chainId, contract);

    /// <summary>The digest that a payer signs.</summary>
    /// <param name="domain">The token's domain.</param>
    /// <param name="from">The payer.</param>
    /// <param name="to">The payee.</param>
    /// <param name="value">Units.</param>
    /// <param name="validAfter">Unix seconds; valid strictly later.</param>
    /// <param name="validBefore">Unix seconds; valid strictly earlier.</param>
    /// <param name="nonce">Any 32 bytes the payer has not used.</param>
    public static Keccak256Digest TransferDigest(Eip712Domain domain, Address from, Address to, TokenAmount value, UInt256 validAfter, UInt256 validBefore, Bytes32 nonce)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return domain.Digest(TransferType, from, to, value, validAfter, validBefore, nonce);
    }
}
