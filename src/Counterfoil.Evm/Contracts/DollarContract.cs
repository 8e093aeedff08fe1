using Counterfoil.Core.Digests;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.TypedData;

namespace Counterfoil.Evm.Contracts;

/// <summary>What <c>contracts/src/TestDollar.sol</c>, and every dollar token shaped like it (ERC-20 with EIP-3009), takes and writes.</summary>
public static class DollarContract
{
    /// <summary>Places after the point: a dollar is 1,000,000 units.</summary>
    public const int Decimals = 6;

    const string Terms = "address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce";

    /// <summary>Units an account holds.</summary>
    public static AbiFunction BalanceOf { get; } = new("balanceOf(address account) returns (uint256)");
    /// <summary>Units a spender may still move.</summary>
    public static AbiFunction Allowance { get; } = new("allowance(address owner, address spender) returns (uint256)");
    /// <summary>Moves the caller's units.</summary>
    public static AbiFunction Transfer { get; } = new("transfer(address to, uint256 value) returns (bool)");
    /// <summary>Lets a spender move the caller's units.</summary>
    public static AbiFunction Approve { get; } = new("approve(address spender, uint256 value) returns (bool)");
    /// <summary>Moves units out of the caller's allowance.</summary>
    public static AbiFunction TransferFrom { get; } = new("transferFrom(address from, address to, uint256 value) returns (bool)");
    /// <summary>Makes units; of the test dollar's faucet only.</summary>
    public static AbiFunction Mint { get; } = new("mint(address to, uint256 value)");
    /// <summary>Whether an authorizer's nonce was used or cancelled (EIP-3009).</summary>
    public static AbiFunction AuthorizationState { get; } = new("authorizationState(address authorizer, bytes32 nonce) returns (bool)");
    /// <summary>Executes a transfer that its payer signed (EIP-3009), the signature in parts.</summary>
    public static AbiFunction TransferWithAuthorization { get; } = new($"transferWithAuthorization({Terms}, uint8 v, bytes32 r, bytes32 s)");
    /// <summary>Executes a transfer that its payer signed, the signature whole: for contract wallets too.</summary>
    public static AbiFunction TransferWithAuthorizationBytes { get; } = new($"transferWithAuthorization({Terms}, bytes signature)");
    /// <summary>Executes a transfer that its payer signed for the caller (EIP-3009), the signature in parts.</summary>
    public static AbiFunction ReceiveWithAuthorization { get; } = new($"receiveWithAuthorization({Terms}, uint8 v, bytes32 r, bytes32 s)");
    /// <summary>Spends a nonce unused (EIP-3009), the signature in parts.</summary>
    public static AbiFunction CancelAuthorization { get; } = new("cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s)");

    /// <summary>What the payer signs for <see cref="TransferWithAuthorization"/>.</summary>
    public static Eip712Type TransferType { get; } =
        Eip712Type.Parse("TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)");

    /// <summary>Units moved.</summary>
    public static ContractEvent<Transferred> Transferred { get; } = new(
        "event Transfer(address indexed from, address indexed to, uint256 value)",
        v => new(v[0].AsAddress, v[1].AsAddress, new TokenAmount(v[2].AsNumber)), e => [e.From, e.To, e.Value]);
    /// <summary>An authorization moved its money.</summary>
    public static ContractEvent<AuthorizationUsed> AuthorizationUsed { get; } = new(
        "event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)",
        v => new(v[0].AsAddress, v[1].AsBytes32), e => [e.Authorizer, e.Nonce]);
    /// <summary>An authorization was cancelled unused.</summary>
    public static ContractEvent<AuthorizationCanceled> AuthorizationCanceled { get; } = new(
        "event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce)",
        v => new(v[0].AsAddress, v[1].AsBytes32), e => [e.Authorizer, e.Nonce]);

    /// <summary>The test dollar's domain on a chain.</summary>
    public static Eip712Domain TestDomain(ulong chainId, Address contract) => new("Test Dollar", "1", chainId, contract);

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

    /// <summary>Calldata of <see cref="TransferWithAuthorization"/>; the parameters are those of <see cref="TransferDigest"/>.</summary>
    public static byte[] TransferCall(Address from, Address to, TokenAmount value, UInt256 validAfter, UInt256 validBefore, Bytes32 nonce, EcdsaSignature signature) =>
        TransferWithAuthorization.EncodeCall(from, to, value, validAfter, validBefore, nonce, (ulong)signature.V, signature.R, signature.S);
}

/// <summary>Units moved.</summary>
/// <param name="From">From whom; the zero address where they were minted.</param>
/// <param name="To">To whom.</param>
/// <param name="Value">How many.</param>
public sealed record Transferred(Address From, Address To, TokenAmount Value);

/// <summary>An authorization moved its money: at most once for an authorizer and nonce.</summary>
/// <param name="Authorizer">Who signed.</param>
/// <param name="Nonce">The authorization's nonce.</param>
public sealed record AuthorizationUsed(Address Authorizer, Bytes32 Nonce);

/// <summary>An authorization was cancelled unused.</summary>
/// <param name="Authorizer">Who signed.</param>
/// <param name="Nonce">The authorization's nonce.</param>
public sealed record AuthorizationCanceled(Address Authorizer, Bytes32 Nonce);
