using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Policy;

/// <summary>What a buyer lets its software spend. What no rule allows is refused.</summary>
public sealed record SpendingPolicy
{
    /// <summary>The tokens that may be spent, each with its limits.</summary>
    public required IReadOnlyList<SpendingRule> Rules { get; init; }

    /// <summary>Who may be paid. Ignored where <see cref="AnyPayee"/> is set.</summary>
    public IReadOnlyList<Address> Payees { get; init; } = [];

    /// <summary>Whether anyone may be paid, within the limits.</summary>
    public bool AnyPayee { get; init; }

    /// <summary>The longest time that an authorization may stay valid, in seconds: how long a seller can hold on to it.</summary>
    public int MaxTimeoutSeconds { get; init; } = 600;

    /// <summary>Whether a seller must bind payments to requests (<see cref="ContextExtension"/>). Without, a payment is bound to its nonce alone.</summary>
    public bool RequireContext { get; init; } = true;

    /// <summary>Picks the first way to pay that this policy allows.</summary>
    /// <param name="required">The seller's 402.</param>
    /// <param name="choice">The choice, where one is allowed.</param>
    /// <returns>Where none is, the refusal of the way that came closest.</returns>
    public Verdict Choose(PaymentRequired required, out PaymentChoice? choice)
    {
        ArgumentNullException.ThrowIfNull(required);
        choice = null;
        var (closest, reached) = (Verdict.Reject(PaymentChecks.Scheme, "a way to pay", "none"), -1);
        foreach (var requirements in required.Accepts)
        {
            var (verdict, stage) = Judge(requirements, required, out choice);
            if (verdict is Verdict.Accepted) return verdict;
            if (stage > reached) (closest, reached) = (verdict, stage);
        }
        choice = null;
        return closest;
    }

    (Verdict Verdict, int Stage) Judge(PaymentRequirements requirements, PaymentRequired required, out PaymentChoice? choice)
    {
        choice = null;
        if (requirements is null) return (Verdict.Reject(PaymentChecks.JsonShape, "a way to pay", "null"), 0);
        if (ExactTerms.Read(requirements, out var terms) is not Verdict.Accepted and var unread) return (unread, 0);
        if (!Rules.Any(r => r.Token.Network == terms!.Token.Network))
            return (Verdict.Reject(PaymentChecks.Network, List(Rules.Select(r => r.Token.Network).Distinct()), terms!.Token.Network.ToString()), 1);
        if (Rules.FirstOrDefault(r => r.Token.Network == terms!.Token.Network && r.Token.Contract == terms.Token.Contract) is not { } rule)
            return (Verdict.Reject(PaymentChecks.Asset, List(Rules.Select(r => r.Token.Contract)), terms!.Token.Contract.ToString()), 2);
        if (rule.Token.MatchDomain(terms!.Token) is not Verdict.Accepted and var otherDomain) return (otherDomain, 3);
        if (!AnyPayee && !Payees.Contains(terms.PayTo)) return (Verdict.Reject(PaymentChecks.Payee, List(Payees), terms.PayTo.ToString()), 4);
        if (terms.Amount > rule.MaxPerCall)
            return (Verdict.Reject(PaymentChecks.PolicyPerCall, $"at most {rule.Token.Say(rule.MaxPerCall)} a call", rule.Token.Say(terms.Amount)), 5);
        if (terms.MaxTimeoutSeconds > MaxTimeoutSeconds)
            return (Verdict.Reject(PaymentChecks.Timeout, $"at most {MaxTimeoutSeconds} seconds", $"{terms.MaxTimeoutSeconds}"), 6);
        if (RequireContext && !ContextExtension.IsAnnounced(required.Extensions))
            return (Verdict.Reject(PaymentChecks.Context, $"a seller that announces {ContextExtension.Name}", "none"), 7);
        // The token of the policy, not of the message: what is signed comes from what the buyer knows.
        choice = new PaymentChoice(rule, terms with { Token = rule.Token }, requirements);
        return (Verdict.Accept, 8);
    }

    static string List<T>(IEnumerable<T> allowed) => string.Join(" or ", allowed) is { Length: > 0 } text ? text : "none";
}

/// <summary>A token that may be spent, and how much of it.</summary>
/// <param name="Token">The token, as the buyer knows it.</param>
/// <param name="MaxPerCall">The most that one call may cost.</param>
/// <param name="Total">The most that all calls may cost together, counting what is signed and not known to be void.</param>
public sealed record SpendingRule(Token Token, TokenAmount MaxPerCall, TokenAmount Total)
{
    /// <summary>Whether an amount fits what is left of the total.</summary>
    /// <param name="committed">What is spent or signed already.</param>
    /// <param name="amount">What is to be signed.</param>
    public Verdict Fits(TokenAmount committed, TokenAmount amount) =>
        committed <= Total && amount <= Total - committed ? Verdict.Accept
        : Verdict.Reject(PaymentChecks.PolicyTotal,
            $"at most {Token.Say(committed <= Total ? Total - committed : TokenAmount.Zero)}, left of {Token.Say(Total)}", Token.Say(amount));
}

/// <summary>The way to pay that a policy allows.</summary>
/// <param name="Rule">The rule that allows it.</param>
/// <param name="Terms">Its meaning, with the token as the buyer knows it.</param>
/// <param name="AsWritten">The terms as the seller wrote them, which the payment echoes.</param>
public sealed record PaymentChoice(SpendingRule Rule, ExactTerms Terms, PaymentRequirements AsWritten);
