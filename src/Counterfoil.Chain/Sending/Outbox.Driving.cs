using Counterfoil.Chain.Following;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Sending;

public sealed partial class Outbox
{
    /// <summary>The chain at one head, as far as one round needs it.</summary>
    /// <param name="Window">The latest blocks.</param>
    /// <param name="Nonce">The account's next nonce after the head.</param>
    /// <param name="FinalNonce">The account's next nonce after the latest final block, proven; null where the endpoint makes no proofs.</param>
    sealed record Head(ChainWindow Window, ulong Nonce, ulong? FinalNonce)
    {
        public ulong Number => Window.Head.Number;
    }

    async Task<Head> HeadAsync(ChainWindow current, CancellationToken cancel)
    {
        ulong depth = options.Finality.Depth - 1, final = current.Head.Number - Math.Min(current.Head.Number, depth);
        // What is gone from the window for being old is final too; there is nothing older than its oldest to ask for.
        var block = current.Blocks[(int)(Math.Max(final, current.Oldest.Number) - current.Oldest.Number)];
        ulong? finalNonce = await ProvenNonceAsync(block, cancel).ConfigureAwait(false);
        ulong nonce = await ProvenNonceAsync(current.Head, cancel).ConfigureAwait(false)
            ?? await client.GetNonceAsync(Address, current.Head.Number, cancel).ConfigureAwait(false);
        return new Head(current, nonce, finalNonce);
    }

    async Task<ulong?> ProvenNonceAsync(BlockReference at, CancellationToken cancel)
    {
        var block = await client.GetBlockAsync(at.Hash, cancel).ConfigureAwait(false) ?? throw Wrong("eth_getBlockByHash", $"the endpoint does not have block {at}, which it told");
        try
        {
            return (await client.GetAccountAsync(Address, block, cancel).ConfigureAwait(false))?.Nonce ?? 0;
        }
        catch (ChainException absent) when (absent.Kind == ChainFailure.Refused)
        {
            return null;
        }
    }

    /// <summary>Does for one submission what can be done now. True where it has ended.</summary>
    async Task<bool> DriveAsync(SubmissionRecord record, Head head, CancellationToken cancel)
    {
        SubmissionEvent next = new SubmissionEvent.Asked();
        while (true)
        {
            var (state, effects) = SubmissionMachine.Next(record.State, next, options.Rules);
            foreach (var effect in effects)
                switch (effect)
                {
                    case SubmissionEffect.Persist:
                        // Another writer was here: whoever comes next round sees what is there now.
                        if (!await journal.TryWriteAsync(record, state, cancel).ConfigureAwait(false)) return false;
                        break;
                    case SubmissionEffect.Allocate:
                        if (await AllocateAsync(record, head, cancel).ConfigureAwait(false) is not var (allocated, happened)) return false;
                        if (allocated is not null) (record, state) = (allocated, allocated.State);
                        if (happened is null) await SendAsync();
                        else next = happened;
                        break;
                    case SubmissionEffect.Send: await SendAsync(); break;
                    case SubmissionEffect.Look: next = new SubmissionEvent.Looked(await LookAsync((SubmissionState.Underway)state, head, cancel).ConfigureAwait(false)); break;
                    case SubmissionEffect.Replace: next = await ReplaceAsync(record.Intent, (SubmissionState.Underway)state, false, head, cancel).ConfigureAwait(false); break;
                    case SubmissionEffect.Fill: next = await ReplaceAsync(record.Intent, (SubmissionState.Underway)state, true, head, cancel).ConfigureAwait(false); break;
                    case SubmissionEffect.Answer: return true;
                    default: return false;
                }
            if (effects is [.., SubmissionEffect.Persist]) return false;
            record = record with { State = state, Version = record.Version + (effects.Contains(SubmissionEffect.Persist) ? 1 : 0) };

            async Task SendAsync() => next = await HandOverAsync(((SubmissionState.Underway)state).Last, cancel).ConfigureAwait(false);
        }
    }

    async Task<SubmissionSighting> LookAsync(SubmissionState.Underway state, Head head, CancellationToken cancel)
    {
        Inclusion? inclusion = null;
        foreach (var attempt in state.Attempts.Reverse())
        {
            inclusion = await watch.LookAsync(attempt.Hash, head.Window, cancel).ConfigureAwait(false) switch
            {
                TransactionState.Final f => new Inclusion(attempt.Hash, f.Block, true, f.Receipt.Succeeded),
                TransactionState.Included i => new Inclusion(attempt.Hash, i.Block, false, i.Receipt.Succeeded),
                _ => null,
            };
            if (inclusion is not null) break;
        }
        var use = state.Nonce < head.Nonce ? NonceUse.Used : state.Nonce == head.Nonce ? NonceUse.Next : NonceUse.Later;
        if (inclusion is null && state.Nonce < head.FinalNonce && await ConsumerAsync(state.Nonce, head, cancel).ConfigureAwait(false) is { } contents)
        {
            // The endpoint shows no receipt of ours, and the block in which the nonce went is proven to hold one: then it is in there all the same.
            var (block, inside) = contents;
            int index = Array.FindIndex([.. inside.Receipts], receipt => state.Attempts.Any(attempt => attempt.Hash == receipt.TransactionHash));
            if (index < 0) use = NonceUse.UsedForGood;
            else inclusion = new Inclusion(inside.Receipts[index].TransactionHash, block, true, inside.Receipts[index].Succeeded);
        }
        bool isKnown = inclusion is not null || use == NonceUse.Used || await client.HasTransactionAsync(state.Last.Hash, cancel).ConfigureAwait(false);
        return new SubmissionSighting(head.Number, use, inclusion, isKnown);
    }

    /// <summary>
    /// The block in which the account's nonce went, found by halves over proven accounts, with everything in it held to its roots. Null where it is older than the window,
    /// or where the endpoint makes no proofs: then nothing is concluded, for a wrong conclusion would pay twice.
    /// </summary>
    async Task<(BlockReference, BlockContents)?> ConsumerAsync(ulong nonce, Head head, CancellationToken cancel)
    {
        var blocks = head.Window.Blocks;
        if (await ProvenNonceAsync(blocks[0], cancel).ConfigureAwait(false) is not { } oldest || oldest > nonce) return null;
        int before = 0, after = blocks.Count - 1;
        while (after - before > 1)
        {
            int middle = (before + after) / 2;
            if (await ProvenNonceAsync(blocks[middle], cancel).ConfigureAwait(false) is not { } there) return null;
            if (there > nonce) after = middle;
            else before = middle;
        }
        var block = await client.GetBlockAsync(blocks[after].Hash, cancel).ConfigureAwait(false) ?? throw Wrong("eth_getBlockByHash", $"the endpoint does not have block {blocks[after]}, which it told");
        return (blocks[after], await client.GetContentsAsync(block, cancel).ConfigureAwait(false));
    }

    async Task<SubmissionEvent> HandOverAsync(SignedAttempt attempt, CancellationToken cancel)
    {
        try
        {
            await client.SendRawTransactionAsync(attempt.Raw, cancel).ConfigureAwait(false);
            return new SubmissionEvent.Sent();
        }
        catch (ChainException refused) when (refused.Kind is ChainFailure.Refused or ChainFailure.Reverted)
        {
            return new SubmissionEvent.Refused(refused.Message);
        }
        catch (ChainException open) when (open.Kind != ChainFailure.Reorganised)
        {
            return new SubmissionEvent.Sent(); // it may have arrived: the next look tells
        }
    }
}
