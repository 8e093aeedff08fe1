using System.Text.Json;
using Counterfoil.DevChain.Blocks;

namespace Counterfoil.DevChain.Rpc;

/// <summary>A place in the chain's history from which one reader goes on: what filters are polled for, and what subscriptions tell.</summary>
/// <remarks>
/// There is no queue that a slow reader could fill: the chain itself is the queue, and the cursor is how far the reader is. Not safe for
/// concurrent use.
/// </remarks>
abstract class ChainCursor
{
    /// <summary>The most that one step tells, but for a block that alone holds more.</summary>
    public const int MaxItems = 10_000;

    /// <summary>What is new since the last call, each as something to be written; empty when there is nothing, and only then.</summary>
    public abstract List<Action<Utf8JsonWriter>> Next();
}

/// <summary>Follows the blocks of the chain, also back to where it forked off after it went back to a snapshot.</summary>
abstract class BlockCursor : ChainCursor
{
    // As far back as blocks that are gone are noticed one by one.
    const int Kept = 128;

    readonly LocalChain chain;
    readonly List<Block> seen;
    ulong next;

    protected BlockCursor(LocalChain chain)
    {
        this.chain = chain;
        var head = chain.Head;
        (seen, next) = ([head], head.Number + 1);
    }

    protected abstract void Gone(Block block, List<Action<Utf8JsonWriter>> items);

    protected abstract void Came(Block block, List<Action<Utf8JsonWriter>> items);

    public sealed override List<Action<Utf8JsonWriter>> Next()
    {
        var items = new List<Action<Utf8JsonWriter>>();
        while (seen.Count > 0 && chain.BlockAt(seen[^1].Number)?.Hash != seen[^1].Hash)
        {
            next = seen[^1].Number;
            Gone(seen[^1], items);
            seen.RemoveAt(seen.Count - 1);
        }
        if (seen.Count == 0) next = Math.Min(next, chain.Head.Number + 1); // further back than it remembers
        while (items.Count < MaxItems && chain.BlockAt(next) is { } block)
        {
            if (seen.Count > 0 && block.Header.ParentHash != seen[^1].Hash) break; // it went back between two questions: the next call sees it
            Came(block, items);
            seen.Add(block);
            if (seen.Count > Kept) seen.RemoveAt(0);
            next++;
        }
        return items;
    }
}

/// <summary>New blocks: their hashes, or, for a subscription, their headers.</summary>
sealed class HeadCursor(LocalChain chain, bool whole = false) : BlockCursor(chain)
{
    protected override void Gone(Block block, List<Action<Utf8JsonWriter>> items)
    {
    }

    protected override void Came(Block block, List<Action<Utf8JsonWriter>> items) => items.Add(whole ? json => json.Head(block) : json => json.WriteStringValue($"0x{block.Hash}"));
}

/// <summary>New logs, and those of blocks that are gone, marked as removed.</summary>
sealed class LogCursor(LocalChain chain, RpcLogFilter filter) : BlockCursor(chain)
{
    protected override void Gone(Block block, List<Action<Utf8JsonWriter>> items) => Collect(block, items, removed: true);

    protected override void Came(Block block, List<Action<Utf8JsonWriter>> items) => Collect(block, items, removed: false);

    void Collect(Block block, List<Action<Utf8JsonWriter>> items, bool removed)
    {
        if (!filter.Covers(block.Number) || !filter.MayMatch(block.Header.LogsBloom)) return;
        ulong index = 0;
        foreach (var transaction in block.Transactions)
            foreach (var log in transaction.Receipt.Logs)
            {
                ulong place = index++;
                if (filter.Matches(log)) items.Add(json => json.Log(log, transaction, block, place, removed));
            }
    }
}

/// <summary>Transactions that were taken, mined since or not: their hashes, or the whole of them.</summary>
sealed class ArrivalCursor(LocalChain chain, bool whole) : ChainCursor
{
    long seen = chain.Arrived;

    public override List<Action<Utf8JsonWriter>> Next()
    {
        var items = new List<Action<Utf8JsonWriter>>();
        foreach (var hash in chain.ArrivalsSince(ref seen))
        {
            if (!whole) items.Add(json => json.WriteStringValue($"0x{hash}"));
            else if (chain.FindPending(hash) is { } pending) items.Add(json => json.Transaction(pending.Signed, hash, pending.Envelope.From, null));
            else if (chain.Find(hash) is var (mined, _)) items.Add(json => json.Transaction(mined.Signed, hash, mined.From, null));
        }
        return items;
    }
}
