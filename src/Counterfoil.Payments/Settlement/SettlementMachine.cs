using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Payments.Settlement;

/// <summary>Where a settlement stands. Each is what the journal says after a crash.</summary>
public abstract record SettlementState
{
    SettlementState() { }

    /// <summary>Nothing was submitted, and nothing is in the journal.</summary>
    public static SettlementState Nothing { get; } = new Unsubmitted();

    /// <inheritdoc cref="Nothing"/>
    public sealed record Unsubmitted : SettlementState;

    /// <summary>
    /// A transaction was signed, recorded, and may have been sent: "pending". Intent and transaction are one record, written before anything is
    /// sent; so no transaction of ours exists whose hash the journal does not hold.
    /// </summary>
    /// <param name="Transfer">The transaction.</param>
    /// <param name="Attempt">1 for the first transaction made for this payment.</param>
    /// <param name="Refusal">Why the node would not have it, or null.</param>
    public sealed record Submitted(PreparedTransfer Transfer, int Attempt, string? Refusal) : SettlementState;

    /// <summary>The money moved.</summary>
    /// <param name="Transaction">The transaction that moved it.</param>
    /// <param name="Watched">What to go back to where a reorganisation takes the transfer away; null once its block is final.</param>
    public sealed record Settled(Bytes32 Transaction, Submitted? Watched) : SettlementState;

    /// <summary>The money did not move, and no transaction of ours can still move it.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Failed(Reason Reason) : SettlementState;

    /// <summary>The account nonce that its transaction holds while that is out, or may be again after a reorganisation; null where none is, or where a node refused it.</summary>
    public ulong? AccountNonce => (this as Submitted ?? (this as Settled)?.Watched) is { Refusal: null, Transfer.AccountNonce: var held } ? held : null;
}

/// <summary>What happens to a settlement.</summary>
public abstract record SettlementEvent
{
    SettlementEvent() { }

    /// <summary>Someone asks for it: the first time, again, or after a restart.</summary>
    public sealed record Asked : SettlementEvent;
    /// <summary>The payment is no good at present: nothing was made of it.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Declined(Reason Reason) : SettlementEvent;
    /// <summary>A transaction was signed.</summary>
    /// <param name="Transfer">The transaction.</param>
    public sealed record Prepared(PreparedTransfer Transfer) : SettlementEvent;
    /// <summary>The transaction was handed over, or it is not known whether it was.</summary>
    public sealed record Sent : SettlementEvent;
    /// <summary>The node would not have the transaction.</summary>
    /// <param name="Why">In its words.</param>
    public sealed record SendRefused(string Why) : SettlementEvent;
    /// <summary>The transaction was not handed over, because one with an earlier account nonce was refused.</summary>
    public sealed record Withheld : SettlementEvent;
    /// <summary>Its transaction waits behind an account nonce that is nobody's.</summary>
    public sealed record CutOff : SettlementEvent;
    /// <summary>The chain was looked at.</summary>
    /// <param name="Sighting">What it shows.</param>
    public sealed record Seen(Sighting Sighting) : SettlementEvent;
    /// <summary>Time passed.</summary>
    public sealed record Waited : SettlementEvent;
}

/// <summary>What the host does next.</summary>
public enum SettlementEffect
{
    /// <summary>Write the state to the journal, durably, before the effects that follow.</summary>
    Persist,
    /// <summary>Write the state to the journal; it can be found out again, so nobody waits for the disk.</summary>
    PersistLater,
    /// <summary>See whether the payer can pay, and sign a transaction; then report <see cref="SettlementEvent.Prepared"/> or <see cref="SettlementEvent.Declined"/>.</summary>
    Prepare,
    /// <summary>Send the state's transaction, then report <see cref="SettlementEvent.Sent"/> or <see cref="SettlementEvent.SendRefused"/>.</summary>
    Send,
    /// <summary>Look at the chain, then report <see cref="SettlementEvent.Seen"/>.</summary>
    Look,
    /// <summary>Let some time pass, then report <see cref="SettlementEvent.Waited"/>; or stop, and answer "pending".</summary>
    Wait,
    /// <summary>Tell who asked.</summary>
    Answer,
}

/// <summary>
/// The rules by which a payment is settled at most once, and its outcome is never guessed. Pure: the host performs the effects in order, and may crash
/// between any two of them.
/// </summary>
/// <remarks>
/// Why not twice: a payment has one nonce, the contract uses it once; and a new transaction is made only after the last one was refused by the node
/// and the chain shows the nonce unused. Why no guess: <see cref="SettlementState.Settled"/> needs a transfer seen with enough confirmations, and is watched
/// until it is final; <see cref="SettlementState.Failed"/> of what was submitted needs, in a final block, a nonce spent on something else, our transaction reverted, or
/// a time past the validity. A node's refusals are none of these: it may have kept what it said it would not have.
/// </remarks>
public static class SettlementMachine
{
    /// <summary>How many transactions that a node refuses are made for one payment before some time must pass.</summary>
    public const int Attempts = 3;

    /// <summary>One step.</summary>
    /// <param name="intent">The payment.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="confirmations">Blocks that a transfer must have, its own included; at least 1.</param>
    /// <returns>Where it stands now, and what to do.</returns>
    public static (SettlementState State, ImmutableArray<SettlementEffect> Effects) Next(
        SettlementIntent intent, SettlementState state, SettlementEvent happened, ulong confirmations)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentOutOfRangeException.ThrowIfZero(confirmations);
        return (state, happened) switch
        {
            (SettlementState.Settled { Watched: { } }, SettlementEvent.Asked) => (state, [SettlementEffect.Look]),
            (SettlementState.Settled { Watched: { } watched }, SettlementEvent.Seen { Sighting: var sighting }) => Judge(intent, watched, sighting, confirmations) switch
            {
                (var same, _) when same == state => (state, [SettlementEffect.Answer]),
                // A reorganisation took the transfer away. The same bytes go out again; the authorization's nonce makes that safe.
                (SettlementState.Submitted reopened, var effects) => (reopened, [SettlementEffect.Persist, .. effects]),
                var ended => ended,
            },
            (SettlementState.Settled or SettlementState.Failed, _) => (state, [SettlementEffect.Answer]),

            (SettlementState.Unsubmitted, SettlementEvent.Asked or SettlementEvent.Waited) => (state, [SettlementEffect.Look]),
            // Anyone may submit an authorization that they saw. The payee has the money then, and ours would only burn gas. We have nothing to send should a
            // reorganisation take it away, so it counts when none can.
            (SettlementState.Unsubmitted, SettlementEvent.Seen { Sighting: { PaidBy: { } other } seen }) => seen.IsFinal && seen.Confirmations >= confirmations
                ? (new SettlementState.Settled(other, null), [SettlementEffect.Persist, SettlementEffect.Answer]) : (state, [SettlementEffect.Wait]),
            (SettlementState.Unsubmitted, SettlementEvent.Seen { Sighting.NonceUsed: true }) =>
                Decline(new Reason(PaymentChecks.NonceUsed, "a nonce not used before", intent.Authorization.Nonce.ToString())),
            (SettlementState.Unsubmitted, SettlementEvent.Seen) => (state, [SettlementEffect.Prepare]),
            // Nothing was submitted, so nothing is written: asked again when the payer can pay, it may succeed.
            (SettlementState.Unsubmitted, SettlementEvent.Declined d) => Decline(d.Reason),
            (SettlementState.Unsubmitted, SettlementEvent.Prepared p) =>
                (new SettlementState.Submitted(p.Transfer, 1, null), [SettlementEffect.Persist, SettlementEffect.Send]),

            (SettlementState.Submitted, SettlementEvent.Asked or SettlementEvent.Sent or SettlementEvent.Waited) => (state, [SettlementEffect.Look]),
            // The refusal may mean that it is in a block already: the chain decides, not the node's words.
            // Written, because its account nonce is free again.
            (SettlementState.Submitted s, SettlementEvent.SendRefused r) => (s with { Refusal = r.Why }, [SettlementEffect.PersistLater, SettlementEffect.Look]),
            (SettlementState.Submitted s, SettlementEvent.Withheld) =>
                (s with { Refusal = "not sent", Attempt = s.Attempt - 1 }, [SettlementEffect.PersistLater, SettlementEffect.Look]),
            // The new one takes the nonce that is missing. Either may transfer, and the authorization's nonce lets only one.
            (SettlementState.Submitted, SettlementEvent.CutOff) => (state, [SettlementEffect.Prepare]),
            // It had been good before, and the transaction that a node refused may be the reason: then it is paid. Looking again tells.
            (SettlementState.Submitted, SettlementEvent.Declined) => (state, [SettlementEffect.Wait]),
            (SettlementState.Submitted s, SettlementEvent.Prepared p) =>
                (new SettlementState.Submitted(p.Transfer, s.Attempt + 1, null), [SettlementEffect.Persist, SettlementEffect.Send]),
            (SettlementState.Submitted s, SettlementEvent.Seen { Sighting: var sighting }) => Judge(intent, s, sighting, confirmations),

            _ => throw new InvalidOperationException($"{happened} cannot happen to {state}"),
        };
    }

    static (SettlementState, ImmutableArray<SettlementEffect>) Judge(
        SettlementIntent intent, SettlementState.Submitted state, Sighting seen, ulong confirmations)
    {
        if (seen.PaidBy is { } transaction)
        {
            if (seen.Confirmations < confirmations) return (state, [SettlementEffect.Wait]);
            var watched = transaction == state.Transfer.Hash ? state with { Refusal = null } : state;
            return (new SettlementState.Settled(transaction, seen.IsFinal ? null : watched), [SettlementEffect.PersistLater, SettlementEffect.Answer]);
        }
        if (seen.NonceUsed && seen.IsFinal) return Fail(PaymentChecks.NonceUsed, "the nonce spent on this transfer", "it spent or cancelled otherwise");
        if (seen.Place == TransactionPlace.Reverted && seen.IsFinal) return Fail(PaymentChecks.Settlement, "a transfer", $"transaction 0x{state.Transfer.Hash} reverted");
        // A block before this time could still take it; one at or after cannot (EIP-3009: now < validBefore), though a node may keep it waiting.
        if (intent.Authorization.ValidBefore <= seen.FinalTime && seen.Place is TransactionPlace.Unknown or TransactionPlace.Waiting)
            return Fail(PaymentChecks.Expired, $"a transfer before {intent.Authorization.ValidBefore}", $"none by {seen.FinalTime}");
        if (seen.Place != TransactionPlace.Unknown || seen.NonceUsed) return (state, [SettlementEffect.Wait]);
        if (state.Refusal is null) return (state, [SettlementEffect.Send]);
        return state.Attempt < Attempts ? (state, [SettlementEffect.Prepare]) : (state with { Attempt = 0 }, [SettlementEffect.Wait]);
    }

    static (SettlementState, ImmutableArray<SettlementEffect>) Decline(Reason reason) => (new SettlementState.Failed(reason), [SettlementEffect.Answer]);

    static (SettlementState, ImmutableArray<SettlementEffect>) Fail(Check check, string expected, string found) =>
        (new SettlementState.Failed(new Reason(check, expected, found)), [SettlementEffect.Persist, SettlementEffect.Answer]);
}
