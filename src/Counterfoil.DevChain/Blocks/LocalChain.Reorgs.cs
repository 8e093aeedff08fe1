using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;

namespace Counterfoil.DevChain;

/// <summary>A transaction that goes into the blocks that a reorg makes.</summary>
/// <param name="Raw">The envelope of EIP-2718.</param>
/// <param name="Block">Which of the new blocks: 0 is the first.</param>
public readonly record struct ReorgTransaction(ReadOnlyMemory<byte> Raw, int Block);

/// <content>Reorganisations on demand: what public chains do to those who trusted a block too early.</content>
public sealed partial class LocalChain
{
    // Counted for ever: no block made after a reorg is equal to one made before it.
    ulong reorgs;

    /// <summary>Takes back blocks. Their receipts are gone; snapshots of them are too.</summary>
    /// <param name="depth">How many: fewer than there are, for the first cannot be taken back.</param>
    /// <param name="keep">Whether their transactions wait again for a block; otherwise they are dropped.</param>
    public Verdict Rollback(int depth, bool keep = false) => Reorganise(depth, [], keep, replace: false);

    /// <summary>Takes back blocks and makes as many others in their place, whatever transactions wait.</summary>
    /// <param name="depth">How many: fewer than there are.</param>
    /// <param name="transactions">What goes into the new blocks. Where one of them cannot, nothing has happened.</param>
    /// <param name="keep">Whether the transactions of the blocks taken back, those excepted that are in the new ones, wait again; otherwise they are dropped.</param>
    /// <exception cref="Precompiles.AbsentPrecompileException">A transaction calls a precompile that is absent here; nothing has happened.</exception>
    public Verdict Reorg(int depth, IReadOnlyList<ReorgTransaction> transactions, bool keep = false)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        return Reorganise(depth, transactions, keep, replace: true);
    }

    Verdict Reorganise(int depth, IReadOnlyList<ReorgTransaction> given, bool keep, bool replace)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        var wanted = new List<PendingTransaction>[replace ? Math.Min(depth, MaxReorgDepth) : 0];
        for (int i = 0; i < wanted.Length; i++) wanted[i] = [];
        foreach (var (raw, block) in given)
        {
            if (block < 0 || block >= wanted.Length) return Verdict.Reject(DevChainChecks.Reorg, $"one of {wanted.Length} new blocks", $"block {block}");
            var verdict = Read(raw, out var pending);
            if (!verdict.IsAccepted) return verdict;
            wanted[block].Add(pending!);
        }
        lock (turn)
        {
            if (depth > Math.Min(blocks.Count - 1, MaxReorgDepth)) return Verdict.Reject(DevChainChecks.Reorg, $"at most {Math.Min(blocks.Count - 1, MaxReorgDepth)} blocks to take back", $"{depth}");
            if (depth == 0) return Verdict.Accept;
            ReadClock();
            var before = (state, pool, nextTimestamp, nextBaseFee, reorgs);
            int common = blocks.Count - depth;
            var gone = Truncate(common);
            Verdict verdict = Verdict.Accept;
            try
            {
                state = gone[0].Before;
                world = new World(state);
                (nextTimestamp, nextBaseFee) = (null, null);
                reorgs++;
                foreach (var block in wanted) MineFrom(block, refused => verdict = refused);
                if (!verdict.IsAccepted) return verdict;
            }
            catch
            {
                verdict = Verdict.Reject(DevChainChecks.Reorg, "transactions that can run", "an exception");
                throw;
            }
            finally
            {
                if (!verdict.IsAccepted)
                {
                    Truncate(common);
                    foreach (var block in gone) Add(block);
                    (state, pool, nextTimestamp, nextBaseFee, reorgs) = before;
                    world = new World(state);
                    Changed?.Invoke();
                }
            }
            foreach (int later in snapshots.Where(snapshot => snapshot.Value.Blocks > common).Select(snapshot => snapshot.Key).ToArray()) snapshots.Remove(later);
            if (keep) Requeue(gone);
            Record(new ChainInput.Reorg(depth, [.. given], keep, replace));
            Changed?.Invoke();
            return Verdict.Accept;
        }
    }

    const int MaxReorgDepth = 10_000;

    // What was in a block came before what waits: an account's transactions stay in the order of their nonces.
    void Requeue(List<Block> gone)
    {
        var queue = TransactionPool.Empty;
        executor.Reset(world, NextContext());
        foreach (var mined in gone.SelectMany(block => block.Transactions))
        {
            if (transactions.ContainsKey(mined.Hash)) continue;
            var envelope = Envelope.Of(mined.Signed, mined.From);
            if (envelope.Nonce >= state.Nonce(mined.From)) queue.Add(new PendingTransaction(mined.Hash, mined.Raw, mined.Signed, envelope), out queue);
        }
        foreach (var waiting in pool.All) queue.Add(waiting, out queue);
        pool = queue;
    }
}
