namespace Counterfoil.DevChain.Rpc;

/// <summary>What one batch may cost altogether, so that a thousand cheap lines are not an hour of work: what comes after is refused, line by line.</summary>
/// <remarks>A single request has the limits of its method (a call has at most a block's gas) and no budget.</remarks>
sealed class BatchBudget(TimeProvider time)
{
    /// <summary>The longest that a batch is worked on; the request under way is finished.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);
    /// <summary>The longest response to a batch in bytes, give or take the last answer.</summary>
    public const int ResponseLength = 32 << 20;

    readonly long start = time.GetTimestamp();

    /// <summary>Why nothing more is done for the batch; null while there is something left.</summary>
    public RpcError? Exhausted(long written)
    {
        if (written > ResponseLength) return RpcError.Refused($"the batch's response is longer than {ResponseLength} bytes: ask again for the rest");
        if (time.GetElapsedTime(start) > Time) return RpcError.Refused($"the batch took longer than {Time.TotalSeconds:0} s: ask again for the rest");
        return null;
    }
}
