using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Transactions;

/// <summary>A transaction that waits to be mined.</summary>
sealed record PendingTransaction(Keccak256Digest Hash, ReadOnlyMemory<byte> Raw, SignedTransaction Signed, Envelope Envelope);

/// <summary>Transactions that wait: one for each account and nonce, in the order of their arrival. Immutable, so that a snapshot of the chain holds it as it was.</summary>
sealed class TransactionPool
{
    /// <summary>The most that wait at once.</summary>
    public const int Limit = 10_000;

    readonly PendingTransaction[] waiting;

    public static TransactionPool Empty { get; } = new([]);

    TransactionPool(PendingTransaction[] waiting) => this.waiting = waiting;

    public int Count => waiting.Length;

    public IEnumerable<PendingTransaction> All => waiting;

    public PendingTransaction? Find(Keccak256Digest hash) => Array.Find(waiting, pending => pending.Hash == hash);

    /// <summary>Adds a transaction, or replaces one of the same account and nonce if it pays a tenth more.</summary>
    public Verdict Add(PendingTransaction added, out TransactionPool pool)
    {
        pool = this;
        int same = Array.FindIndex(waiting, pending => pending.Envelope.From == added.Envelope.From && pending.Envelope.Nonce == added.Envelope.Nonce);
        if (same >= 0)
        {
            if (waiting[same].Hash == added.Hash) return Verdict.Reject(DevChainChecks.Known, "a new transaction", $"0x{added.Hash}");
            var fee = waiting[same].Envelope.MaxFee;
            var least = fee + fee / 10;
            if (added.Envelope.MaxFee < least) return Verdict.Reject(DevChainChecks.Replacement, $"a fee of at least {least} wei", $"{added.Envelope.MaxFee}");
            var replaced = (PendingTransaction[])waiting.Clone();
            replaced[same] = added;
            pool = new(replaced);
            return Verdict.Accept;
        }
        if (waiting.Length >= Limit) return Verdict.Reject(DevChainChecks.PoolLimit, $"at most {Limit} waiting transactions", "more");
        pool = new([.. waiting, added]);
        return Verdict.Accept;
    }

    public TransactionPool Without(Func<PendingTransaction, bool> gone)
    {
        var rest = Array.FindAll(waiting, pending => !gone(pending));
        return rest.Length == waiting.Length ? this : rest.Length == 0 ? Empty : new(rest);
    }

    /// <summary>The nonce after all that the account has waiting without a gap.</summary>
    public ulong NextNonce(Address account, ulong nonce)
    {
        while (Array.Exists(waiting, pending => pending.Envelope.From == account && pending.Envelope.Nonce == nonce)) nonce++;
        return nonce;
    }
}
