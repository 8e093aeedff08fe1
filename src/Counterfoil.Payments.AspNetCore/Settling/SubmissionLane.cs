using System.Threading.Channels;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Payments.AspNetCore.Settling;

/// <summary>
/// The one lane in which transactions get account nonces and are sent, in order: two payments never race for a nonce, and no gap is left that
/// would hold up those behind it. What waits goes as one batch: signed, written to the journal at once, then sent.
/// </summary>
sealed class SubmissionLane : IAsyncDisposable
{
    const int BatchLimit = 64;

    sealed record Submission(SettlementIntent Intent, SettlementState Before)
    {
        public TaskCompletionSource<(SettlementState, SettlementEvent)> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    readonly ISettlementChain chain;
    readonly ISettlementJournal journal;
    readonly ulong confirmations;
    readonly CancellationToken stopping;
    readonly Channel<Submission> queue = Channel.CreateUnbounded<Submission>(new UnboundedChannelOptions { SingleReader = true });
    readonly Task worker;
    readonly HashSet<ulong> taken = [];
    ulong? nextNonce;
    volatile bool recounts;

    public SubmissionLane(ISettlementChain chain, ISettlementJournal journal, ulong confirmations, CancellationToken stopping)
    {
        (this.chain, this.journal, this.confirmations, this.stopping) = (chain, journal, confirmations, stopping);
        worker = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>A transaction was given up that may be in no block: its nonce is asked for and given out again, or those behind it would wait for ever.</summary>
    public void Recount() => recounts = true;

    /// <summary>Signs, records and sends a transaction; returns the state that was recorded and what became of sending it.</summary>
    public Task<(SettlementState State, SettlementEvent Event)> SubmitAsync(SettlementIntent intent, SettlementState before)
    {
        var submission = new Submission(intent, before);
        return queue.Writer.TryWrite(submission) ? submission.Done.Task : throw new ObjectDisposedException(nameof(SubmissionLane));
    }

    async Task RunAsync()
    {
        var batch = new List<Submission>();
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < BatchLimit && queue.Reader.TryRead(out var submission)) batch.Add(submission);
            try { await SubmitAsync(batch).ConfigureAwait(false); }
            catch (Exception broken)
            {
                // Some nonces may be gone and some not: ask the chain and the journal afresh.
                nextNonce = null;
                foreach (var submission in batch) submission.Done.TrySetException(broken);
            }
        }
    }

    async Task SubmitAsync(List<Submission> batch)
    {
        if (recounts || nextNonce is not { } nonce)
        {
            recounts = false;
            nonce = await chain.NextAccountNonceAsync(stopping).ConfigureAwait(false);
            taken.Clear();
            // A transaction in the journal may not have reached the chain yet, or may be sent again after a reorganisation; its nonce is spoken for.
            foreach (var record in await journal.ReadOpenAsync(stopping).ConfigureAwait(false))
                if (record.State.AccountNonce is { } held) taken.Add(held);
        }
        var records = new List<SettlementRecord>(batch.Count);
        foreach (var submission in batch)
        {
            while (taken.Contains(nonce)) nonce++;
            var transfer = await chain.PrepareAsync(submission.Intent, nonce++, stopping).ConfigureAwait(false);
            var (state, _) = SettlementMachine.Next(submission.Intent, submission.Before, new SettlementEvent.Prepared(transfer), confirmations);
            records.Add(new SettlementRecord(submission.Intent, state));
        }
        await journal.WriteAsync(records, stopping).ConfigureAwait(false);
        nextNonce = nonce;
        await SendAsync(batch, records).ConfigureAwait(false);
    }

    async Task SendAsync(List<Submission> batch, List<SettlementRecord> records)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            var (intent, state) = records[i];
            // Behind a refused one the others would wait for a nonce that nobody has: they are made anew as well.
            SettlementEvent sent = nextNonce is null ? new SettlementEvent.Withheld()
                : await SendAsync(chain, (SettlementState.Submitted)state, stopping).ConfigureAwait(false);
            if (sent is not SettlementEvent.Sent)
            {
                nextNonce = null;
                journal.WriteLater(new SettlementRecord(intent, SettlementMachine.Next(intent, state, sent, confirmations).State));
            }
            batch[i].Done.TrySetResult((state, sent));
        }
    }

    /// <summary>Sends a transaction. An error on the way leaves it open whether it arrived, which is what looking at the chain is for.</summary>
    public static async ValueTask<SettlementEvent> SendAsync(ISettlementChain chain, SettlementState.Submitted state, CancellationToken cancellation)
    {
        var result = await chain.SendAsync(state.Transfer, cancellation).ConfigureAwait(false);
        return result.Refusal is { } why ? new SettlementEvent.SendRefused(why) : new SettlementEvent.Sent();
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await worker.ConfigureAwait(false);
    }
}
