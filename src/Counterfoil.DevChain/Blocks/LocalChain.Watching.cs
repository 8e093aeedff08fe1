using Counterfoil.Core.Digests;
using Counterfoil.DevChain.Transactions;

namespace Counterfoil.DevChain;

/// <content>What those need who follow the chain: to be woken, and to find what they have not seen.</content>
public sealed partial class LocalChain
{
    /// <summary>How many of the transactions that came last are remembered for those who follow.</summary>
    internal const int KeptArrivals = 10_000;

    readonly Queue<Keccak256Digest> arrivals = [];
    long arrived;

    /// <summary>Raised when a block was made, a transaction taken, or the chain went back. The chain waits for the handler, which must be quick and must not change it.</summary>
    public event Action? Changed;

    internal TimeProvider Clock => time;

    /// <summary>How many transactions were ever taken.</summary>
    internal long Arrived
    {
        get
        {
            lock (turn) return arrived;
        }
    }

    /// <summary>How many transactions are in blocks.</summary>
    internal int KnownTransactions
    {
        get
        {
            lock (turn) return transactions.Count;
        }
    }

    /// <summary>All that wait, in the order of their arrival.</summary>
    internal IReadOnlyList<PendingTransaction> Waiting
    {
        get
        {
            lock (turn) return [.. pool.All];
        }
    }

    void Arrive(Keccak256Digest hash)
    {
        arrivals.Enqueue(hash);
        if (arrivals.Count > KeptArrivals) arrivals.Dequeue();
        arrived++;
        Changed?.Invoke();
    }

    /// <summary>The transactions taken since <paramref name="seen"/> of them had been, which then counts these too. Who comes too late misses the oldest.</summary>
    internal Keccak256Digest[] ArrivalsSince(ref long seen)
    {
        lock (turn)
        {
            int missed = (int)Math.Min(arrived - seen, arrivals.Count);
            seen = arrived;
            return missed == 0 ? [] : [.. arrivals.Skip(arrivals.Count - missed)];
        }
    }

    /// <summary>Forgets a transaction that waits. False where none of that hash does.</summary>
    internal bool Drop(Keccak256Digest hash) => Drop(waiting => waiting.Hash == hash);

    /// <summary>Forgets those that wait and are meant. False where none are.</summary>
    internal bool Drop(Func<PendingTransaction, bool> meant)
    {
        lock (turn)
        {
            var dropped = pool.All.Where(meant).Select(pending => pending.Hash).ToArray();
            if (dropped.Length == 0) return false;
            pool = pool.Without(meant);
            ReadClock();
            foreach (var hash in dropped) Record(new ChainInput.Drop(hash));
            return true;
        }
    }
}
