namespace Counterfoil.Data.Commitments;

/// <summary>How a commit runs. Nothing here changes its roots.</summary>
public sealed record CommitOptions
{
    /// <summary>The longest record taken, bytes; memory for the longest that occurs is held.</summary>
    public int LongestRecord { get; init; } = 1 << 30;

    /// <summary>How much work a crash may cost.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Tells the time to checkpoints.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Hears how far it has come; called from the threads that work, after every piece.</summary>
    public Action<CommitProgress>? Progress { get; init; }

    /// <summary>Bytes of records that are read and hashed together.</summary>
    internal int BatchBytes { get; init; } = 1 << 20;

    /// <summary>Records that are read and hashed together.</summary>
    internal int BatchRecords { get; init; } = 1 << 13;

    /// <summary>Keys that are sorted in memory at once.</summary>
    internal int SortedAtOnce { get; init; } = 1 << 16;
}

/// <summary>How far a commit has come.</summary>
/// <param name="Stage">What it is doing.</param>
/// <param name="Done">Amount of it that is done: stored bytes while records are hashed, else records.</param>
/// <param name="Total">The whole amount.</param>
/// <param name="Records">Records hashed so far, those before a resumption counted.</param>
public readonly record struct CommitProgress(CommitStage Stage, long Done, long Total, long Records);

/// <summary>The stages of a commit.</summary>
public enum CommitStage
{
    /// <summary>Records are read, for something else than a commitment.</summary>
    Reading,

    /// <summary>Records are read and hashed into leaves.</summary>
    Hashing,

    /// <summary>Leaves become the ordered tree, and keys are spilled.</summary>
    Ordering,

    /// <summary>Keys are sorted and become the absence tree.</summary>
    Sorting,
}
