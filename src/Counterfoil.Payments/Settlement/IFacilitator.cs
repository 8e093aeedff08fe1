using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Settlement;

/// <summary>Verifies and settles payments, in this process or elsewhere.</summary>
public interface IFacilitator
{
    /// <summary>Whether a payment would settle now. Moves nothing. <see cref="Verdict.Unverifiable"/> where that could not be found out.</summary>
    ValueTask<Verdict> VerifyAsync(PaymentPayload payment, PaymentRequirements required, CancellationToken cancellation);

    /// <summary>Settles a payment. Asking again for the same payment gives the same outcome, and moves nothing again.</summary>
    ValueTask<SettlementOutcome> SettleAsync(PaymentPayload payment, PaymentRequirements required, CancellationToken cancellation);

    /// <summary>What is supported.</summary>
    ValueTask<SupportedResponse> SupportedAsync(CancellationToken cancellation);
}

/// <summary>What became of a settlement. <see cref="Pending"/> is never folded into the other two.</summary>
public abstract record SettlementOutcome
{
    SettlementOutcome() { }

    /// <summary>The money moved.</summary>
    /// <param name="Payer">Who paid.</param>
    /// <param name="Transaction">The transaction.</param>
    public sealed record Settled(Address Payer, Bytes32 Transaction) : SettlementOutcome;

    /// <summary>The money did not move.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Failed(Reason Reason) : SettlementOutcome;

    /// <summary>Not known yet. Ask again with the same payment.</summary>
    /// <param name="Why">What is awaited.</param>
    public sealed record Pending(string Why) : SettlementOutcome;
}
