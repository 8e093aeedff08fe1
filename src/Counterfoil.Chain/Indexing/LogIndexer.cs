using Counterfoil.Chain.Following;

namespace Counterfoil.Chain.Indexing;

/// <summary>What an indexer is told.</summary>
public sealed record LogIndexerOptions
{
    /// <summary>How many blocks a reorganisation may remove at most.</summary>
    public int Bound { get; init; } = 64;

    /// <summary>
    /// Whether blocks older than <see cref="Bound"/> are asked for by ranges (<c>eth_getLogs</c>) and not one by one. Every log that is told is held to its block's receipts
    /// root either way; but that none is kept back shows only where each header is read, at the price of one request a block. Off unless told: for endpoints that one trusts so far.
    /// </summary>
    public bool CatchesUpByRange { get; init; }

    /// <summary>The most blocks in one range.</summary>
    public ulong MostSpan { get; init; } = 10_000;

    /// <summary>The most logs of one range: more are taken for a fault of the endpoint.</summary>
    public int MostLogs { get; init; } = 100_000;
}

/// <summary>Keeps the events of a chain in a database, in step with the chain: resumes where it was, takes back what a reorganisation takes back, and ends with the same rows as an index that began now.</summary>
/// <remarks>
/// Near the head each block's header is rebuilt, hashed and linked to its parent; where its bloom filter says that there may be an event, all its receipts and transactions
/// are read and held to the header's roots. So an endpoint can neither make an event up nor keep one back; what it can do is to show another chain from a block on, or to be silent.
/// </remarks>
/// <param name="client">The chain.</param>
/// <param name="store">The database.</param>
/// <param name="filter">Which events.</param>
/// <param name="options">How.</param>
public sealed class LogIndexer(ChainClient client, ILogStore store, LogFilter filter, LogIndexerOptions options)
{
    readonly ChainFollower follower = new(client);
    ulong span = Math.Min(1_000, options.MostSpan);

    /// <summary>Blocks in the range that would be asked for next: halved when an endpoint refuses or fails, doubled when it answers.</summary>
    public ulong Span => span;

    /// <summary>Goes one step on and returns how many blocks are left; 0 when it has caught up.</summary>
    /// <exception cref="ChainException">The chain could not be asked, or its answers contradict one another: nothing was written, call again. <see cref="ChainFailure.Reorganised"/> needs a person.</exception>
    public async Task<ulong> StepAsync(CancellationToken cancellationToken = default)
    {
        var stored = await store.ReadWindowAsync(cancellationToken).ConfigureAwait(false);
        if (stored.Count == 0) return await BeginAsync(cancellationToken).ConfigureAwait(false);
        var window = ChainWindow.From(stored, options.Bound);
        // By a whole header and not by its number alone: a number made up would let a range reach into blocks that can still be undone.
        if (options.CatchesUpByRange && (await client.GetLatestBlockAsync(cancellationToken).ConfigureAwait(false)).Header.Number is var latest && latest > window.Head.Number + 2 * (ulong)options.Bound)
            return await RangeAsync(window, latest, cancellationToken).ConfigureAwait(false);

        var change = await follower.NextAsync(window, cancellationToken).ConfigureAwait(false);
        if (change.Added.Count == 0) return change.Behind;
        var logs = new List<ChainLog>();
        foreach (var block in change.Added)
            if (block.Header.Number >= filter.FirstBlock && filter.MayBeIn(block.Header)) logs.AddRange(await ReadAsync(block, cancellationToken).ConfigureAwait(false));
        await store.TryApplyAsync(window.Head, change.Added[0].Header.Number - 1, logs, change.Window.Blocks, cancellationToken).ConfigureAwait(false);
        return change.Behind;
    }

    /// <summary>Goes on until it has caught up.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken = default)
    {
        while (await StepAsync(cancellationToken).ConfigureAwait(false) > 0) cancellationToken.ThrowIfCancellationRequested();
    }

    // The block before the first is the ground on which the index stands. The genesis block has no logs.
    async Task<ulong> BeginAsync(CancellationToken cancellationToken)
    {
        var ground = await follower.BeginAsync(Math.Max(filter.FirstBlock, 1) - 1, options.Bound, cancellationToken).ConfigureAwait(false);
        await store.TryApplyAsync(null, null, [], ground.Blocks, cancellationToken).ConfigureAwait(false);
        ulong latest = await client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        return latest > ground.Head.Number ? latest - ground.Head.Number : 0;
    }

    async Task<IEnumerable<ChainLog>> ReadAsync(ChainBlock block, CancellationToken cancellationToken)
    {
        var contents = await client.GetContentsAsync(block, cancellationToken).ConfigureAwait(false);
        ulong index = 0;
        var logs = new List<ChainLog>();
        foreach (var receipt in contents.Receipts)
            foreach (var entry in receipt.Logs)
            {
                if (filter.Takes(entry)) logs.Add(new ChainLog(entry, block.Hash, block.Header.Number, receipt.TransactionHash, index));
                index++;
            }
        return logs;
    }

    async Task<ulong> RangeAsync(ChainWindow window, ulong latest, CancellationToken cancellationToken)
    {
        // The chain may have been reorganised, and grown far, while nobody looked.
        var from = await GroundAsync(window, cancellationToken).ConfigureAwait(false);
        if (from != window.Head)
        {
            await store.TryApplyAsync(window.Head, from.Number, [], [.. window.Blocks.TakeWhile(block => block.Number <= from.Number)], cancellationToken).ConfigureAwait(false);
            return latest - from.Number;
        }
        ulong last = Math.Min(from.Number + span, latest - (ulong)options.Bound);
        IReadOnlyList<ChainLog> told;
        try
        {
            told = await client.GetLogsAsync(filter.Query(from.Number + 1, last), cancellationToken).ConfigureAwait(false);
            if (told.Count > options.MostLogs) throw Wrong($"{told.Count} logs in {last - from.Number} blocks");
        }
        // Providers have many words and codes for "too many"; a narrower range is worth trying whatever they mean.
        catch (ChainException many) when (many.Kind is ChainFailure.Refused or ChainFailure.TimedOut or ChainFailure.WrongAnswer or ChainFailure.Unreachable && span > 1)
        {
            span = Math.Max(1, span / 2);
            return latest - from.Number;
        }
        var logs = new List<ChainLog>();
        foreach (ulong number in told.Select(log => log.BlockNumber).Distinct().Order())
        {
            if (number <= from.Number || number > last) throw Wrong($"a log of block {number}, and asked was for {from.Number + 1} to {last}");
            logs.AddRange(await ReadAsync(await BlockAsync(number, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
        }
        // Asked again at the end, so that a chain that changed meanwhile is noticed.
        if ((await BlockAsync(from.Number, cancellationToken).ConfigureAwait(false)).Hash != from.Hash) throw Wrong($"block {from} left the chain meanwhile");
        var head = await BlockAsync(last, cancellationToken).ConfigureAwait(false);
        await store.TryApplyAsync(from, from.Number, logs, [BlockReference.Of(head)], cancellationToken).ConfigureAwait(false);
        span = Math.Min(options.MostSpan, span * 2);
        return latest - last;
    }

    /// <summary>The newest block of the window that is still on the chain.</summary>
    async Task<BlockReference> GroundAsync(ChainWindow window, CancellationToken cancellationToken)
    {
        foreach (var block in window.Blocks.Reverse())
            if ((await BlockAsync(block.Number, cancellationToken).ConfigureAwait(false)).Hash == block.Hash) return block;
        throw new ChainException(client.Endpoint, "eth_getBlockByNumber",
            $"no block from {window.Oldest} to {window.Head} is on the chain any more: it was reorganised deeper than the {options.Bound} blocks that this index allows")
        { Kind = ChainFailure.Reorganised };
    }

    async Task<ChainBlock> BlockAsync(ulong number, CancellationToken cancellationToken) =>
        await client.GetBlockAsync(number, cancellationToken).ConfigureAwait(false) ?? throw Wrong($"there is no block {number}");

    ChainException Wrong(string what) => new(client.Endpoint, "eth_getLogs", what) { Kind = ChainFailure.WrongAnswer };
}
