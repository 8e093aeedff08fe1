using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Exact;

/// <summary>The meaning of a <see cref="PaymentPayload"/> of the scheme <c>exact</c>: well formed; whether it is good, <see cref="ExactRules"/> say.</summary>
/// <param name="Accepted">The terms that the buyer says to accept.</param>
/// <param name="AcceptedAsWritten">The same as the payment spells them, which is what the quote's digest covers.</param>
/// <param name="Authorization">What the buyer signed.</param>
/// <param name="Signature">The buyer's signature.</param>
/// <param name="Salt">The salt of the payment context, if the buyer sent one.</param>
public sealed record ExactPayment(
    ExactTerms Accepted, PaymentRequirements AcceptedAsWritten, TransferAuthorization Authorization, AuthorizationSignature Signature, Bytes32? Salt)
{
    /// <summary>What makes this payment one payment.</summary>
    public PaymentKey Key => new(Accepted.Token.Network, Accepted.Token.Contract, Authorization.From, Authorization.Nonce);

    /// <summary>Reads a payment as a stranger wrote it.</summary>
    public static Verdict Read(PaymentPayload payload, out ExactPayment? payment)
    {
        ArgumentNullException.ThrowIfNull(payload);
        payment = null;
        if (ExactTerms.Read(payload.Accepted, out var terms) is not Verdict.Accepted and var badTerms) return badTerms;
        if (X402Codec.Decode(payload.Payload, out ExactPayload? exact) is not Verdict.Accepted and var badPayload) return badPayload;
        if (ReadAuthorization(exact!.Authorization, out var authorization) is not Verdict.Accepted and var badAuthorization) return badAuthorization;
        if (AuthorizationSignature.Read(exact.Signature, out var signature) is not Verdict.Accepted and var badSignature) return badSignature;
        if (ContextExtension.ReadSalt(payload.Extensions, out var salt) is not Verdict.Accepted and var badSalt) return badSalt;
        payment = new ExactPayment(terms!, payload.Accepted, authorization!, signature, salt);
        return Verdict.Accept;
    }

    static Verdict ReadAuthorization(ExactAuthorization wire, out TransferAuthorization? authorization)
    {
        authorization = null;
        if (!Address.TryParse(wire.From, out var from)) return Form("from: an address", wire.From);
        if (!Address.TryParse(wire.To, out var to)) return Form("to: an address", wire.To);
        if (!UInt256.TryParse(wire.Value, out var value)) return Form("value: a decimal integer below 2^256", wire.Value);
        if (!UInt256.TryParse(wire.ValidAfter, out var after)) return Form("validAfter: a decimal integer below 2^256", wire.ValidAfter);
        if (!UInt256.TryParse(wire.ValidBefore, out var before)) return Form("validBefore: a decimal integer below 2^256", wire.ValidBefore);
        if (!wire.Nonce.StartsWith("0x", StringComparison.Ordinal) || !Bytes32.TryParseHex(wire.Nonce, out var nonce))
            return Form("nonce: 0x and 64 lower-case digits", wire.Nonce);
        authorization = new TransferAuthorization(from, to, new TokenAmount(value), after, before, nonce);
        return Verdict.Accept;
    }

    static Verdict Form(string expected, string found) => Verdict.Reject(PaymentChecks.PayloadForm, expected, X402Codec.Excerpt(found));

    /// <summary>The payment on the wire.</summary>
    /// <param name="terms">The terms to accept, as the seller wrote them.</param>
    /// <param name="resource">The resource, as the seller wrote it.</param>
    /// <param name="announced">The seller's extensions, which are echoed.</param>
    /// <param name="authorization">What was signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="salt">The salt of the payment context, or null where the nonce is plain.</param>
    public static PaymentPayload Write(PaymentRequirements terms, ResourceInfo? resource, System.Text.Json.JsonElement? announced,
        TransferAuthorization authorization, AuthorizationSignature signature, Bytes32? salt)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new()
        {
            Version = X402Codec.X402Version,
            Resource = resource,
            Accepted = terms,
            Payload = X402Codec.ToElement(new ExactPayload { Signature = signature.ToString(), Authorization = authorization.ToWire() }),
            Extensions = salt is { } bytes ? ContextExtension.Answer(announced, bytes) : announced,
        };
    }
}
