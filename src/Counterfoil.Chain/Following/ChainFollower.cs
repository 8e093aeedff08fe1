namespace Counterfoil.Chain.Following;

/// <summary>What happened to the chain since a reader looked last.</summary>
/// <param name="Window">What the reader knows now.</param>
/// <param name="Removed">Blocks that are no longer on the chain, newest first.</param>
/// <param name="Added">Blocks that are now on it, oldest first, their headers rebuilt, hashed and linked.</param>
/// <param name="Behind">How many blocks the endpoint has beyond the window's head.</param>
public sealed record HeadChange(ChainWindow Window, IReadOnlyList<BlockReference> Removed, IReadOnlyList<ChainBlock> Added, ulong Behind);

/// <summary>Follows the head of a chain: carries blocks to a <see cref="ChainWindow"/> until they join it. Holds nothing, so that a reader can keep its window where it keeps its rows.</summary>
/// <param name="client">The chain.</param>
public sealed class ChainFollower(ChainClient client)
{
    /// <summary>A window that begins so many blocks below the latest one, as far as there are so many.</summary>
    public async Task<ChainWindow> BeginAsync(int bound, CancellationToken cancellationToken = default)
    {
        var latest = await client.GetLatestBlockAsync(cancellationToken).ConfigureAwait(false);
        return await BeginAsync(latest.Header.Number - Math.Min(latest.Header.Number, (ulong)bound), bound, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A window that begins with the block of a number.</summary>
    public async Task<ChainWindow> BeginAsync(ulong number, int bound, CancellationToken cancellationToken = default) =>
        ChainWindow.From(BlockReference.Of(await client.GetBlockAsync(number, cancellationToken).ConfigureAwait(false) ?? throw Missing($"block {number}")), bound);

    /// <summary>Looks at the latest block, or, far behind, at one that is as far ahead as the window is long, and follows its parents back into the window.</summary>
    /// <remarks>At most <see cref="ChainWindow.Bound"/> blocks are asked for beyond the reorganisation's; call again while <see cref="HeadChange.Behind"/> is not 0.</remarks>
    /// <exception cref="ChainException">The chain could not be asked; or it was reorganised deeper than the window: <see cref="ChainFailure.Reorganised"/>.</exception>
    public async Task<HeadChange> NextAsync(ChainWindow window, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(window);
        var latest = await client.GetLatestBlockAsync(cancellationToken).ConfigureAwait(false);
        ulong last = latest.Header.Number, reach = window.Head.Number + (ulong)window.Bound;
        var tip = last <= reach ? latest : await client.GetBlockAsync(reach, cancellationToken).ConfigureAwait(false) ?? throw Missing($"block {reach}, though it has {last}");
        for (var branch = new List<ChainBlock> { tip }; ;)
            switch (window.Offer(branch))
            {
                case WindowStep.Advanced advanced:
                    return new HeadChange(advanced.Window, advanced.Removed, advanced.Added, last > advanced.Window.Head.Number ? last - advanced.Window.Head.Number : 0);
                case WindowStep.NeedsParent { Parent: var parent }:
                    var block = await client.GetBlockAsync(parent.Hash, cancellationToken).ConfigureAwait(false) ?? throw Missing($"block {parent}, the parent of one that it told");
                    if (block.Header.Number != parent.Number) throw Wrong($"block 0x{parent.Hash} has the number {block.Header.Number}, and its child {parent.Number + 1}");
                    branch.Add(block);
                    break;
                case WindowStep.TooDeep { Oldest: var oldest }:
                    throw new ChainException(client.Endpoint, "eth_getBlockByHash",
                        $"the chain was reorganised below block {oldest}, deeper than the {window.Bound} blocks that this reader allows; nothing was changed, and what to believe is for a person to say")
                    { Kind = ChainFailure.Reorganised };
                default: return new HeadChange(window, [], [], 0);
            }
    }

    ChainException Missing(string what) => Wrong($"the endpoint does not have {what}");

    ChainException Wrong(string what) => new(client.Endpoint, "eth_getBlockByHash", what) { Kind = ChainFailure.WrongAnswer };
}
