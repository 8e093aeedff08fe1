using System.Collections.Frozen;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Payments;

/// <summary>The error codes of x402 v2 §9 for our checks: coarser than a check, and what other implementations match on.</summary>
public static class PaymentReasons
{
    /// <summary>Our own code, because the specification has none: the outcome is not known yet; ask again with the same payment.</summary>
    public const string Pending = "settlement_pending";

    static readonly FrozenDictionary<string, string> codes = new Dictionary<Check, string>
    {
        [PaymentChecks.Version] = "invalid_x402_version",
        [PaymentChecks.Scheme] = "unsupported_scheme",
        [PaymentChecks.Network] = "invalid_network",
        [PaymentChecks.Asset] = "invalid_payment_requirements",
        [PaymentChecks.AssetDomain] = "invalid_payment_requirements",
        [PaymentChecks.Quote] = "invalid_payment_requirements",
        [PaymentChecks.Timeout] = "invalid_payment_requirements",
        [PaymentChecks.Payee] = "invalid_exact_evm_payload_recipient_mismatch",
        [PaymentChecks.Amount] = "invalid_exact_evm_payload_authorization_value_mismatch",
        [PaymentChecks.Expired] = "invalid_exact_evm_payload_authorization_valid_before",
        [PaymentChecks.NotYetValid] = "invalid_exact_evm_payload_authorization_valid_after",
        [PaymentChecks.SignatureForm] = "invalid_exact_evm_payload_signature",
        [PaymentChecks.SignatureLowS] = "invalid_exact_evm_payload_signature",
        [PaymentChecks.Signature] = "invalid_exact_evm_payload_signature",
        [PaymentChecks.Balance] = "insufficient_funds",
        [PaymentChecks.NonceUsed] = "invalid_transaction_state",
        [PaymentChecks.NonceConflict] = "invalid_transaction_state",
        [PaymentChecks.Simulation] = "invalid_transaction_state",
        [PaymentChecks.Settlement] = "invalid_transaction_state",
        [PaymentChecks.SettlementPending] = Pending,
        [PaymentChecks.Facilitator] = "unexpected_verify_error",
    }.ToFrozenDictionary(c => c.Key.Id, c => c.Value);

    /// <summary>The code for a check; <c>invalid_payload</c> where the specification has no closer one.</summary>
    public static string Code(Check check) => codes.GetValueOrDefault(check.Id, "invalid_payload");

    // Of §9, what no settlement that went before can bring about.
    static readonly FrozenSet<string> ofMessage = new[]
    {
        "invalid_x402_version", "invalid_scheme", "unsupported_scheme", "invalid_network", "invalid_payload", "invalid_payment_requirements",
        "invalid_exact_evm_payload_signature", "invalid_exact_evm_payload_recipient_mismatch", "invalid_exact_evm_payload_authorization_value",
        "invalid_exact_evm_payload_authorization_value_mismatch",
    }.ToFrozenSet();

    /// <summary>Whether a code speaks of the payment's message alone, and so says the same however often a payment is submitted.</summary>
    public static bool IsOfMessage(string code) => ofMessage.Contains(code);

    /// <summary>The reason of a verdict that is not an acceptance.</summary>
    /// <exception cref="ArgumentException">The verdict is an acceptance.</exception>
    public static Reason Reason(this Verdict verdict) => verdict switch
    {
        Verdict.Rejected { Reason: var reason } => reason,
        Verdict.Unverifiable { Reason: var reason } => reason,
        _ => throw new ArgumentException("an acceptance has no reason", nameof(verdict)),
    };
}
