using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.AspNetCore.Settling;

/// <summary>Verdicts and outcomes to the specification's answers and back. A check's identifier travels first in the message: <c>payment.balance: expected …</c>.</summary>
static class FacilitatorMessages
{
    public static VerifyResponse Write(Verdict verdict, PaymentPayload payment) => verdict is Verdict.Accepted
        ? new VerifyResponse { IsValid = true, Payer = PayerOf(payment) }
        : new VerifyResponse { IsValid = false, InvalidReason = PaymentReasons.Code(verdict.Reason().Check), InvalidMessage = verdict.Reason().ToString(), Payer = PayerOf(payment) };

    public static SettlementResponse Write(SettlementOutcome outcome, PaymentRequirements required) => outcome switch
    {
        SettlementOutcome.Settled s => new()
        {
            Success = true, Payer = s.Payer.ToString(), Transaction = $"0x{s.Transaction}", Network = required.Network, Amount = required.Amount,
        },
        SettlementOutcome.Failed f => Refused(f.Reason, required.Network),
        SettlementOutcome.Pending p => new()
        {
            Success = false, ErrorReason = PaymentReasons.Pending, ErrorMessage = p.Why, Transaction = "", Network = required.Network,
        },
        _ => throw new InvalidOperationException($"no such outcome: {outcome}"),
    };

    public static SettlementResponse Refused(Reason reason, string network) =>
        new() { Success = false, ErrorReason = PaymentReasons.Code(reason.Check), ErrorMessage = reason.ToString(), Transaction = "", Network = network };

    public static Verdict Read(VerifyResponse answer) => answer.IsValid ? Verdict.Accept
        : Verdict.Reject(CheckOf(answer.InvalidMessage), "a payment that the facilitator finds valid", answer.InvalidMessage ?? answer.InvalidReason ?? "no reason");

    public static SettlementOutcome Read(SettlementResponse answer)
    {
        if (answer.Success)
            return Address.TryParse(answer.Payer, out var payer) && Bytes32.TryParseHex(answer.Transaction, out var transaction)
                ? new SettlementOutcome.Settled(payer, transaction) : new SettlementOutcome.Pending("a facilitator's success with payer and transaction");
        if (answer.ErrorReason is PaymentReasons.Pending or null) return new SettlementOutcome.Pending(answer.ErrorMessage ?? "the facilitator");
        var check = CheckOf(answer.ErrorMessage);
        // Ours has looked at the chain for this very transfer. Another that was asked before, and whose answer was lost, may find the nonce used and the money gone
        // because it settled: what it says of the chain, and what is no code of the specification, is no outcome.
        return check != PaymentChecks.Facilitator || PaymentReasons.IsOfMessage(answer.ErrorReason)
            ? new SettlementOutcome.Failed(new Reason(check, "a payment that the facilitator settles", answer.ErrorMessage ?? answer.ErrorReason))
            : new SettlementOutcome.Pending("a facilitator that knows whether it settled");
    }

    // A facilitator of ours says which check; of another, only that it refused.
    static Check CheckOf(string? message)
    {
        int colon = message?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon is > 8 and < 64 && message!.StartsWith("payment.", StringComparison.Ordinal) && !message.AsSpan(0, colon).ContainsAnyExcept(idCharacters)
            ? new Check(message[..colon]) : PaymentChecks.Facilitator;
    }

    static readonly System.Buffers.SearchValues<char> idCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz-.");

    static string? PayerOf(PaymentPayload payment) => ExactPayment.Read(payment, out var exact).IsAccepted ? exact!.Authorization.From.ToString() : null;
}
