using System.Collections.Immutable;
using Counterfoil.Core.Digests;

namespace Counterfoil.Chain.Following;

/// <summary>A block by its place and its hash.</summary>
/// <param name="Number">The number of its ancestors.</param>
/// <param name="Hash">Its hash.</param>
public readonly record struct BlockReference(ulong Number, Keccak256Digest Hash)
{
    /// <summary>The block that an endpoint told.</summary>
    public static BlockReference Of(ChainBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return new(block.Header.Number, block.Hash);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Number} (0x{Hash})";
}

/// <summary>The latest blocks of a chain as one reader knows them, each the parent of the next. Pure and immutable: what carries blocks to it is <see cref="ChainFollower"/>.</summary>
/// <remarks>
/// A block is taken only where its ancestors lead back into the window by their parent hashes, so that an endpoint which tells blocks of two chains in
/// turn, or none of any, cannot make a reader mix them.
/// </remarks>
public sealed class ChainWindow
{
    readonly ImmutableArray<BlockReference> blocks;

    ChainWindow(ImmutableArray<BlockReference> blocks, int bound) => (this.blocks, Bound) = (blocks, bound);

    /// <summary>A window that begins with one block, which is taken on trust.</summary>
    /// <param name="first">The block.</param>
    /// <param name="bound">How many blocks a reorganisation may remove at most; at least 1.</param>
    public static ChainWindow From(BlockReference first, int bound) => From([first], bound);

    /// <summary>A window that was stored.</summary>
    /// <exception cref="ArgumentException">There is no block, or their numbers do not follow on one another.</exception>
    public static ChainWindow From(IReadOnlyList<BlockReference> stored, int bound)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        if (stored.Count == 0) throw new ArgumentException("a window has at least one block", nameof(stored));
        for (int i = 1; i < stored.Count; i++)
            if (stored[i].Number != stored[i - 1].Number + 1) throw new ArgumentException($"block {stored[i].Number} does not follow on {stored[i - 1].Number}", nameof(stored));
        return new([.. stored.Skip(stored.Count - bound - 1)], bound);
    }

    /// <summary>How many blocks a reorganisation may remove at most.</summary>
    public int Bound { get; }

    /// <summary>The blocks, oldest first: at most <see cref="Bound"/> and the one below them.</summary>
    public IReadOnlyList<BlockReference> Blocks => blocks;

    /// <summary>The latest block.</summary>
    public BlockReference Head => blocks[^1];

    /// <summary>The oldest block that is remembered.</summary>
    public BlockReference Oldest => blocks[0];

    /// <summary>Whether a block is among the latest ones.</summary>
    public bool Contains(BlockReference block) => block.Number >= Oldest.Number && block.Number <= Head.Number && blocks[(int)(block.Number - Oldest.Number)] == block;

    /// <summary>How many blocks are on top of a block, its own included; 0 where it is not in the window.</summary>
    public ulong DepthOf(BlockReference block) => Contains(block) ? Head.Number - block.Number + 1 : 0;

    /// <summary>Offers a branch and says what becomes of the window.</summary>
    /// <param name="branch">A block, its parent, and so on: newest first.</param>
    public WindowStep Offer(IReadOnlyList<ChainBlock> branch)
    {
        ArgumentNullException.ThrowIfNull(branch);
        // What the window holds already is no news: an endpoint behind a balancer may be some blocks late.
        if (Contains(BlockReference.Of(branch[0]))) return new WindowStep.Unchanged();
        var oldest = branch[^1].Header;
        if (oldest.Number <= Oldest.Number) return new WindowStep.TooDeep(oldest.Number, Oldest);
        var parent = new BlockReference(oldest.Number - 1, oldest.ParentHash);
        if (!Contains(parent)) return new WindowStep.NeedsParent(parent);
        int kept = (int)(parent.Number - Oldest.Number) + 1;
        var removed = blocks[kept..].Reverse();
        var added = branch.Reverse().ToImmutableArray();
        var joined = blocks[..kept].AddRange(added.Select(BlockReference.Of));
        return new WindowStep.Advanced(new ChainWindow(joined[Math.Max(0, joined.Length - Bound - 1)..], Bound), [.. removed], added);
    }
}

/// <summary>What becomes of a window when blocks are offered to it.</summary>
public abstract record WindowStep
{
    WindowStep() { }

    /// <summary>The block is known.</summary>
    public sealed record Unchanged : WindowStep;

    /// <summary>The branch is not joined yet: its next ancestor is asked for.</summary>
    /// <param name="Parent">The ancestor.</param>
    public sealed record NeedsParent(BlockReference Parent) : WindowStep;

    /// <summary>The branch is joined.</summary>
    /// <param name="Window">The window with it.</param>
    /// <param name="Removed">Blocks that are no longer on the chain, newest first.</param>
    /// <param name="Added">Blocks that are now on it, oldest first.</param>
    public sealed record Advanced(ChainWindow Window, IReadOnlyList<BlockReference> Removed, IReadOnlyList<ChainBlock> Added) : WindowStep;

    /// <summary>The branch leaves the chain below everything that is remembered.</summary>
    /// <param name="Number">How far down it was followed.</param>
    /// <param name="Oldest">The oldest block remembered.</param>
    public sealed record TooDeep(ulong Number, BlockReference Oldest) : WindowStep;
}
