using Counterfoil.Core.Verdicts;

namespace Counterfoil.Payments;

/// <summary>The checks that this room makes.</summary>
public static class PaymentChecks
{
    /// <summary>A request to a priced endpoint carries a payment.</summary>
    public static readonly Check HeaderMissing = new("payment.header.missing");
    /// <summary>A header is at most <see cref="X402.X402Limits.HeaderCharacters"/> long.</summary>
    public static readonly Check HeaderSize = new("payment.header.size");
    /// <summary>A header is base64 in its one canonical spelling.</summary>
    public static readonly Check HeaderBase64 = new("payment.header.base64");
    /// <summary>A body is at most as long as its reader allows.</summary>
    public static readonly Check BodySize = new("payment.body.size");
    /// <summary>A message is JSON in UTF-8, with nothing after it.</summary>
    public static readonly Check JsonSyntax = new("payment.json.syntax");
    /// <summary>A message does not end inside a value.</summary>
    public static readonly Check JsonTruncated = new("payment.json.truncated");
    /// <summary>JSON nests at most <see cref="X402.X402Limits.Depth"/> levels.</summary>
    public static readonly Check JsonDepth = new("payment.json.depth");
    /// <summary>A message has its members, each once, of their types, and no others.</summary>
    public static readonly Check JsonShape = new("payment.json.shape");
    /// <summary>The message speaks version 2 of the protocol.</summary>
    public static readonly Check Version = new("payment.version");

    /// <summary>The scheme is <c>exact</c> by EIP-3009.</summary>
    public static readonly Check Scheme = new("payment.scheme");
    /// <summary>The chain is an EVM chain in CAIP-2, and the one that is expected.</summary>
    public static readonly Check Network = new("payment.network");
    /// <summary>The token is an address, and the one that is expected.</summary>
    public static readonly Check Asset = new("payment.asset");
    /// <summary>Name, version and decimals of the token are those that are expected: they enter what is signed, or how it is read.</summary>
    public static readonly Check AssetDomain = new("payment.asset.domain");
    /// <summary>The payee is an address, and the one that is expected.</summary>
    public static readonly Check Payee = new("payment.payee");
    /// <summary>The amount is an integer, and the one that is expected.</summary>
    public static readonly Check Amount = new("payment.amount");
    /// <summary>The time allowed for the exchange lies within its bounds.</summary>
    public static readonly Check Timeout = new("payment.timeout");
    /// <summary>The terms that the buyer accepted are, member for member, terms that the seller offers.</summary>
    public static readonly Check Quote = new("payment.quote");
    /// <summary>Addresses, integers and digests of the payload have their form.</summary>
    public static readonly Check PayloadForm = new("payment.payload");

    /// <summary>The authorization has not expired, with the margin that settling needs.</summary>
    public static readonly Check Expired = new("payment.expired");
    /// <summary>The authorization is valid already.</summary>
    public static readonly Check NotYetValid = new("payment.not-yet-valid");
    /// <summary>The signature is 65 bytes, r ‖ s ‖ v, with r and s in their range and v 27 or 28.</summary>
    public static readonly Check SignatureForm = new("payment.signature.form");
    /// <summary>The signature has the lower of the two possible s.</summary>
    public static readonly Check SignatureLowS = new("payment.signature.low-s");
    /// <summary>The key that signed is the payer's, under the token's own EIP-712 domain.</summary>
    public static readonly Check Signature = new("payment.signature");
    /// <summary>The nonce commits to this request, this quote and the salt that came along.</summary>
    public static readonly Check Context = new("payment.context");
    /// <summary>The nonce has not been used on the chain.</summary>
    public static readonly Check NonceUsed = new("payment.nonce.used");
    /// <summary>The nonce stands for one request and one authorization.</summary>
    public static readonly Check NonceConflict = new("payment.nonce.conflict");
    /// <summary>The payer holds the amount.</summary>
    public static readonly Check Balance = new("payment.balance");
    /// <summary>The transfer succeeds when simulated on the chain's present state.</summary>
    public static readonly Check Simulation = new("payment.simulation");

    /// <summary>The amount is within the buyer's limit for one call.</summary>
    public static readonly Check PolicyPerCall = new("payment.policy.per-call");
    /// <summary>The amount is within what the buyer's total limit leaves.</summary>
    public static readonly Check PolicyTotal = new("payment.policy.total");

    /// <summary>The handler finished with a success; what it did before failing is not charged.</summary>
    public static readonly Check Handler = new("payment.handler");
    /// <summary>The seller's condition for releasing the answer holds.</summary>
    public static readonly Check Release = new("payment.release");
    /// <summary>The transfer took place.</summary>
    public static readonly Check Settlement = new("payment.settlement");
    /// <summary>The outcome of the settlement is known.</summary>
    public static readonly Check SettlementPending = new("payment.settlement.pending");
    /// <summary>The facilitator answered.</summary>
    public static readonly Check Facilitator = new("payment.facilitator");

    /// <summary>The receipt that came with an answer is about this request, this answer and this payment.</summary>
    public static readonly Check Receipt = new("payment.receipt");
}
