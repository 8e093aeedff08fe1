using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;

namespace Counterfoil.DevChain;

/// <content>What a chain for development can do and a public one cannot: make money, move time, and go back.</content>
public sealed partial class LocalChain
{
    const int MaxSnapshots = 10_000;

    readonly SortedDictionary<int, Moment> snapshots = [];
    int nextSnapshot = 1;
    TimeSpan timeOffset;
    ulong? nextTimestamp;
    UInt256? nextBaseFee;

    sealed record Moment(int Blocks, StateSnapshot State, TransactionPool Pool, TimeSpan TimeOffset, ulong? NextTimestamp, UInt256? NextBaseFee);

    /// <summary>Seconds since 1970 as the next block will say: the clock's, moved as asked, and never before the latest block's.</summary>
    ulong NextTimestamp()
    {
        ulong latest = blocks.Count > 0 ? blocks[^1].Header.Timestamp : 0;
        if (nextTimestamp is { } wanted) return Math.Max(wanted, latest);
        return Math.Max(latest, (ulong)Math.Max(0, (time.GetUtcNow() + timeOffset).ToUnixTimeSeconds()));
    }

    /// <summary>Sets an account's balance in wei, outside any block.</summary>
    public void SetBalance(Address address, UInt256 balance) => Change(address, account => world.SetBalance(account, balance));

    /// <summary>Adds wei to an account, outside any block.</summary>
    public void Fund(Address address, UInt256 amount) => Change(address, account => world.Credit(account, amount));

    /// <summary>Sets an account's nonce, outside any block.</summary>
    public void SetNonce(Address address, ulong nonce) => Change(address, account => world.SetNonce(account, nonce));

    /// <summary>Sets an account's code, outside any block.</summary>
    public void SetCode(Address address, ReadOnlyMemory<byte> code) => Change(address, account => world.SetCode(account, new Code(code.Span)));

    /// <summary>Sets a storage slot, outside any block.</summary>
    public void SetStorage(Address address, UInt256 slot, UInt256 value) => Change(address, account => world.SetStorage(account, slot, value));

    void Change(Address address, Action<Account> change)
    {
        lock (turn)
        {
            change(world[address]);
            world.EndTransaction();
            state = world.Commit();
        }
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
            total = timeOffset += by;
            return true;
        }
    }

    internal static TimeSpan MaxTimeOffset => TimeSpan.FromDays(36_525);

    /// <summary>Makes the next block say this time, in seconds since 1970, and moves the clock with it. False where that is before the latest block.</summary>
    public bool SetNextTimestamp(ulong timestamp)
    {
        lock (turn)
        {
            if (timestamp < blocks[^1].Header.Timestamp) return false;
            if (timestamp > (ulong)(time.GetUtcNow() + MaxTimeOffset).ToUnixTimeSeconds()) return false;
            nextTimestamp = timestamp;
            timeOffset = DateTimeOffset.FromUnixTimeSeconds((long)timestamp) - time.GetUtcNow();
            return true;
        }
    }

    /// <summary>Says who receives the tips from the next block on.</summary>
    public void SetCoinbase(Address coinbase)
    {
        lock (turn) options = options with { Coinbase = coinbase };
    }

    /// <summary>Makes the next block burn so many wei per gas.</summary>
    public void SetNextBaseFee(UInt256 fee)
    {
        lock (turn) nextBaseFee = fee;
    }

    /// <summary>Remembers this moment and returns its number.</summary>
    public int TakeSnapshot()
    {
        lock (turn)
        {
            snapshots[nextSnapshot] = new Moment(blocks.Count, state, pool, timeOffset, nextTimestamp, nextBaseFee);
            if (snapshots.Count > MaxSnapshots) snapshots.Remove(snapshots.Keys.First());
            return nextSnapshot++;
        }
    }

    /// <summary>Goes back to a snapshot, which is then used up, as are all taken after it. False where there is none of that number.</summary>
    public bool RevertTo(int snapshot)
    {
        lock (turn)
        {
            if (!snapshots.TryGetValue(snapshot, out var moment)) return false;
            foreach (int later in snapshots.Keys.Where(key => key >= snapshot).ToArray()) snapshots.Remove(later);
            Truncate(moment.Blocks);
            (state, pool, timeOffset, nextTimestamp, nextBaseFee) = (moment.State, moment.Pool, moment.TimeOffset, moment.NextTimestamp, moment.NextBaseFee);
            world = new World(state);
            Changed?.Invoke();
            return true;
        }
    }
}
