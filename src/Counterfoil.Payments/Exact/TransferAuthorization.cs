using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
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
    /// <summary>What the payer signs: the EIP-712 digest under the token's domain, which binds it to one contract on one chain.</summary>
    public Bytes32 SigningDigest(Token token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return TestDollarContract.TransferDigest(token.Domain, From, To, Value, ValidAfter, ValidBefore, Nonce).Value;
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
