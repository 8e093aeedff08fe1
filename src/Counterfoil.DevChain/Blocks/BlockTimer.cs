namespace Counterfoil.DevChain;

/// <summary>Makes blocks at the chain's <see cref="LocalChain.MiningInterval"/>, for as long as it is not disposed.</summary>
/// <remarks>Apart from the chain, which has no thread of its own. An interval that is set anew begins anew.</remarks>
public sealed class BlockTimer : IDisposable
{
    readonly LocalChain chain;
    readonly ITimer timer;
    readonly Lock setting = new();
    TimeSpan? interval;

    /// <summary>Begins to watch a chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="time">Whose timers are used.</param>
    public BlockTimer(LocalChain chain, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(time);
        this.chain = chain;
        timer = time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        chain.Changed += Watch;
        Watch();
    }

    void Watch()
    {
        var wanted = chain.MiningInterval;
        lock (setting)
        {
            if (wanted == interval) return;
            interval = wanted;
            timer.Change(wanted ?? Timeout.InfiniteTimeSpan, wanted ?? Timeout.InfiniteTimeSpan);
        }
    }

    void Tick()
    {
        if (chain.MiningInterval is null) return; // it ended as this began
        try
        {
            chain.Mine();
        }
        catch (Precompiles.AbsentPrecompileException)
        {
            // The transaction that asked for it is gone; the next turn makes a block of the others.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        chain.Changed -= Watch;
        timer.Dispose();
    }
}
