using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evm;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Exact;

/// <summary>
/// When a payment by <c>exact</c> is good (x402 v2 §6.1.2; scheme_exact_evm, "Verification Logic"). In parts, by what each needs: the message alone,
/// the time, the request it came with, and the chain.
/// </summary>
public static class ExactRules
{
    /// <summary>What the message alone shows at any time: terms, amount, payee and signature.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="required">The terms that the seller asks, whose token is the seller's own knowledge: its name and version enter what is verified.</param>
    /// <param name="verified">Signatures verified before, or null.</param>
    public static Verdict VerifyMessage(ExactPayment payment, ExactTerms required, VerifiedSignatures? verified = null)
    {
        ArgumentNullException.ThrowIfNull(payment);
        ArgumentNullException.ThrowIfNull(required);
        if (required.Match(payment.Accepted) is not Verdict.Accepted and var refused) return refused;
        var authorization = payment.Authorization;
        if (authorization.To != required.PayTo) return Verdict.Reject(PaymentChecks.Payee, required.PayTo.ToString(), authorization.To.ToString());
        if (authorization.Value != required.Amount) return Verdict.Reject(PaymentChecks.Amount, required.Amount.ToString(), authorization.Value.ToString());
        return verified?.Verify(payment.Signature, authorization, required.Token) ?? payment.Signature.Verify(authorization, required.Token);
    }

    /// <summary>Whether an authorization is valid now, and long enough to be settled. Asked of a new payment; one that was taken on is answered at any time.</summary>
    /// <param name="authorization">What was signed.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="margin">Seconds of validity that must be left: what settling takes.</param>
    public static Verdict VerifyTime(TransferAuthorization authorization, ulong now, uint margin)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        // EIP-3009: validAfter < now < validBefore.
        return authorization.ValidAfter >= now ? Verdict.Reject(PaymentChecks.NotYetValid, $"validAfter before {now}", authorization.ValidAfter.ToString())
            : authorization.ValidBefore <= now + margin
                ? Verdict.Reject(PaymentChecks.Expired, $"validBefore after {now + margin}", authorization.ValidBefore.ToString())
            : Verdict.Accept;
    }

    /// <summary>What the request shows: the terms are the seller's to the letter, and the nonce commits to this request.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="offered">The terms as the seller writes them.</param>
    /// <param name="request">The digest of the request that arrived.</param>
    /// <param name="context">The context that holds, or null.</param>
    public static Verdict VerifyContext(ExactPayment payment, PaymentRequirements offered, Sha256Digest request, out PaymentContext? context)
    {
        ArgumentNullException.ThrowIfNull(payment);
        context = null;
        if (payment.Salt is not { } salt) return Verdict.Reject(PaymentChecks.Context, $"the extension {ContextExtension.Name} with a salt", "none");
        if (VerifyQuote(payment, offered, out var quote) is not Verdict.Accepted and var refused) return refused;
        var claimed = new PaymentContext(request, quote, salt);
        if (claimed.Digest != payment.Authorization.Nonce)
            return Verdict.Reject(PaymentChecks.Context, $"nonce {claimed.Digest} for this request", payment.Authorization.Nonce.ToString());
        context = claimed;
        return Verdict.Accept;
    }

    /// <summary>Whether the accepted terms are the seller's, member for member.</summary>
    public static Verdict VerifyQuote(ExactPayment payment, PaymentRequirements offered, out Sha256Digest quote)
    {
        ArgumentNullException.ThrowIfNull(payment);
        quote = default;
        if (Quote.Digest(payment.AcceptedAsWritten, out var accepted) is not Verdict.Accepted and var refused) return refused;
        if (Quote.Digest(offered, out quote) is not Verdict.Accepted) throw new ArgumentException("terms without a canonical form", nameof(offered));
        return accepted == quote ? Verdict.Accept : Verdict.Reject(PaymentChecks.Quote, $"terms with digest {quote}", $"{accepted}");
    }

    /// <summary>What the chain shows: the nonce is fresh and the money is there.</summary>
    /// <param name="authorization">What was signed.</param>
    /// <param name="view">The chain's state.</param>
    /// <param name="now">Unix seconds. A quiet chain's latest block may be old; the next one has this time, or a later one if the chain's clock is ahead.</param>
    /// <param name="margin">Seconds of validity that must be left.</param>
    public static Verdict VerifyState(TransferAuthorization authorization, PayerView view, ulong now, uint margin)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        if (view.NonceUsed) return Verdict.Reject(PaymentChecks.NonceUsed, "a nonce not used before", authorization.Nonce.ToString());
        if (view.Balance < authorization.Value) return Verdict.Reject(PaymentChecks.Balance, $"at least {authorization.Value} units", view.Balance.ToString());
        return VerifyTime(authorization, Math.Max(view.BlockTime, now), margin);
    }
}

/// <summary>What a chain says of a payer, at one block.</summary>
/// <param name="Balance">Units that the payer holds.</param>
/// <param name="NonceUsed">Whether the authorization's nonce is used or cancelled (<c>authorizationState</c>).</param>
/// <param name="BlockTime">The block's time, Unix seconds.</param>
public readonly record struct PayerView(TokenAmount Balance, bool NonceUsed, ulong BlockTime);
