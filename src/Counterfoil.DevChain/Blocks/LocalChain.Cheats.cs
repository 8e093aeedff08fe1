using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;

namespace Counterfoil.DevChain;

/// <content>What a chain for development can do and a public one cannot: make money and go back.</content>
public sealed partial class LocalChain
{
    const int MaxSnapshots = 10_000;

    readonly SortedDictionary<int, Moment> snapshots = [];
    int nextSnapshot = 1;
    UInt256? nextBaseFee;

    sealed record Moment(int Blocks, StateSnapshot State, TransactionPool Pool, TimeSpan TimeOffset, ulong? NextTimestamp, ulong? TimestampInterval, UInt256? NextBaseFee);

    /// <summary>Sets an account's balance in wei, outside any block.</summary>
    public void SetBalance(Address address, UInt256 balance) => Change(new ChainInput.Balance(address, balance), address, account => world.SetBalance(account, balance));

    /// <summary>Adds wei to an account, outside any block.</summary>
    public void Fund(Address address, UInt256 amount) => Change(new ChainInput.Fund(address, amount), address, account => world.Credit(account, amount));

    /// <summary>Sets an account's nonce, outside any block.</summary>
    public void SetNonce(Address address, ulong nonce) => Change(new ChainInput.Nonce(address, nonce), address, account => world.SetNonce(account, nonce));

    /// <summary>Sets an account's code, outside any block.</summary>
    public void SetCode(Address address, ReadOnlyMemory<byte> code) => Change(new ChainInput.Code(address, code.ToArray()), address, account => world.SetCode(account, new Code(code.Span)));

    /// <summary>Sets a storage slot, outside any block.</summary>
    public void SetStorage(Address address, UInt256 slot, UInt256 value) =>
        Change(new ChainInput.Slot(address, slot, value), address, account => world.SetStorage(account, slot, value));

    void Change(ChainInput input, Address address, Action<Account> change)
    {
        lock (turn)
        {
            ReadClock();
            change(world[address]);
            world.EndChanges();
            state = world.Commit();
            Record(input);
        }
    }

    /// <summary>Says who receives the tips from the next block on.</summary>
    public void SetCoinbase(Address coinbase)
    {
        lock (turn)
        {
            ReadClock();
            options = options with { Coinbase = coinbase };
            Record(new ChainInput.Coinbase(coinbase));
        }
    }

    /// <summary>Makes the next block burn so many wei per gas.</summary>
    public void SetNextBaseFee(UInt256 fee)
    {
        lock (turn)
        {
            ReadClock();
            nextBaseFee = fee;
            Record(new ChainInput.NextBaseFee(fee));
        }
    }

    /// <summary>Remembers this moment and returns its number.</summary>
    public int TakeSnapshot()
    {
        lock (turn)
        {
            ReadClock();
            snapshots[nextSnapshot] = new Moment(blocks.Count, state, pool, timeOffset, nextTimestamp, timestampInterval, nextBaseFee);
            if (snapshots.Count > MaxSnapshots) snapshots.Remove(snapshots.Keys.First());
            Record(new ChainInput.Snapshot());
            return nextSnapshot++;
        }
    }

    /// <summary>Goes back to a snapshot, which is then used up, as are all taken after it. False where there is none of that number.</summary>
    public bool RevertTo(int snapshot)
    {
        lock (turn)
        {
            if (!snapshots.TryGetValue(snapshot, out var moment)) return false;
            ReadClock();
            foreach (int later in snapshots.Keys.Where(key => key >= snapshot).ToArray()) snapshots.Remove(later);
            Truncate(moment.Blocks);
            (state, pool) = (moment.State, moment.Pool);
            (timeOffset, nextTimestamp, timestampInterval, nextBaseFee) = (moment.TimeOffset, moment.NextTimestamp, moment.TimestampInterval, moment.NextBaseFee);
            world = new World(state);
            Record(new ChainInput.Revert(snapshot));
            Changed?.Invoke();
            return true;
        }
    }
}
