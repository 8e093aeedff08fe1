using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Merkle;

/// <summary>
/// The right edge of a growing RFC 9162 tree: the roots of the perfect subtrees that its leaves fill, largest first, one for
/// each set bit of <see cref="Size"/>. Appending costs one hash on average and memory stays O(log n).
/// </summary>
public sealed class Frontier
{
    readonly Sha256Digest[] nodes = new Sha256Digest[63];

    /// <summary>The number of leaves, 0 to 2⁶³ − 1.</summary>
    public long Size { get; private set; }

    int Count => BitOperations.PopCount((ulong)Size);

    /// <summary>A tree without leaves.</summary>
    public Frontier() { }

    /// <summary>The roots of the perfect subtrees, largest first: with <see cref="Size"/>, all there is to store.</summary>
    public ImmutableArray<Sha256Digest> Nodes => [.. nodes.AsSpan(0, Count)];

    /// <summary>The root of the tree: <see cref="MerkleTree.EmptyRoot"/> when there are no leaves.</summary>
    public Sha256Digest Root
    {
        get
        {
            int i = Count - 1;
            if (i < 0) return MerkleTree.EmptyRoot;
            var root = nodes[i];
            while (--i >= 0) root = MerkleTree.NodeHash(nodes[i], root);
            return root;
        }
    }

    /// <summary>Appends one leaf, hashed already.</summary>
    /// <exception cref="InvalidOperationException">The tree is full (2⁶³ − 1 leaves).</exception>
    public void Add(Sha256Digest leafHash)
    {
        if (Size == long.MaxValue) throw new InvalidOperationException("the tree is full");
        int count = Count;
        // Adding one leaf carries like adding one to a binary number: each trailing 1 is a subtree that merges.
        for (long carry = Size; (carry & 1) != 0; carry >>= 1) leafHash = MerkleTree.NodeHash(nodes[--count], leafHash);
        nodes[count] = leafHash;
        Size++;
    }

    /// <summary>Appends leaves, hashed already, in order: the same as adding one after the other, but faster.</summary>
    public void AddRange(ReadOnlySpan<Sha256Digest> leafHashes)
    {
        while (!leafHashes.IsEmpty)
        {
            // The largest perfect subtree that fits here: aligned to the size so far, and filled by what is left.
            int fits = BitOperations.Log2((uint)leafHashes.Length);
            int level = Math.Min(Size == 0 ? fits : BitOperations.TrailingZeroCount(Size), fits);
            AddSubtree(MerkleTree.Root(leafHashes[..(1 << level)]), level);
            leafHashes = leafHashes[(1 << level)..];
        }
    }

    /// <summary>Appends a perfect subtree of 2^<paramref name="level"/> leaves by its root: how shards are merged.</summary>
    /// <param name="root">The root of the subtree.</param>
    /// <param name="level">Its height, 0 for a single leaf. <see cref="Size"/> must be a multiple of 2^level.</param>
    /// <exception cref="ArgumentOutOfRangeException">The subtree would not start at a multiple of its own size.</exception>
    public void AddSubtree(Sha256Digest root, int level)
    {
        if (level is < 0 or > 62 || (Size & ((1L << level) - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(level), level, $"a subtree of this height cannot follow {Size} leaves");
        if (Size > long.MaxValue - (1L << level)) throw new InvalidOperationException("the tree is full");
        int count = Count;
        for (long carry = Size >> level; (carry & 1) != 0; carry >>= 1) root = MerkleTree.NodeHash(nodes[--count], root);
        nodes[count] = root;
        Size += 1L << level;
    }

    /// <summary>An independent copy: a snapshot to go back to.</summary>
    public Frontier Clone()
    {
        var copy = new Frontier { Size = Size };
        nodes.AsSpan(0, Count).CopyTo(copy.nodes);
        return copy;
    }

    /// <summary>Rebuilds a frontier from what <see cref="Size"/> and <see cref="Nodes"/> said.</summary>
    /// <remarks>The shape is checked here; that the nodes are those of the tree in question only its root can say.</remarks>
    public static Verdict Restore(long size, ReadOnlySpan<Sha256Digest> nodes, out Frontier? frontier)
    {
        frontier = null;
        if (size < 0) return Verdict.Reject(CoreChecks.MerkleRange, "a size of at least 0", $"{size}");
        if (nodes.Length != BitOperations.PopCount((ulong)size))
            return Verdict.Reject(CoreChecks.MerkleFrontier, $"{BitOperations.PopCount((ulong)size)} nodes for {size} leaves",
                $"{nodes.Length} nodes");
        frontier = new Frontier { Size = size };
        nodes.CopyTo(frontier.nodes);
        return Verdict.Accept;
    }
}
