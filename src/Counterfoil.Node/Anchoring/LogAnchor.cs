using System.Globalization;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Sending;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Contracts;
using Counterfoil.Log;
using Counterfoil.Log.Notes;

namespace Counterfoil.Node.Anchoring;

/// <summary>When a log is anchored.</summary>
public sealed record AnchorRules
{
    /// <summary>A checkpoint waits at most so long.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Nor longer than until so many entries came since the last.</summary>
    public long Entries { get; init; } = 100_000;
}

/// <summary>How a step of anchoring ended.</summary>
/// <param name="Anchored">The largest tree that the chain has of this log; 0 for none.</param>
/// <param name="Sent">What was anchored now, and its block is final; null where nothing was due.</param>
public sealed record AnchorStep(ulong Anchored, SubmissionState.Done? Sent);

/// <summary>Anchors a log's newest checkpoint on a chain, batch by batch: one transaction for all the entries that came since the last.</summary>
/// <remarks>
/// The chain is the memory: what is anchored is what the contract says, so a crash forgets nothing. What a crash left under way is carried to its end first; the key of an intent is the
/// log and the size, so it is the same intent when asked again. The contract takes growing sizes alone. A log that is smaller than what it anchored is a restored copy, and is not gone on with.
/// </remarks>
/// <param name="outbox">Sends, for the publisher's account.</param>
/// <param name="anchor">The contract <c>Anchor</c>.</param>
/// <param name="log">The log's key, of which the chain knows the id.</param>
/// <param name="time">The clock.</param>
/// <param name="rules">When.</param>
public sealed class LogAnchor(Outbox outbox, Contract anchor, VerifierKey log, TimeProvider time, AnchorRules? rules = null)
{
    readonly AnchorRules rules = rules ?? new();
    readonly Bytes32 id = LogId.Of(log).Digest.Value;
    long? since;

    /// <summary>Anchors <paramref name="newest"/> if that is due.</summary>
    /// <param name="newest">The log's newest checkpoint, or its newest that counts by a policy.</param>
    /// <param name="now">Whether to anchor whatever is not yet, due or not.</param>
    /// <param name="cancellation">Stops waiting; what was taken on is in the outbox.</param>
    /// <exception cref="InvalidDataException">The chain has a larger tree of this log, or another of this size: this log is not the one that was anchored.</exception>
    /// <exception cref="ChainException">The chain could not be asked.</exception>
    public async Task<AnchorStep> StepAsync(SignedCheckpoint newest, bool now = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(newest);
        var checkpoint = newest.Checkpoint;
        if (checkpoint.Origin != log.Name) throw new ArgumentException($"a checkpoint of '{checkpoint.Origin}', not of '{log.Name}'", nameof(newest));
        // What a crash left under way may be of this log: first it ends.
        while (await outbox.StepAsync(cancellation).ConfigureAwait(false) > 0) await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellation).ConfigureAwait(false);
        var latest = await anchor.AskAsync(new AnchorContract.LatestCall(outbox.Address, id), cancellationToken: cancellation).ConfigureAwait(false);
        if (latest.Size > (ulong)checkpoint.Size) throw new InvalidDataException($"the chain has {latest.Size} entries of this log anchored, and the log has {checkpoint.Size}: it is an older copy");
        if (latest.Size == (ulong)checkpoint.Size)
        {
            if (latest.Size > 0) await RequireAsync(checkpoint, latest.Head, cancellation).ConfigureAwait(false);
            since = null;
            return new(latest.Size, null);
        }
        since ??= time.GetTimestamp();
        bool due = now || time.GetElapsedTime(since.Value) >= rules.Interval || (ulong)checkpoint.Size - latest.Size >= (ulong)rules.Entries;
        if (!due) return new(latest.Size, null);
        var call = anchor.Call(new AnchorContract.AnchorCall(id, (ulong)checkpoint.Size, checkpoint.Root.Value));
        string key = string.Create(CultureInfo.InvariantCulture, $"anchor/{anchor.Address}/{LogId.Of(log)}/{checkpoint.Size}");
        var ended = await outbox.SendAsync(SendIntent.Of(key, call), cancellation).ConfigureAwait(false);
        since = null;
        return ended is SubmissionState.Done { Succeeded: true } done
            ? new((ulong)checkpoint.Size, done)
            : throw new InvalidDataException($"the anchor of {checkpoint} was not taken: {ended switch { SubmissionState.Abandoned abandoned => abandoned.Reason, _ => "the contract refused it" }}");
    }

    /// <summary>Goes on until cancelled; a chain that is away is asked again.</summary>
    /// <param name="newest">The newest checkpoint, each time it is asked for.</param>
    /// <param name="told">Told of each anchor.</param>
    /// <param name="trouble">Told of each time that the chain could not be asked.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Func<SignedCheckpoint?> newest, Action<AnchorStep> told, Action<ChainException> trouble, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(newest);
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(trouble);
        while (true)
        {
            try
            {
                if (newest() is { } checkpoint && await StepAsync(checkpoint, cancellation: cancellation).ConfigureAwait(false) is { Sent: not null } step) told(step);
            }
            catch (ChainException e) when (e.Kind != ChainFailure.Reorganised)
            {
                trouble(e);
            }
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The anchor of this size has this root: the event that made the head says so.</summary>
    async Task RequireAsync(Checkpoint checkpoint, Bytes32 head, CancellationToken cancellation)
    {
        foreach (var (_, anchored) in await anchor.EventsAsync<AnchorContract.AnchoredEvent>(cancellationToken: cancellation).ConfigureAwait(false))
            if (anchored.Publisher == outbox.Address && anchored.LogId == id && anchored.Head == head && anchored.Root != checkpoint.Root.Value)
                throw new InvalidDataException($"the chain has the root {anchored.Root} anchored at {checkpoint.Size}, and the log has {checkpoint.Root}");
    }
}
