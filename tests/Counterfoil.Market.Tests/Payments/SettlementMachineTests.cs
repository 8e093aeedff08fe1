using Counterfoil.Core.Digests;
using Counterfoil.Payments;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Market.Tests.Payments;

public class SettlementMachineTests
{
    static readonly SettlementIntent intent = Fair.Intent();
    static readonly Bytes32 hash = Keccak256.Hash("transaction"u8).Value;
    static readonly PreparedTransfer transfer = new(hash, 7, new byte[] { 1 });
    static readonly SettlementState submitted = new SettlementState.Submitted(transfer, 1, null);
    static readonly Sighting unused = new(false, null, 0, TransactionPlace.Unknown, Fair.NoonSeconds, true);

    static (SettlementState State, SettlementEffect[] Effects) Next(SettlementState state, SettlementEvent happened, ulong confirmations = 1)
    {
        var (after, effects) = SettlementMachine.Next(intent, state, happened, confirmations);
        return (after, [.. effects]);
    }

    static (SettlementState State, SettlementEffect[] Effects) See(SettlementState state, Sighting sighting, ulong confirmations = 1) =>
        Next(state, new SettlementEvent.Seen(sighting), confirmations);

    static void FailsBy(Core.Verdicts.Check check, SettlementState state) => Assert.Equal(check, Assert.IsType<SettlementState.Failed>(state).Reason.Check);

    [Fact]
    public void The_chain_is_looked_at_before_anything_is_made() => Assert.Equal([SettlementEffect.Look], Next(SettlementState.Nothing, new SettlementEvent.Asked()).Effects);

    [Fact]
    public void A_transaction_is_written_before_it_is_sent()
    {
        Assert.Equal([SettlementEffect.Prepare], See(SettlementState.Nothing, unused).Effects);
        var (state, effects) = Next(SettlementState.Nothing, new SettlementEvent.Prepared(transfer));
        Assert.Equal(submitted, state);
        Assert.Equal([SettlementEffect.Persist, SettlementEffect.Send], effects);
    }

    [Fact]
    public void After_a_crash_the_chain_is_looked_at_before_anything_is_sent_again()
    {
        Assert.Equal([SettlementEffect.Look], Next(submitted, new SettlementEvent.Asked()).Effects);
        Assert.Equal((submitted, [SettlementEffect.Send]), See(submitted, unused), Same);
        Assert.Equal((submitted, [SettlementEffect.Wait]), See(submitted, unused with { Place = TransactionPlace.Waiting }), Same);
    }

    [Fact]
    public void A_transfer_counts_once_it_has_its_confirmations()
    {
        var seen = unused with { NonceUsed = true, PaidBy = hash, Confirmations = 2, Place = TransactionPlace.Succeeded };
        Assert.Equal([SettlementEffect.Wait], See(submitted, seen, confirmations: 3).Effects);
        Assert.Equal(new SettlementState.Settled(hash, null), See(submitted, seen, confirmations: 2).State);
    }

    [Fact]
    public void A_transfer_that_a_stranger_submitted_counts_too()
    {
        var other = Keccak256.Hash("stranger"u8).Value;
        var seen = unused with { NonceUsed = true, PaidBy = other, Confirmations = 1, Place = TransactionPlace.Reverted };
        Assert.Equal(new SettlementState.Settled(other, null), See(submitted, seen).State);
        Assert.Equal(new SettlementState.Settled(other, null), See(SettlementState.Nothing, seen).State);
    }

    [Fact]
    public void A_nonce_spent_on_something_else_is_a_failure()
    {
        var seen = unused with { NonceUsed = true };
        FailsBy(PaymentChecks.NonceUsed, See(submitted, seen).State);
        FailsBy(PaymentChecks.NonceUsed, See(SettlementState.Nothing, seen).State);
    }

    [Fact]
    public void A_reverted_transaction_is_a_failure() => FailsBy(PaymentChecks.Settlement, See(submitted, unused with { Place = TransactionPlace.Reverted }).State);

    [Fact]
    public void A_nonce_that_was_used_while_a_new_transaction_was_made_is_looked_into_and_not_called_a_failure()
    {
        var refused = ((SettlementState.Submitted)submitted) with { Refusal = "nonce too low" };
        var (state, effects) = Next(refused, new SettlementEvent.Declined(new Core.Verdicts.Reason(PaymentChecks.NonceUsed, "a nonce not used before", "used")));
        Assert.Equal((refused, [SettlementEffect.Wait]), (state, effects), Same);
    }

    [Fact]
    public void A_payment_is_expired_only_when_no_block_can_take_it()
    {
        var late = unused with { FinalTime = Fair.NoonSeconds + 60 };
        FailsBy(PaymentChecks.Expired, See(submitted, late).State);
        FailsBy(PaymentChecks.Expired, See(submitted, late with { Place = TransactionPlace.Waiting }).State);
        Assert.Equal([SettlementEffect.Send], See(submitted, late with { FinalTime = Fair.NoonSeconds + 59 }).Effects);
        Assert.Equal([SettlementEffect.Wait], See(submitted, late with { FinalTime = Fair.NoonSeconds + 59, Place = TransactionPlace.Waiting }).Effects);
        // It is in a block, and what it did there will show.
        Assert.Equal([SettlementEffect.Wait], See(submitted, late with { Place = TransactionPlace.Succeeded }).Effects);
    }

    [Fact]
    public void What_a_node_refuses_is_made_anew_and_after_some_attempts_again_later_but_never_called_a_failure()
    {
        var state = submitted;
        for (int attempt = 1; attempt < SettlementMachine.Attempts; attempt++)
        {
            (state, var effects) = Next(state, new SettlementEvent.SendRefused("nonce too low"));
            Assert.Equal([SettlementEffect.PersistLater, SettlementEffect.Look], effects);
            Assert.Equal([SettlementEffect.Prepare], See(state, unused).Effects);
            (state, _) = Next(state, new SettlementEvent.Prepared(transfer));
        }
        (state, _) = Next(state, new SettlementEvent.SendRefused("nonce too low"));
        (state, var paused) = See(state, unused);
        Assert.Equal([SettlementEffect.Wait], paused);
        Assert.Equal([SettlementEffect.Prepare], See(state, unused).Effects);
        Assert.Equal([SettlementEffect.Wait], Next(state, new SettlementEvent.Declined(new(PaymentChecks.Balance, "400", "0"))).Effects);
    }

    [Fact]
    public void What_a_reorganisation_could_undo_is_no_failure_yet()
    {
        foreach (var seen in (Sighting[])[unused with { NonceUsed = true }, unused with { Place = TransactionPlace.Reverted }])
        {
            Assert.Equal((submitted, [SettlementEffect.Wait]), See(submitted, seen with { IsFinal = false }), Same);
            Assert.IsType<SettlementState.Failed>(See(submitted, seen).State);
        }
    }

    [Fact]
    public void A_settled_payment_is_watched_until_its_block_is_final_and_opened_again_where_the_transfer_is_taken_away()
    {
        var seen = unused with { NonceUsed = true, PaidBy = hash, Confirmations = 1, Place = TransactionPlace.Succeeded, IsFinal = false };
        var (watched, _) = See(submitted, seen);
        Assert.Equal(new SettlementState.Settled(hash, (SettlementState.Submitted)submitted), watched);
        Assert.Equal([SettlementEffect.Look], Next(watched, new SettlementEvent.Asked()).Effects);
        Assert.Equal((watched, [SettlementEffect.Answer]), See(watched, seen), Same);
        Assert.Equal((submitted, [SettlementEffect.Persist, SettlementEffect.Send]), See(watched, unused), Same);
        Assert.Equal(new SettlementState.Settled(hash, null), See(watched, seen with { IsFinal = true }).State);
    }

    [Fact]
    public void What_a_stranger_submitted_counts_when_no_reorganisation_can_take_it_away() =>
        Assert.Equal([SettlementEffect.Wait], See(SettlementState.Nothing, unused with { NonceUsed = true, PaidBy = hash, Confirmations = 1, IsFinal = false }).Effects);

    [Fact]
    public void What_was_held_back_behind_a_refused_transaction_is_made_anew_and_costs_no_attempt()
    {
        var state = submitted;
        for (int round = 0; round < 5; round++)
        {
            (state, _) = Next(state, new SettlementEvent.Withheld());
            Assert.Equal([SettlementEffect.Prepare], See(state, unused).Effects);
            (state, _) = Next(state, new SettlementEvent.Prepared(transfer));
        }
        Assert.Equal(submitted, state);
    }

    [Fact]
    public void A_refused_transaction_that_is_in_a_block_after_all_is_settled()
    {
        var (state, _) = Next(submitted, new SettlementEvent.SendRefused("already known"));
        Assert.Equal(new SettlementState.Settled(hash, null), See(state, unused with { NonceUsed = true, PaidBy = hash, Confirmations = 1, Place = TransactionPlace.Succeeded }).State);
    }

    [Fact]
    public void What_cannot_be_paid_now_is_not_written_down()
    {
        var (state, effects) = Next(SettlementState.Nothing, new SettlementEvent.Declined(new(PaymentChecks.Balance, "400", "0")));
        FailsBy(PaymentChecks.Balance, state);
        Assert.Equal([SettlementEffect.Answer], effects);
    }

    [Fact]
    public void An_outcome_is_final()
    {
        foreach (var state in (SettlementState[])[new SettlementState.Settled(hash, null), new SettlementState.Failed(new(PaymentChecks.Settlement, "a", "b"))])
            foreach (var happened in (SettlementEvent[])[new SettlementEvent.Asked(), new SettlementEvent.Seen(unused), new SettlementEvent.SendRefused("x"), new SettlementEvent.Prepared(transfer)])
                Assert.Equal((state, [SettlementEffect.Answer]), Next(state, happened), Same);
    }

    static bool Same((SettlementState State, SettlementEffect[] Effects) a, (SettlementState State, SettlementEffect[] Effects) b) =>
        a.State == b.State && a.Effects.SequenceEqual(b.Effects);
}
