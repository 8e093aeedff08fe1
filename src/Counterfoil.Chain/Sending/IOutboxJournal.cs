namespace Counterfoil.Chain.Sending;

/// <summary>A line of an outbox's journal.</summary>
/// <param name="Intent">What is to be done.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Version">Counts the writes, so that of two writers one wins and the other knows.</param>
public sealed record SubmissionRecord(SendIntent Intent, SubmissionState State, long Version);

/// <summary>A part of an account's nonces.</summary>
/// <param name="Next">The nonce that comes next; null where none was given out yet.</param>
/// <param name="Records">Whose the ones asked for are, in their order.</param>
public sealed record NonceSpan(ulong? Next, IReadOnlyList<SubmissionRecord> Records);

/// <summary>An outbox's write-ahead journal, for one account on one chain. Any number of tasks and processes may share it: every call is one transaction, and what it returns is durable.</summary>
public interface IOutboxJournal
{
    /// <summary>Records an intent without a nonce, or returns what is recorded under its key.</summary>
    ValueTask<SubmissionRecord> AddAsync(SendIntent intent, CancellationToken cancellationToken = default);

    /// <summary>The record under a key, or null.</summary>
    ValueTask<SubmissionRecord?> FindAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Every submission that has not ended, those with a nonce first and in its order, the others as they came.</summary>
    ValueTask<IReadOnlyList<SubmissionRecord>> ReadOpenAsync(CancellationToken cancellationToken = default);

    /// <summary>Gives a queued submission the next nonce and records what is made of it, while no one else can have a nonce of this account.</summary>
    /// <param name="record">The submission as it was read.</param>
    /// <param name="unused">The chain's next nonce: the first that is given out, and the least.</param>
    /// <param name="sign">Makes the state that is recorded, from the nonce.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The record; null where the submission is another than was read.</returns>
    ValueTask<SubmissionRecord?> AllocateAsync(SubmissionRecord record, ulong unused, Func<ulong, SubmissionState> sign, CancellationToken cancellationToken = default);

    /// <summary>Writes a state over the one that was read. False where somebody wrote in between; then nothing is written.</summary>
    ValueTask<bool> TryWriteAsync(SubmissionRecord read, SubmissionState state, CancellationToken cancellationToken = default);

    /// <summary>The owners of all nonces from one on, and the next, at one moment.</summary>
    ValueTask<NonceSpan> ReadFromAsync(ulong nonce, CancellationToken cancellationToken = default);

    /// <summary>Records a new submission that has a nonce already, one of a gap. False where the nonce or the key is somebody's.</summary>
    ValueTask<bool> TryFillAsync(SendIntent intent, SubmissionState.Underway state, CancellationToken cancellationToken = default);
}
