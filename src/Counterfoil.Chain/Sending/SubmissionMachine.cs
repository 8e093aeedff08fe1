using System.Collections.Immutable;
using Counterfoil.Chain.Following;
using Counterfoil.Core.Digests;

namespace Counterfoil.Chain.Sending;

/// <summary>Whether an account's nonce is used up, at one block.</summary>
public enum NonceUse
{
    /// <summary>The next transaction of the account may have it.</summary>
    Next,
    /// <summary>Transactions with earlier nonces come first.</summary>
    Later,
    /// <summary>A transaction in a block has it, which a reorganisation can still undo.</summary>
    Used,
    /// <summary>As <see cref="Used"/>, and it is proven for a block that is final.</summary>
    UsedForGood,
}

/// <summary>One of a submission's transactions in a block.</summary>
/// <param name="Transaction">Its hash.</param>
/// <param name="Block">The block, one of the chain as the reader knows it.</param>
/// <param name="IsFinal">Whether the block is final, and the receipt proven.</param>
/// <param name="Succeeded">Whether it ran to its end.</param>
public sealed record Inclusion(Keccak256Digest Transaction, BlockReference Block, bool IsFinal, bool Succeeded);

/// <summary>What the chain shows of a submission, at one head.</summary>
/// <param name="Head">The head's number.</param>
/// <param name="Nonce">Whether its nonce is used.</param>
/// <param name="Inclusion">Which of its transactions is in a block, or null.</param>
/// <param name="IsKnown">Whether the endpoint knows its last transaction.</param>
public sealed record SubmissionSighting(ulong Head, NonceUse Nonce, Inclusion? Inclusion, bool IsKnown);

/// <summary>What happens to a submission.</summary>
public abstract record SubmissionEvent
{
    SubmissionEvent() { }

    /// <summary>Someone asks for it: the first time, again, after a restart, or because time passed.</summary>
    public sealed record Asked : SubmissionEvent;
    /// <summary>The call would revert: nothing was signed.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Declined(string Reason) : SubmissionEvent;
    /// <summary>Its first transaction was signed, under a nonce that the journal gave it in the same breath.</summary>
    /// <param name="Nonce">The nonce.</param>
    /// <param name="Attempt">The transaction.</param>
    /// <param name="Head">The head's number.</param>
    public sealed record Allocated(ulong Nonce, SignedAttempt Attempt, ulong Head) : SubmissionEvent;
    /// <summary>A replacement was signed.</summary>
    /// <param name="Attempt">The transaction.</param>
    /// <param name="Head">The head's number.</param>
    public sealed record Replaced(SignedAttempt Attempt, ulong Head) : SubmissionEvent;
    /// <summary>A replacement would offer more than the cap allows.</summary>
    /// <param name="Head">The head's number.</param>
    public sealed record Capped(ulong Head) : SubmissionEvent;
    /// <summary>The last transaction was handed over, or it is not known whether it was.</summary>
    public sealed record Sent : SubmissionEvent;
    /// <summary>An endpoint would not have it.</summary>
    /// <param name="Why">In its words.</param>
    public sealed record Refused(string Why) : SubmissionEvent;
    /// <summary>The chain was looked at.</summary>
    /// <param name="Sighting">What it shows.</param>
    public sealed record Looked(SubmissionSighting Sighting) : SubmissionEvent;
}

/// <summary>What the host does next.</summary>
public enum SubmissionEffect
{
    /// <summary>Write the state to the journal, durably, before the effects that follow; where somebody else wrote meanwhile, start again from what is there.</summary>
    Persist,
    /// <summary>Try the call out, sign it under the next nonce, and record both at once; then report.</summary>
    Allocate,
    /// <summary>Send the last transaction, then report.</summary>
    Send,
    /// <summary>Look at the chain, then report.</summary>
    Look,
    /// <summary>Sign the same call again under the same nonce with higher fees, then report.</summary>
    Replace,
    /// <summary>Sign a transfer of nothing to oneself under the same nonce with higher fees, then report.</summary>
    Fill,
    /// <summary>Come back when time has passed.</summary>
    Wait,
    /// <summary>It has ended: tell who asked.</summary>
    Answer,
}

/// <summary>When a submission is helped along.</summary>
public sealed record SubmissionRules
{
    /// <summary>Blocks that the transaction whose turn it is may wait before it is replaced by one with higher fees.</summary>
    public ulong StuckAfter { get; init; } = 3;
    /// <summary>Refusals in a row after which a replacement is tried.</summary>
    public int RefusalsToReplace { get; init; } = 2;
    /// <summary>Refusals in a row after which the nonce is filled, so that those behind it can be mined.</summary>
    public int RefusalsToFill { get; init; } = 5;
}

/// <summary>The rules by which an intent is carried out exactly once. Pure: the host performs the effects in order, and may crash between any two of them.</summary>
/// <remarks>
/// Why not twice: all transactions of a submission have one nonce, of which a chain takes one; and it gets another nonce only when that one is proven to be used by
/// a stranger's transaction, in a block that is final. Why not never: a nonce is recorded together with signed bytes, and whoever finds them, after whatever crash,
/// sends them again until a transaction of that nonce is in a final block. Why no gap: a nonce whose transaction nobody takes is filled.
/// </remarks>
public static class SubmissionMachine
{
    /// <summary>One step.</summary>
    public static (SubmissionState State, ImmutableArray<SubmissionEffect> Effects) Next(SubmissionState state, SubmissionEvent happened, SubmissionRules rules)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(rules);
        return (state, happened) switch
        {
            ({ HasEnded: true }, _) => (state, [SubmissionEffect.Answer]),

            (SubmissionState.Queued, SubmissionEvent.Asked) => (state, [SubmissionEffect.Allocate]),
            (SubmissionState.Queued, SubmissionEvent.Declined d) => (new SubmissionState.Abandoned(null, d.Reason), [SubmissionEffect.Persist, SubmissionEffect.Answer]),
            // Recorded already, in the transaction that gave out the nonce.
            (SubmissionState.Queued, SubmissionEvent.Allocated a) => (new SubmissionState.Underway(a.Nonce, [a.Attempt], a.Head), [SubmissionEffect.Send]),

            (SubmissionState.Underway, SubmissionEvent.Asked) => (state, [SubmissionEffect.Look]),
            (SubmissionState.Underway u, SubmissionEvent.Replaced r) =>
                (new SubmissionState.Underway(u.Nonce, u.Attempts.Add(r.Attempt), r.Head), [SubmissionEffect.Persist, SubmissionEffect.Send]),
            (SubmissionState.Underway u, SubmissionEvent.Capped c) => (u with { Since = c.Head, Refusals = 0 }, [SubmissionEffect.Persist, SubmissionEffect.Wait]),
            (SubmissionState.Underway { Refusal: not null } u, SubmissionEvent.Sent) => (u with { Refusals = 0, Refusal = null }, [SubmissionEffect.Persist, SubmissionEffect.Wait]),
            (SubmissionState.Underway, SubmissionEvent.Sent) => (state, [SubmissionEffect.Wait]),
            // It may mean that the transaction is in a block already, or waits: the chain decides, at the next look, and not an endpoint's words.
            (SubmissionState.Underway u, SubmissionEvent.Refused r) => (u with { Refusals = u.Refusals + 1, Refusal = r.Why }, [SubmissionEffect.Persist, SubmissionEffect.Wait]),
            (SubmissionState.Underway u, SubmissionEvent.Looked { Sighting: var seen }) => Judge(u, seen, rules),

            _ => throw new InvalidOperationException($"{happened} cannot happen to {state}"),
        };
    }

    static (SubmissionState, ImmutableArray<SubmissionEffect>) Judge(SubmissionState.Underway state, SubmissionSighting seen, SubmissionRules rules)
    {
        if (seen.Inclusion is { IsFinal: true } final)
            return (Ending(state, final), [SubmissionEffect.Persist, SubmissionEffect.Answer]);
        if (seen.Inclusion is not null || seen.Nonce == NonceUse.Used) return (state, [SubmissionEffect.Wait]);
        if (seen.Nonce == NonceUse.UsedForGood) return (new SubmissionState.Queued(), [SubmissionEffect.Persist]);
        bool isFilling = state.Last.IsFiller;
        if (!seen.IsKnown)
            return state.Refusals >= rules.RefusalsToFill && seen.Nonce == NonceUse.Next ? (state, [SubmissionEffect.Fill])
                : state.Refusals == rules.RefusalsToReplace ? (state, [isFilling ? SubmissionEffect.Fill : SubmissionEffect.Replace])
                : (state, [SubmissionEffect.Send]);
        // Behind others nobody's fees help.
        return seen.Nonce == NonceUse.Next && seen.Head >= state.Since + rules.StuckAfter
            ? (state, [isFilling ? SubmissionEffect.Fill : SubmissionEffect.Replace]) : (state, [SubmissionEffect.Wait]);
    }

    static SubmissionState Ending(SubmissionState.Underway state, Inclusion final) =>
        state.Attempts.First(attempt => attempt.Hash == final.Transaction).IsFiller
            ? new SubmissionState.Abandoned(state.Nonce, $"no endpoint took its transaction: {state.Refusal ?? "it was replaced by a filler"}")
            : new SubmissionState.Done(state.Nonce, final.Transaction, final.Block, final.Succeeded);
}
