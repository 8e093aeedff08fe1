namespace Counterfoil.DevChain;

/// <content>The chain's time: the clock's, moved as asked.</content>
public sealed partial class LocalChain
{
    DateTimeOffset now;
    DateTimeOffset? replayed;
    TimeSpan timeOffset;
    ulong? nextTimestamp, timestampInterval;
    TimeSpan? miningInterval;

    internal static TimeSpan MaxTimeOffset => TimeSpan.FromDays(36_525);

    /// <summary>The chain's clock, as moved.</summary>
    internal DateTimeOffset Now
    {
        get
        {
            lock (turn)
            {
                ReadClock();
                return now + timeOffset;
            }
        }
    }

    // Once a turn: all that one input does happens at one time, which can then be written down and read again.
    void ReadClock() => now = replayed ?? time.GetUtcNow();

    /// <summary>Seconds since 1970 as the next block will say: the clock's, moved as asked, and never before the latest block's.</summary>
    ulong NextTimestamp()
    {
        ulong latest = blocks.Count > 0 ? blocks[^1].Header.Timestamp : 0;
        if (nextTimestamp is { } wanted) return Math.Max(wanted, latest);
        if (timestampInterval is { } interval && blocks.Count > 0) return latest + interval;
        return Math.Max(latest, (ulong)Math.Max(0, (now + timeOffset).ToUnixTimeSeconds()));
    }

    /// <summary>Moves the chain's clock forward and returns by how much it has been moved in all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The move is negative, or goes further than a hundred years in all.</exception>
    public TimeSpan IncreaseTime(TimeSpan by) =>
        TryIncreaseTime(by, out var total) ? total : throw new ArgumentOutOfRangeException(nameof(by), by, "a chain's clock moves forward, and at most a hundred years in all");

    internal bool TryIncreaseTime(TimeSpan by, out TimeSpan total)
    {
        lock (turn)
        {
            total = timeOffset;
            if (by < TimeSpan.Zero || by > MaxTimeOffset - timeOffset) return false;
            ReadClock();
            total = timeOffset += by;
            Record(new ChainInput.IncreaseTime(by));
            return true;
        }
    }

    /// <summary>Sets the chain's clock, in seconds since 1970; it goes on from there. False where that is before the latest block, or a century away.</summary>
    public bool SetTime(ulong timestamp)
    {
        lock (turn)
        {
            if (!MoveClock(timestamp)) return false;
            Record(new ChainInput.SetTime(timestamp));
            return true;
        }
    }

    /// <summary>Makes the next block say this time, in seconds since 1970, and moves the clock with it. False where that is before the latest block, or a century away.</summary>
    public bool SetNextTimestamp(ulong timestamp)
    {
        lock (turn)
        {
            if (!MoveClock(timestamp)) return false;
            nextTimestamp = timestamp;
            Record(new ChainInput.NextTimestamp(timestamp));
            return true;
        }
    }

    bool MoveClock(ulong timestamp)
    {
        ReadClock();
        if (timestamp < blocks[^1].Header.Timestamp || timestamp > (ulong)(now + MaxTimeOffset).ToUnixTimeSeconds()) return false;
        timeOffset = DateTimeOffset.FromUnixTimeSeconds((long)timestamp) - now;
        return true;
    }

    /// <summary>How many seconds every block is after its parent, whatever the clock says; null where the clock decides.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is more than a hundred years.</exception>
    public ulong? TimestampInterval
    {
        get
        {
            lock (turn) return timestampInterval;
        }
        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value ?? 0, (ulong)MaxTimeOffset.TotalSeconds, nameof(value));
            lock (turn)
            {
                ReadClock();
                timestampInterval = value;
                Record(new ChainInput.TimestampInterval(value));
            }
        }
    }

    /// <summary>How often the host makes a block, whether or not transactions wait; null for never. The chain itself has no timer: see <see cref="BlockTimer"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive, or longer than a day.</exception>
    public TimeSpan? MiningInterval
    {
        get
        {
            lock (turn) return miningInterval;
        }
        set
        {
            if (value is { } interval && (interval <= TimeSpan.Zero || interval > TimeSpan.FromDays(1))) throw new ArgumentOutOfRangeException(nameof(value), value, "an interval is positive and at most a day");
            lock (turn)
            {
                ReadClock();
                miningInterval = value;
                Record(new ChainInput.MiningInterval(value));
                Changed?.Invoke();
            }
        }
    }
}
