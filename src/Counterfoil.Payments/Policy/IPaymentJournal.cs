using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;

namespace Counterfoil.Payments.Policy;

/// <summary>A payment as the buyer keeps it: written before it is sent, and sent again as these same bytes.</summary>
/// <param name="Key">The payment.</param>
/// <param name="Id">What it is for, as the buyer tells one purchase from another.</param>
/// <param name="Token">The token, as the buyer knows it.</param>
/// <param name="Amount">How much.</param>
/// <param name="ValidBefore">The Unix second from which the authorization is void.</param>
/// <param name="Header">The value of the <c>PAYMENT-SIGNATURE</c> header.</param>
public sealed record SignedPayment(PaymentKey Key, string Id, Token Token, TokenAmount Amount, UInt256 ValidBefore, string Header);

/// <summary>What a buyer knows of a payment that it signed.</summary>
public enum PaymentStage
{
    /// <summary>Signed; the outcome is not known. The same request takes it up again.</summary>
    Open = 0,
    /// <summary>The seller refused it. Until it is void the seller could still submit it, so it counts against the limit.</summary>
    Refused = 1,
    /// <summary>Paid, says the seller.</summary>
    Paid = 2,
    /// <summary>Void: expired unused. No longer counted.</summary>
    Released = 3,
}

/// <summary>A buyer's journal and its limits: no signed authorization leaves the process unless it stands here.</summary>
public interface IPaymentJournal
{
    /// <summary>The latest open payment for a purchase that is still valid, or null.</summary>
    ValueTask<SignedPayment?> FindOpenAsync(string id, ulong now, CancellationToken cancellation);

    /// <summary>
    /// The payment that a purchase was paid with, or else the latest that is open, valid or not; null where there is none. Whether one that expired was
    /// settled in time only the seller can say.
    /// </summary>
    ValueTask<SignedPayment?> FindStandingAsync(string id, CancellationToken cancellation);

    /// <summary>
    /// In one step: checks that the amount fits what the rule's total leaves, counts it as committed, and writes the payment, durably. Two
    /// calls at once cannot both get the last of a limit.
    /// </summary>
    ValueTask<Verdict> ReserveAsync(SignedPayment payment, SpendingRule rule, CancellationToken cancellation);

    /// <summary>Notes what the seller answered. The money stays committed either way.</summary>
    void Note(PaymentKey key, PaymentStage stage, Bytes32? transaction);

    /// <summary>Stops counting a payment that the chain shows to be void: its validity over by the chain's clock, its nonce unused.</summary>
    ValueTask<Verdict> ReleaseAsync(PaymentKey key, PayerView view, CancellationToken cancellation);

    /// <summary>Units of a token that are spent or may yet be.</summary>
    ValueTask<TokenAmount> CommittedAsync(Token token, CancellationToken cancellation);
}
