using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Blocks;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain;

/// <summary>An Ethereum chain in this process: the bytecode, gas, fees, receipts and roots of the fork asked for, with one maker of blocks and nobody to disagree.</summary>
/// <remarks>
/// In memory, and deterministic: given the same genesis, transactions and clock it makes the same blocks to the byte. It differs from a public chain
/// in that blocks of the same second share its timestamp (money that flows by the second must not run ahead of the clock), that a block's
/// randomness is the digest of its parent's hash, and that no system contract exists (EIP-4788's beacon roots). Safe for concurrent use.
/// </remarks>
public sealed partial class LocalChain
{
    internal const ulong MaxGasLimit = 1UL << 40;

    // Who waits for the chain waits for a block to be made, which takes well under a millisecond.
    readonly Lock turn = new();
    ChainOptions options;
    readonly TimeProvider time;
    readonly List<Block> blocks = [];
    readonly Dictionary<Keccak256Digest, ulong> blockNumbers = [];
    readonly Dictionary<Keccak256Digest, (ulong Block, int Index)> transactions = [];
    readonly Executor executor;
    World world;
    StateSnapshot state;
    TransactionPool pool = TransactionPool.Empty;
    bool automine;

    /// <summary>A chain of one block, which holds the genesis accounts.</summary>
    public LocalChain(ChainOptions options, TimeProvider time)
        : this(options, time, null)
    {
    }

    /// <summary>A chain whose genesis was made at an earlier time, to be replayed from there.</summary>
    public LocalChain(ChainOptions options, TimeProvider time, DateTimeOffset? genesisAt)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.GasLimit, MaxGasLimit);
        (this.options, this.time, automine) = (options, time, options.Automine);
        now = genesisAt ?? time.GetUtcNow();
        var genesis = new World(StateSnapshot.Empty);
        foreach (var (address, balance) in options.Genesis) genesis.SetBalance(genesis[address], balance);
        genesis.EndChanges();
        state = genesis.Commit();
        world = new World(state);
        executor = new Executor(world, NextContext());
        Append(Seal(NextContext(), [], StateSnapshot.Empty));
    }

    /// <summary>The chain's id.</summary>
    public ulong ChainId => options.ChainId;

    /// <summary>The rules it runs by.</summary>
    public Fork Fork => options.Fork;

    /// <summary>The latest block.</summary>
    public Block Head
    {
        get
        {
            lock (turn) return blocks[^1];
        }
    }

    /// <summary>All accounts now.</summary>
    public StateSnapshot State
    {
        get
        {
            lock (turn) return state;
        }
    }

    /// <summary>Whether every transaction is mined at once.</summary>
    public bool Automine
    {
        get
        {
            lock (turn) return automine;
        }
        set
        {
            lock (turn)
            {
                ReadClock();
                automine = value;
                try
                {
                    if (automine) MineAllThatWait();
                }
                finally
                {
                    Record(new ChainInput.Automine(value));
                }
            }
        }
    }

    /// <summary>The block of a number, or null beyond the latest.</summary>
    public Block? BlockAt(ulong number)
    {
        lock (turn) return number < (ulong)blocks.Count ? blocks[(int)number] : null;
    }

    /// <summary>The block of a hash, or null.</summary>
    public Block? BlockOf(Keccak256Digest hash)
    {
        lock (turn) return blockNumbers.TryGetValue(hash, out ulong number) ? blocks[(int)number] : null;
    }

    /// <summary>A transaction in a block and the block, or null.</summary>
    public (MinedTransaction Transaction, Block Block)? Find(Keccak256Digest hash)
    {
        lock (turn)
        {
            if (!transactions.TryGetValue(hash, out var place)) return null;
            var block = blocks[(int)place.Block];
            return (block.Transactions[place.Index], block);
        }
    }

    /// <summary>The account's next nonce, counting the transactions that wait.</summary>
    public ulong PendingNonce(Address account)
    {
        lock (turn) return pool.NextNonce(account, state.Nonce(account));
    }

    internal PendingTransaction? FindPending(Keccak256Digest hash)
    {
        lock (turn) return pool.Find(hash);
    }

    /// <summary>Takes a signed transaction from a stranger. Accepted, it is mined at once, or waits for <see cref="Mine"/> or for the nonces before it.</summary>
    /// <param name="raw">The envelope of EIP-2718.</param>
    /// <param name="hash">The transaction's hash, when accepted.</param>
    /// <exception cref="Precompiles.AbsentPrecompileException">The transaction calls a precompile that is absent here, and was dropped.</exception>
    public Verdict Submit(ReadOnlyMemory<byte> raw, out Keccak256Digest hash)
    {
        hash = default;
        var verdict = Read(raw, out var pending);
        if (!verdict.IsAccepted) return verdict;
        hash = pending!.Hash;
        lock (turn) return Take(pending);
    }

    // What can be said of a transaction without the chain's state.
    Verdict Read(ReadOnlyMemory<byte> raw, out PendingTransaction? pending)
    {
        pending = null;
        byte[] bytes = raw.ToArray();
        var verdict = SignedTransaction.Decode(bytes, out var signed);
        if (!verdict.IsAccepted) return verdict;
        if (signed!.Transaction.ChainId is { } chain && chain != ChainId) return Verdict.Reject(DevChainChecks.ChainId, $"{ChainId}", $"{chain}");
        verdict = signed.RecoverSender(out var sender);
        if (verdict.IsAccepted) pending = new PendingTransaction(Keccak256.Hash(bytes), bytes, signed, Envelope.Of(signed, sender));
        return verdict;
    }

    Verdict Take(PendingTransaction pending)
    {
        ReadClock();
        if (transactions.ContainsKey(pending.Hash)) return Verdict.Reject(DevChainChecks.Known, "a new transaction", $"0x{pending.Hash}");
        executor.Reset(world, NextContext());
        var verdict = executor.Check(pending.Envelope, options.GasLimit, mayWait: true);
        if (!verdict.IsAccepted) return verdict;
        verdict = pool.Add(pending, out var grown);
        if (!verdict.IsAccepted) return verdict;
        pool = grown;
        Arrive(pending.Hash);
        try
        {
            if (automine) MineAllThatWait();
        }
        finally
        {
            // Who an impersonated account is cannot be read from the bytes.
            Record(pending.Envelope.IsImpersonated ? new ChainInput.Impersonated(pending.Envelope.From, pending.Raw) : new ChainInput.Transaction(pending.Raw)); // also where a precompile is absent: transactions before it may be in blocks
        }
        return verdict;
    }

    /// <summary>Makes a block of the transactions that wait, as many as fit.</summary>
    /// <exception cref="Precompiles.AbsentPrecompileException">A transaction calls a precompile that is absent here; it was dropped, and no block was made.</exception>
    public Block Mine()
    {
        lock (turn)
        {
            ReadClock();
            try
            {
                return MineFrom(pool.All);
            }
            finally
            {
                Record(new ChainInput.Mine());
            }
        }
    }

    // One block for each transaction that can run; a transaction may be what another one waited for.
    void MineAllThatWait()
    {
        while (pool.All.FirstOrDefault(pending => pending.Envelope.Nonce == state.Nonce(pending.Envelope.From)) is { } next)
        {
            var block = MineFrom([next]);
            // What cannot be mined now, because fees have risen, waits: trying it again in the same breath would not end.
            if (block.Transactions.Count == 0) break;
        }
    }

    /// <summary>Takes blocks off the end until so many are left, and returns them.</summary>
    List<Block> Truncate(int count)
    {
        var gone = blocks[count..];
        foreach (var block in gone)
        {
            blockNumbers.Remove(block.Hash);
            foreach (var transaction in block.Transactions) transactions.Remove(transaction.Hash);
        }
        blocks.RemoveRange(count, gone.Count);
        return gone;
    }
}
