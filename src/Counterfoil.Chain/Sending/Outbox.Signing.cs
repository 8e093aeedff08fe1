using System.Globalization;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Sending;

public sealed partial class Outbox
{
    /// <summary>The gas of a transfer between accounts without code.</summary>
    const ulong TransferGas = 21_000;

    /// <summary>Gives a queued submission its nonce. Returns nothing where someone else did; the record with its first transaction; or why there is none.</summary>
    async Task<(SubmissionRecord? Record, SubmissionEvent? Happened)?> AllocateAsync(SubmissionRecord record, Head head, CancellationToken cancel)
    {
        var intent = record.Intent;
        ulong gas;
        try
        {
            gas = intent.GasLimit ?? WithMargin(await client.EstimateGasAsync(new ContractCall { From = Address, To = intent.To, Data = intent.Data, Value = intent.Value }, cancel).ConfigureAwait(false));
        }
        catch (ChainException reverted) when (reverted.Kind is ChainFailure.Reverted or ChainFailure.Refused)
        {
            return (null, new SubmissionEvent.Declined(reverted.Message));
        }
        var fees = await FeesAsync(cancel).ConfigureAwait(false);
        ulong pending = await client.GetNonceAsync(Address, cancel).ConfigureAwait(false);
        // The first nonce ever given out passes by what the account has waiting from elsewhere, if it is not absurd; a gap that this makes is filled in time.
        ulong unused = (await journal.ReadFromAsync(head.Nonce, cancel).ConfigureAwait(false)).Next is null && pending > head.Nonce && pending - head.Nonce <= MostPending ? pending : head.Nonce;
        var allocated = await journal.AllocateAsync(record, unused, nonce =>
        {
            var attempt = Sign(intent.To, intent.Data, intent.Value, gas, nonce, fees, false);
            return SubmissionMachine.Next(record.State, new SubmissionEvent.Allocated(nonce, attempt, head.Number), options.Rules).State;
        }, cancel).ConfigureAwait(false);
        return allocated is null ? null : (allocated, null);
    }

    const ulong MostPending = 64;

    ulong WithMargin(ulong gas) => gas + gas / 100 * options.GasMargin + options.GasMargin;

    async Task<Fees> FeesAsync(CancellationToken cancel) =>
        Fees.Estimate(await client.GetFeeHistoryAsync(options.Fees.Blocks, options.Fees.Percentile, cancel).ConfigureAwait(false), options.Fees);

    async Task<SubmissionEvent> ReplaceAsync(SendIntent intent, SubmissionState.Underway state, bool asFiller, Head head, CancellationToken cancel)
    {
        if (state.Last.Fees.Replace(await FeesAsync(cancel).ConfigureAwait(false), options.Fees) is not { } fees) return new SubmissionEvent.Capped(head.Number);
        // A replacement asks for as much gas as the first did: the state that an estimate would see now may be one in which the first has run.
        return new SubmissionEvent.Replaced(asFiller ? Filler(state.Nonce, fees)
            : Sign(intent.To, intent.Data, intent.Value, GasOf(state.Last), state.Nonce, fees, false), head.Number);
    }

    static ulong GasOf(SignedAttempt attempt) =>
        SignedTransaction.Decode(attempt.Raw.Span, out var signed).IsAccepted ? signed!.Transaction.GasLimit : throw new InvalidDataException($"the journal's transaction 0x{attempt.Hash} cannot be read");

    SignedAttempt Filler(ulong nonce, Fees fees) => Sign(Address, default, default, TransferGas, nonce, fees, true);

    SignedAttempt Sign(Address? to, ReadOnlyMemory<byte> data, UInt256 value, ulong gas, ulong nonce, Fees fees, bool isFiller)
    {
        byte[] raw = new Transaction
        {
            ChainId = options.ChainId, Nonce = nonce, MaxFeePerGas = fees.Most, MaxPriorityFeePerGas = fees.Tip, GasLimit = gas, To = to, Value = value, Data = data,
        }.Sign(key).Encode();
        return new SignedAttempt(Keccak256.Hash(raw), raw, fees, isFiller);
    }

    /// <summary>
    /// Fills nonces that are nobody's and that later ones wait for. They come about where an endpoint lied about the account, or where a reorganisation took a
    /// transaction that was sent from elsewhere. Such a one may come back, so a gap must last before it is filled.
    /// </summary>
    async Task FillGapsAsync(Head head, CancellationToken cancel)
    {
        var span = await journal.ReadFromAsync(head.Nonce, cancel).ConfigureAwait(false);
        if (span.Records.FirstOrDefault(record => record.State.HasEnded) is { } lost)
            throw new ChainException(client.Endpoint, "eth_getTransactionCount", $"the account's nonce is {head.Nonce} again, though '{lost.Intent.Key}' ended with nonce {lost.State.OwnNonce} in a final block")
            { Kind = ChainFailure.Reorganised };
        var owned = span.Records.Select(record => record.State.OwnNonce!.Value).ToHashSet();
        foreach (ulong old in gaps.Keys.Where(nonce => nonce < head.Nonce || owned.Contains(nonce)).ToArray()) gaps.Remove(old);
        if (owned.Count == 0) return; // nobody waits behind it, and the next submission takes it
        ulong last = owned.Max();
        if (last - head.Nonce > 10_000) return;
        for (ulong nonce = head.Nonce; nonce < last; nonce++)
        {
            if (owned.Contains(nonce)) continue;
            if (gaps.TryAdd(nonce, head.Number) || head.Number < gaps[nonce] + options.Rules.StuckAfter) continue;
            var attempt = Filler(nonce, await FeesAsync(cancel).ConfigureAwait(false));
            string name = $"gap:{nonce.ToString(CultureInfo.InvariantCulture)}:0x{attempt.Hash}";
            var state = new SubmissionState.Underway(nonce, [attempt], head.Number);
            if (await journal.TryFillAsync(new SendIntent(name, Address, default, default, TransferGas), state, cancel).ConfigureAwait(false))
                await HandOverAsync(attempt, cancel).ConfigureAwait(false);
        }
    }
}
