using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Exact;

/// <summary>A transfer that its payer authorizes by signature, for anyone to submit, once (EIP-3009 <c>TransferWithAuthorization</c>).</summary>
/// <param name="From">Who pays.</param>
/// <param name="To">Who is paid.</param>
/// <param name="Value">How much.</param>
/// <param name="ValidAfter">The Unix second that must have passed.</param>
/// <param name="ValidBefore">The Unix second that must not have come.</param>
/// <param name="Nonce">Used once by this payer at this token; here a payment context's digest.</param>
public sealed record TransferAuthorization(Address From, Address To, TokenAmount Value, UInt256 ValidAfter, UInt256 ValidBefore, Bytes32 Nonce)
{
    static readonly Keccak256Digest typeHash = Keccak256.Hash(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"u8);

    static readonly Keccak256Digest domainTypeHash = Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);

    /// <summary>What the payer signs: the EIP-712 digest under the token's domain, which binds it to one contract on one chain.</summary>
    public Bytes32 SigningDigest(Token token)
    {
        ArgumentNullException.ThrowIfNull(token);
        Span<byte> input = stackalloc byte[2 + 2 * Bytes32.Size];
        input[0] = 0x19; // EIP-191, version 0x01: structured data
        input[1] = 0x01;
        DomainSeparator(token).CopyTo(input[2..]);
        StructHash().CopyTo(input[(2 + Bytes32.Size)..]);
        return Keccak256.Hash(input).Value;
    }

    // EIP-712 hashStruct: the type's hash, then each member as one word.
    Keccak256Digest StructHash()
    {
        Span<byte> words = stackalloc byte[7 * UInt256.Size];
        typeHash.CopyTo(words);
        From.ToWord().WriteBigEndian(words[32..]);
        To.ToWord().WriteBigEndian(words[64..]);
        Value.Units.WriteBigEndian(words[96..]);
        ValidAfter.WriteBigEndian(words[128..]);
        ValidBefore.WriteBigEndian(words[160..]);
        Nonce.CopyTo(words[192..]);
        return Keccak256.Hash(words);
    }

    /// <summary>The EIP-712 domain separator of a token.</summary>
    public static Keccak256Digest DomainSeparator(Token token)
    {
        ArgumentNullException.ThrowIfNull(token);
        Span<byte> words = stackalloc byte[5 * UInt256.Size];
        domainTypeHash.CopyTo(words);
        Keccak256.Hash(Encoding.UTF8.GetBytes(token.Name)).CopyTo(words[32..]);
        Keccak256.Hash(Encoding.UTF8.GetBytes(token.Version)).CopyTo(words[64..]);
        new UInt256(token.Network.ChainId).WriteBigEndian(words[96..]);
        token.Contract.ToWord().WriteBigEndian(words[128..]);
        return Keccak256.Hash(words);
    }

    /// <summary>The message as it is written on the wire.</summary>
    public ExactAuthorization ToWire() => new()
    {
        From = From.ToString(),
        To = To.ToString(),
        Value = Value.ToString(),
        ValidAfter = ValidAfter.ToString(),
        ValidBefore = ValidBefore.ToString(),
        Nonce = $"0x{Nonce}",
    };
}
